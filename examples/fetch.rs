//! Fetches published models, voices and ONNX Runtime into the Kokoro cache, where they are found from then on.
//!
//! ```text
//! cargo run --release -p kokoro-core --features download --example fetch -- --model fp32 --voices af_heart --runtime
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Mutex;

use kokoro_core::assets::{Fetched, Fetcher, Outcome, Plan, Progress, catalogue};

const USAGE: &str = "\
usage: fetch [OPTIONS]

  --model NAME     name or precision of a published model: fp32, fp16, q8 and so on
  --voices NAMES   voices with commas between them, or all
  --runtime        ONNX Runtime's library
  --strict         refuse what is not exactly the file of the catalogue
  --dry-run        say what would be fetched, and fetch nothing
  --list           list the published models and voices

KOKORO_HOME names the folder; HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, PIP_INDEX_URL and proxies are honoured
(docs/assets.md).";

type BoxError = Box<dyn std::error::Error>;

#[derive(Default)]
struct Options {
    model: Option<String>,
    voices: Vec<String>,
    runtime: bool,
    strict: bool,
    dry_run: bool,
    list: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fetch: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), BoxError> {
    let Some(options) = parse(std::env::args().skip(1))? else {
        println!("{USAGE}");
        return Ok(());
    };
    if options.list {
        list();
        return Ok(());
    }
    let fetcher = Fetcher::from_env()?.strict(options.strict);
    if options.dry_run {
        return plan(&fetcher, &options);
    }
    let bar = Bar::default();
    let fetcher = fetcher.on_progress(move |progress| bar.show(progress));
    if let Some(model) = &options.model {
        report(&fetcher.model(model)?);
    }
    for voice in fetcher.voices(options.voices.iter().map(String::as_str))? {
        report(&voice);
    }
    if options.runtime {
        report(&fetcher.runtime()?);
    }
    Ok(())
}

fn list() {
    for model in &catalogue().models {
        println!("model\t{}\t{}\t{} bytes", model.name, model.precision, model.file.size);
    }
    for voice in &catalogue().voices {
        let language = voice.info.language.map_or("-", |language| language.code());
        println!("voice\t{}\t{language}\t{} bytes", voice.info.name, voice.file.size);
    }
}

fn plan(fetcher: &Fetcher, options: &Options) -> Result<(), BoxError> {
    let mut plans: Vec<Plan> =
        options.model.iter().map(|model| fetcher.plan_model(model)).collect::<Result<_, _>>()?;
    plans.extend(fetcher.plan_voices(options.voices.iter().map(String::as_str))?);
    if options.runtime {
        plans.push(fetcher.plan_runtime()?);
    }
    for plan in &plans {
        match plan.is_present {
            true => println!("present  {}", plan.path.display()),
            false => {
                println!("fetch    {} bytes from {} to {}", plan.size, plan.address, plan.path.display())
            }
        }
    }
    let missing: u64 = plans.iter().filter(|plan| !plan.is_present).map(|plan| plan.size).sum();
    println!("{missing} bytes to fetch");
    Ok(())
}

fn report(fetched: &Fetched) {
    let how = match fetched.outcome {
        Outcome::Present => "present",
        _ => "fetched",
    };
    println!("{how}  {}", fetched.path.display());
    if !fetched.is_published {
        eprintln!("this is another revision than the published one: SHA-256 {}", fetched.sha256);
    }
}

/// A line on the terminal that fills as a file comes.
#[derive(Default)]
struct Bar {
    shown: Mutex<Option<u64>>,
}

impl Bar {
    fn show(&self, progress: &Progress<'_>) {
        let mut error = std::io::stderr();
        if !error.is_terminal() {
            return;
        }
        let percent = progress.done * 100 / progress.total.max(1);
        let mut shown = self.shown.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if shown.replace(percent) == Some(percent) {
            return;
        }
        let filled = "#".repeat(usize::try_from(percent / 4).unwrap_or_default());
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        let (done, total) = (megabytes(progress.done), megabytes(progress.total));
        // A terminal that has gone away is no reason to stop.
        let _ = write!(error, "\r{:<24} [{filled:<25}] {done:.1} of {total:.1} MB", progress.name);
        if percent == 100 {
            let _ = writeln!(error);
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, BoxError> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value\n\n{USAGE}"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--model" => options.model = Some(value()?),
            "--voices" => options.voices.extend(value()?.split(',').map(|name| name.trim().to_owned())),
            "--runtime" => options.runtime = true,
            "--strict" => options.strict = true,
            "--dry-run" => options.dry_run = true,
            "--list" => options.list = true,
            unknown => return Err(format!("unknown option {unknown}\n\n{USAGE}").into()),
        }
    }
    if options.model.is_none() && options.voices.is_empty() && !options.runtime && !options.list {
        return Err(format!("nothing to fetch\n\n{USAGE}").into());
    }
    Ok(Some(options))
}
