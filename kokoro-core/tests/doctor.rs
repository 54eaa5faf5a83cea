//! What the doctor says about machines with nothing, with everything, and with defects. Libraries are loaded once in a process
//! and settings are environment variables, so every case has its own process. Goldens are written anew with KOKORO_BLESS=1.
#![cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod common;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use kokoro_core::assets::catalogue;
use kokoro_core::doctor::{Examination, Finding, Status};
use kokoro_core::{Synthesizer, runtime};

const MARK: &str = "----";

/// A machine of its own: an empty home, and no variable that steers the library.
struct Machine {
    root: tempfile::TempDir,
    command: Command,
}

impl Machine {
    fn new(test: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut command = common::child(test);
        let steering = ["HF_", "HUGGINGFACE_", "ORT_", "PIP_", "SSL_", "XDG_", "ESPEAK_"];
        for (variable, _) in std::env::vars_os() {
            if steering.iter().any(|prefix| variable.to_string_lossy().starts_with(prefix)) {
                command.env_remove(variable);
            }
        }
        command.env_remove("VIRTUAL_ENV").env_remove("CONDA_PREFIX").env("KOKORO_NUM_THREADS", "2");
        command.env("HOME", root.path().join("home"));
        Self { root, command }
    }

    fn at(&self, path: &str) -> PathBuf {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    fn set(&mut self, variable: &str, value: impl AsRef<std::ffi::OsStr>) {
        self.command.env(variable, value);
    }

    /// A file of the right size and without content, which takes no room.
    fn add_model(&self, size: u64) -> PathBuf {
        let path = self.at("cache/kokoro-v1.0/kokoro-v1.0.onnx");
        File::create(&path).unwrap().set_len(size).unwrap();
        path
    }

    fn add_voice(&self, name: &str, value: f32) {
        let path = self.at(&format!("cache/kokoro-v1.0/voices/{name}.bin"));
        fs::write(path, value.to_le_bytes().repeat(510 * 256)).unwrap();
    }

    /// The reports for people and for programs, without what differs from machine to machine.
    fn reports(self) -> [String; 2] {
        let output = common::succeed(self.command);
        let output = String::from_utf8(output.stdout).unwrap();
        let mut reports = output.split(MARK).skip(1);
        [(); 2].map(|()| neutral(reports.next().unwrap(), self.root.path()))
    }
}

fn neutral(report: &str, root: &Path) -> String {
    let executable = std::env::current_exe().unwrap();
    let mut text = report.trim_start().to_owned();
    let mut replace = |from: &str, to: &str| text = text.replace(from, to);
    let version = env!("CARGO_PKG_VERSION");
    replace(&format!("kokoro {version}:"), "kokoro VERSION:");
    replace(&format!("\"version\": \"{version}\""), "\"version\": \"VERSION\"");
    replace(&library().display().to_string(), "RUNTIME");
    replace(&root.display().to_string(), "ROOT");
    replace(&executable.parent().unwrap().display().to_string(), "PROGRAM");
    if let Ok(espeak) = std::env::var("KOKORO_ESPEAK_LIBRARY") {
        replace(&espeak, "ESPEAK");
    }
    // As text `name: value`, as JSON `"name": "value",`.
    let of_machine = ["instruction set of the kernels", "threads that this process may use"];
    let line = |line: &str| match line.split_once(": ") {
        Some((name, value)) if of_machine.contains(&name.trim().trim_matches('"')) => {
            let value = if value.starts_with('"') { "\"X\"" } else { "X" };
            format!("{name}: {value}{}\n", if line.ends_with(',') { "," } else { "" })
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// The library that this test run uses.
fn library() -> PathBuf {
    runtime::environment().unwrap();
    runtime::library().unwrap().to_owned()
}

fn assert_golden(report: &str, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/doctor").join(name);
    if std::env::var_os("KOKORO_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, report).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap();
    assert_eq!(report, golden, "{name}; KOKORO_BLESS=1 takes the new report as it is");
}

#[test]
fn a_machine_with_nothing() {
    let [text, _] = Machine::new("prints_the_reports").reports();
    if !text.contains("ONNX Runtime's library was not found")
        || !text.contains("espeak-ng's library was not found")
    {
        eprintln!("skipped: the system has ONNX Runtime or espeak-ng");
        return;
    }
    assert_golden(&text, "nothing.txt");
}

#[test]
fn a_machine_with_everything() {
    let mut machine = Machine::new("prints_the_reports");
    machine.set("KOKORO_HOME", machine.at("cache"));
    machine.set("ORT_DYLIB_PATH", library());
    machine.set("HF_HUB_OFFLINE", "1");
    machine.set("HF_TOKEN", "the-secret");
    machine.add_model(catalogue().model("kokoro-v1.0").unwrap().file.size);
    machine.add_voice("af_heart", 0.5);
    machine.add_voice("am_adam", 0.25);
    let Some(espeak) = std::env::var_os("KOKORO_ESPEAK_LIBRARY") else {
        eprintln!("skipped: KOKORO_ESPEAK_LIBRARY names no library");
        return;
    };
    machine.set("KOKORO_ESPEAK_LIBRARY", espeak);
    let [text, json] = machine.reports();
    assert!(!text.contains("the-secret") && !json.contains("the-secret"));
    let version = |line: &&str| !line.trim().starts_with("version: ");
    let text: String = text.lines().filter(version).map(|line| format!("{line}\n")).collect();
    assert_golden(&text, "everything.txt");
}

#[test]
fn six_defects_at_once_are_all_named() {
    let mut machine = Machine::new("prints_the_reports");
    machine.set("KOKORO_HOME", machine.at("cache"));
    machine.set("KOKORO_NUM_THREADS", "two");
    let text_file = machine.at("libonnxruntime.so");
    fs::write(&text_file, "text").unwrap();
    machine.set("ORT_DYLIB_PATH", text_file);
    machine.add_model(1_000_000);
    machine.add_voice("af_heart", 0.5);
    machine.add_voice("am_adam", f32::NAN);
    machine.set("KOKORO_ESPEAK_LIBRARY", machine.at("gone/libespeak-ng.so"));
    machine.set("HF_ENDPOINT", "huggingface.co");
    fs::write(machine.at("cache/kokoro-v1.0/kokoro-v1.0-fp16.onnx.part"), "part").unwrap();
    let [text, json] = machine.reports();
    assert!(text.contains(": 6 problems\n"), "{text}");
    assert_golden(&text, "defects.txt");
    assert_golden(&json, "defects.json");
}

#[test]
fn settings_that_cannot_be_are_named() {
    let mut machine = Machine::new("prints_the_reports");
    machine.set("ORT_DYLIB_PATH", library());
    machine.set("KOKORO_ESPEAK_LIBRARY", "libespeak-ng.so");
    machine.set("KOKORO_HOME", "relative");
    machine.set("KOKORO_MODEL", machine.at("gone.onnx"));
    let [text, _] = machine.reports();
    for part in [
        "KOKORO_HOME=relative is not an absolute path",
        "KOKORO_ESPEAK_LIBRARY names `libespeak-ng.so`, which is not an absolute path",
        "model: problem",
        "voices: problem",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }

    let mut machine = Machine::new("prints_the_reports");
    machine.set("ORT_DYLIB_PATH", library());
    machine.set("KOKORO_MODEL", machine.at("gone.onnx"));
    machine.set("KOKORO_VOICES", machine.at("gone"));
    let [text, _] = machine.reports();
    for part in ["`ROOT/gone.onnx` cannot be read", "no voices can be read from `ROOT/gone`"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn digests_tell_a_file_of_the_right_size_apart() {
    let mut machine = Machine::new("finds_a_wrong_digest");
    machine.set("KOKORO_HOME", machine.at("cache"));
    machine.set("ORT_DYLIB_PATH", library());
    let model = catalogue().model("q8f16").unwrap();
    let path = machine.at("cache/kokoro-v1.0/kokoro-v1.0-q8f16.onnx");
    File::create(&path).unwrap().set_len(model.file.size).unwrap();
    machine.add_voice("af_heart", 0.5);
    common::succeed(machine.command);
}

#[test]
fn the_last_proof_is_a_spoken_word() {
    let mut machine = Machine::new("speaks");
    machine.set("KOKORO_MODEL", "builtin");
    machine.set("ORT_DYLIB_PATH", library());
    common::succeed(machine.command);
}

#[test]
fn voices_beside_a_named_model_are_found() {
    let mut machine = Machine::new("finds_voices_beside");
    machine.add_voice("af_heart", 0.5);
    machine.set("KOKORO_MODEL", machine.at("cache/kokoro-v1.0/mine.onnx"));
    common::succeed(machine.command);
}

#[test]
#[ignore = "run by voices_beside_a_named_model_are_found in a process of its own"]
fn finds_voices_beside() {
    let report = Examination::new().run();
    let voices = report.finding("voices").unwrap();
    assert_eq!(voices.status, Status::Good, "{voices:?}");
    assert!(voices.facts.contains(&("found by", "beside the model".to_owned())), "{voices:?}");
}

#[test]
fn preparations_are_found() {
    let mut machine = Machine::new("finds_preparations");
    let model = machine.at("models/mine.onnx");
    let builtin = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/builtin/model.onnx");
    fs::copy(builtin, &model).unwrap();
    machine.set("KOKORO_MODEL", model);
    machine.set("ORT_DYLIB_PATH", library());
    common::succeed(machine.command);
}

#[test]
#[ignore = "run by preparations_are_found in a process of its own"]
fn finds_preparations() {
    let path = std::env::var_os("KOKORO_MODEL").unwrap();
    let finding = || Examination::new().run().finding("model").unwrap().clone();
    let prepared = |finding: &Finding| {
        finding.facts.iter().find(|(name, _)| *name == "prepared").map(|(_, value)| value.clone())
    };
    assert_eq!(prepared(&finding()).as_deref(), Some("no"));
    let made = Synthesizer::builder().model(&path).prepare().unwrap();
    let found = finding();
    assert_eq!(prepared(&found), Some(made.folder().display().to_string()));
    assert_eq!(found.status, Status::Good, "{found:?}");

    let mut model = fs::read(&path).unwrap();
    model[0] ^= 1;
    fs::write(&path, &model).unwrap();
    let other = finding();
    assert_eq!((prepared(&other), other.status), (None, Status::Note), "{other:?}");
    assert!(other.messages[0].contains("prepare it again"), "{other:?}");
}

#[test]
#[ignore = "run by other tests in a process of its own"]
fn prints_the_reports() {
    let report = Examination::new().run();
    println!("{MARK}\n{report}{MARK}\n{}\n{MARK}", report.to_json());
}

#[test]
#[ignore = "run by digests_tell_a_file_of_the_right_size_apart in a process of its own"]
fn finds_a_wrong_digest() {
    let quick = Examination::new().run();
    assert_eq!(quick.finding("model").unwrap().status, Status::Good);
    let report = Examination::new().digests(true).run();
    let model = report.finding("model").unwrap();
    assert_eq!(model.status, Status::Problem);
    assert!(model.messages[0].contains(&catalogue().model("q8f16").unwrap().file.sha256), "{model:?}");
    let voices = report.finding("voices").unwrap();
    assert_eq!(voices.status, Status::Note);
    assert!(voices.messages[0].contains("af_heart"), "{voices:?}");
}

#[test]
#[ignore = "run by the_last_proof_is_a_spoken_word in a process of its own"]
fn speaks() {
    let report = Examination::new().speak(true).run();
    let speech = report.finding("speech").unwrap();
    assert_eq!(speech.status, Status::Good, "{speech:?}");
    assert!(speech.facts.iter().any(|(name, value)| *name == "seconds of speech" && value != "0.00"));
    assert!(report.is_healthy(), "the built-in model has its own voices: {report}");
}
