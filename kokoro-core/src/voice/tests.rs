//! The formats against each other: on the small golden voices, and on real ones where an environment variable says where
//! they are.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::pack::Voice;
use super::*;

/// Folder of raw `.bin` voices as published.
const VOICES: &str = "KOKORO_TEST_VOICES";

/// Copies of some of them in another format: a folder or a file that a store can open, or what
/// `tools/voices/convert.py` wrote.
const COPIES: &str = "KOKORO_TEST_VOICES_COPIES";

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/voices")
}

/// Where `variable` points, or nothing and a printed reason why the test is skipped.
fn place(variable: &str) -> Option<PathBuf> {
    let place = std::env::var_os(variable).map(PathBuf::from);
    if place.is_none() {
        println!("skipped: set {variable} to run this test on real voices");
    }
    place
}

/// All numbers of a voice as bits, so that zeros of either sign differ.
fn bits(voice: &Voice) -> Vec<u32> {
    (1..=voice.rows())
        .filter_map(NonZeroUsize::new)
        .flat_map(|count| voice.style(count).map(f32::to_bits))
        .collect()
}

#[test]
fn every_format_gives_the_same_numbers() {
    let expected: Vec<u32> = (0..3 * STYLE_LEN as u64)
        .map(|index| (index * 2_654_435_761 % (1 << 24)) as f64 / f64::from(1 << 23) - 1.0)
        .map(|value| (value as f32).to_bits())
        .collect();
    for (file, name) in [
        ("ramp.bin", "ramp"),
        ("ramp.npy", "ramp"),
        ("ramp_stored.npz", "ramp"),
        ("ramp_deflated.npz", "ramp"),
        ("ramp.pt", "ramp"),
        ("ramp_view.pt", "ramp_view"),
    ] {
        let store = VoiceStore::open(&goldens().join(file)).unwrap();
        let voice = store.voice(name).unwrap();
        assert_eq!(bits(&voice), expected, "{file}");
        if store.contains("first") {
            assert_eq!(bits(&store.voice("first").unwrap()), expected[..STYLE_LEN], "{file}");
        }
    }
}

#[test]
fn published_voices_load() {
    let Some(folder) = place(VOICES) else { return };
    let store = VoiceStore::open(&folder).unwrap();
    let infos = store.list();
    for info in &infos {
        let voice = store.voice(&info.name).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(voice.rows(), 510, "{}", info.name);
        assert!(info.language.is_some() && info.gender.is_some(), "{info:?}");
        let bytes: Vec<u8> = bits(&voice).iter().flat_map(|word| word.to_le_bytes()).collect();
        let file = folder.join(format!("{}.bin", info.name));
        assert_eq!(bytes, std::fs::read(file).unwrap(), "{}", info.name);
    }
    println!("{} voices of 510 rows", infos.len());
    assert_eq!(infos.len(), 54, "voices of Kokoro 1.0");
}

#[test]
fn copies_equal_the_published_voices() {
    let (Some(folder), Some(copies)) = (place(VOICES), place(COPIES)) else { return };
    let originals = VoiceStore::open(&folder).unwrap();
    let inside =
        ["npy", "pt", "voices.npz", "voices_compressed.npz", "voices.bin"].map(|name| copies.join(name));
    let mut places: Vec<_> = inside.into_iter().filter(|place| place.exists()).collect();
    if places.is_empty() {
        places.push(copies);
    }
    for place in places {
        let store = VoiceStore::open(&place).unwrap();
        for info in store.list() {
            let copy = store.voice(&info.name).unwrap_or_else(|e| panic!("{e}"));
            let original = originals.voice(&info.name).unwrap();
            assert!(bits(&copy) == bits(&original), "{} in {}", info.name, place.display());
            println!("{} in {}: equal", info.name, place.display());
        }
    }
}
