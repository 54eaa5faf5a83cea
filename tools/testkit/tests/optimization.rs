//! The real graphs, run in every way: what must be equal is equal, to the bit, and the rest is close.

#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::path::Path;

use kokoro_core::{
    ModelStep, Optimization, Speech, SpeechRequest, SpeedFormat, StepOutcome, Synthesizer,
    SynthesizerBuilder, Vocoder,
};
use kokoro_testkit::onnx::ModelProto;
use kokoro_testkit::{Durations, Graph, Recipe, Speed, fill, forms, snr};
use prost::Message as _;

fn builder(model: &Path) -> SynthesizerBuilder {
    let voices = concat!(env!("CARGO_MANIFEST_DIR"), "/../../kokoro-core/data/builtin/voices");
    Synthesizer::builder().model(model).voices(voices).threads(2)
}

fn speak(synthesizer: &Synthesizer, speed: f32) -> Speech {
    synthesizer.synthesize(&SpeechRequest::from_phonemes("hˈI").speed(speed)).unwrap()
}

fn durations(speech: &Speech) -> Vec<u32> {
    speech.chunks()[0].durations.clone().unwrap()
}

fn save(model: &ModelProto, folder: &Path) -> std::path::PathBuf {
    let path = folder.join("model.onnx");
    std::fs::write(&path, model.encode_to_vec()).unwrap();
    path
}

/// The pitch is put in front of the waveform, so that both can be seen.
#[test]
fn the_pitch_is_the_same_and_the_speech_is_close() {
    let folder = tempfile::tempdir().unwrap();
    for graph in Graph::ALL {
        let mut model = Recipe { silent: true, ..Recipe::new(graph) }.build().unwrap();
        forms::pitch_before_waveform(&mut model).unwrap();
        let path = save(&model, folder.path());
        drop(model);

        let exact = builder(&path).optimization(Optimization::Exact).build().unwrap();
        assert!(!exact.model_report().is_applied(ModelStep::Convolutions));
        let expected = speak(&exact, 2.0);
        let frames = durations(&expected).iter().sum::<u32>() as usize;
        assert_eq!(expected.samples().len(), 602 * frames);
        assert_eq!(expected.samples(), speak(&exact, 2.0).samples(), "without noise, runs are equal");
        drop(exact);

        for (builder, step, least) in [
            (builder(&path).verify(true), ModelStep::Stages, 90.0),
            (builder(&path).optimization(Optimization::Fine), ModelStep::Stages, 105.0),
            (builder(&path).vocoder(Vocoder::Rewritten).verify(true), ModelStep::Convolutions, 105.0),
            (builder(&path).vocoder(Vocoder::Direct), ModelStep::Stages, 110.0),
        ] {
            let synthesizer = builder.build().unwrap();
            assert!(synthesizer.model_report().is_applied(step), "{graph}: {:?}", synthesizer.model_report());
            let report = synthesizer.model_report();
            let is_by_kernels = step == ModelStep::Stages && least < 110.0;
            for (step, places) in [
                (ModelStep::Alignment, 1),
                (ModelStep::VoiceSource, 2),
                (ModelStep::Upsampling, 2),
                (ModelStep::Waveform, 1),
                (ModelStep::Decoder, 8),
            ] {
                let outcome = is_by_kernels.then_some(StepOutcome::Applied { places });
                assert_eq!(report.outcome(step).cloned(), outcome, "{graph}");
            }
            if synthesizer.model_report().outcome(ModelStep::Verification).is_some() {
                assert!(synthesizer.model_report().is_applied(ModelStep::Verification));
            }
            let speech = speak(&synthesizer, 2.0);
            assert_eq!(durations(&speech), durations(&expected));
            assert_eq!(speech.words(), expected.words());
            let (pitch, samples) = speech.samples().split_at(2 * frames);
            let (expected_pitch, expected_samples) = expected.samples().split_at(2 * frames);
            assert_eq!(pitch, expected_pitch, "{graph}, {step}");
            assert!(pitch.iter().any(|hertz| *hertz != 0.0));
            let snr = snr(expected_samples, samples);
            assert!(snr >= least, "{graph}, {step}: {snr} dB");
        }
    }
}

#[test]
fn every_file_tells_durations_and_takes_any_speed() {
    let folder = tempfile::tempdir().unwrap();
    let mut spoken = Vec::new();
    // As most files are, and as the test kit completes them.
    for (speed, durations) in [(Speed::Int, Durations::None), (Speed::F32, Durations::I64)] {
        let recipe = Recipe { silent: true, speed, durations, ..Recipe::new(Graph::Tokens) };
        let path = folder.path().join("model.onnx");
        recipe.write(&path).unwrap();
        let synthesizer = builder(&path).optimization(Optimization::Exact).build().unwrap();
        assert_eq!(synthesizer.model_info().speed_format, SpeedFormat::Float32);
        let given = speed == Speed::F32;
        assert_eq!(synthesizer.model_report().is_applied(ModelStep::FloatSpeed), !given);
        assert_eq!(synthesizer.model_report().is_applied(ModelStep::Durations), !given);
        spoken.push([1.0, 1.5].map(|speed| speak(&synthesizer, speed)));
    }
    let [ours, theirs] = spoken.as_slice() else { panic!("two files") };
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!(durations(ours), durations(theirs));
        assert_eq!(ours.words(), theirs.words());
        assert_eq!(ours.samples(), theirs.samples());
    }
    assert!(ours[1].samples().len() < ours[0].samples().len());
}

/// Graphs of another PyTorch and of a simplifier, with weights that nobody trained: what the stages compute is compared by
/// the library itself.
#[test]
fn exports_by_other_tools_are_known() {
    let folder = tempfile::tempdir().unwrap();
    for mut model in kokoro_testkit::other_exports().unwrap() {
        fill::fill(&mut model, 1).unwrap();
        let path = save(&model, folder.path());
        drop(model);
        let synthesizer = builder(&path).verify(true).build().unwrap();
        for step in [
            ModelStep::FloatSpeed,
            ModelStep::Noise,
            ModelStep::Stages,
            ModelStep::Alignment,
            ModelStep::VoiceSource,
            ModelStep::Verification,
        ] {
            let report = synthesizer.model_report();
            assert!(report.is_applied(step), "{step}: {report:?}");
        }
        let frames = durations(&speak(&synthesizer, 1.5));
        drop(synthesizer);
        let exact = builder(&path).optimization(Optimization::Exact).build().unwrap();
        assert_eq!(durations(&speak(&exact, 1.5)), frames);
    }
}
