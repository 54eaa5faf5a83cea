//! The library on models of every published interface: forms of the built-in model, and the real graph in full size.

#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::path::{Path, PathBuf};

use kokoro_core::{DurationFormat, ErrorKind, ModelStep, Speech, SpeechRequest, SpeedFormat, Synthesizer};
use kokoro_testkit::onnx::{ModelProto, NodeProto};
use kokoro_testkit::{Graph, Recipe, Speed, edit};
use prost::Message as _;

const CORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../kokoro-core");
const TEXT: &str = "The bus stops in front of the school.";

fn builtin() -> ModelProto {
    let bytes = std::fs::read(Path::new(CORE).join("data/builtin/model.onnx")).unwrap();
    ModelProto::decode(bytes.as_slice()).unwrap()
}

fn load(model: &Path) -> Result<Synthesizer, kokoro_core::Error> {
    let voices = Path::new(CORE).join("data/builtin/voices");
    Synthesizer::builder().model(model).voices(voices).threads(1).build()
}

/// The built-in model after an edit, loaded from a file.
fn edited(edit: impl FnOnce(&mut ModelProto)) -> Synthesizer {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    let mut model = builtin();
    edit(&mut model);
    std::fs::write(&path, model.encode_to_vec()).unwrap();
    load(&path).unwrap()
}

fn speak(synthesizer: &Synthesizer, speed: f32) -> Speech {
    synthesizer.synthesize(&SpeechRequest::new(TEXT).speed(speed)).unwrap()
}

fn original() -> Speech {
    speak(&Synthesizer::builder().model("builtin").threads(1).build().unwrap(), 1.0)
}

#[test]
fn every_form_speaks_the_same() {
    let original = original();
    type Edit = fn(&mut ModelProto);
    let forms: [(&str, Edit); 6] = [
        ("unchanged", |_| {}),
        ("input_ids", |model| edit::rename_input(model, "tokens", "input_ids").unwrap()),
        ("waveform", |model| edit::rename_output(model, "audio", "waveform").unwrap()),
        ("float durations", |model| edit::f32_durations(model).unwrap()),
        ("waveform of rank 2", |model| edit::waveform_rank(model, 2).unwrap()),
        ("waveform of rank 3", |model| edit::waveform_rank(model, 3).unwrap()),
    ];
    for (name, edit) in forms {
        let speech = speak(&edited(edit), 1.0);
        assert_eq!(speech.samples(), original.samples(), "{name}");
        assert_eq!(speech.words(), original.words(), "{name}");
        assert_eq!(speech.chunks(), original.chunks(), "{name}");
    }
    let info = edited(|model| edit::f32_durations(model).unwrap()).model_info().clone();
    assert_eq!(info.durations_output, Some(("durations".into(), DurationFormat::Float32)));
}

#[test]
fn without_durations_there_are_no_word_times() {
    let speech = speak(&edited(|model| assert!(edit::without_durations(model))), 1.0);
    assert_eq!(speech.samples(), original().samples());
    assert_eq!(speech.words(), None);
    assert_eq!(speech.chunks()[0].durations, None);
}

#[test]
fn an_integer_speed_becomes_a_float() {
    let synthesizer = edited(|model| edit::int_speed(model).unwrap());
    assert_eq!(synthesizer.model_info().speed_format, SpeedFormat::Float32);
    assert!(synthesizer.model_report().is_applied(ModelStep::FloatSpeed));
    assert_eq!(speak(&synthesizer, 1.0).samples(), original().samples());
    assert!(speak(&synthesizer, 1.5).samples().len() < original().samples().len());
}

#[test]
fn an_integer_speed_is_never_cut_off() {
    let synthesizer = edited(|model| {
        edit::int_speed(model).unwrap();
        // Arithmetic on whole numbers, which a float would change.
        let square = NodeProto {
            op_type: Some("Mul".into()),
            input: vec!["speed".into(); 2],
            output: vec!["square".into()],
            ..Default::default()
        };
        model.graph.as_mut().unwrap().node.push(square);
    });
    assert_eq!(synthesizer.model_info().speed_format, SpeedFormat::Int32);
    assert!(!synthesizer.model_report().is_applied(ModelStep::FloatSpeed));
    assert_eq!(speak(&synthesizer, 1.0).samples(), original().samples());
    assert!(speak(&synthesizer, 2.0).samples().len() < original().samples().len());
    let error = synthesizer.synthesize(&SpeechRequest::new(TEXT).speed(1.5)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSpeed);
    assert!(error.to_string().contains("whole numbers"), "{error}");
}

#[test]
fn weights_in_half_precision_load_as_they_are() {
    let synthesizer = edited(|model| edit::halve_weights(model).unwrap());
    let original = original();
    let speech = speak(&synthesizer, 1.0);
    assert_eq!(speech.samples().len(), original.samples().len());
}

#[test]
fn the_vocabulary_is_the_files_own() {
    let config = r#"{"n_token": 178, "vocab": {"a": 43, "ㄓ": 69, " ": 16}}"#;
    let synthesizer = edited(|model| edit::with_metadata(model, "kokoro_config", config));
    assert_eq!(synthesizer.model_info().vocabulary.len(), 3);
    let speech = synthesizer.synthesize(&SpeechRequest::from_phonemes("ㄓ a ə")).unwrap();
    assert_eq!(speech.stats().unknown_symbols, ['ə']);
    let expected = Synthesizer::builder().model("builtin").threads(1).build().unwrap();
    let expected = expected.synthesize(&SpeechRequest::from_phonemes("ɑ a «")).unwrap();
    assert_eq!(speech.samples(), expected.samples());
}

#[test]
fn a_model_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    let mut model = builtin();
    edit::rename_input(&mut model, "style", "pixels").unwrap();
    std::fs::write(&path, model.encode_to_vec()).unwrap();
    let error = load(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidModel);
    assert!(error.to_string().contains("`pixels` f32 [1, 256]"), "{error}");
}

/// The real graph with all its operators, twice: as each of the two families of published files has it.
#[test]
fn the_real_graph_runs() {
    let folder = tempfile::tempdir().unwrap();
    for graph in Graph::ALL {
        let recipe = Recipe { silent: true, speed: Speed::F32, ..Recipe::new(graph) };
        let path: PathBuf = folder.path().join(format!("{}.onnx", graph.name()));
        recipe.write(&path).unwrap();
        let synthesizer = load(&path).unwrap();
        let speak = || synthesizer.synthesize(&SpeechRequest::from_phonemes("həlˈO wˈɜɹld.")).unwrap();
        let speech = speak();
        assert!(speech.samples().len() >= 600 * 15 && speech.samples().len().is_multiple_of(600));
        assert!(speech.samples().iter().any(|sample| *sample != 0.0));
        assert_eq!(speech.samples(), speak().samples(), "without noise, runs are equal");
        let durations = speech.chunks()[0].durations.as_ref().unwrap();
        assert_eq!(durations.len(), 15);
        assert_eq!(speech.samples().len() as u32, 600 * durations.iter().sum::<u32>());
        assert_eq!(speech.words().unwrap().len(), 2);
        std::fs::remove_file(&path).unwrap();
    }
}
