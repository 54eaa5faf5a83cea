//! Finding, refusing and sharing ONNX Runtime. A process can load it once, so every case has its own process.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{child, succeed};
use kokoro_core::{Error, ErrorKind, SpeechRequest, Synthesizer, runtime};

fn load() -> Result<Synthesizer, Error> {
    Synthesizer::builder().model("builtin").threads(1).build()
}

fn speaks(synthesizer: &Synthesizer) -> bool {
    synthesizer.synthesize(&SpeechRequest::new("Hello.")).is_ok_and(|speech| speech.samples().len() > 600)
}

/// The library that this test run uses, from `ORT_DYLIB_PATH` or the search.
fn library() -> PathBuf {
    load().unwrap();
    runtime::library().unwrap().to_owned()
}

#[test]
fn nothing_is_written_to_disk() {
    let home = tempfile::tempdir().unwrap();
    let mut command = child("speaks_once");
    // Continuous integration switches the telemetry off by itself; a user's machine does not.
    for variable in
        ["CI", "ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR"]
    {
        command.env_remove(variable);
    }
    command.env("HOME", home.path()).env("USERPROFILE", home.path()).env("LOCALAPPDATA", home.path());
    command.current_dir(home.path());
    succeed(command);
    let left: Vec<_> = files_below(home.path());
    assert!(left.is_empty(), "files were left behind: {left:?}");
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[test]
fn a_file_that_is_no_library_is_refused_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("libonnxruntime.so");
    std::fs::write(&path, "plain text").unwrap();
    let mut command = child("reports_an_incompatible_runtime");
    command.env("ORT_DYLIB_PATH", &path).env("EXPECT", path.display().to_string());
    succeed(command);
}

#[test]
fn an_old_library_is_refused_with_its_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("libonnxruntime.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/old_runtime.rs");
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let built = Command::new(rustc)
        .args(["--edition=2024", "--crate-type=cdylib", "-o"])
        .args([&path, &source])
        .status()
        .unwrap();
    assert!(built.success());
    let mut command = child("reports_an_incompatible_runtime");
    command.env("ORT_DYLIB_PATH", &path).env("EXPECT", "version 1.10.0, too old");
    succeed(command);
}

#[test]
fn the_python_environment_is_searched() {
    let library = library();
    let venv = tempfile::tempdir().unwrap();
    let capi = venv.path().join("lib/python3.11/site-packages/onnxruntime/capi");
    std::fs::create_dir_all(&capi).unwrap();
    let copy = capi.join(library.file_name().unwrap());
    std::fs::copy(&library, &copy).unwrap();
    let mut command = child("loads_from_the_expected_file");
    command.env_remove("ORT_DYLIB_PATH").env("VIRTUAL_ENV", venv.path()).env("EXPECT", &copy);
    succeed(command);
}

#[test]
fn a_library_in_the_current_folder_is_not_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let library = library();
    std::fs::copy(&library, folder.path().join("libonnxruntime.so")).unwrap();
    let mut command = child("does_not_load_from_the_current_folder");
    command.env_remove("ORT_DYLIB_PATH").env_remove("VIRTUAL_ENV").env_remove("CONDA_PREFIX");
    command.current_dir(folder.path());
    succeed(command);
}

#[test]
fn an_environment_can_be_shared_both_ways() {
    for name in
        ["adopts_an_environment", "tells_of_an_environment_that_was_not_handed_over", "gives_its_environment"]
    {
        let mut command = child(name);
        command.env("LIBRARY", library());
        succeed(command);
    }
}

#[test]
fn a_second_library_is_refused() {
    let library = library();
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("libonnxruntime.so");
    std::fs::copy(&library, &other).unwrap();
    let build = |path| Synthesizer::builder().model("builtin").runtime_library(path).build();
    assert!(build(&library).is_ok());
    let error = build(&other).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert!(error.to_string().contains("already loaded"), "{error}");
}

#[test]
#[ignore = "run by nothing_is_written_to_disk in a process of its own"]
fn speaks_once() {
    assert!(speaks(&load().unwrap()));
    assert_eq!(std::env::var("ORT_DISABLE_TELEMETRY").as_deref(), Ok("1"));
}

#[test]
#[ignore = "run by other tests in a process of its own"]
fn reports_an_incompatible_runtime() {
    let error = load().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RuntimeIncompatible);
    let message = error.to_string();
    assert!(message.contains(&std::env::var("EXPECT").unwrap()), "{message}");
    assert!(message.contains("pip install onnxruntime"), "{message}");
}

#[test]
#[ignore = "run by the_python_environment_is_searched in a process of its own"]
fn loads_from_the_expected_file() {
    assert!(speaks(&load().unwrap()));
    assert_eq!(runtime::library().unwrap().to_str(), std::env::var("EXPECT").ok().as_deref());
}

#[test]
#[ignore = "run by a_library_in_the_current_folder_is_not_loaded in a process of its own"]
fn does_not_load_from_the_current_folder() {
    match load() {
        // The system has one of its own.
        Ok(_) => assert_ne!(runtime::library().unwrap().parent(), std::env::current_dir().ok().as_deref()),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::RuntimeNotFound);
            let message = error.to_string();
            assert!(
                message.contains("pip install onnxruntime") && message.contains("Looked in: /"),
                "{message}"
            );
        }
    }
}

#[test]
#[ignore = "run by an_environment_can_be_shared_both_ways in a process of its own"]
fn adopts_an_environment() {
    let environment = ort::init_from(std::env::var("LIBRARY").unwrap()).unwrap().build().unwrap();
    runtime::adopt(environment.clone()).unwrap();
    assert!(speaks(&load().unwrap()));
    assert_eq!(runtime::adopt(environment).unwrap_err().kind(), ErrorKind::InvalidConfig);
}

#[test]
#[ignore = "run by an_environment_can_be_shared_both_ways in a process of its own"]
fn tells_of_an_environment_that_was_not_handed_over() {
    let _environment = ort::init_from(std::env::var("LIBRARY").unwrap()).unwrap().build().unwrap();
    let error = load().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert!(error.to_string().contains("runtime::adopt"), "{error}");
}

#[test]
#[ignore = "run by an_environment_can_be_shared_both_ways in a process of its own"]
fn gives_its_environment() {
    let ours = runtime::environment().unwrap();
    let mut builder = ort::session::Session::builder(&ours).unwrap();
    assert!(builder.commit_from_file(common::data("builtin/model.onnx")).is_ok());
    assert!(speaks(&load().unwrap()));
}
