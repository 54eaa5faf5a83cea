//! Speech chunk by chunk: that it is the same as the whole, how chunks are joined, when words are heard.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::sync::LazyLock;
use std::time::Duration;

use kokoro_core::{
    CancelToken, ErrorKind, Joins, Speech, SpeechChunk, SpeechRequest, Synthesizer, WavFormat, WordTiming,
};
use proptest::prelude::*;

static SYNTHESIZER: LazyLock<Synthesizer> =
    LazyLock::new(|| Synthesizer::builder().model("builtin").threads(1).chunk_symbols(60).build().unwrap());

const TEXT: &str = "Her father works in a large bank. The old bridge was destroyed by fire, and nobody knows where \
                    they are hiding!\nWe should buy some bread and milk, please. Five apples.\n\nThe cat sleeps.";

fn speak(request: &SpeechRequest) -> Speech {
    SYNTHESIZER.synthesize(request).unwrap()
}

fn stream(request: &SpeechRequest) -> Vec<SpeechChunk> {
    SYNTHESIZER.stream(request).unwrap().collect::<Result<_, _>>().unwrap()
}

fn seconds(samples: usize) -> f64 {
    samples as f64 / 24_000.0
}

/// Everything that must hold of a stream and the whole of the same request.
fn check_equal(request: &SpeechRequest, chunks: &[SpeechChunk], whole: &Speech) -> Result<(), TestCaseError> {
    let samples: Vec<f32> = chunks.iter().flat_map(|chunk| chunk.samples.iter().copied()).collect();
    prop_assert_eq!(&samples, whole.samples());
    let words: Vec<WordTiming> = chunks.iter().flat_map(|chunk| chunk.words.clone().unwrap()).collect();
    prop_assert_eq!(&words, whole.words().unwrap());
    prop_assert_eq!(chunks.len(), whole.chunks().len());
    let mut start = 0;
    for (index, (chunk, spoken)) in chunks.iter().zip(whole.chunks()).enumerate() {
        prop_assert_eq!((chunk.index, chunk.start_sample), (index, start));
        prop_assert_eq!(&chunk.range, &spoken.range);
        prop_assert_eq!(start..start + chunk.samples.len(), spoken.samples.clone());
        prop_assert!(request.text().get(chunk.range.clone()).is_some());
        prop_assert_eq!(chunk.is_last, index + 1 == chunks.len());
        start += chunk.samples.len();
    }
    check_words(request, whole)
}

/// Times go forward, lie inside the audio, and every word that has a sound has one.
fn check_words(request: &SpeechRequest, speech: &Speech) -> Result<(), TestCaseError> {
    let words = speech.words().unwrap();
    let mut time = 0.0;
    let mut place = 0;
    for word in words {
        prop_assert!(
            word.start_seconds >= time - 1e-9 && word.end_seconds >= word.start_seconds,
            "{:?}",
            word
        );
        prop_assert!(word.range.start >= place && !word.range.is_empty(), "{:?}", word);
        let text = request.text();
        prop_assert_eq!(text[..word.range.start].chars().count(), word.characters.start);
        prop_assert_eq!(text[..word.range.end].chars().count(), word.characters.end);
        (time, place) = (word.end_seconds, word.range.end);
    }
    prop_assert!(time <= speech.duration().as_secs_f64() + 1e-9);
    let vocabulary = &SYNTHESIZER.model_info().vocabulary;
    let pronunciation = SYNTHESIZER.phonemize(request).unwrap();
    let spoken = pronunciation.words.iter().filter(|word| {
        let letter = |c: char| c.is_alphabetic() && !"ˈˌː".contains(c);
        word.phonemes.chars().any(letter) && word.phonemes.chars().any(|c| vocabulary.contains(c))
    });
    let spoken: Vec<_> = spoken.map(|word| word.range.clone()).collect();
    let timed: Vec<_> = words.iter().map(|word| word.range.clone()).collect();
    prop_assert_eq!(timed, spoken);
    Ok(())
}

