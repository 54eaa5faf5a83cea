//! Prepares a model for loading, for instance when a container is built.
//!
//! ```text
//! cargo run --release --example prepare -- --model models/kokoro-v1.0.onnx
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use kokoro_core::{
    ModelStep, Optimization, Prepared, Speech, SpeechRequest, Synthesizer, SynthesizerBuilder,
};

const USAGE: &str = "\
usage: prepare --model FILE [OPTIONS]

  --model FILE         Kokoro .onnx file
  --voices PATH        folder of voice files, or one file (default: beside the model)
  --optimization NAME  exact, fast (default) or fine
  --no-check           do not speak with the result; voices are not needed then

The files are written beside the model, or, if that cannot be written, into the cache folder (KOKORO_HOME).";

type BoxError = Box<dyn std::error::Error>;

/// Says the same thing to both forms of the model.
const PHONEMES: &str = "ðə bˈʌs stˈɑps ɪn fɹˈʌnt ʌv ðə skˈul.";

/// What `Optimization::Fast` keeps to.
const LEAST_DB: f64 = 90.0;

#[derive(Default)]
struct Options {
    model: PathBuf,
    voices: Option<PathBuf>,
    optimization: Optimization,
    no_check: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("prepare: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), BoxError> {
    let Some(options) = parse(std::env::args().skip(1))? else {
        println!("{USAGE}");
        return Ok(());
    };
    let begin = Instant::now();
    let prepared = builder(&options).prepare()?;
    let what = if prepared.is_new() { "prepared" } else { "there already and undamaged" };
    println!("{what}: {}", prepared.folder().display());
    println!("{:.1} MB, {:.2} s", prepared.bytes() as f64 / 1e6, begin.elapsed().as_secs_f64());
    println!("model SHA-256 {}", prepared.model_sha256());
    if options.no_check {
        return Ok(());
    }
    let [plain, fast] =
        [Prepared::Off, Prepared::Use].map(|prepared| speak(builder(&options).prepared(prepared)));
    let ((plain, stages), (fast, chosen_stages)) = (plain?, fast?);
    let is_same = plain.samples() == fast.samples();
    // Where it was found to be faster here, the generator is computed by something else.
    let is_near = || stages != chosen_stages && decibels(plain.samples(), fast.samples()) >= LEAST_DB;
    if durations(&plain) != durations(&fast) || !(is_same || is_near()) {
        return Err("the prepared model speaks otherwise than the file: please report this".into());
    }
    let how = if is_same { "the same, bit for bit" } else { "the same but for rounding" };
    println!("checked: {} samples are {how}", fast.samples().len());
    Ok(())
}

/// The signal-to-noise ratio.
fn decibels(expected: &[f32], samples: &[f32]) -> f64 {
    let square = |sum: f64, x: f64| sum + x * x;
    let signal = expected.iter().map(|&x| f64::from(x)).fold(0.0, square);
    let noise = expected.iter().zip(samples).map(|(&x, &y)| f64::from(x) - f64::from(y)).fold(0.0, square);
    if expected.len() == samples.len() { 10.0 * (signal / noise).log10() } else { f64::NAN }
}

fn builder(options: &Options) -> SynthesizerBuilder {
    let builder = Synthesizer::builder().model(&options.model).optimization(options.optimization);
    match &options.voices {
        Some(voices) => builder.voices(voices),
        None => builder,
    }
}

/// The speech, and whether the kernels of this library computed the generator's stages.
fn speak(builder: SynthesizerBuilder) -> Result<(Speech, bool), BoxError> {
    let begin = Instant::now();
    let synthesizer = builder.build()?;
    let loaded = begin.elapsed();
    let voice = synthesizer.voices().first().map(|voice| voice.name.clone());
    let request = SpeechRequest::from_phonemes(PHONEMES).voice(voice.ok_or("there are no voices")?);
    // Without a seed there is new noise every time.
    let speech = synthesizer.synthesize(&request.seed(1))?;
    let is_prepared = synthesizer.model_report().is_applied(ModelStep::Preparation);
    let what = if is_prepared { "prepared" } else { "file" };
    println!(
        "{what}: loaded in {:.3} s, spoke after {:.3} s",
        loaded.as_secs_f64(),
        begin.elapsed().as_secs_f64()
    );
    Ok((speech, synthesizer.model_report().is_applied(ModelStep::Stages)))
}

fn durations(speech: &Speech) -> Vec<Option<&[u32]>> {
    speech.chunks().iter().map(|chunk| chunk.durations.as_deref()).collect()
}

/// `None`: the usage was asked for.
fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, BoxError> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
        match argument.as_str() {
            "--model" => options.model = value()?.into(),
            "--voices" => options.voices = Some(value()?.into()),
            "--optimization" => options.optimization = value()?.parse()?,
            "--no-check" => options.no_check = true,
            "--help" | "-h" => return Ok(None),
            _ => return Err(format!("`{argument}` is not an option\n{USAGE}").into()),
        }
    }
    match options.model.as_os_str().is_empty() {
        true => Err(format!("--model is missing\n{USAGE}").into()),
        false => Ok(Some(options)),
    }
}
