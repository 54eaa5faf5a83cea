//! Reads words by a trained table.

mod bytes;
mod decode;
mod ending;
pub(crate) mod pattern;
mod stress;
mod table;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use self::bytes::Bytes;
use self::stress::Stress;
use self::table::Table;

/// How many letters are read at a time. No word is as long; this bounds the time and memory for what is none.
const PIECE: usize = 48;

/// Says words that are in no dictionary.
pub(crate) struct Model<'a> {
    table: Table<'a>,
    stress: Stress<'a>,
    /// The vowel of a weak syllable, as in "wishes".
    weak: char,
}

impl<'a> Model<'a> {
    /// A model of a trained table; `weak` is the vowel of the last syllable of "wishes". `None` if the bytes
    /// are no table.
    pub(crate) fn read(bytes: &'a [u8], weak: char) -> Option<Self> {
        let mut bytes = Bytes::new(bytes);
        let table = Table::read(&mut bytes)?;
        let stress = Stress::read(&mut bytes)?;
        bytes.is_empty().then_some(Self { table, stress, weak })
    }

    /// The phonemes of a word of lower-case ASCII letters and apostrophes, with one primary stress if they
    /// have a vowel. `None` if the word has other characters or no letters, or cannot be read.
    pub(crate) fn say(&self, word: &str) -> Option<String> {
        let word = word.trim_matches('\'');
        let stem = word.strip_suffix("'s").filter(|stem| !stem.is_empty());
        let (prefix, rest) = match stem.unwrap_or(word).split_once('\'') {
            // As in O'Connor.
            Some(("o", rest)) if !rest.is_empty() => ("o", rest),
            _ => ("", stem.unwrap_or(word)),
        };
        let mut phonemes = self.name(prefix)?;
        phonemes.push_str(&self.read_letters(rest)?);
        if stem.is_some() {
            ending::add_s(&mut phonemes, self.weak);
        } else {
            ending::agree(word, &mut phonemes);
        }
        Some(stress::settle(&phonemes))
    }

    /// The phonemes of a prefix, without stress.
    fn name(&self, prefix: &str) -> Option<String> {
        if prefix.is_empty() {
            return Some(String::new());
        }
        self.read_letters(prefix).map(|phonemes| phonemes.replace(['ˈ', 'ˌ'], ""))
    }

    fn read_letters(&self, word: &str) -> Option<String> {
        let letter = |byte| match byte {
            b'a'..=b'z' => Some(byte - b'a'),
            b'\'' => Some(26),
            _ => None,
        };
        let letters: Vec<u8> = word.bytes().map(letter).collect::<Option<_>>()?;
        if letters.is_empty() {
            return None;
        }
        let mut phonemes = String::new();
        for piece in letters.chunks(PIECE) {
            phonemes.push_str(&self.read_piece(piece)?);
        }
        Some(phonemes)
    }

    fn read_piece(&self, letters: &[u8]) -> Option<String> {
        // The table reads from the end.
        let reversed: Vec<u8> = letters.iter().rev().copied().collect();
        // Most readings share their patterns.
        let mut stresses = BTreeMap::new();
        let readings = decode::decode(&self.table, &reversed).into_iter().map(|reading| {
            let names = reading.tokens.iter().rev().filter_map(|&token| self.table.name(token));
            let phonemes: String = names.map(|name| name.phonemes).collect();
            // The table knows something of stress as well, so the pattern counts only by half.
            let pattern = pattern::pattern(&phonemes);
            let stress = *match stresses.entry(pattern) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let cost = self.stress.cost(&reversed, new.key());
                    new.insert(cost)
                }
            };
            let cost = reading.cost + stress / 2;
            (!reading.primary, cost, phonemes)
        });
        readings.min_by_key(|&(unstressed, cost, _)| (unstressed, cost)).map(|(_, _, phonemes)| phonemes)
    }
}
