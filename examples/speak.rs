//! Speaks text into a WAV file.
//!
//! ```text
//! cargo run --release --example speak -- "The bus stops in front of the school."
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use kokoro_core::g2p::Lexicon;
use kokoro_core::{Speech, SpeechRequest, Synthesizer, WavFormat};

const USAGE: &str = "\
usage: speak [OPTIONS] TEXT|-

  --model FILE|NAME     Kokoro .onnx file; or a published model that was fetched, such as kokoro-v1.0; or auto, the
                        first of them; or builtin, the model inside the library (default)
  --voices PATH         folder of voice files, or one file (default: beside the model; with NAME those fetched)
  --voice NAME          voice or mix, such as af_heart or af_heart*0.7+am_adam*0.3
  --lang CODE           en-us, en-gb (default: the voice's language)
  --speed X             0.25 to 4 (default 1)
  --lexicon FILE        pronunciations of words, .tsv (word, tab, phonemes) or .json
  --phonemes            TEXT is phonemes in Kokoro's alphabet
  --out FILE.wav        default speech.wav
  --list                list the voices
  -                     read the text from standard input";

type BoxError = Box<dyn std::error::Error>;

#[derive(Default)]
struct Options {
    model: Option<PathBuf>,
    voices: Option<PathBuf>,
    voice: Option<String>,
    lang: Option<String>,
    speed: Option<f32>,
    lexicon: Option<PathBuf>,
    phonemes: bool,
    out: Option<PathBuf>,
    list: bool,
    text: Vec<String>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("speak: {error}");
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
    let mut builder = Synthesizer::builder().model(options.model.clone().unwrap_or("builtin".into()));
    if let Some(voices) = &options.voices {
        builder = builder.voices(voices);
    }
    if let Some(lexicon) = &options.lexicon {
        builder = builder.lexicon(Lexicon::load(lexicon)?);
    }
    let synthesizer = builder.build()?;
    let loaded = begin.elapsed();
    if options.list {
        for voice in synthesizer.voices() {
            let gender = voice.gender.map_or("-", |gender| gender.as_str());
            println!("{}\t{}\t{gender}", voice.name, voice.language.map_or("-", |language| language.code()));
        }
        return Ok(());
    }

    let request = request(&options)?;
    let speech = with_progress(|| synthesizer.synthesize(&request))?;
    let out = options.out.unwrap_or("speech.wav".into());
    speech.write_wav(&out, WavFormat::Pcm16)?;
    report(&speech, &out, loaded);
    Ok(())
}

fn report(speech: &Speech, out: &std::path::Path, loaded: Duration) {
    let stats = speech.stats();
    println!(
        "{}: {:.2} s of speech, loaded in {:.2} s, spoken in {:.2} s (real-time factor {:.4})",
        out.display(),
        stats.audio_seconds,
        loaded.as_secs_f64(),
        stats.total_seconds,
        stats.real_time_factor()
    );
    if !stats.unspoken.is_empty() {
        eprintln!("{} words could not be pronounced", stats.unspoken.len());
    }
    if !stats.unknown_symbols.is_empty() {
        eprintln!("the model does not know these phoneme symbols: {:?}", stats.unknown_symbols);
    }
}

fn request(options: &Options) -> Result<SpeechRequest, BoxError> {
    let text = options.text.join(" ");
    let text = if text == "-" { read_stdin()? } else { text };
    let mut request =
        if options.phonemes { SpeechRequest::from_phonemes(text) } else { SpeechRequest::new(text) };
    if let Some(voice) = &options.voice {
        request = request.voice(voice);
    }
    if let Some(lang) = &options.lang {
        request = request.language(lang.parse()?);
    }
    if let Some(speed) = options.speed {
        request = request.speed(speed);
    }
    Ok(request)
}

fn read_stdin() -> std::io::Result<String> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Says every second on standard error how long `work` has been going on, if it takes longer than one.
fn with_progress<T>(work: impl FnOnce() -> T) -> T {
    std::thread::scope(|scope| {
        let (done, wait) = channel::<()>();
        scope.spawn(move || {
            let begin = Instant::now();
            let mut shown = false;
            while wait.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                eprint!("\rspeaking … {:.0} s", begin.elapsed().as_secs_f64());
                shown = true;
            }
            if shown {
                eprintln!();
            }
        });
        let result = work();
        drop(done);
        result
    })
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, BoxError> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value\n\n{USAGE}"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--model" => options.model = Some(value()?.into()),
            "--voices" => options.voices = Some(value()?.into()),
            "--voice" => options.voice = Some(value()?),
            "--lang" => options.lang = Some(value()?),
            "--speed" => {
                let speed = value()?;
                options.speed = Some(speed.parse().map_err(|_| format!("--speed {speed} is not a number"))?);
            }
            "--lexicon" => options.lexicon = Some(value()?.into()),
            "--phonemes" => options.phonemes = true,
            "--out" => options.out = Some(value()?.into()),
            "--list" => options.list = true,
            "--" => options.text.extend(arguments.by_ref()),
            unknown if unknown.starts_with("--") => {
                return Err(format!("unknown option {unknown}\n\n{USAGE}").into());
            }
            _ => options.text.push(argument),
        }
    }
    if options.text.is_empty() && !options.list {
        return Err(format!("no text\n\n{USAGE}").into());
    }
    Ok(Some(options))
}
