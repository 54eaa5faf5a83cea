//! Programs in other languages: the examples, and one that does everything that it should not.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod common;

use common::Workshop;

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
