//! Words as numbers.

use std::collections::BTreeMap;

/// How many letters there are: a to z, and the apostrophe.
pub(super) const LETTERS: usize = 27;

/// The longest word to learn from.
const LONGEST: usize = 24;

/// A phoneme; 0 is none.
pub(super) type Unit = u8;

/// A word of the dictionary.
pub(super) struct Word {
    pub(super) letters: Vec<u8>,
    /// Its phonemes without stress.
    pub(super) units: Vec<Unit>,
    /// The stress of each: 0 none, 1 secondary, 2 primary.
    pub(super) stress: Vec<u8>,
}

/// The phonemes that the dictionary uses.
pub(super) struct Inventory {
    numbers: BTreeMap<String, Unit>,
    names: Vec<String>,
}

/// Diphthongs that are written with two characters.
const DIPHTHONGS: [[char; 2]; 2] = [['ɪ', 'ə'], ['ʊ', 'ə']];
/// What lengthens or nasalises the character before it.
const MODIFIERS: [char; 2] = ['ː', '\u{303}'];

impl Inventory {
    pub(super) fn new() -> Self {
        Self { numbers: BTreeMap::new(), names: vec![String::new()] }
    }

    /// The number of phonemes, the one that is none included.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn name(&self, unit: Unit) -> &str {
        &self.names[usize::from(unit)]
    }

    /// The word in numbers. `None` if it is no model for others: an abbreviation, a phrase, a word with no
    /// main stress or with two.
    pub(super) fn word(&mut self, word: &str, phonemes: &str) -> Option<Word> {
        let letters = letters(word)?;
        let (mut units, mut stress) = (Vec::new(), Vec::new());
        let mut mark = 0;
        let mut chars = phonemes.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                'ˌ' => mark = 1,
                'ˈ' => mark = 2,
                c if c.is_alphabetic() => {
                    let mut name = String::from(c);
                    let together =
                        |&next: &char| MODIFIERS.contains(&next) || DIPHTHONGS.contains(&[c, next]);
                    name.extend(chars.next_if(together));
                    units.push(self.number(name)?);
                    stress.push(mark);
                    mark = 0;
                }
                _ => return None,
            }
        }
        let primary = stress.iter().filter(|&&stress| stress == 2).count();
        (primary == 1).then_some(Word { letters, units, stress })
    }

    fn number(&mut self, name: String) -> Option<Unit> {
        if let Some(&number) = self.numbers.get(&name) {
            return Some(number);
        }
        let number = Unit::try_from(self.names.len()).ok()?;
        self.names.push(name.clone());
        self.numbers.insert(name, number);
        Some(number)
    }
}

/// The letters of `word`. `None` for an abbreviation or a phrase: only the first may be a capital.
fn letters(word: &str) -> Option<Vec<u8>> {
    let mut letters = Vec::with_capacity(word.len());
    for (at, byte) in word.bytes().enumerate() {
        letters.push(match byte {
            b'a'..=b'z' => byte - b'a',
            b'A'..=b'Z' if at == 0 => byte - b'A',
            b'\'' => 26,
            _ => return None,
        });
    }
    (2..=LONGEST).contains(&letters.len()).then_some(letters)
}
