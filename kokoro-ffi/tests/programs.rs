//! Programs in other languages: the examples, and one that does everything that it should not.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod common;

use std::process::Command;

use common::{Workshop, root, succeed};

const C: &[&str] = &["-std=c11"];

/// Seconds of 16-bit samples.
fn seconds(bytes: usize) -> f64 {
    bytes as f64 / 2.0 / 24_000.0
}

#[test]
fn c_speaks_a_whole_text() {
    let workshop = Workshop::new();
    let program = workshop.compile("examples/c/speak.c", C);
    let words = workshop.run(&program, &["The bus stops here.", "a.wav"]);
    let spoken: Vec<&str> = words.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(spoken, ["The", "bus", "stops", "here"], "{words}");
    let file = std::fs::read(workshop.path().join("a.wav")).unwrap();
    assert!(file.starts_with(b"RIFF") && seconds(file.len()) > 1.0);
}

#[test]
fn c_takes_a_stream() {
    let workshop = Workshop::new();
    let program = workshop.compile("examples/c/stream.c", C);
    let lines = workshop.run(&program, &[]);
    assert!(lines.lines().count() > 1 && lines.ends_with("all\n"), "{lines}");
    let file = std::fs::read(workshop.path().join("speech.raw")).unwrap();
    let last = lines.lines().last().unwrap();
    let told: f64 = last.split(": ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((seconds(file.len()) - told).abs() < 0.01, "{lines}");
}

#[test]
fn c_stops_in_its_callback() {
    let workshop = Workshop::new();
    let program = workshop.compile("examples/c/callback.c", C);
    assert!(workshop.run(&program, &[]).starts_with("stopped after "));
}

#[test]
fn c_cancels_from_another_thread() {
    let workshop = Workshop::new();
    let program = workshop.compile("examples/c/cancel.c", C);
    assert_eq!(workshop.run(&program, &[]), "cancelled\n");
}

#[test]
fn sixteen_threads_get_the_same_samples() {
    let workshop = Workshop::new();
    let program = workshop.compile("examples/c/threads.c", C);
    assert!(workshop.run(&program, &[]).starts_with("64 of 64 speeches are the same"));
}

#[test]
fn mistakes_have_their_status() {
    let workshop = Workshop::new();
    let program = workshop.compile("kokoro-ffi/tests/c/hostile.c", C);
    workshop.run(&program, &[]);
}

#[test]
fn cpp_speaks_in_every_way() {
    let workshop = Workshop::new();
    for standard in ["-std=c++17", "-std=c++20"] {
        let program = workshop.compile("examples/cpp/speak.cpp", &[standard]);
        let lines = workshop.run(&program, &[]);
        assert!(lines.contains("s: bridge\n") && lines.contains("empty_text: the text is empty"), "{lines}");
        assert!(workshop.path().join("speech.wav").is_file());
    }
}

#[test]
fn cpp_keeps_exceptions_and_ownership() {
    let workshop = Workshop::new();
    for standard in ["-std=c++17", "-std=c++20"] {
        let program = workshop.compile("kokoro-ffi/tests/c/ownership.cpp", &[standard]);
        workshop.run(&program, &[]);
    }
}

#[test]
fn python_speaks_by_its_foreign_function_interface() {
    let workshop = Workshop::new();
    let script = root().join("examples/ctypes/speak.py");
    let library = workshop.path().join("libkokoro.so");
    let arguments =
        [script.as_os_str(), library.as_os_str(), "Der Bus — the bus, stops.".as_ref(), "a.wav".as_ref()];
    let mut command = Command::new("python3");
    let lines =
        succeed(command.args(arguments).current_dir(workshop.path()).env("PYTHONIOENCODING", "utf-8"));
    let spoken: Vec<&str> =
        lines.lines().filter_map(|line| line.split_once(" s  ")).map(|(_, word)| word).collect();
    assert_eq!(spoken, ["Der", "Bus", "the", "bus", "stops"], "{lines}");
    assert!(lines.contains("samples in chunks\n102: text is not UTF-8"), "{lines}");
    assert!(workshop.path().join("a.wav").is_file());
}

#[test]
fn what_newcomers_read_works() {
    let workshop = Workshop::new();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("```c\n").unwrap();
    let (program, _) = rest.split_once("```").unwrap();
    let source = workshop.path().join("newcomer.c");
    std::fs::write(&source, program).unwrap();
    let program = workshop.compile(source.to_str().unwrap(), C);
    workshop.run(&program, &[]);
    assert!(std::fs::metadata(workshop.path().join("speech.wav")).unwrap().len() > 24_000);
}
