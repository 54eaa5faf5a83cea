//! Reads lines of text, writes one line of phonemes for each. Needs no model.
//!
//! ```text
//! echo "The bus stops here." | cargo run --release --example phonemize -- --lang en-gb
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

use std::io::{BufRead, BufWriter, Write};
use std::process::ExitCode;

use kokoro_core::{Language, g2p};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has had enough, as `head` does.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("phonemize: {error}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let language: Language = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Language::EnUs,
        ["--lang", code] => code.parse()?,
        _ => return Err("usage: phonemize [--lang CODE] < LINES".into()),
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut line = Vec::new();
    let mut input = std::io::stdin().lock();
    while input.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        writeln!(out, "{}", g2p::phonemize(text.trim_end_matches(['\n', '\r']), language)?.text())?;
        line.clear();
    }
    out.flush()?;
    Ok(())
}
