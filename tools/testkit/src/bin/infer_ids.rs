//! Speaks phonemes with this library, for comparison with other implementations.
//!
//! usage: infer-ids --model FILE --voices DIR --out DIR < REQUESTS > SUMMARY
//!
//! Each line of the input is a request, `{"phonemes": "...", "voice": "af_heart", "speed": 1.0}`. Request number `i`,
//! counted from 0, gives `i.samples.npy` (f32 at 24 000 Hz) and, where the model tells them, `i.durations.npy` (i64,
//! frames of 600 samples, one for each token including the two pads), and a line of summary on standard output:
//! `{"index": 0, "samples": 48000, "durations": 27}`. The first failure ends the program.

use std::collections::HashMap;
use std::error::Error;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kokoro_core::{Optimization, SpeechRequest, Synthesizer};
use kokoro_testkit::npy;
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: infer-ids --model FILE --voices DIR --out DIR < REQUESTS > SUMMARY";

#[derive(Debug, PartialEq)]
struct Request {
    phonemes: String,
    voice: String,
    /// Ratio to the natural speed.
    speed: f32,
}

struct Speech {
    /// At 24 000 Hz.
    samples: Vec<f32>,
    /// Frames of each token, if the model tells them.
    durations: Option<Vec<i64>>,
}

type Speaker = Box<dyn FnMut(&Request) -> Result<Speech>>;

/// Loads the model and gives a function that speaks with it: the whole of what this program uses of the library.
fn speaker(model: &Path, voices: &Path) -> Result<Speaker> {
    // Chunks as long as the model takes: every request must be one run.
    let synthesizer = Synthesizer::builder()
        .model(model)
        .voices(voices)
        .threads(1)
        .chunk_symbols(510)
        .optimization(Optimization::Exact)
        .build()?;
    Ok(Box::new(move |request| {
        let spoken =
            SpeechRequest::from_phonemes(&request.phonemes).voice(&request.voice).speed(request.speed);
        let speech = synthesizer.synthesize(&spoken)?;
        let [chunk] = speech.chunks() else {
            return Err(format!("{} chunks instead of one", speech.chunks().len()).into());
        };
        let durations =
            chunk.durations.as_ref().map(|frames| frames.iter().copied().map(i64::from).collect());
        Ok(Speech { samples: speech.into_samples(), durations })
    }))
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed, the exit code still tells.
            let _ = writeln!(io::stderr(), "infer-ids: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let [model, voices, out] = paths(std::env::args_os().skip(1))?;
    fs::create_dir_all(&out)?;
    let mut speak = speaker(&model, &voices)?;
    for (index, line) in io::stdin().lock().lines().enumerate() {
        let speech = Request::parse(&line?).and_then(|request| speak(&request));
        let speech = speech.map_err(|error| format!("request {index}: {error}"))?;
        let summary = speech.save(&out, index)?;
        writeln!(io::stdout(), "{summary}")?;
    }
    Ok(())
}

/// The model, the voices and the output directory.
fn paths(arguments: impl IntoIterator<Item = OsString>) -> Result<[PathBuf; 3]> {
    const OPTIONS: [&str; 3] = ["--model", "--voices", "--out"];
    let mut given = HashMap::new();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let option = OPTIONS.into_iter().find(|option| argument == *option);
        let option = option.ok_or_else(|| format!("{} is not an option\n{USAGE}", argument.display()))?;
        let value = arguments.next().ok_or_else(|| format!("{option} needs a value\n{USAGE}"))?;
        given.insert(option, PathBuf::from(value));
    }
    let mut take = |option| given.remove(option).ok_or_else(|| format!("{option} is missing\n{USAGE}"));
    Ok([take("--model")?, take("--voices")?, take("--out")?])
}

impl Request {
    fn parse(line: &str) -> Result<Self> {
        let request: Value = serde_json::from_str(line)?;
        let text = |key: &str| request[key].as_str().ok_or_else(|| format!("{key:?} is not a string"));
        let speed = request["speed"].as_f64().ok_or("\"speed\" is not a number")?;
        Ok(Self { phonemes: text("phonemes")?.into(), voice: text("voice")?.into(), speed: speed as f32 })
    }
}

impl Speech {
    fn save(&self, directory: &Path, index: usize) -> Result<Value> {
        save(&directory.join(format!("{index}.samples.npy")), &self.samples)?;
        if let Some(durations) = &self.durations {
            save(&directory.join(format!("{index}.durations.npy")), durations)?;
        }
        let durations = self.durations.as_ref().map(Vec::len);
        Ok(json!({ "index": index, "samples": self.samples.len(), "durations": durations }))
    }
}

fn save<T: npy::Element>(path: &Path, values: &[T]) -> Result<()> {
    let written = File::create(path).and_then(|mut file| npy::write(&mut file, values));
    written.map_err(|error| format!("{}: {error}", path.display()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_requests() {
        let request = Request::parse(r#"{"phonemes": "hˈI", "voice": "af_heart", "speed": 1}"#).unwrap();
        assert_eq!(request, Request { phonemes: "hˈI".into(), voice: "af_heart".into(), speed: 1.0 });
        let error = Request::parse(r#"{"phonemes": "hˈI", "speed": 1}"#).unwrap_err();
        assert_eq!(error.to_string(), "\"voice\" is not a string");
        assert!(Request::parse("{").is_err());
    }

    #[test]
    fn reads_paths_in_any_order() {
        let line = |text: &str| paths(text.split(' ').map(OsString::from));
        let expected = ["m.onnx", "v", "o"].map(PathBuf::from);
        assert_eq!(line("--out o --model m.onnx --voices v").unwrap(), expected);
        assert!(line("--out o --model m.onnx").unwrap_err().to_string().starts_with("--voices is missing"));
        assert!(line("--out").unwrap_err().to_string().starts_with("--out needs a value"));
        assert!(line("--loud").unwrap_err().to_string().starts_with("--loud is not an option"));
    }

    #[test]
    fn saves_what_the_model_told() {
        let directory = tempfile::tempdir().unwrap();
        let speech = Speech { samples: vec![0.0; 600], durations: Some(vec![1]) };
        let summary = speech.save(directory.path(), 3).unwrap();
        assert_eq!(summary, json!({ "index": 3, "samples": 600, "durations": 1 }));
        assert_eq!(fs::read(directory.path().join("3.samples.npy")).unwrap().len(), 128 + 4 * 600);
        assert_eq!(fs::read(directory.path().join("3.durations.npy")).unwrap().len(), 128 + 8);

        let speech = Speech { samples: Vec::new(), durations: None };
        assert_eq!(speech.save(directory.path(), 4).unwrap()["durations"], Value::Null);
        assert!(!directory.path().join("4.durations.npy").exists());
    }
}
