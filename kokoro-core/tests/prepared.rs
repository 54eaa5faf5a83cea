//! Prepared models: the same speech, and a right result or a clear error whatever becomes of their files.
//!
//! The model is the small built-in one as a file; `tools/testkit` has the tests on the real graphs.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{child, data, succeed};
use kokoro_core::{
    Error, ErrorKind, ModelStep, Optimization, Prepared, SpeechRequest, StepOutcome, Synthesizer,
    SynthesizerBuilder,
};

/// The folder of a model, which is the only one of its tests.
struct Model(tempfile::TempDir);

impl Model {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(data("builtin/model.onnx"), folder.path().join("model.onnx")).unwrap();
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("model.onnx")
    }

    fn builder(&self) -> SynthesizerBuilder {
        builder(&self.path())
    }

    /// The folder beside the model.
    fn place(&self) -> PathBuf {
        self.0.path().join("model.onnx.kokoro-prepared")
    }

    /// Loads it and gives what it says, and what was made of the preparation.
    fn speak(&self, prepared: Prepared) -> (Vec<f32>, Option<StepOutcome>) {
        speak(self.builder().prepared(prepared))
    }
}

fn builder(model: &Path) -> SynthesizerBuilder {
    Synthesizer::builder().model(model).voices(data("builtin/voices")).threads(2)
}

fn speak(builder: SynthesizerBuilder) -> (Vec<f32>, Option<StepOutcome>) {
    let synthesizer = builder.build().unwrap();
    let speech = synthesizer.synthesize(&SpeechRequest::from_phonemes("həlˈO wˈɜɹld.").seed(1)).unwrap();
    (speech.into_samples(), synthesizer.model_report().outcome(ModelStep::Preparation).cloned())
}

fn is_used(outcome: &Option<StepOutcome>) -> bool {
    matches!(outcome, Some(StepOutcome::Applied { .. }))
}

/// Why it was not used.
fn skipped(outcome: Option<StepOutcome>) -> String {
    match outcome {
        Some(StepOutcome::Skipped { reason }) => reason,
        other => format!("{other:?}"),
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_prepared_model_says_the_same() {
    let model = Model::new();
    let (expected, outcome) = model.speak(Prepared::Use);
    assert_eq!(outcome, None);
    // Nothing is written unasked.
    assert_eq!(names(model.0.path()), ["model.onnx"]);

    let prepared = model.builder().prepare().unwrap();
    assert!(prepared.is_new() && prepared.folder().starts_with(model.place()));
    assert_eq!(names(prepared.folder()), ["graph.onnx", "manifest", "weights.bin"]);
    let sizes: u64 = names(prepared.folder())
        .iter()
        .map(|name| fs::metadata(prepared.folder().join(name)).unwrap().len())
        .sum();
    assert_eq!(prepared.bytes(), sizes);
    assert_eq!(names(&model.place()).len(), 2, "the preparation and the lock");
    prepared.verify().unwrap();

    let (samples, outcome) = model.speak(Prepared::Use);
    assert!(is_used(&outcome));
    assert!(samples == expected);
    assert_eq!(model.speak(Prepared::Off), (expected.clone(), None));
    let again = model.builder().prepare().unwrap();
    assert!(!again.is_new());
    assert_eq!((again.folder(), again.model_sha256()), (prepared.folder(), prepared.model_sha256()));

    // Several sessions, and the rest of the report.
    let synthesizer = model.builder().sessions(2).build().unwrap();
    let plain = model.builder().prepared(Prepared::Off).build().unwrap();
    let steps = synthesizer.model_report().steps();
    assert_eq!(&steps[..steps.len() - 1], plain.model_report().steps());
    assert_eq!(synthesizer.model_info(), plain.model_info());
    let request = SpeechRequest::from_phonemes("həlˈO wˈɜɹld.").seed(1);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(synthesizer.synthesize(&request).unwrap().samples() == expected));
        }
    });
}

#[test]
fn it_is_made_when_that_is_asked_for() {
    let model = Model::new();
    let (expected, _) = model.speak(Prepared::Off);
    for _ in 0..2 {
        let (samples, outcome) = model.speak(Prepared::Make);
        assert!(is_used(&outcome) && samples == expected);
    }
    let built_in = Synthesizer::builder().model("builtin").prepare().unwrap_err();
    assert_eq!(built_in.kind(), ErrorKind::InvalidConfig);
    let absent = builder(&model.0.path().join("other.onnx")).prepare().unwrap_err();
    assert_eq!(absent.kind(), ErrorKind::ModelNotFound);
    fs::write(model.0.path().join("text.onnx"), "plain text").unwrap();
    let text = builder(&model.0.path().join("text.onnx")).prepare().unwrap_err();
    assert_eq!(text.kind(), ErrorKind::InvalidModel);
}

