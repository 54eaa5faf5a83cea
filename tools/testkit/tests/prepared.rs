//! The real graphs, prepared: the same samples to the bit, and memory within the bounds that docs/prepared.md states.

#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::path::{Path, PathBuf};

use kokoro_core::{
    ModelStep, Optimization, Prepared, SpeechRequest, StepOutcome, Synthesizer, SynthesizerBuilder, Vocoder,
};
use kokoro_testkit::{Graph, Recipe};
use tempfile::TempDir;

const VOICES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../kokoro-core/data/builtin/voices");

fn model(graph: Graph) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    Recipe::new(graph).write(&path).unwrap();
    (folder, path)
}

fn builder(model: &Path) -> SynthesizerBuilder {
    Synthesizer::builder().model(model).voices(VOICES).threads(2)
}

/// Samples and durations of a short and a longer utterance.
fn speak(builder: SynthesizerBuilder, is_prepared: bool) -> Vec<(Vec<f32>, Option<Vec<u32>>)> {
    let synthesizer = builder.build().unwrap();
    assert_eq!(synthesizer.model_report().is_applied(ModelStep::Preparation), is_prepared);
    let say = |phonemes: &str| {
        let request = SpeechRequest::from_phonemes(phonemes).seed(3);
        let speech = synthesizer.synthesize(&request).unwrap();
        let durations = speech.chunks()[0].durations.clone();
        (speech.into_samples(), durations)
    };
    ["hˈI", "ðə bˈʌs stˈɑps ɪn fɹˈʌnt ʌv ðə skˈul."].map(say).into()
}

/// What was found to compute the generator faster, or was not to be changed.
fn chosen(builder: SynthesizerBuilder) -> Vocoder {
    let synthesizer = builder.build().unwrap();
    match synthesizer.model_report().outcome(ModelStep::Stages) {
        Some(StepOutcome::Applied { .. }) => Vocoder::Kernels,
        Some(StepOutcome::Skipped { reason }) => {
            assert!(reason.contains("ONNX Runtime computes them in"), "{reason}");
            Vocoder::Rewritten
        }
        _ => Vocoder::Best,
    }
}

/// With the noise in it: nothing may differ at all.
#[test]
fn they_say_the_same() {
    for graph in Graph::ALL {
        let (_folder, path) = model(graph);
        for optimization in [Optimization::Fast, Optimization::Exact] {
            let builder = || builder(&path).optimization(optimization);
            builder().prepare().unwrap();
            let vocoder = chosen(builder());
            assert_eq!(vocoder == Vocoder::Best, optimization == Optimization::Exact);
            let expected = speak(builder().vocoder(vocoder).prepared(Prepared::Off), false);
            assert!(speak(builder(), true) == expected, "{graph:?} {optimization:?}");
            assert!(speak(builder().threads(1).sessions(2), true)[0].1 == expected[0].1);
        }
    }
}

/// Of the weights one copy is in memory; what comes on top grows with the longest utterance.
#[test]
#[cfg(target_os = "linux")]
fn memory_is_bounded() {
    let (_folder, path) = model(Graph::Tokens);
    builder(&path).prepare().unwrap();
    let measure = |symbols: u64, sessions: u64| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_cold-start"))
            .args([path.to_str().unwrap(), VOICES, "2", &sessions.to_string(), "1", "prepared"])
            .arg(symbols.to_string())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        let number = |name: &str| -> u64 {
            text.split(name).nth(1).and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap()
        };
        (number("peak "), number("not files "), number("shared once "))
    };
    for symbols in [25, 120] {
        let (peak, anonymous, _) = measure(symbols, 1);
        let working = 100 + 3 * symbols;
        assert!(anonymous <= working, "{symbols} symbols: {anonymous} MiB");
        assert!(peak <= 400 + working, "{symbols} symbols: {peak} MiB");
    }
    // The second session brings memory to work with, and no weights.
    let ((_, _, one), (_, _, two)) = (measure(25, 1), measure(25, 2));
    assert!(two <= one + 150, "one session {one} MiB, two {two} MiB");
}
