//! Trains letter-to-sound tables from a dictionary.
//!
//! The model is a joint n-gram model, after Bisani and Ney, "Joint-sequence models for grapheme-to-phoneme
//! conversion" (2008): a word is a sequence of pairs of one letter and the phonemes that it stands for, and
//! how likely a pair is depends on the pairs next to it. Stress belongs to the phonemes.
//!
//! Words are read from their end. In English that is where the stress is decided (`-ation`, `-ity`, `-ic`),
//! and in tests it is better than reading from the beginning, in phonemes as well as in stress.
//!
//! The same words give the same bytes on every machine: nothing depends on the order of a hash table, and
//! floating point is limited to the four basic operations. No algorithm here needs an optimising compiler,
//! which build scripts do not get.

mod align;
mod estimate;
mod stress;
mod trie;
mod units;
mod write;

use std::collections::{BTreeMap, HashMap};

use misaki_rs::lexicon::PhonemeEntry;

use self::align::Aligner;
use self::trie::{BEGIN, END, Token};
use self::units::{Inventory, Word};
use self::write::Name;

/// How often a pair must occur to be learned. Most rarer ones are misspellings and foreign words.
const RARE: u32 = 4;

/// How many bits a sequence must save over all the training words to have a place in the table. With 3 the
/// tables would be almost a third smaller, and wrong in 0.4 % more of the symbols.
const THRESHOLD: f64 = 2.0;

/// A letter with the phonemes that it stands for, stress marks included.
type Pair = (u8, String);

/// The words of a dictionary with the phonemes that the model is given.
pub(crate) fn entries(dictionary: HashMap<String, PhonemeEntry>) -> BTreeMap<String, String> {
    let phonemes = |entry| match entry {
        PhonemeEntry::Simple(phonemes) => Some(phonemes),
        PhonemeEntry::Tagged(mut tagged) => tagged.remove("DEFAULT").flatten(),
    };
    // The dictionaries tell apart a flap and a glottal stop for which Kokoro has other symbols.
    let kokoro = |phonemes: String| phonemes.replace('ɾ', "T").replace('ʔ', "t");
    dictionary.into_iter().filter_map(|(word, entry)| Some((word, kokoro(phonemes(entry)?)))).collect()
}

/// The table of the words in `entries`.
///
/// # Errors
/// If they have more different pairs of letters and phonemes than the format has room for.
pub(crate) fn table(entries: &BTreeMap<String, String>) -> Result<Vec<u8>, String> {
    let mut inventory = Inventory::new();
    let words: Vec<Word> =
        entries.iter().filter_map(|(word, phonemes)| inventory.word(word, phonemes)).collect();
    let aligner = Aligner::learn(&words, inventory.len());
    let aligned: Vec<Vec<Pair>> =
        words.iter().filter_map(|word| Some(pairs(word, &aligner.align(word)?, &inventory))).collect();
    let mut counts: BTreeMap<&Pair, u32> = BTreeMap::new();
    for pair in aligned.iter().flatten() {
        *counts.entry(pair).or_default() += 1;
    }
    counts.retain(|_, count| *count >= RARE);
    let mut names = vec![Name::default(); usize::from(END) + 1];
    let mut numbers: BTreeMap<&Pair, Token> = BTreeMap::new();
    for &pair in counts.keys() {
        numbers.insert(pair, names.len() as Token);
        names.push(Name { letter: pair.0, phonemes: pair.1.clone() });
    }
    let sequences: Vec<Vec<Token>> = aligned
        .iter()
        .filter_map(|pairs| {
            let mut sequence = vec![BEGIN];
            for pair in pairs.iter().rev() {
                sequence.push(*numbers.get(pair)?);
            }
            sequence.push(END);
            Some(sequence)
        })
        .collect();
    let levels = trie::count(&sequences);
    let estimates = estimate::estimate(&levels, THRESHOLD);
    let mut table = write::write(&names, &levels, &estimates)?;
    table.extend(stress::table(words.iter().map(|word| (&word.letters[..], phonemes(word, &inventory)))));
    Ok(table)
}

/// The phonemes of `word`.
fn phonemes(word: &Word, inventory: &Inventory) -> String {
    let marked = |(&unit, &stress)| [stress_mark(stress), inventory.name(unit)];
    word.units.iter().zip(&word.stress).flat_map(marked).collect()
}

fn stress_mark(stress: u8) -> &'static str {
    ["", "ˌ", "ˈ"][usize::from(stress)]
}

/// The pairs of `word`, given how many phonemes each letter stands for.
fn pairs(word: &Word, lengths: &[u8], inventory: &Inventory) -> Vec<Pair> {
    let mut at = 0;
    let pair = |(&letter, &length): (&u8, &u8)| {
        let mut phonemes = String::new();
        for _ in 0..length {
            phonemes.push_str(stress_mark(word.stress[at]));
            phonemes.push_str(inventory.name(word.units[at]));
            at += 1;
        }
        (letter, phonemes)
    };
    word.letters.iter().zip(lengths).map(pair).collect()
}
