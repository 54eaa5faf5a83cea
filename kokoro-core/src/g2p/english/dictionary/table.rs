//! A dictionary as it lies in the binary: nothing is parsed or copied at start.
//!
//! The build script writes it. Numbers are little-endian:
//!
//! * the phoneme symbols, and the tags separated by spaces: for each a 32-bit length, then UTF-8;
//! * the number of slots, a power of two, and the slots: 32 bits with a part of the word's hash and the place of its
//!   record ([`super::hash`]), 0 if empty; a word's record is in the first fitting slot from its hash on;
//! * the records: word, checked entry, unchecked entry, each with its length in a byte before it. An entry is empty or has
//!   one reading or more: the number of the tag, the length, the numbers of the symbols. Length 255 stands for a reading
//!   that says nothing.

use super::hash::{hash, slot};

/// The words of a dialect.
pub(super) struct Table {
    symbols: Vec<char>,
    tags: Vec<&'static str>,
    slots: &'static [[u8; 4]],
    records: &'static [u8],
}

/// What is known of a word: an entry in the checked dictionary, one in the other, or both.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) gold: Option<Entry>,
    pub(super) silver: Option<Entry>,
}

/// The readings of a word.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    table: &'static Table,
    bytes: &'static [u8],
}

/// The phonemes of a reading.
#[derive(Clone, Copy)]
pub(super) struct Phonemes {
    table: &'static Table,
    codes: &'static [u8],
}

impl Table {
    /// Reads what the build script wrote. `None` would be a defect of the build.
    pub(super) fn read(bytes: &'static [u8]) -> Option<Self> {
        let (symbols, rest) = text(bytes)?;
        let (tags, rest) = text(rest)?;
        let (count, rest) = rest.split_first_chunk()?;
        let (slots, records) =
            rest.split_at_checked(u32::from_le_bytes(*count) as usize * size_of::<u32>())?;
        let (slots, _) = slots.as_chunks();
        slots.len().is_power_of_two().then(|| Self {
            symbols: symbols.chars().collect(),
            tags: tags.split(' ').collect(),
            slots,
            records,
        })
    }

    /// Looks `word` up as it is written.
    pub(super) fn find(&'static self, word: &[u8]) -> Option<Found> {
        let hash = hash(word);
        let mask = self.slots.len() - 1;
        let sign = slot(hash, 0)? >> 24;
        let mut at = hash as usize & mask;
        for _ in 0..self.slots.len() {
            let slot = u32::from_le_bytes(*self.slots.get(at)?);
            if slot == 0 {
                return None;
            }
            if slot >> 24 == sign {
                let record = self.records.get((slot as usize & 0xff_ffff) - 1..)?;
                let (key, rest) = short(record)?;
                if key == word {
                    let (gold, rest) = short(rest)?;
                    let (silver, _) = short(rest)?;
                    let entry =
                        |bytes: &'static [u8]| (!bytes.is_empty()).then_some(Entry { table: self, bytes });
                    return Some(Found { gold: entry(gold), silver: entry(silver) });
                }
            }
            at = (at + 1) & mask;
        }
        None
    }
}

impl Entry {
    /// The reading of a word that has only one.
    pub(super) fn single(self) -> Option<Phonemes> {
        let (tag, phonemes) = self.readings().next()?;
        phonemes.filter(|_| tag.is_empty())
    }

    /// The reading under `tag`: `None` if there is none, `Some(None)` if it says nothing.
    pub(super) fn tagged(self, tag: &str) -> Option<Option<Phonemes>> {
        self.readings().find(|(name, _)| *name == tag).map(|(_, phonemes)| phonemes)
    }

    fn readings(self) -> impl Iterator<Item = (&'static str, Option<Phonemes>)> {
        let mut rest = self.bytes;
        std::iter::from_fn(move || {
            let (&tag, after) = rest.split_first()?;
            let tag = *self.table.tags.get(usize::from(tag))?;
            if let Some(after) = after.strip_prefix(&[u8::MAX]) {
                rest = after;
                return Some((tag, None));
            }
            let (codes, after) = short(after)?;
            rest = after;
            Some((tag, Some(Phonemes { table: self.table, codes })))
        })
    }
}

impl Phonemes {
    pub(super) fn chars(self) -> impl Iterator<Item = char> {
        self.codes.iter().filter_map(move |&code| self.table.symbols.get(usize::from(code)).copied())
    }

    pub(super) fn to_text(self) -> String {
        // Most symbols take two bytes or one.
        let mut text = String::with_capacity(2 * self.codes.len());
        text.extend(self.chars());
        text
    }
}

/// Splits off a text with its length in four bytes.
fn text(bytes: &'static [u8]) -> Option<(&'static str, &'static [u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

/// Splits off a string with its length in one byte.
fn short(bytes: &'static [u8]) -> Option<(&'static [u8], &'static [u8])> {
    let (&length, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(length))
}
