//! Patterns of stress, and the keys under which a table has them. The build script uses this file, too.

/// How many of a word's last letters have a say in its stress.
pub(crate) const LETTERS: usize = 6;

/// What a syllable is built around.
const VOWELS: &str = "AIOQWYaeiouæɑɐɒəɔɚɛɜɪɨʊʌᵊᵻ";

pub(crate) fn is_vowel(c: char) -> bool {
    VOWELS.contains(c)
}

/// The stress of every vowel: 0 none, 1 secondary, 2 primary.
pub(crate) fn pattern(phonemes: &str) -> Vec<u8> {
    let mut pattern = Vec::new();
    let mut mark = 0;
    for c in phonemes.chars() {
        match c {
            'ˌ' => mark = 1,
            'ˈ' => mark = 2,
            c if is_vowel(c) => pattern.push(std::mem::take(&mut mark)),
            _ => {}
        }
    }
    pattern
}

/// What a pattern depends on: the number of vowels and some of the last letters. A hash (FNV-1a).
#[derive(Clone, Copy)]
pub(crate) struct Context(u32);

impl Context {
    /// With no letters.
    pub(crate) fn new(vowels: usize) -> Self {
        Self(0x811c_9dc5).and(vowels as u8)
    }

    /// With one letter more, the next one from the end of the word.
    #[must_use]
    pub(crate) fn and(self, letter: u8) -> Self {
        Self((self.0 ^ u32::from(letter)).wrapping_mul(0x0100_0193))
    }

    /// The key of a pattern in this context.
    pub(crate) fn key(self, pattern: &[u8]) -> u32 {
        pattern.iter().fold(self.and(0xff), |key, &stress| key.and(stress)).0
    }

    /// The key of leaving this context for that with one letter less.
    pub(crate) fn leaving(self) -> u32 {
        self.and(0xfe).0
    }
}
