//! English, American and British.
//!
//! The phonemes are those of the Python package misaki 0.9.4 (Apache-2.0), to which the model was trained; its rules are
//! implemented here, in the order of the data:
//!
//! * [`prepare`] cleans the text and reads the markup ([`markup`]);
//! * [`tokenize`] makes tokens by spaCy's rules ([`affixes`], [`address`]), and [`tags`] finds their parts of speech
//!   where they matter;
//! * [`groups`] cuts tokens into parts ([`subtokens`]) and speaks punctuation;
//! * [`speak`] looks the parts up, alone and together, from the last to the first, with the [`context`] of what follows;
//! * [`lexicon`] knows words and their inflections, [`numbers`] reads digits, [`stress`] moves stress marks;
//! * [`unknown`] has something to say where the dictionaries have not ([`sound`], [`spell`]);
//! * [`assemble`] makes words with ranges, and [`alphabet`] lets nothing but Kokoro's symbols through.
//!
//! The data comes from the crate `misaki-rs`: dictionaries, spaCy's tokenizer rules and tagger.

mod address;
mod affixes;
mod alphabet;
mod assemble;
mod characters;
mod context;
mod front;
mod groups;
mod lexicon;
mod markup;
mod numbers;
mod prepare;
mod sound;
mod speak;
mod spell;
mod stress;
mod subtokens;
mod tags;
mod token;
mod tokenize;
mod unknown;

use std::panic::catch_unwind;

use self::lexicon::Lexicon;
use super::{G2p, Word};
use crate::text::segment;
use crate::{Error, ErrorKind, Result};

/// Which English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Us,
    Gb,
}

/// The English front end.
///
/// Its dictionaries, about 60 MB of memory for a dialect, are loaded when it is first used, which takes about 0.15
/// seconds, and stay for the life of the process.
///
/// A word whose phonemes are empty is one that it cannot speak, such as a word in another script or an emoji.
/// Punctuation that has no sound, such as a bracket, yields no word. Words that are in no dictionary are
/// read by letter-to-sound rules; abbreviations are spelled.
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
    /// [`ErrorKind::Internal`] if they cannot be read, which is a defect of this
    /// library.
    pub fn load(&self) -> Result<()> {
        self.lexicon().map(|_| ())
    }

    /// The phonemes of `text` exactly as Python's misaki 0.9.4 writes them without a fallback: a `❓` stands for
    /// each part that is in no dictionary. For comparisons; to be spoken, use [`G2p::words`].
    ///
    /// # Errors
    /// Those of [`Self::load`].
    #[doc(hidden)]
    pub fn reference(&self, text: &str) -> Result<String> {
        Ok(front::reference(text, self.lexicon()?))
    }

    fn lexicon(&self) -> Result<&'static Lexicon> {
        // Reading the data is the only thing that `misaki-rs` could panic at.
        catch_unwind(|| {
            tokenize::load();
            tags::load();
            Lexicon::get(self.dialect)
        })
        .map_err(|_| Error::new(ErrorKind::Internal, "the English dictionaries cannot be loaded"))
    }
}

impl G2p for English {
    fn words(&self, text: &str) -> Result<Vec<Word>> {
        let lexicon = self.lexicon()?;
        let mut words = Vec::new();
        for segment in segment::segments(text) {
            let first = words.len();
            let (range, inside) = (segment.range.clone(), &text[segment.range.clone()]);
            let prepared = prepare::prepare(inside);
            assemble::assemble(&prepared, range.start, range.len(), lexicon, &mut words);
            if let Some(last) = words[first..].last_mut() {
                last.space_after |= text[segment.range.end..].starts_with(char::is_whitespace);
            }
        }
        Ok(words)
    }
}

#[cfg(test)]
mod tests;
