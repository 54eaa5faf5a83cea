//! Cancels requests at random moments and tells how long they took to end.
//!
//! usage: time-cancel MODEL VOICES THREADS SYMBOLS TIMES

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use kokoro_core::{CancelToken, ErrorKind, SpeechRequest, Synthesizer};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const USAGE: &str = "usage: time-cancel MODEL VOICES THREADS SYMBOLS TIMES";

/// A sentence of English phonemes, repeated as often as needed.
const PHONEMES: &str = "ðə bˈʌs stˈɑps ɪn fɹˈʌnt ʌv ðə skˈul, ænd ði ˈOld bɹˈɪʤ wʌz dəstɹˈYd bI fˈIəɹ. ";

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed, the exit code still tells.
            let _ = writeln!(io::stderr(), "time-cancel: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let [model, voices, threads, symbols, times] = arguments else { return Err(USAGE.into()) };
    let builder = Synthesizer::builder().model(model).voices(voices).threads(threads.parse()?);
    let synthesizer = builder.chunk_symbols(510).build()?;
    let phonemes: String = PHONEMES.chars().cycle().take(symbols.parse()?).collect();
    let request = SpeechRequest::from_phonemes(phonemes.trim()).seed(1);
    let begin = Instant::now();
    let whole = synthesizer.synthesize(&request)?;
    let length = begin.elapsed();

    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut ends: Vec<Duration> = Vec::new();
    let mut finished = 0;
    let mut memory = Vec::new();
    while ends.len() < times.parse()? {
        // A moment of the run, by xorshift.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let moment = length.mul_f64(state as f64 / u64::MAX as f64);
        let token = CancelToken::new();
        let cancelled = request.clone().cancel_token(token.clone());
        let (outcome, cancel, end) = std::thread::scope(|scope| {
            let run = scope.spawn(|| (synthesizer.synthesize(&cancelled), Instant::now()));
            std::thread::sleep(moment);
            let cancel = Instant::now();
            token.cancel();
            run.join().map(|(outcome, end)| (outcome, cancel, end)).map_err(|_| "a request panicked")
        })?;
        match outcome {
            Ok(_) => finished += 1,
            Err(error) if error.kind() == ErrorKind::Cancelled => ends.push(end.duration_since(cancel)),
            Err(error) => return Err(error.into()),
        }
        memory.push(resident()?);
    }
    ends.sort_unstable();
    let longest = ends.last().ok_or("no run was cancelled")?;
    let median = ends.get(ends.len() / 2).ok_or("no run was cancelled")?;
    let again = synthesizer.synthesize(&request)?;
    writeln!(
        io::stdout(),
        "{} cancelled, {finished} finished before; a whole run takes {:.0} ms. To the end: median {:.1} ms, longest {:.1} \
         ms. Resident after the first {} MB, after the last {} MB. The next run is {}.",
        ends.len(),
        length.as_secs_f64() * 1e3,
        median.as_secs_f64() * 1e3,
        longest.as_secs_f64() * 1e3,
        memory.first().ok_or(USAGE)? / 1_000_000,
        memory.last().ok_or(USAGE)? / 1_000_000,
        if again.samples() == whole.samples() { "the same as before" } else { "ANOTHER" },
    )?;
    Ok(())
}

fn resident() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("the system does not tell")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
}
