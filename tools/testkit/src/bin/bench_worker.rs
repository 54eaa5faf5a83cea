//! This library's side of `tools/reference/side_by_side.py`: a process that loads a model and speaks what it is told to.
//!
//! usage: bench-worker MODEL VOICES THREADS OPTIMIZATION SESSIONS
//!
//! A line of the input is a JSON object: `phonemes`, `voice`, `speed`, `count` (how many requests at once) and `save` (a
//! path for the samples of one of them as `.npy`, or null). Its answer is a line with `seconds` from the first request to
//! the last result, `samples` and `durations` of one of them, and `resident_bytes` and `peak_bytes` of the process.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;
use std::time::Instant;

use kokoro_core::{Speech, SpeechRequest, Synthesizer};
use kokoro_testkit::npy;
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const USAGE: &str = "usage: bench-worker MODEL VOICES THREADS OPTIMIZATION SESSIONS";

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed, the exit code still tells.
            let _ = writeln!(io::stderr(), "bench-worker: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let [model, voices, threads, optimization, sessions] = arguments else { return Err(USAGE.into()) };
    let synthesizer = Synthesizer::builder()
        .model(model)
        .voices(voices)
        .threads(threads.parse()?)
        .sessions(sessions.parse()?)
        .optimization(optimization.parse()?)
        // Every request is one run of the model, as on the other side.
        .chunk_symbols(510)
        .build()?;
    for line in io::stdin().lock().lines() {
        let answer = answer(&synthesizer, &serde_json::from_str(&line?)?)?;
        writeln!(io::stdout(), "{answer}")?;
    }
    Ok(())
}

fn answer(synthesizer: &Synthesizer, command: &Value) -> Result<Value> {
    let text = |key: &str| command[key].as_str().ok_or_else(|| format!("{key:?} is not a string"));
    let speed = command["speed"].as_f64().ok_or("\"speed\" is not a number")? as f32;
    let count = command["count"].as_u64().ok_or("\"count\" is not a number")?;
    let request = SpeechRequest::from_phonemes(text("phonemes")?).voice(text("voice")?).speed(speed);
    let begin = Instant::now();
    let spoken: Vec<Speech> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..count).map(|_| scope.spawn(|| synthesizer.synthesize(&request))).collect();
        let join = |run: std::thread::ScopedJoinHandle<'_, _>| run.join().map_err(|_| "a request panicked");
        runs.into_iter().map(|run| Ok(join(run)??)).collect::<Result<_>>()
    })?;
    let seconds = begin.elapsed().as_secs_f64();
    let speech = spoken.first().ok_or("\"count\" is 0")?;
    if let Some(path) = command["save"].as_str() {
        npy::write(&mut File::create(path)?, speech.samples())?;
    }
    let durations = speech.chunks().first().and_then(|chunk| chunk.durations.clone());
    Ok(json!({
        "seconds": seconds,
        "samples": speech.samples().len(),
        "durations": durations,
        "resident_bytes": memory("VmRSS:")?,
        "peak_bytes": memory("VmHWM:")?,
    }))
}

/// A line of what Linux says about this process, in bytes.
fn memory(name: &str) -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("the system does not tell")?;
    let kilobytes = line.trim().strip_suffix("kB").ok_or("the system counts in something else")?;
    Ok(kilobytes.trim().parse::<u64>()? * 1024)
}
