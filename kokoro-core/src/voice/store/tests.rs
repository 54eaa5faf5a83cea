//! Stores of folders, files and memory.

use std::num::NonZeroUsize;
use std::sync::Barrier;

use super::super::name::Gender;
use super::super::pack::STYLE_LEN;
use super::*;

const BIN: &[u8] = include_bytes!("../../../tests/data/voices/ramp.bin");
const NPY: &[u8] = include_bytes!("../../../tests/data/voices/ramp.npy");
const NPZ: &[u8] = include_bytes!("../../../tests/data/voices/ramp_stored.npz");
const PT: &[u8] = include_bytes!("../../../tests/data/voices/ramp.pt");

/// A raw voice of one row of the number `value`.
fn row(value: f32) -> Vec<u8> {
    [value; STYLE_LEN].iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn open(files: &[(&str, &[u8])]) -> (VoiceStore, tempfile::TempDir) {
    let folder = folder(files);
    (VoiceStore::open(folder.path()).unwrap(), folder)
}

fn names(store: &VoiceStore) -> Vec<String> {
    store.list().into_iter().map(|info| info.name).collect()
}

fn first(store: &VoiceStore, name: &str) -> f32 {
    store.voice(name).unwrap().style(NonZeroUsize::MIN)[0]
}

#[test]
fn a_folder_lists_its_voices_sorted() {
    let (store, _folder) = open(&[
        ("zm_yunxi.pt", PT),
        ("af_heart.bin", BIN),
        ("bf_emma.NPY", NPY),
        ("many.npz", NPZ),
        ("config.json", b"{}"),
        ("SHA256SUMS", b""),
        (".hidden.bin", BIN),
        ("._af_heart.bin", BIN),
        (".bin", BIN),
        ("voice (1).bin", BIN),
        ("voices-v1.0.bin", BIN),
        ("@.bin", BIN),
    ]);
    assert_eq!(names(&store), ["af_heart", "bf_emma", "first", "ramp", "zm_yunxi"]);
    let info = &store.list()[4];
    assert_eq!((info.language, info.gender), (Some(crate::Language::Zh), Some(Gender::Male)));
    let expected = store.voice("af_heart").unwrap();
    for name in ["bf_emma", "ramp", "zm_yunxi"] {
        assert_eq!(store.voice(name).unwrap(), expected, "{name}");
    }
    assert_eq!(store.voice("first").unwrap().rows(), 1);
    assert!(store.contains("ramp") && !store.contains("config"));
}

#[test]
fn folders_and_hidden_archives_are_skipped() {
    let folder = folder(&[("a.bin", BIN), (".hidden.npz", NPZ)]);
    fs::create_dir(folder.path().join("b.bin")).unwrap();
    assert_eq!(names(&VoiceStore::open(folder.path()).unwrap()), ["a"]);
}

#[test]
fn the_simplest_format_wins_among_voices_of_a_name() {
    let archive = |value| {
        let bytes = row(value);
        let header =
            b"\x93NUMPY\x01\x00\x3e\x00{'descr':'<f4','fortran_order':False,'shape':(1,256)}         ";
        let npy = [header.as_slice(), &bytes].concat();
        super::super::archive::tests::archive(&[("x.npy", &npy)], zip::CompressionMethod::Stored)
    };
    let (one, two, three) = (archive(1.0), archive(2.0), row(3.0));
    let (store, _folder) = open(&[("b.npz", &two), ("a.npz", &one)]);
    assert_eq!(first(&store, "x"), 1.0, "the first archive by name");
    let (store, _folder) = open(&[("a.npz", &one), ("x.pt", PT)]);
    assert_eq!(first(&store, "x"), -1.0, "a single file over an archive");
    let (store, _folder) = open(&[("a.npz", &one), ("x.pt", PT), ("x.npy", NPY), ("x.bin", &three)]);
    assert_eq!(first(&store, "x"), 3.0, "raw over all");
    let (store, _folder) = open(&[("x.bin", &one), ("x.npy", &three)]);
    assert_eq!(first(&store, "x"), 3.0, "the content counts, not the extension");
}

#[test]
fn one_file_is_a_voice_or_an_archive() {
    let folder =
        folder(&[("af_sky.pt", PT), ("voices-v1.0.bin", NPZ), ("no extension", NPZ), ("my voice.bin", BIN)]);
    let open = |name: &str| VoiceStore::open(&folder.path().join(name));
    assert_eq!(names(&open("af_sky.pt").unwrap()), ["af_sky"]);
    assert_eq!(names(&open("voices-v1.0.bin").unwrap()), ["first", "ramp"]);
    assert_eq!(names(&open("no extension").unwrap()), ["first", "ramp"]);
    let error = open("my voice.bin").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidVoiceName);
    assert!(error.to_string().contains("rename the file"), "{error}");
}

