//! Tells what a synthesizer would use on this machine, why, and what is wrong with it.
//!
//! ```text
//! cargo run --release -p kokoro-core --features download --example doctor
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

use std::process::ExitCode;

use kokoro_core::doctor::Examination;

const USAGE: &str = "\
usage: doctor [OPTIONS]

  --json     print the report for programs
  --digests  compare published files with the catalogue byte by byte
  --speak    load the model and speak a word

Ends with 1 if there is a problem.";

fn main() -> ExitCode {
    let mut examination = Examination::new();
    let mut json = false;
    for argument in std::env::args().skip(1) {
        examination = match argument.as_str() {
            "--json" => {
                json = true;
                examination
            }
            "--digests" => examination.digests(true),
            "--speak" => examination.speak(true),
            "--help" | "-h" => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            unknown => {
                eprintln!("doctor: unknown option {unknown}\n\n{USAGE}");
                return ExitCode::from(2);
            }
        };
    }
    let report = examination.run();
    match json {
        true => println!("{}", report.to_json()),
        false => print!("{report}"),
    }
    if report.is_healthy() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