/// What a model is told about itself; ONNX reads two halves of a message as one.
fn append_metadata(path: &Path, value: &str) {
    let mut file = fs::read(path).unwrap();
    let entry = [&[0x0a, 4][..], b"note", &[0x12, value.len() as u8], value.as_bytes()].concat();
    file.extend([0x72, entry.len() as u8]);
    file.extend(entry);
    fs::write(path, file).unwrap();
}

#[test]
fn a_model_that_has_changed_is_prepared_anew() {
    let model = Model::new();
    append_metadata(&model.path(), "first");
    let first = model.builder().prepare().unwrap();
    for value in ["other", "a longer one"] {
        fs::copy(data("builtin/model.onnx"), model.path()).unwrap();
        append_metadata(&model.path(), value);
        let (expected, outcome) = model.speak(Prepared::Use);
        assert_eq!(skipped(outcome), "the model has changed since");
        assert!(first.verify().unwrap_err().to_string().contains("changed"));
        let (samples, outcome) = model.speak(Prepared::Make);
        assert!(is_used(&outcome) && samples == expected);
    }
    let now = model.builder().prepare().unwrap();
    assert!(!now.is_new() && now.model_sha256() != first.model_sha256());
    assert_eq!(names(&model.place()).len(), 2);

    // The same content at another time is the same model.
    let file = fs::File::options().write(true).open(model.path()).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    assert!(is_used(&model.speak(Prepared::Use).1));
}

