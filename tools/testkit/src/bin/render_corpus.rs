//! Speaks sentences with the built-in model through the whole library, for a speech recogniser to listen to.
//!
//! usage: render-corpus --out FOLDER [--sentences FILE] [--control FILE]
//!
//! Every sentence is spoken from its text by every voice at three speeds. The control is a second file of phoneme
//! strings, one for each sentence, that must not be understood. Writes WAV files and `manifest.tsv`, the input of
//! `tools/builtin_model/score.py`.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kokoro_core::{SpeechRequest, Synthesizer, WavFormat};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const SPEEDS: [f32; 3] = [0.8, 1.0, 1.25];

struct Options {
    out: PathBuf,
    sentences: PathBuf,
    control: PathBuf,
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|options| render(&options)) {
        Ok(count) => {
            let _ = writeln!(io::stdout(), "rendered {count} recordings");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "render-corpus: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../builtin_model");
    let mut out = None;
    let (mut sentences, mut control) = (folder.join("sentences.txt"), folder.join("control.phonemes"));
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
        match argument.as_str() {
            "--out" => out = Some(PathBuf::from(value)),
            "--sentences" => sentences = value.into(),
            "--control" => control = value.into(),
            _ => return Err(format!("unknown option {argument}").into()),
        }
    }
    Ok(Options { out: out.ok_or("--out is missing")?, sentences, control })
}

fn render(options: &Options) -> Result<usize> {
    let synthesizer = Synthesizer::builder().model("builtin").threads(1).build()?;
    let voices: Vec<String> = synthesizer.voices().into_iter().map(|voice| voice.name).collect();
    let sentences = fs::read_to_string(&options.sentences)?;
    let control = fs::read_to_string(&options.control)?;
    if sentences.lines().count() != control.lines().count() {
        return Err("the control has another number of lines than the sentences".into());
    }
    fs::create_dir_all(&options.out)?;

    let mut corpus =
        Corpus { folder: &options.out, manifest: "file\ttext\tvoice\tspeed\tkind\n".into(), count: 0 };
    for (index, (text, control)) in sentences.lines().zip(control.lines()).enumerate() {
        for voice in &voices {
            for speed in SPEEDS {
                let request = SpeechRequest::new(text).voice(voice).speed(speed);
                corpus.add(&synthesizer, &request, text, voice, speed, "speech")?;
            }
        }
        if let Some(voice) = voices.get(index % voices.len()) {
            let request = SpeechRequest::from_phonemes(control).voice(voice);
            corpus.add(&synthesizer, &request, text, voice, 1.0, "control")?;
        }
    }
    fs::write(options.out.join("manifest.tsv"), &corpus.manifest)?;
    Ok(corpus.count)
}

struct Corpus<'a> {
    folder: &'a Path,
    manifest: String,
    count: usize,
}

impl Corpus<'_> {
    fn add(
        &mut self,
        synthesizer: &Synthesizer,
        request: &SpeechRequest,
        text: &str,
        voice: &str,
        speed: f32,
        kind: &str,
    ) -> Result<()> {
        let file = format!("{:04}.wav", self.count);
        synthesizer.synthesize(request)?.write_wav(self.folder.join(&file), WavFormat::Pcm16)?;
        writeln!(self.manifest, "{file}\t{text}\t{voice}\t{speed}\t{kind}")?;
        self.count += 1;
        Ok(())
    }
}