fn any_joins() -> impl Strategy<Value = Joins> {
    let pause = || (0u64..400).prop_map(Duration::from_millis);
    let timed = (pause(), pause(), pause(), any::<bool>()).prop_map(|(clause, sentence, paragraph, ends)| {
        Joins::new().clause(clause).sentence(sentence).paragraph(paragraph).trim_ends(ends)
    });
    prop_oneof![1 => Just(Joins::plain()), 3 => timed]
}

fn any_text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        8 => prop::sample::select(vec![
            "the cat", "sleeps", "Dr. Who", "$5", "in front of the school,", "now.", "Yes!", "well —", "“no”", "漢字",
            "[Kokoro](/kˈOkəɹO/)", "a", "re-read it;", "1,234", "été",
        ]).prop_map(str::to_owned),
        1 => Just("\n".to_owned()),
        1 => Just("[pause:80ms]".to_owned()),
        1 => "[a-z]{1,12}",
        1 => "\\PC{0,12}",
    ];
    prop::collection::vec(part, 1..40).prop_map(|parts| parts.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_stream_is_the_whole_in_parts(text in any_text(), first in 0usize..80, joins in any_joins(), seed in any::<u64>()) {
        let request = SpeechRequest::new(text).first_chunk_symbols(first).joins(joins).seed(seed);
        match SYNTHESIZER.synthesize(&request) {
            Ok(whole) => check_equal(&request, &stream(&request), &whole)?,
            Err(error) => {
                prop_assert!(matches!(error.kind(), ErrorKind::EmptyText | ErrorKind::NothingToSpeak), "{}", error);
                prop_assert_eq!(SYNTHESIZER.stream(&request).unwrap_err().kind(), error.kind());
            }
        }
    }
}

#[test]
fn words_longer_than_a_chunk_have_one_time() {
    let synthesizer = Synthesizer::builder().model("builtin").threads(1).chunk_symbols(30).build().unwrap();
    let text = format!("hˈA {} bˈI", "tə".repeat(600));
    let request = SpeechRequest::from_phonemes(&text).first_chunk_symbols(0);
    let speech = synthesizer.synthesize(&request).unwrap();
    assert!(speech.chunks().len() > 3);
    let words = speech.words().unwrap();
    assert_eq!(words.len(), 3);
    let long = &words[1];
    assert!(long.end_seconds - long.start_seconds > 0.9 * speech.duration().as_secs_f64());
    assert!(
        words[0].end_seconds <= long.start_seconds + 1e-9
            && long.end_seconds <= words[2].start_seconds + 1e-9
    );
}

#[test]
fn the_first_chunk_of_a_stream_is_short() {
    let synthesizer = Synthesizer::builder().model("builtin").threads(1).build().unwrap();
    let chunks: Vec<SpeechChunk> =
        synthesizer.stream(&SpeechRequest::new(TEXT)).unwrap().collect::<Result<_, _>>().unwrap();
    let lengths: Vec<usize> = chunks.iter().map(|chunk| chunk.phonemes.chars().count()).collect();
    assert!((10..=40).contains(&lengths[0]), "{lengths:?}");
    assert_eq!(&TEXT[chunks[0].range.clone()], "Her father works in a large bank.");
    assert_eq!(
        synthesizer.synthesize(&SpeechRequest::new(TEXT)).unwrap().chunks().len(),
        3,
        "the paragraphs"
    );
}

/// Samples from the last that is heard in one chunk to the first that is heard in the next.
fn silence_between(before: &SpeechChunk, after: &SpeechChunk) -> f64 {
    let is_heard = |sample: &f32| sample.abs() > 1e-3;
    let tail = before.samples.iter().rev().position(is_heard).unwrap();
    let lead = after.samples.iter().position(is_heard).unwrap();
    seconds(tail + lead)
}

