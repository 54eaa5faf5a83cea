//! How likely a pattern of stress is, given the last letters of a word.
//!
//! `-ity` or `-ology` decide the stress of words of any length, more than the neighbourhood of a vowel does.
//! For a number of vowels and of last letters, patterns are counted and smoothed after Witten and Bell, "The
//! zero-frequency problem" (1991), with what one letter less says.

use std::collections::BTreeMap;

use super::estimate::log2;
use crate::pattern::{Context, LETTERS, pattern};

/// How many bits a pattern in a context must save over all the training words to have a place in the table.
const THRESHOLD: f64 = 10.0;

/// A word as far as its stress is concerned.
struct Word {
    /// Its last letters, from the end.
    letters: Vec<u8>,
    pattern: Vec<u8>,
    context: Context,
    /// How likely its pattern is in its context.
    likely: f64,
}

/// The table of `words`, each of letters and phonemes. For its format see its reader,
/// `src/g2p/english/sound/model/stress.rs`.
pub(super) fn table<'a>(words: impl Iterator<Item = (&'a [u8], String)>) -> Vec<u8> {
    let mut words: Vec<Word> = words
        .map(|(letters, phonemes)| {
            let letters = letters.iter().rev().take(LETTERS).copied().collect();
            let pattern = pattern(&phonemes);
            let context = Context::new(pattern.len());
            Word { letters, pattern, context, likely: 0.01 }
        })
        .collect();
    // A key that two things share goes to the first of them, that with the shorter context.
    let mut entries: BTreeMap<u32, u8> = BTreeMap::new();
    for length in 0..=LETTERS {
        if length > 0 {
            words.retain(|word| word.letters.len() >= length);
            for word in &mut words {
                word.context = word.context.and(word.letters[length - 1]);
            }
        }
        // Sorted by key, words of the same context stand together, and within them those of the same pattern.
        words.sort_by_cached_key(|word| (word.context.leaving(), word.context.key(&word.pattern)));
        for group in words.chunk_by_mut(|a, b| a.context.leaving() == b.context.leaving()) {
            estimate(group, length, &mut entries);
        }
    }
    let mut out = Vec::from((entries.len() as u32).to_le_bytes());
    for (key, cost) in entries {
        out.extend(key.to_le_bytes());
        out.push(cost);
    }
    out
}

/// Estimates the patterns of words of the same context and adds those worth it to `entries`.
fn estimate(words: &mut [Word], length: usize, entries: &mut BTreeMap<u32, u8>) {
    let total = words.len() as f64;
    let same = |a: &Word, b: &Word| a.pattern == b.pattern;
    let different = words.chunk_by(same).count() as f64;
    let rest = different / (total + different);
    let (mut here, mut shorter) = (1.0, 1.0);
    let leaving = words[0].context.leaving();
    for group in words.chunk_by_mut(same) {
        let count = group.len() as f64;
        let before = group[0].likely;
        let likely = (count + different * before) / (total + different);
        let saved = count * (log2(likely) - log2(rest * before));
        if length == 0 || saved >= THRESHOLD {
            here -= likely;
            shorter -= before;
            entries.entry(group[0].context.key(&group[0].pattern)).or_insert(sixteenths(-log2(likely)));
        }
        for word in group {
            word.likely = likely;
        }
    }
    let cost = sixteenths(-log2(here / shorter));
    if length > 0 && cost > 0 {
        entries.entry(leaving).or_insert(cost);
    }
}

fn sixteenths(bits: f64) -> u8 {
    (bits * 16.0 + 0.5).clamp(0.0, 255.0) as u8
}
