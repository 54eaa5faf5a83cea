//! Reads lines of text, writes one line of phonemes for each. Needs no model.
//!
//! ```text
//! echo "The bus stops here." | cargo run --release --example phonemize -- --lang en-gb
//! ```
//!
//! `--mode reference` writes what Python's misaki 0.9.4 writes; English words that it does not know are a `❓`, unless
//! `--fallback espeak` lets espeak-ng read them. The other languages need espeak-ng's library, which is looked for as
//! `kokoro_core::g2p::Espeak` describes or named by `--espeak-library`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

use std::io::{BufRead, BufWriter, Write};
use std::process::ExitCode;

use kokoro_core::g2p::{self, English, Espeak, Fallback, Mode, Settings};
use kokoro_core::{Language, Result};

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

fn run() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let Options { language, mode, settings } = parse(std::env::args().skip(1))?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut line = Vec::new();
    let mut input = std::io::stdin().lock();
    while input.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\n', '\r']);
        let phonemes = match mode {
            Mode::Reference => reference(text, language, &settings)?,
            _ => g2p::phonemize_with(text, language, &settings)?.text(),
        };
        writeln!(out, "{phonemes}")?;
        line.clear();
    }
    out.flush()?;
    Ok(())
}

/// The whole line as Python's misaki writes it, which knows no paragraphs.
fn reference(text: &str, language: Language, settings: &Settings) -> Result<String> {
    match language {
        Language::EnUs => English::US.reference(text, settings),
        Language::EnGb => English::GB.reference(text, settings),
        Language::Es => Espeak::ES.reference(text, settings),
        Language::FrFr => Espeak::FR_FR.reference(text, settings),
        Language::Hi => Espeak::HI.reference(text, settings),
        Language::It => Espeak::IT.reference(text, settings),
        Language::PtBr => Espeak::PT_BR.reference(text, settings),
        // The other front ends, where there are any, have no output of their own for comparisons.
        _ => Ok(g2p::phonemize_with(text, language, settings)?.text()),
    }
}

struct Options {
    language: Language,
    mode: Mode,
    settings: Settings,
}

const USAGE: &str = "usage: phonemize [--lang CODE] [--mode spoken|reference] [--fallback rules|none|espeak] \
                     [--espeak-library PATH] < LINES";

fn parse(
    mut arguments: impl Iterator<Item = String>,
) -> std::result::Result<Options, Box<dyn std::error::Error>> {
    let (mut language, mut mode, mut fallback) = (Language::EnUs, Mode::Spoken, None);
    let mut settings = Settings::default();
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next().as_deref()) {
            ("--lang", Some(code)) => language = code.parse()?,
            ("--mode", Some("reference")) => mode = Mode::Reference,
            ("--mode", Some("spoken")) => mode = Mode::Spoken,
            ("--fallback", Some("rules")) => fallback = Some(Fallback::Rules),
            ("--fallback", Some("none")) => fallback = Some(Fallback::None),
            ("--fallback", Some("espeak")) => fallback = Some(Fallback::Espeak),
            ("--espeak-library", Some(path)) => settings = settings.espeak_library(path),
            _ => return Err(USAGE.into()),
        }
    }
    let usual = if mode == Mode::Reference { Fallback::None } else { Fallback::Rules };
    let settings = settings.mode(mode).fallback(fallback.unwrap_or(usual));
    Ok(Options { language, mode, settings })
}
