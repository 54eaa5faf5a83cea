//! Models by name: found in caches, used in place. The caches are named by environment variables, so every case has its own
//! process. The built-in model stands for the published one; it has the same interface.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]
#![cfg(unix)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kokoro_core::assets::{Origin, find_model, find_voices};
use kokoro_core::{ErrorKind, SpeechRequest, Synthesizer};

const SNAPSHOT: &str = "models--onnx-community--Kokoro-82M-v1.0-ONNX/snapshots/1939ad2a";

/// A Hugging Face cache with a model and a voice, as its tools lay it out.
fn hub() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let hub = home.path().join("hub");
    add(&hub, "aaaa", &common::data("builtin/model.onnx"), "onnx/model.onnx");
    add(&hub, "bbbb", &common::data("builtin/voices/af_ada.bin"), "voices/af_heart.bin");
    home
}

fn add(hub: &Path, blob: &str, content: &Path, name: &str) {
    let link = hub.join(SNAPSHOT).join(name);
    let blobs = hub.join(SNAPSHOT).join("../../blobs");
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    fs::create_dir_all(&blobs).unwrap();
    fs::copy(content, blobs.join(blob)).unwrap();
    std::os::unix::fs::symlink(format!("../../../blobs/{blob}"), link).unwrap();
}

fn child(name: &str, home: &Path) -> Command {
    let mut command = common::child(name);
    command.env_remove("HF_HUB_CACHE").env_remove("HUGGINGFACE_HUB_CACHE");
    command.env("HF_HOME", home).env("KOKORO_HOME", home.join("kokoro"));
    command
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

#[test]
fn a_hugging_face_cache_is_used_in_place() {
    let home = hub();
    let before = files_below(home.path());
    common::succeed(child("speaks_with_the_models_of_the_hub_cache", home.path()));
    assert_eq!(files_below(home.path()), before, "nothing is copied");
}

#[test]
fn the_cache_of_this_library_comes_first() {
    let home = hub();
    let release = home.path().join("kokoro/kokoro-v1.0");
    fs::create_dir_all(release.join("voices")).unwrap();
    fs::copy(common::data("builtin/model.onnx"), release.join("kokoro-v1.0.onnx")).unwrap();
    fs::copy(common::data("builtin/voices/am_otto.bin"), release.join("voices/am_adam.bin")).unwrap();
    common::succeed(child("speaks_with_the_model_of_the_cache", home.path()));
}

#[test]
fn what_is_not_there_is_not_replaced() {
    let home = hub();
    common::succeed(child("refuses_what_is_not_there", home.path()));
}

fn voices_of(model: &str) -> Vec<String> {
    let synthesizer = Synthesizer::builder().model(model).threads(1).build().unwrap();
    let speech = synthesizer.synthesize(&SpeechRequest::new("Hello.")).unwrap();
    assert!(speech.samples().len() > 600);
    synthesizer.voices().into_iter().map(|voice| voice.name).collect()
}

#[test]
#[ignore = "run by a_hugging_face_cache_is_used_in_place in a process of its own"]
fn speaks_with_the_models_of_the_hub_cache() {
    let found = find_model("kokoro-v1.0").unwrap();
    assert_eq!(found.origin, Origin::HubCache);
    assert!(found.path.ends_with("snapshots/1939ad2a/onnx/model.onnx"), "{found:?}");
    assert_eq!(find_model("auto").unwrap(), found);
    assert_eq!(find_voices().unwrap().origin, Origin::HubCache);
    for model in ["kokoro-v1.0", "auto"] {
        assert_eq!(voices_of(model), ["af_heart"]);
    }
}

#[test]
#[ignore = "run by the_cache_of_this_library_comes_first in a process of its own"]
fn speaks_with_the_model_of_the_cache() {
    assert_eq!(find_model("auto").unwrap().origin, Origin::Cache);
    assert_eq!(voices_of("kokoro-v1.0"), ["am_adam"]);
}

#[test]
#[ignore = "run by what_is_not_there_is_not_replaced in a process of its own"]
fn refuses_what_is_not_there() {
    let build = |model: &str| Synthesizer::builder().model(model).build().unwrap_err();
    let error = build("kokoro-v1.0-q8");
    assert_eq!(error.kind(), ErrorKind::ModelNotFound, "another model is there, and is not taken: {error}");
    // A path is a path, even if a published model has that name.
    assert_eq!(build("./kokoro-v1.0").kind(), ErrorKind::InvalidConfig, "no voices are beside it");
    let voices = Synthesizer::builder().model("./kokoro-v1.0").voices("auto").build().unwrap_err();
    assert_eq!(voices.kind(), ErrorKind::ModelNotFound);
}
