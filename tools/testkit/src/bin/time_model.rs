//! Times and compares the ways in which a model can be run, in turn in one process.
//!
//! usage: time-model MODEL VOICES THREADS ROUNDS WAYS SYMBOLS...
//!
//! WAYS is a list with commas, the first being what the others are compared with: `exact`, `fast` and `fine` are the
//! library's optimizations, `prepared` is `fast` from a preparation that is there, `verified` is `fast` checked when it is
//! loaded, `rewritten` has the generator as standard operators, `stages` has its stages as plain convolutions. Every way
//! speaks the same phonemes once in every round; the shortest time counts, since whatever else the machine does only adds.
//! With a model without noise (`make-model --silent`) the last column is the signal-to-noise ratio against the first way
//! in dB; with noise it
//! means nothing.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use kokoro_core::{Optimization, Prepared, SpeechRequest, Synthesizer, Vocoder};
use kokoro_testkit::snr;

const USAGE: &str = "usage: time-model MODEL VOICES THREADS ROUNDS WAYS SYMBOLS...";

/// A sentence of English phonemes, repeated as often as needed.
const PHONEMES: &str = "ðə bˈʌs stˈɑps ɪn fɹˈʌnt ʌv ðə skˈul, ænd ði ˈOld bɹˈɪʤ wʌz dəstɹˈYd bI fˈIəɹ. ";

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed, the exit code still tells.
            let _ = writeln!(std::io::stderr(), "time-model: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [model, voices, threads, rounds, names, symbols @ ..] = arguments else { return Err(USAGE.into()) };
    let (model, voices) = (Path::new(model), Path::new(voices));
    let (threads, rounds): (usize, usize) = (threads.parse()?, rounds.parse()?);
    let builder = || {
        let builder = Synthesizer::builder().model(model).voices(voices).threads(threads).chunk_symbols(510);
        builder.prepared(Prepared::Off)
    };
    let mut out = std::io::stdout();
    let mut ways = Vec::new();
    for name in names.split(',') {
        let builder = match name {
            "exact" => builder().optimization(Optimization::Exact),
            "fast" => builder().optimization(Optimization::Fast),
            "fine" => builder().optimization(Optimization::Fine),
            "prepared" => builder().prepared(Prepared::Use),
            "verified" => builder().verify(true),
            "rewritten" => builder().vocoder(Vocoder::Rewritten),
            "stages" => builder().vocoder(Vocoder::Direct),
            _ => return Err(format!("no way is called {name}\n{USAGE}").into()),
        };
        let begin = Instant::now();
        let synthesizer = builder.build()?;
        let loading = begin.elapsed().as_secs_f64();
        writeln!(out, "{name}: loaded in {loading:.2} s")?;
        for (step, outcome) in synthesizer.model_report().steps() {
            writeln!(out, "  {step}: {outcome}")?;
        }
        ways.push((name, synthesizer));
    }
    for symbols in symbols {
        let symbols: usize = symbols.parse()?;
        let phonemes: String = PHONEMES.chars().cycle().take(symbols).collect();
        let request = SpeechRequest::from_phonemes(phonemes.trim());
        let mut shortest = vec![f64::INFINITY; ways.len()];
        let mut spoken = vec![Vec::new(); ways.len()];
        for round in 0..=rounds {
            for (((_, way), shortest), spoken) in ways.iter().zip(&mut shortest).zip(&mut spoken) {
                let begin = Instant::now();
                *spoken = way.synthesize(&request)?.into_samples();
                // The first round warms up.
                if round > 0 {
                    *shortest = shortest.min(begin.elapsed().as_secs_f64());
                }
            }
        }
        let exact = spoken.first().ok_or(USAGE)?;
        writeln!(out, "{symbols} symbols, {:.2} s of audio", exact.len() as f64 / 24_000.0)?;
        for (((name, _), seconds), samples) in ways.iter().zip(&shortest).zip(&spoken) {
            let ratio = shortest.first().ok_or(USAGE)? / seconds;
            writeln!(out, "  {name:8} {seconds:8.3} s {ratio:6.2}x {:6.1} dB", snr(exact, samples))?;
        }
    }
    Ok(())
}