#[test]
fn a_missing_path_is_an_io_error_with_a_remedy() {
    let error = VoiceStore::open(Path::new("/nonexistent/voices")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let message = error.to_string();
    assert!(message.contains("`/nonexistent/voices`") && message.contains("give a folder"), "{message}");
}

#[test]
fn a_place_without_voices_is_an_error_that_says_what_was_looked_for() {
    let empty = folder(&[("readme.md", b"")]);
    let error = VoiceStore::open(empty.path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidVoiceFile);
    assert!(error.to_string().contains("NAME.bin, NAME.npy or NAME.pt"), "{error}");
    let bytes = super::super::archive::tests::archive(&[("../x.npy", NPY)], zip::CompressionMethod::Stored);
    let other = folder(&[("x.npz", &bytes)]);
    let error = VoiceStore::open(&other.path().join("x.npz")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidVoiceFile);
    assert!(error.to_string().contains("archive without voices"), "{error}");
}

#[test]
fn a_damaged_voice_spoils_only_itself_and_a_damaged_archive_the_folder() {
    let (store, folder) =
        open(&[("a.bin", &BIN[1..]), ("b.pt", &PT[..500]), ("c.npy", &NPY[..90]), ("d.bin", BIN)]);
    assert_eq!(names(&store), ["a", "b", "c", "d"]);
    for name in ["a", "b", "c"] {
        let error = store.voice(name).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidVoiceFile);
        assert!(error.to_string().contains(&format!("{name}.")), "{error}");
    }
    assert!(store.voice("d").is_ok());
    fs::write(folder.path().join("e.npz"), &NPZ[..500]).unwrap();
    let error = VoiceStore::open(folder.path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidVoiceFile);
    assert!(error.to_string().contains("e.npz"), "{error}");
}

#[test]
fn a_failure_is_tried_afresh_and_a_success_is_kept() {
    let (store, folder) = open(&[("a.bin", b"damaged")]);
    let path = folder.path().join("a.bin");
    assert_eq!(store.voice("a").unwrap_err().kind(), ErrorKind::InvalidVoiceFile);
    fs::remove_file(&path).unwrap();
    assert_eq!(store.voice("a").unwrap_err().kind(), ErrorKind::Io);
    fs::write(&path, row(1.0)).unwrap();
    assert_eq!(first(&store, "a"), 1.0);
    fs::write(&path, row(2.0)).unwrap();
    assert_eq!(first(&store, "a"), 1.0);
}

#[test]
fn names_are_never_paths() {
    let parent = folder(&[("secret.bin", BIN)]);
    let inside = parent.path().join("voices");
    fs::create_dir(&inside).unwrap();
    fs::write(inside.join("a.bin"), BIN).unwrap();
    let store = VoiceStore::open(&inside).unwrap();
    for name in ["../secret", "..", "", "a.bin", "a\0", "./a"] {
        assert_eq!(store.voice(name).unwrap_err().kind(), ErrorKind::InvalidVoiceName, "{name}");
    }
    let absolute = inside.join("a");
    assert_eq!(store.voice(&absolute.to_string_lossy()).unwrap_err().kind(), ErrorKind::InvalidVoiceName);
}

#[test]
fn an_unknown_voice_gets_close_names_and_the_count() {
    let store = VoiceStore::from_memory(["af_heart", "af_sky", "bf_emma"].map(|name| (name, BIN))).unwrap();
    let error = store.voice("af_hart").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownVoice);
    assert_eq!(
        error.to_string(),
        "no voice `af_hart` among the 3 in the built-in voices; close names are `af_heart`"
    );
    let message = store.voice("something-else").unwrap_err().to_string();
    assert_eq!(message, "no voice `something-else` among the 3 in the built-in voices");
}

#[test]
fn memory_voices_are_named_and_checked() {
    let store = VoiceStore::from_memory([("good", BIN), ("bad", &BIN[..100])]).unwrap();
    assert_eq!(names(&store), ["bad", "good"]);
    assert_eq!(store.voice("good").unwrap().rows(), 3);
    let error = store.voice("bad").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidVoiceFile);
    assert!(error.to_string().starts_with("the built-in voice `bad`: found 100 bytes"), "{error}");
    for voices in [[("a", BIN), ("a", BIN)], [("a", BIN), ("b/c", BIN)]] {
        assert_eq!(VoiceStore::from_memory(voices).unwrap_err().kind(), ErrorKind::InvalidVoiceName);
    }
}

#[test]
fn mixes_are_resolved() {
    let (store, _folder) = open(&[("one.bin", &row(4.0)), ("ramp.bin", BIN)]);
    let blend = |mix: &str| store.blend(&mix.parse().unwrap());
    let (mix, single) = (blend("ramp*0.75+one*0.25").unwrap(), blend("ramp").unwrap());
    let ramp = store.voice("ramp").unwrap();
    for n in 1..6 {
        let n = NonZeroUsize::new(n).unwrap();
        assert_eq!(mix.style(n)[5], (0.75 * f64::from(ramp.style(n)[5]) + 1.0) as f32);
        assert_eq!(single.style(n), ramp.style(n));
    }
    assert_eq!(blend("ramp,two").unwrap_err().kind(), ErrorKind::UnknownVoice);
}

#[test]
fn threads_share_one_decoded_voice() {
    const THREADS: usize = 8;
    let (store, folder) = open(&[("a.bin", BIN)]);
    let barrier = Barrier::new(THREADS);
    let voices: Vec<Voice> = std::thread::scope(|scope| {
        let ask = || {
            barrier.wait();
            store.voice("a").unwrap()
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(voices.iter().all(|voice| voice.shares_table_with(&voices[0])));
    fs::remove_file(folder.path().join("a.bin")).unwrap();
    assert!(store.voice("a").unwrap().shares_table_with(&voices[0]));
}
