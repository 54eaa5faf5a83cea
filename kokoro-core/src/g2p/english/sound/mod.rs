//! The sound of words that are in no dictionary, from their letters.
//!
//! [`model`] reads them by a table that the build script trains from the dictionaries; see
//! `docs/letter-to-sound.md`. What cannot be read is to be spelled.

mod model;

use once_cell::sync::OnceCell;

use self::model::Model;
use super::Dialect;

static US_TABLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/us.sound"));
static GB_TABLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/gb.sound"));

/// The longest word in capitals that is taken for an abbreviation.
const ABBREVIATION: usize = 5;

/// The phonemes of a word, as it is written, of ASCII letters and apostrophes.
///
/// `None` for what is better spelled: a single letter, a word without vowels, a short one in capitals,
/// and whatever has other characters. Accents are to be taken off before.
pub(crate) fn letter_to_sound(word: &str, dialect: Dialect) -> Option<String> {
    if is_spelled(word) {
        return None;
    }
    let word = word.replace('’', "'").to_ascii_lowercase();
    model(dialect)?.say(&word)
}

/// Whether a word is said letter by letter even though it could be read.
fn is_spelled(word: &str) -> bool {
    let letters = || word.bytes().filter(u8::is_ascii_alphabetic);
    let capitals = letters().all(|letter| letter.is_ascii_uppercase());
    let vowels = letters().any(|letter| b"aeiouy".contains(&letter.to_ascii_lowercase()));
    let count = letters().count();
    count < 2 || !vowels || (capitals && count <= ABBREVIATION)
}

fn model(dialect: Dialect) -> Option<&'static Model<'static>> {
    static US: OnceCell<Option<Model<'static>>> = OnceCell::new();
    static GB: OnceCell<Option<Model<'static>>> = OnceCell::new();
    let model = match dialect {
        Dialect::Us => US.get_or_init(|| Model::read(US_TABLE, 'ᵻ')),
        Dialect::Gb => GB.get_or_init(|| Model::read(GB_TABLE, 'ɪ')),
    };
    model.as_ref()
}

#[cfg(test)]
mod tests;