#[test]
fn pauses_are_as_long_as_they_are_said_to_be() {
    let joins = Joins::new().sentence(Duration::from_millis(300)).paragraph(Duration::from_millis(900));
    let pauses = |request: &SpeechRequest| -> Vec<f64> {
        let chunks = stream(request);
        chunks.windows(2).map(|pair| silence_between(&pair[0], &pair[1])).collect()
    };
    let text = "Her father works in a large bank in the old town. The bridge was destroyed by fire last night.\n\
                Nobody knows.[pause:1.5s] Nobody [pause:0ms] cares.";
    let request = SpeechRequest::new(text).joins(joins).first_chunk_symbols(0);
    for (speed, expected) in [(1.0, [0.3, 0.9, 1.5, 0.06]), (2.0, [0.15, 0.45, 1.5, 0.06])] {
        let found = pauses(&request.clone().speed(speed));
        assert_eq!(found.len(), 4, "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            // What is heard ends a little before what counts as sound.
            assert!(
                (-0.03..0.09).contains(&(found - expected)),
                "{found} instead of {expected} at speed {speed}"
            );
        }
    }
}

#[test]
fn pauses_before_and_after_everything_are_silence() {
    let plain = speak(&SpeechRequest::new("Hello."));
    let padded = speak(&SpeechRequest::new("[pause:0.5s] Hello. [pause:250ms]"));
    assert_eq!(padded.samples().len(), plain.samples().len() + 12_000 + 6_000);
    assert!(
        padded.samples()[..12_000]
            .iter()
            .chain(&padded.samples()[padded.samples().len() - 6_000..])
            .all(|&s| s == 0.0)
    );
    let (word, shifted) = (&plain.words().unwrap()[0], &padded.words().unwrap()[0]);
    assert!((shifted.start_seconds - word.start_seconds - 0.5).abs() < 1e-9);
    assert_eq!(shifted.range, 13..18);
    let alone = SYNTHESIZER.synthesize(&SpeechRequest::new("[pause:1s]")).unwrap_err();
    assert_eq!(alone.kind(), ErrorKind::NothingToSpeak);
}

#[test]
fn no_step_at_a_seam_is_larger_than_within_speech() {
    for voice in ["af_ada", "am_otto"] {
        let request = SpeechRequest::new(TEXT).voice(voice).first_chunk_symbols(20);
        let chunks = stream(&request);
        assert!(chunks.len() >= 4);
        let inside =
            chunks.iter().flat_map(|chunk| chunk.samples.windows(2)).map(|pair| (pair[1] - pair[0]).abs());
        let inside = inside.fold(0.0, f32::max);
        for pair in chunks.windows(2) {
            let step = (pair[1].samples[0] - pair[0].samples.last().unwrap()).abs();
            // Not only smaller, but next to nothing: both sides fade.
            assert!(step < 0.02 * inside, "{step} against {inside}");
        }
    }
}

#[test]
fn trimming_takes_nothing_of_a_sound() {
    let trimmed = speak(&SpeechRequest::new(TEXT).joins(Joins::new().trim_ends(true)));
    let plain = speak(&SpeechRequest::new(TEXT).joins(Joins::plain()));
    assert!(trimmed.samples().len() < plain.samples().len());
    for (cut, whole) in trimmed.words().unwrap().iter().zip(plain.words().unwrap()) {
        assert_eq!(cut.range, whole.range);
        let part = |speech: &Speech, word: &WordTiming| -> Vec<f32> {
            let at = |seconds: f64| ((seconds * 24_000.0).round() as usize).min(speech.samples().len());
            speech.samples()[at(word.start_seconds)..at(word.end_seconds)].to_vec()
        };
        let (cut, whole) = (part(&trimmed, cut), part(&plain, whole));
        // The end of a last word may lie in the silence that was cut off.
        let energy = |samples: &[f32]| samples.iter().map(|&s| f64::from(s) * f64::from(s)).sum::<f64>();
        assert!((energy(&cut) / energy(&whole) - 1.0).abs() < 1e-3, "{} {}", energy(&cut), energy(&whole));
    }
}

