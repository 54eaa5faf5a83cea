//! How likely a pattern of stress is, and that there is one primary stress.

use super::bytes::Bytes;
use super::pattern::{Context, LETTERS, is_vowel};
use super::table::Cost;

const PRIMARY: char = 'ˈ';
const SECONDARY: char = 'ˌ';
/// Vowels that are hardly ever stressed.
const WEAK: &str = "əᵊᵻ";
/// The cost of a pattern that is not known at all: 20 bits.
const UNKNOWN: Cost = 20 * 16;

/// What the stress of a word owes to its last letters.
///
/// A table of it is a number of entries (u32), each a key (u32) and a cost in sixteenths of a bit (u8), in
/// the order of their keys. A key is that of a pattern in a context or of leaving a context for a shorter one.
pub(super) struct Stress<'a> {
    entries: &'a [[u8; 5]],
}

impl<'a> Stress<'a> {
    pub(super) fn read(bytes: &mut Bytes<'a>) -> Option<Self> {
        let entries = bytes.size()?;
        Some(Self { entries: bytes.arrays(entries)? })
    }

    /// The cost of a pattern of stress in a word of these `letters`, from the end.
    pub(super) fn cost(&self, letters: &[u8], pattern: &[u8]) -> Cost {
        let mut context = Context::new(pattern.len());
        let mut cost = self.get(context.key(pattern)).unwrap_or(UNKNOWN);
        for &letter in letters.iter().take(LETTERS) {
            context = context.and(letter);
            cost = match self.get(context.key(pattern)) {
                Some(known) => known,
                None => cost + self.get(context.leaving()).unwrap_or(0),
            };
        }
        cost
    }

    fn get(&self, key: u32) -> Option<Cost> {
        let key_of = |entry: &[u8; 5]| u32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]);
        let found = self.entries.binary_search_by_key(&key, key_of).ok()?;
        self.entries.get(found).map(|entry| entry[4].into())
    }
}

/// Gives `phonemes` exactly one primary stress, if they have a vowel: the first there is, or else what was
/// secondary, or else the first full vowel.
pub(super) fn settle(phonemes: &str) -> String {
    let full = |c| is_vowel(c) && !WEAK.contains(c);
    let place = phonemes.find(PRIMARY).or_else(|| phonemes.find(SECONDARY));
    let Some(place) = place.or_else(|| phonemes.find(full)).or_else(|| phonemes.find(is_vowel)) else {
        return phonemes.to_owned();
    };
    let mut settled = String::with_capacity(phonemes.len() + PRIMARY.len_utf8());
    for (at, c) in phonemes.char_indices() {
        if at == place {
            settled.push(PRIMARY);
        }
        match c {
            PRIMARY | SECONDARY if at == place => {}
            PRIMARY => settled.push(SECONDARY),
            c => settled.push(c),
        }
    }
    settled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_primary_stress() {
        assert_eq!(settle("kˈætədˈɔɡ"), "kˈætədˌɔɡ");
        assert_eq!(settle("kˌætədˌɔɡ"), "kˈætədˌɔɡ");
        assert_eq!(settle("kətɑ"), "kətˈɑ");
        assert_eq!(settle("kə"), "kˈə");
        assert_eq!(settle("ks"), "ks");
        assert_eq!(settle(""), "");
    }

    #[test]
    fn the_longest_known_context_decides() {
        let short = Context::new(2);
        let long = short.and(4);
        let mut entries = [
            (short.key(&[2, 0]), 16),
            (short.key(&[0, 2]), 32),
            (long.key(&[2, 0]), 80),
            (long.leaving(), 8),
        ];
        entries.sort_unstable();
        let mut bytes = Vec::from(4u32.to_le_bytes());
        for (key, cost) in entries {
            bytes.extend(key.to_le_bytes());
            bytes.push(cost);
        }
        let stress = Stress::read(&mut Bytes::new(&bytes)).unwrap();
        assert_eq!(stress.cost(&[], &[2, 0]), 16);
        assert_eq!(stress.cost(&[7, 4], &[2, 0]), 16);
        assert_eq!(stress.cost(&[4, 7], &[2, 0]), 80);
        assert_eq!(stress.cost(&[4, 7], &[0, 2]), 40);
        assert_eq!(stress.cost(&[4, 7], &[2]), UNKNOWN);
    }
}
