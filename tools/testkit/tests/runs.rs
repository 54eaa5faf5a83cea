//! The real graph with its noise: what a seed repeats, and how a run is stopped.

#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use kokoro_core::{
    CancelToken, ErrorKind, ModelStep, Optimization, SpeechRequest, Synthesizer, SynthesizerBuilder, Vocoder,
};
use kokoro_testkit::{Graph, Recipe};
use tempfile::TempDir;

fn model() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    Recipe::new(Graph::Tokens).write(&path).unwrap();
    (folder, path)
}

fn builder(model: &Path) -> SynthesizerBuilder {
    let voices = concat!(env!("CARGO_MANIFEST_DIR"), "/../../kokoro-core/data/builtin/voices");
    Synthesizer::builder().model(model).voices(voices).threads(2)
}

fn request() -> SpeechRequest {
    // Two chunks, so that the noise of each is looked at.
    SpeechRequest::from_phonemes("hˈI.\nbˈI.")
}

fn samples(synthesizer: &Synthesizer, request: &SpeechRequest) -> Vec<f32> {
    synthesizer.synthesize(request).unwrap().samples().to_vec()
}

fn worst(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let peak = a.iter().fold(0f32, |peak, x| peak.max(x.abs()));
    a.iter().zip(b).fold(0f32, |worst, (a, b)| worst.max((a - b).abs())) / peak
}

#[test]
fn a_seed_repeats_the_noise() {
    let (_folder, path) = model();
    for optimization in [Optimization::Exact, Optimization::Fast] {
        let load = |threads| builder(&path).optimization(optimization).threads(threads).build().unwrap();
        let first = load(2);
        assert!(first.model_report().is_applied(ModelStep::Noise));
        let expected = samples(&first, &request().seed(7));
        assert_eq!(samples(&first, &request().seed(7)), expected, "the same session");
        assert_ne!(samples(&first, &request().seed(8)), expected, "another seed");
        assert_ne!(samples(&first, &request()), samples(&first, &request()), "no seed");
        drop(first);
        assert_eq!(samples(&load(2), &request().seed(7)), expected);
        let one = samples(&load(1), &request().seed(7));
        assert!(worst(&expected, &one) <= 1e-5, "threads: {}", worst(&expected, &one));
    }
}

/// Two sessions run at the same time, each with the seed of its own request.
#[test]
fn runs_do_not_share_their_noise() {
    let (_folder, path) = model();
    let synthesizer = builder(&path).sessions(2).build().unwrap();
    let alone = [1, 2].map(|seed| samples(&synthesizer, &request().seed(seed)));
    std::thread::scope(|scope| {
        for (seed, alone) in (1..).zip(&alone) {
            let synthesizer = &synthesizer;
            scope.spawn(move || {
                for _ in 0..4 {
                    assert_eq!(&samples(synthesizer, &request().seed(seed)), alone);
                }
            });
        }
    });
}

#[test]
fn a_cancelled_run_ends_and_the_next_one_is_whole() {
    let (_folder, path) = model();
    for vocoder in [Vocoder::Best, Vocoder::Rewritten] {
        let synthesizer = builder(&path).vocoder(vocoder).build().unwrap();
        let request = SpeechRequest::from_phonemes("hˈI bˈI ðˈɛɹ ænd wˈʌn mˈɔɹ").seed(1);
        let begin = Instant::now();
        let whole = samples(&synthesizer, &request);
        let length = begin.elapsed();
        let mut cancelled = 0;
        for step in 0..12 {
            let token = CancelToken::new();
            let request = request.clone().cancel_token(token.clone());
            std::thread::scope(|scope| {
                let run = scope.spawn(|| synthesizer.synthesize(&request));
                std::thread::sleep(length * step / 12);
                token.cancel();
                match run.join().unwrap() {
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
                        cancelled += 1;
                    }
                    // It was finished before.
                    Ok(speech) => assert_eq!(speech.samples(), whole),
                }
            });
        }
        assert!(cancelled > 0, "no run was cancelled in {length:?}");
        assert_eq!(samples(&synthesizer, &request), whole);
    }
}

#[test]
fn a_request_that_was_cancelled_before_does_nothing() {
    let synthesizer = Synthesizer::builder().model("builtin").build().unwrap();
    let token = CancelToken::new();
    token.cancel();
    let request = SpeechRequest::new("Hello.").cancel_token(token);
    assert_eq!(synthesizer.synthesize(&request).unwrap_err().kind(), ErrorKind::Cancelled);
}