#[test]
fn damage_is_found_and_repaired() {
    let model = Model::new();
    let (expected, _) = model.speak(Prepared::Off);
    let folder = model.builder().prepare().unwrap().folder().to_owned();
    for name in ["manifest", "graph.onnx", "weights.bin"] {
        let path = folder.join(name);
        let whole = fs::read(&path).unwrap();
        assert!(whole.len() > 1000, "{name}");
        let flipped = |place: usize| {
            let mut content = whole.clone();
            content[place] ^= 0x10;
            Some(content)
        };
        let longer = Some([&whole[..], &[0]].concat());
        let damaged = [
            flipped(0),
            flipped(whole.len() / 2),
            flipped(whole.len() - 1),
            longer,
            Some(whole[..whole.len() / 2].to_vec()),
            Some(Vec::new()),
            None,
        ];
        for content in damaged {
            match &content {
                Some(content) => fs::write(&path, content).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let what = format!("{name} of {:?} bytes", content.map(|content| content.len()));
            let (samples, outcome) = model.speak(Prepared::Use);
            assert!(!is_used(&outcome) && samples == expected, "{what}: {outcome:?}");
            let repaired = model.builder().prepare().unwrap();
            assert!(repaired.is_new(), "{what}");
            let (samples, outcome) = model.speak(Prepared::Use);
            assert!(is_used(&outcome) && samples == expected, "{what}: {outcome:?}");
        }
    }
}

/// Changes the manifest of a preparation, and makes its checksum right.
fn edit(folder: &Path, from: &str, to: &str) {
    let manifest = fs::read_to_string(folder.join("manifest")).unwrap();
    let text = manifest.split_once('\n').unwrap().1.strip_suffix('\n').unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    let text = text.replacen(from, to, 1);
    let sum = crc32fast::hash(text.as_bytes());
    fs::write(folder.join("manifest"), format!("kokoro-prepared {sum:08x}\n{text}\n")).unwrap();
}

#[test]
fn what_was_made_for_something_else_is_not_used() {
    let model = Model::new();
    let (expected, _) = model.speak(Prepared::Off);
    let cases = [
        (r#""format":"#, r#""format":9"#, "another format"),
        (r#""library":""#, r#""library":"9"#, "another version of this library"),
        (r#""runtime":""#, r#""runtime":"9"#, "another ONNX Runtime"),
        (r#""processor":""#, r#""processor":"9"#, "another processor"),
        (r#""changes":""#, r#""changes":"9"#, "another optimization"),
    ];
    for (from, to, what) in cases {
        let folder = model.builder().prepare().unwrap().folder().to_owned();
        edit(&folder, from, to);
        let (samples, outcome) = model.speak(Prepared::Use);
        assert_eq!(skipped(outcome), format!("it was made for {what}"));
        assert!(samples == expected);
        assert!(model.builder().prepare().unwrap().is_new());

        // Where it lies under its own name, as one made by another machine would.
        edit(&folder, from, to);
        fs::rename(&folder, model.place().join("0123456789abcdef")).unwrap();
        assert_eq!(skipped(model.speak(Prepared::Use).1), format!("it was made for {what}"));
        fs::remove_dir_all(model.place()).unwrap();
    }
    // Preparations for several optimizations live side by side.
    let fast = model.builder().prepare().unwrap();
    let exact = model.builder().optimization(Optimization::Exact).prepare().unwrap();
    assert_ne!(fast.folder(), exact.folder());
    assert!(is_used(&model.speak(Prepared::Use).1));
    assert!(is_used(&speak(model.builder().optimization(Optimization::Exact)).1));
}

/// A child that prepares the model that the variable `MODEL` names, and prints what came of it.
fn preparing(model: &Model) -> Command {
    let mut command = child("prepares");
    command.env("MODEL", model.path()).env("KOKORO_HOME", model.0.path().join("cache"));
    command
}

#[test]
#[ignore = "a part of other tests, in a process of its own"]
fn prepares() {
    let model = PathBuf::from(std::env::var_os("MODEL").unwrap());
    let outcome: Result<_, Error> = builder(&model).prepare();
    match outcome {
        Ok(prepared) => {
            prepared.verify().unwrap();
            println!("new: {} in {}", prepared.is_new(), prepared.folder().display());
        }
        Err(error) => println!("{}: {error}", error.kind()),
    }
    // Whatever came of it, the model can be used.
    let (_, outcome) = speak(builder(&model).prepared(Prepared::Make));
    println!("used: {}", is_used(&outcome));
}

#[test]
fn where_the_folder_cannot_be_written_the_cache_is_used() {
    let model = Model::new();
    // A file in the place of the folder: modes mean nothing to a superuser.
    fs::write(model.place(), "").unwrap();
    let output = succeed(preparing(&model));
    let text = String::from_utf8_lossy(&output.stdout);
    let cache = model.0.path().join("cache");
    assert!(
        text.contains(&format!("new: true in {}", cache.display())) && text.contains("used: true"),
        "{text}"
    );
    let text = String::from_utf8_lossy(&succeed(preparing(&model)).stdout).into_owned();
    assert!(text.contains("new: false") && text.contains("used: true"), "{text}");

    fs::remove_dir_all(&cache).unwrap();
    fs::write(&cache, "").unwrap();
    let text = String::from_utf8_lossy(&succeed(preparing(&model)).stdout).into_owned();
    assert!(text.contains("io: the model cannot be prepared in"), "{text}");
    assert!(text.contains("KOKORO_HOME") && text.contains("used: false"), "{text}");
}

/// No file may be larger than what fits into the limit: the same as a disk that is full.
#[test]
#[cfg(unix)]
fn a_full_disk_is_a_clear_error() {
    let model = Model::new();
    for blocks in [0, 8, 64, 256] {
        let whole = preparing(&model);
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"")).arg("sh");
        command.arg(whole.get_program()).args(whole.get_args());
        for (name, value) in whole.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let text = String::from_utf8_lossy(&succeed(command).stdout).into_owned();
        assert!(
            text.contains("io: the model cannot be prepared in") && text.contains("used: false"),
            "{text}"
        );
        // Nothing is left but the locks.
        assert_eq!(names(&model.place()), [".lock"]);
    }
    assert!(model.builder().prepare().unwrap().is_new());
}

#[test]
fn two_processes_do_it_once() {
    let model = Model::new();
    let spawn = || preparing(&model).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let children: Vec<_> = (0..4).map(|_| spawn()).collect();
    let texts: Vec<String> = children
        .into_iter()
        .map(|child| String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap())
        .collect();
    let count = |what: &str| texts.iter().filter(|text| text.contains(what)).count();
    assert_eq!((count("new: true"), count("new: false"), count("used: true")), (1, 3, 4), "{texts:?}");
    assert_eq!(names(&model.place()).len(), 2);
}

#[test]
fn a_process_that_is_ended_leaves_nothing_that_is_used() {
    let model = Model::new();
    let (expected, _) = model.speak(Prepared::Off);
    let mut unfinished = 0;
    for milliseconds in (0..160).step_by(16) {
        let mut child = preparing(&model).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
        if model.place().exists() {
            unfinished += names(&model.place()).iter().filter(|name| name.starts_with(".making-")).count();
        }
        assert!(model.speak(Prepared::Use).0 == expected, "after {milliseconds} ms");
    }
    let prepared = model.builder().prepare().unwrap();
    prepared.verify().unwrap();
    assert_eq!(names(&model.place()).len(), 2, "{unfinished} were unfinished");
    assert!(is_used(&model.speak(Prepared::Use).1));
}