/// The built-in model's own audio: isolated words are heard when they are said to be.
#[test]
fn words_are_heard_when_they_are_said_to_be() {
    // None begins with a plosive, whose closure is silent.
    let words = [
        "apple", "river", "money", "window", "letter", "yellow", "open", "under", "number", "animal",
        "lemon", "morning", "nobody", "ready", "evening", "early", "little", "summer", "many", "useful",
    ];
    let text = words.map(|word| format!("{word}.")).join(" [pause:400ms] ");
    for voice in ["af_ada", "am_hugo"] {
        let speech = speak(&SpeechRequest::new(&text).voice(voice));
        let peak = speech.samples().iter().fold(0f32, |peak, sample| peak.max(sample.abs()));
        for word in speech.words().unwrap() {
            // From the middle of the silence before it, the first sample of a hundredth of the peak.
            let from = ((word.start_seconds - 0.15).max(0.0) * 24_000.0) as usize;
            let onset =
                speech.samples()[from..].iter().position(|sample| sample.abs() > 0.01 * peak).unwrap();
            let error = seconds(from + onset) - word.start_seconds;
            assert!(error.abs() <= 0.04, "{} in {voice}: {error:.3} s", &text[word.range.clone()]);
        }
    }
}

#[test]
fn subtitles_follow_the_words() {
    let speech = speak(&SpeechRequest::new(TEXT));
    let file = speech.to_webvtt().unwrap();
    assert!(file.starts_with("WEBVTT\n\n00:00:00."), "{file}");
    assert!(
        file.contains("We should buy some bread and milk, please.\nFive apples.")
            || file.contains("Five apples.")
    );
    assert_eq!(speech.to_srt().unwrap().matches(" --> ").count(), file.matches(" --> ").count());
}

#[test]
fn stats_add_up() {
    let request = SpeechRequest::new(TEXT);
    let mut stream = SYNTHESIZER.stream(&request).unwrap();
    let mut chunks = 0;
    let mut last = 0.0;
    while let Some(chunk) = stream.next() {
        chunks += 1;
        let progress = stream.progress();
        assert_eq!((progress.chunks, progress.total_text_bytes), (chunks, TEXT.len()));
        assert!(progress.elapsed_seconds >= last && progress.remaining_seconds.unwrap() >= 0.0);
        last = progress.elapsed_seconds;
        assert_eq!(progress.text_bytes == TEXT.len(), chunk.unwrap().is_last);
    }
    let stats = stream.stats();
    assert_eq!((stats.chunks, stats.text_bytes), (chunks, TEXT.len()));
    let parts = stats.queue_seconds + stats.inference_seconds + stats.assembly_seconds;
    assert!(parts > 0.0 && stats.first_audio_seconds <= stats.total_seconds);
    let again = speak(&request);
    assert_eq!(again.stats().g2p_cache_hits, 3, "the paragraphs are known by now");
}

#[test]
fn chunks_can_be_written_like_the_whole() {
    let request = SpeechRequest::new(TEXT).seed(1);
    let whole = speak(&request);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chunk.wav");
    let header = 44;
    let mut samples = Vec::new();
    let mut bytes = Vec::new();
    for chunk in stream(&request.clone().first_chunk_symbols(0)) {
        samples.extend(chunk.to_pcm16());
        let file = chunk.to_wav_bytes(WavFormat::Pcm16).unwrap();
        chunk.write_wav(&path, WavFormat::Pcm16).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), file);
        bytes.extend_from_slice(&file[header..]);
    }
    assert_eq!(samples, whole.to_pcm16());
    assert_eq!(bytes, whole.to_wav_bytes(WavFormat::Pcm16).unwrap()[header..]);
}

#[test]
fn one_of_several_streams_is_cancelled_alone_or_with_all() {
    let all = CancelToken::new();
    let one = all.child();
    let request = |token: &CancelToken| SpeechRequest::new(TEXT.repeat(20)).cancel_token(token.clone());
    let mut cancelled = SYNTHESIZER.stream(&request(&one)).unwrap();
    let mut other = SYNTHESIZER.stream(&request(&all.child())).unwrap();
    one.cancel();
    let end = cancelled.by_ref().find_map(Result::err).unwrap();
    assert_eq!(end.kind(), ErrorKind::Cancelled);
    other.next().unwrap().unwrap();
    all.cancel();
    assert_eq!(other.find_map(Result::err).unwrap().kind(), ErrorKind::Cancelled);
}
