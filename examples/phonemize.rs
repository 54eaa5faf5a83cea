//! Reads lines of text, writes one line of phonemes for each. Needs no model.
//!
//! ```text
//! echo "The bus stops here." | cargo run --release --example phonemize -- --lang en-gb
//! ```
//!
//! `--mode reference` writes what Python's misaki 0.9.4 writes without a fallback, with `❓` for what it does not know.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

use std::io::{BufRead, BufWriter, Write};
use std::process::ExitCode;

use kokoro_core::Language;
use kokoro_core::g2p::{self, English};

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
    let Options { language, reference } = parse(std::env::args().skip(1))?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut line = Vec::new();
    let mut input = std::io::stdin().lock();
    while input.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\n', '\r']);
        let phonemes = match reference {
            Some(english) => english.reference(text)?,
            None => g2p::phonemize(text, language)?.text(),
        };
        writeln!(out, "{phonemes}")?;
        line.clear();
    }
    out.flush()?;
    Ok(())
}

struct Options {
    language: Language,
    /// The front end whose reference output is asked for.
    reference: Option<English>,
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, Box<dyn std::error::Error>> {
    let (mut language, mut reference) = (Language::EnUs, false);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next().as_deref()) {
            ("--lang", Some(code)) => language = code.parse()?,
            ("--mode", Some("reference")) => reference = true,
            ("--mode", Some("spoken")) => reference = false,
            _ => return Err("usage: phonemize [--lang CODE] [--mode spoken|reference] < LINES".into()),
        }
    }
    let reference = match (reference, language) {
        (false, _) => None,
        (true, Language::EnUs) => Some(English::US),
        (true, Language::EnGb) => Some(English::GB),
        (true, _) => return Err("only en-us and en-gb have a reference".into()),
    };
    Ok(Options { language, reference })
}
