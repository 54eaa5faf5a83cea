//! English, American and British.
//!
//! Dictionaries, tokenizer and tagger are those of the crate `misaki-rs`, a port of the reference's front
//! end. Around it:
//!
//! * [`prepare`] cleans the text and reads the markup;
//! * [`dictionary`] loads the data once and keeps panics in;
//! * [`align`] finds the ranges of the tokens;
//! * [`repair`] and [`spell`] speak what the dictionaries do not know;
//! * [`alphabet`] lets nothing but Kokoro's symbols through.

mod align;
mod alphabet;
mod assemble;
mod dictionary;
mod prepare;
mod repair;
mod sound;
mod spell;
mod unknown;

use self::dictionary::{Dictionary, Lookup};
use super::{G2p, Word};
use crate::Result;
use crate::text::segment;

/// Which English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Us,
    Gb,
}

/// The English front end.
///
/// Its dictionaries, about 100 MB of memory for each dialect, are loaded when it is first used, which takes
/// about 0.2 seconds, and stay for the life of the process.
///
/// A word whose phonemes are empty is one that it cannot speak, such as a word in another script or an emoji.
/// Punctuation that has no sound, such as a bracket, yields no word. Words that are in no dictionary are
/// spelled.
///
/// ```
/// use kokoro_core::g2p::{English, G2p};
/// # fn main() -> kokoro_core::Result<()> {
/// let words = English::US.words("Hello, world!")?;
/// let phonemes: Vec<_> = words.iter().map(|word| word.phonemes.as_str()).collect();
/// assert_eq!(phonemes, ["həlˈO", ",", "wˈɜɹld", "!"]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct English {
    dialect: Dialect,
}

impl English {
    /// American English.
    pub const US: English = English { dialect: Dialect::Us };
    /// British English.
    pub const GB: English = English { dialect: Dialect::Gb };

    /// Loads the dictionaries now rather than with the first text.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`](crate::ErrorKind::Internal) if they cannot be read, which is a defect of this
    /// library.
    pub fn load(&self) -> Result<()> {
        Dictionary::get(self.dialect).map(|_| ())
    }
}

impl G2p for English {
    fn words(&self, text: &str) -> Result<Vec<Word>> {
        let dictionary = Dictionary::get(self.dialect)?;
        let mut words = Vec::new();
        for segment in segment::segments(text) {
            let first = words.len();
            convert(&text[segment.range.clone()], segment.range.start, &dictionary, &mut words);
            if let Some(last) = words[first..].last_mut() {
                last.space_after |= text[segment.range.end..].starts_with(char::is_whitespace);
            }
        }
        Ok(words)
    }
}

/// Appends the words of `text`, which stands at `offset` in the original. What the dictionary cannot digest
/// whole is tried again in halves.
fn convert(text: &str, offset: usize, dictionary: &dyn Lookup, words: &mut Vec<Word>) {
    let prepared = prepare::prepare(text);
    if let Some(tokens) = dictionary.tokens(&prepared.marked) {
        assemble::assemble(text, offset, &prepared, &tokens, dictionary, words);
    } else if let Some(middle) = middle(text) {
        let (left, right) = text.split_at(middle);
        let first = words.len();
        convert(left, offset, dictionary, words);
        if let Some(last) = words[first..].last_mut() {
            last.space_after |= right.starts_with(char::is_whitespace);
        }
        convert(right, offset + middle, dictionary, words);
    } else if text.chars().any(char::is_alphanumeric) {
        let phonemes = unknown::unknown(prepared.plain.text(), dictionary.dialect());
        words.push(Word { range: offset..offset + text.len(), phonemes, space_after: false });
    }
}

/// Where to halve `text`: at the white space nearest to the middle, else in the middle. `None` for a single
/// character.
fn middle(text: &str) -> Option<usize> {
    let middle = text.floor_char_boundary(text.len() / 2);
    let (left, right) = text.split_at(middle);
    let before = left.rfind(char::is_whitespace).filter(|&at| at > 0);
    let after = right.find(char::is_whitespace).map(|at| middle + at).filter(|&at| at > 0);
    let nearest = match (before, after) {
        (Some(before), Some(after)) if after - middle < middle - before => Some(after),
        (before, after) => before.or(after),
    };
    let first = text.chars().next().map_or(0, char::len_utf8);
    nearest.or(Some(middle.max(first))).filter(|&at| at < text.len())
}

#[cfg(test)]
mod tests;
