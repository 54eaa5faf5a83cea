//! Stages of a request on the built-in model, one thread: what the library costs beside the model.

#![allow(missing_docs, clippy::expect_used, reason = "a benchmark")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kokoro_core::{Language, SpeechRequest, Synthesizer, WavFormat, g2p};

const SENTENCE: &str = "The old bridge was destroyed by fire, and nobody knows where they are hiding.";

fn stages(criterion: &mut Criterion) {
    let synthesizer =
        Synthesizer::builder().model("builtin").threads(1).build().expect("the built-in model loads");
    let request = SpeechRequest::new(SENTENCE);
    let speech = synthesizer.synthesize(&request).expect("a sentence is spoken");
    let phonemes = SpeechRequest::from_phonemes(&speech.chunks()[0].phonemes);

    let mut group = criterion.benchmark_group("sentence");
    group.bench_function("phonemize", |bencher| {
        bencher.iter(|| g2p::phonemize(SENTENCE, Language::EnUs));
    });
    group.bench_function("synthesize_text", |bencher| bencher.iter(|| synthesizer.synthesize(&request)));
    group.bench_function("synthesize_phonemes", |bencher| bencher.iter(|| synthesizer.synthesize(&phonemes)));
    group.throughput(Throughput::Elements(speech.samples().len() as u64));
    group.bench_function("wav_pcm16", |bencher| bencher.iter(|| speech.to_wav_bytes(WavFormat::Pcm16)));
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
