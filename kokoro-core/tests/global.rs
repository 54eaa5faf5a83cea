//! The lazily loaded synthesizer of the process.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod common;

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{child, data, succeed};
use kokoro_core::{ErrorKind, SpeechRequest, global};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

#[test]
fn concurrent_first_callers_load_once() {
    let mut command = child("loads_once");
    command.env("KOKORO_MODEL", "builtin");
    succeed(command);
}

#[test]
fn a_failed_load_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = child("loads_at_the_second_try");
    command
        .env("KOKORO_MODEL", folder.path().join("model.onnx"))
        .env("KOKORO_VOICES", data("builtin/voices"));
    succeed(command);
}

#[test]
fn without_a_model_the_error_names_the_variable() {
    succeed(child("says_what_is_missing"));
}

#[test]
fn settings_come_from_variables() {
    let mut command = child("obeys_the_variables");
    command
        .env("KOKORO_MODEL", "builtin")
        .env("KOKORO_NUM_THREADS", "1")
        .env("KOKORO_SESSIONS", "2")
        .env("KOKORO_MAX_TEXT_BYTES", "20")
        .env("KOKORO_CHUNK_SYMBOLS", "8");
    succeed(command);
    let mut command = child("refuses_nonsense_in_variables");
    command.env("KOKORO_MODEL", "builtin").env("KOKORO_SESSIONS", "many");
    succeed(command);
    let mut command = child("speaks");
    command.env("KOKORO_MODEL", "builtin").env("KOKORO_ISA", "portable");
    succeed(command);
    let mut command = child("refuses_instructions_that_are_not_there");
    command.env("KOKORO_MODEL", "builtin").env("KOKORO_ISA", "mmx");
    succeed(command);
    let folder = tempfile::tempdir().unwrap();
    let lexicon = folder.path().join("names.tsv");
    std::fs::write(&lexicon, "Nguyen\twˈɪn\n").unwrap();
    let mut command = child("reads_the_lexicon");
    command
        .env("KOKORO_MODEL", "builtin")
        .env("KOKORO_LEXICON", &lexicon)
        .env("KOKORO_G2P_CACHE_BYTES", "65536");
    succeed(command);
    let mut command = child("refuses_a_damaged_lexicon");
    std::fs::write(&lexicon, "Nguyen\n").unwrap();
    command.env("KOKORO_MODEL", "builtin").env("KOKORO_LEXICON", &lexicon);
    succeed(command);
}

/// Counts the events that tell of a loaded model.
struct LoadCounter;

static LOADS: AtomicUsize = AtomicUsize::new(0);

impl Subscriber for LoadCounter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("kokoro_core")
    }
    fn event(&self, event: &Event<'_>) {
        let mut is_load = false;
        event.record(&mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
            is_load |= field.name() == "message" && format!("{value:?}") == "loaded";
        });
        LOADS.fetch_add(usize::from(is_load), Ordering::SeqCst);
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
#[ignore = "run by concurrent_first_callers_load_once in a process of its own"]
fn loads_once() {
    tracing::subscriber::set_global_default(LoadCounter).unwrap();
    let barrier = Barrier::new(16);
    let addresses: Vec<usize> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    std::ptr::from_ref(global().unwrap()) as usize
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(addresses.iter().all(|address| *address == addresses[0]));
    assert_eq!(LOADS.load(Ordering::SeqCst), 1);
}

#[test]
#[ignore = "run by a_failed_load_is_tried_again in a process of its own"]
fn loads_at_the_second_try() {
    let path = std::env::var("KOKORO_MODEL").unwrap();
    assert_eq!(global().unwrap_err().kind(), ErrorKind::ModelNotFound);
    std::fs::write(&path, "not a model").unwrap();
    assert_eq!(global().unwrap_err().kind(), ErrorKind::InvalidModel);
    std::fs::copy(data("builtin/model.onnx"), &path).unwrap();
    assert!(global().is_ok());
}

#[test]
#[ignore = "run by without_a_model_the_error_names_the_variable in a process of its own"]
fn says_what_is_missing() {
    let error = global().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert!(error.to_string().contains("KOKORO_MODEL"), "{error}");
}

#[test]
#[ignore = "run by settings_come_from_variables in a process of its own"]
fn obeys_the_variables() {
    let synthesizer = global().unwrap();
    let error = synthesizer.synthesize(&SpeechRequest::new("a".repeat(21))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TextTooLong);
    let speech = synthesizer.synthesize(&SpeechRequest::new("Five apples, please.")).unwrap();
    assert!(speech.chunks().len() > 1);
}

#[test]
#[ignore = "run by settings_come_from_variables in a process of its own"]
fn refuses_nonsense_in_variables() {
    let error = global().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert!(error.to_string().contains("KOKORO_SESSIONS=many"), "{error}");
}

#[test]
#[ignore = "run by settings_come_from_variables in a process of its own"]
fn speaks() {
    assert!(!global().unwrap().synthesize(&SpeechRequest::new("Hello.")).unwrap().samples().is_empty());
}

#[test]
#[ignore = "run by settings_come_from_variables in a process of its own"]
fn refuses_instructions_that_are_not_there() {
    let error = global().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert!(
        error.to_string().contains("KOKORO_ISA=mmx") && error.to_string().contains("portable"),
        "{error}"
    );
}

#[test]
#[ignore = "run by settings_come_from_variables in a process of its own"]
fn reads_the_lexicon() {
    let synthesizer = global().unwrap();
    assert_eq!(synthesizer.phonemize(&SpeechRequest::new("nguyen")).unwrap().text(), "wˈɪn");
    assert_eq!(synthesizer.g2p_cache_stats().capacity_bytes, 65_536);
}

#[test]
#[ignore = "run by settings_come_from_variables in a process of its own"]
fn refuses_a_damaged_lexicon() {
    let error = global().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidLexicon);
    assert!(error.to_string().contains("names.tsv`, line 1"), "{error}");
}
