//! Measures how long a process takes from its start to its first sample, and how much memory it needs.
//!
//! usage: cold-start MODEL VOICES THREADS SESSIONS ROUNDS WAYS SYMBOLS
//!
//! WAYS is a list with commas: `file` loads the model's file, `prepared` its preparation (made by the example `prepare`).
//! Each round starts a process for each way in turn, which loads the model, speaks so many symbols in every session, and
//! ends. Given are the shortest and the middle time from just before the start of the process until it reports its
//! samples, the shortest time to load, and the largest memory (Linux: the peak of the resident set; how much is resident at
//! the end and not a part of files; and all that is, where pages that sessions share count once).

use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use kokoro_core::{ModelStep, Prepared, SpeechRequest, Synthesizer};

const USAGE: &str = "usage: cold-start MODEL VOICES THREADS SESSIONS ROUNDS WAYS SYMBOLS";

/// Asks a process to be the one that is measured.
const CHILD: &str = "--measured";

const PHONEMES: &str = "ðə bˈʌs stˈɑps ɪn fɹˈʌnt ʌv ðə skˈul, ænd ði ˈOld bɹˈɪʤ wʌz dəstɹˈYd bI fˈIəɹ. ";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((first, rest)) if first == CHILD => child(rest),
        _ => parent(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed, the exit code still tells.
            let _ = writeln!(std::io::stderr(), "cold-start: {error}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Default)]
struct Measured {
    first_sample: Vec<f64>,
    loaded: Vec<f64>,
    peak_mib: u64,
    anonymous_mib: u64,
    proportional_mib: u64,
}

fn parent(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [model, voices, threads, sessions, rounds, ways, symbols] = arguments else {
        return Err(USAGE.into());
    };
    let ways: Vec<&str> = ways.split(',').collect();
    let mut measured: Vec<Measured> = ways.iter().map(|_| Measured::default()).collect();
    for _ in 0..rounds.parse::<usize>()? {
        for (way, measured) in ways.iter().zip(&mut measured) {
            let begin = Instant::now();
            let mut child = Command::new(std::env::current_exe()?)
                .args([CHILD, model, voices, threads, sessions, way, symbols])
                .stdout(Stdio::piped())
                .spawn()?;
            let mut line = String::new();
            let stdout = child.stdout.take().ok_or("a process without output")?;
            BufReader::new(stdout).read_line(&mut line)?;
            measured.first_sample.push(begin.elapsed().as_secs_f64());
            if !child.wait()?.success() {
                return Err("a measured process failed".into());
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            let [loaded, peak, anonymous, proportional] = words.as_slice() else { return Err(line.into()) };
            measured.loaded.push(loaded.parse()?);
            measured.peak_mib = measured.peak_mib.max(peak.parse()?);
            measured.anonymous_mib = measured.anonymous_mib.max(anonymous.parse()?);
            measured.proportional_mib = measured.proportional_mib.max(proportional.parse()?);
        }
    }
    let mut out = std::io::stdout();
    for (way, measured) in ways.iter().zip(&mut measured) {
        for times in [&mut measured.first_sample, &mut measured.loaded] {
            times.sort_by(f64::total_cmp);
        }
        let at = |times: &[f64], index: usize| times.get(index).copied().unwrap_or(f64::NAN);
        writeln!(
            out,
            "{way:8} first sample {:.3} s (middle {:.3}), loaded in {:.3} s, peak {} MiB, not files {} MiB, \
             shared once {} MiB",
            at(&measured.first_sample, 0),
            at(&measured.first_sample, measured.first_sample.len() / 2),
            at(&measured.loaded, 0),
            measured.peak_mib,
            measured.anonymous_mib,
            measured.proportional_mib,
        )?;
    }
    Ok(())
}

fn child(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [model, voices, threads, sessions, way, symbols] = arguments else { return Err(USAGE.into()) };
    let prepared = match way.as_str() {
        "file" => Prepared::Off,
        "prepared" => Prepared::Use,
        _ => return Err(format!("no way is called {way}\n{USAGE}").into()),
    };
    let begin = Instant::now();
    let sessions: usize = sessions.parse()?;
    let synthesizer = Synthesizer::builder()
        .model(model)
        .voices(voices)
        .threads(threads.parse()?)
        .sessions(sessions)
        .chunk_symbols(510)
        .prepared(prepared)
        .build()?;
    let loaded = begin.elapsed();
    let report = synthesizer.model_report();
    if way == "prepared" && !report.is_applied(ModelStep::Preparation) {
        return Err(
            format!("it was not loaded prepared: {:?}", report.outcome(ModelStep::Preparation)).into()
        );
    }
    let phonemes: String = PHONEMES.chars().cycle().take(symbols.parse()?).collect();
    let request = SpeechRequest::from_phonemes(phonemes.trim()).seed(1);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..sessions).map(|_| scope.spawn(|| synthesizer.synthesize(&request))).collect();
        runs.into_iter().try_for_each(|run| match run.join() {
            Ok(speech) => speech.map(drop).map_err(Box::<dyn Error>::from),
            Err(_) => Err("a thread panicked".into()),
        })
    })?;
    let mib = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
    };
    let (peak, anonymous) = (mib("/proc/self/status", "VmHWM"), mib("/proc/self/status", "RssAnon"));
    let proportional = mib("/proc/self/smaps_rollup", "Pss");
    writeln!(std::io::stdout(), "{} {peak} {anonymous} {proportional}", loaded.as_secs_f64())?;
    Ok(())
}
