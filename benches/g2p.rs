//! The English front end, in whole and step by step.

#![allow(missing_docs, clippy::expect_used, reason = "a benchmark")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kokoro_core::Language;
use kokoro_core::g2p::{English, Fallback, G2p, Lexicon, Phonemizer, Settings, Stages};

const SENTENCE: &str = "The old bridge was destroyed by fire, and nobody knows where they are hiding.";
const NUMBERS: &str =
    "On Oct. 9th, 2025, at 9:30 a.m., 1,250 people paid $3.50 each for 512GB of storage (20% off).";
const UNKNOWN: [&str; 4] = ["frobnicator", "thrimbleton", "kubernetes", "zorvexian"];

fn stages(criterion: &mut Criterion) {
    let stages = Stages::new().expect("the dictionaries can be read");
    for (name, text) in [("prose", SENTENCE), ("numbers", NUMBERS)] {
        let mut group = criterion.benchmark_group(format!("g2p/{name}"));
        group.bench_function("prepare", |bencher| bencher.iter(|| stages.prepare(text)));
        group.bench_function("tokenize", |bencher| bencher.iter(|| stages.tokenize(text)));
        group.bench_function("tokenize_and_tag_all", |bencher| bencher.iter(|| stages.tag_all(text)));
        group.bench_function("tokenize_tag_and_read", |bencher| bencher.iter(|| stages.read(text)));
        group.bench_function("words", |bencher| bencher.iter(|| stages.words(text)));
        group.finish();
    }
    let mut group = criterion.benchmark_group("g2p/word");
    for word in ["bridge", "destroyed", "nobodyknows"] {
        group.bench_with_input(BenchmarkId::new("look_up", word), word, |bencher, word| {
            bencher.iter(|| stages.look_up(word));
        });
    }
    group.bench_function("letter_to_sound", |bencher| {
        let mut words = UNKNOWN.iter().cycle();
        bencher.iter(|| words.next().and_then(|word| stages.letter_to_sound(word)));
    });
    group.finish();
}

/// The time for a text of one repeated character must grow with its length, not faster.
fn repeated(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("g2p/repeated");
    group.sample_size(10);
    for unit in ["a", ".", "-", "1", "[", "'", "a ", "1/"] {
        for kilobytes in [16, 64] {
            let text = unit.repeat(kilobytes * 1_024 / unit.len());
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_with_input(
                BenchmarkId::new(format!("{unit:?}"), kilobytes),
                &text,
                |bencher, text| {
                    bencher.iter(|| English::US.words(text, &Settings::default()));
                },
            );
        }
    }
    group.finish();
}

/// The golden sentences, all in a row, against the crate whose data is used, neither with a fallback.
fn peers(criterion: &mut Criterion) {
    let golden = include_str!("../kokoro-core/tests/data/english.tsv");
    let sentences: Vec<&str> = golden.lines().skip(1).filter_map(|line| line.split('\t').next()).collect();
    let theirs = misaki_rs::G2P::new(misaki_rs::Language::EnglishUS);
    let settings = Settings::default().fallback(Fallback::None);
    let mut group = criterion.benchmark_group("g2p/peers");
    group.sample_size(10);
    group.throughput(Throughput::Elements(sentences.len() as u64));
    group.bench_function("kokoro-core", |bencher| {
        bencher.iter(|| {
            sentences.iter().map(|text| English::US.reference(text, &settings)).filter(Result::is_ok).count()
        });
    });
    group.bench_function("misaki-rs", |bencher| {
        bencher.iter(|| sentences.iter().map(|text| theirs.g2p(text)).filter(Result::is_ok).count());
    });
    group.finish();
}

/// What a sentence costs when it is new and when it comes again.
fn cache(criterion: &mut Criterion) {
    let lexicon = Lexicon::from_entries([("Kubernetes", "kubəɹnˈɛtiz"), ("New York", "nujˈɔɹk")]);
    let settings = Settings::default().lexicon(lexicon.expect("the entries are right"));
    let cached = Phonemizer::new(settings.clone());
    let uncached = Phonemizer::with_cache_bytes(settings, 0);
    let paragraphs = [SENTENCE; 8].join("\n");

    let mut group = criterion.benchmark_group("g2p/cache");
    let us = Language::EnUs;
    group.bench_function("new_sentence", |bencher| bencher.iter(|| uncached.phonemize(SENTENCE, us)));
    group.bench_function("known_sentence", |bencher| bencher.iter(|| cached.phonemize(SENTENCE, us)));
    group.bench_function("known_8_paragraphs", |bencher| bencher.iter(|| cached.phonemize(&paragraphs, us)));
    group.finish();
}

criterion_group!(benches, stages, peers, cache, repeated);
criterion_main!(benches);
