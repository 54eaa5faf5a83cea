//! English, American and British.
//!
//! The phonemes are those of the Python package misaki 0.9.4 (Apache-2.0), to which the model was trained; its rules are
//! implemented here, in the order of the data:
//!
//! * [`prepare`] cleans the text, reads the markup ([`markup`]), and puts in words what the rest would misread
//!   ([`spoken`]);
//! * [`tokenize`] makes tokens by spaCy's rules ([`affixes`], [`patterns`], [`address`]), and [`tags`] finds their parts of speech
//!   where they matter;
//! * [`phrases`] finds the words of the caller's lexicons that are several tokens, [`listed`] the others;
//! * [`groups`] cuts tokens into parts ([`subtokens`]) and speaks punctuation;
//! * [`speak`] looks the parts up, alone and together, from the last to the first, with the [`context`] of what follows;
//! * [`dictionary`] knows words and their inflections, [`numbers`] reads digits, [`stress`] moves stress marks;
//! * [`unknown`] has something to say where the dictionaries have not ([`sound`], [`spell`]);
//! * [`assemble`] makes words with ranges, and [`alphabet`] lets nothing but Kokoro's symbols through.
//!
//! The data is made by the build script from what the crate `misaki-rs` carries: dictionaries ([`dictionary`]), spaCy's
//! tokenizer rules ([`tables`]) and the weights of its tagger ([`tagger`]).

mod address;
mod affixes;
pub(in crate::g2p) mod alphabet;
mod assemble;
mod characters;
mod context;
mod dictionary;
mod front;
mod groups;
mod listed;
mod markup;
mod numbers;
mod patterns;
mod phrases;
mod prepare;
mod reader;
mod sound;
mod speak;
mod spell;
mod spoken;
#[cfg(feature = "bench")]
mod stages;
mod stress;
mod subtokens;
mod tables;
mod tagger;
mod tags;
mod token;
mod tokenize;
mod unknown;

use self::dictionary::Dictionary;
use self::listed::Written;
use self::reader::Reader;
use self::spoken::Spoken;
use super::{G2p, Mode, Settings, Word};
use crate::text::segment;
use crate::{Error, ErrorKind, Result};

#[cfg(feature = "bench")]
pub use self::stages::Stages;

/// Which English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Us,
    Gb,
}

/// The English front end.
///
/// Its dictionaries lie in the binary and are used as they are; what else it needs is made when it is first used, in about
/// a millisecond, and stays for the life of the process.
///
/// Units, dates, times, amounts, addresses, symbols and emoji are spoken in words, as `docs/spoken.md` lists, unless
/// [`Mode::Reference`] is asked for. Words that stand for one expression are one [`Word`] with its range.
///
/// A word whose phonemes are empty is one that it cannot speak, such as a word in another script.
/// Punctuation that has no sound, such as a bracket, yields no word. Words that are in no dictionary are
/// read by letter-to-sound rules; abbreviations are spelled.
///
/// ```
/// use kokoro_core::g2p::{English, G2p, Settings};
/// # fn main() -> kokoro_core::Result<()> {
/// let words = English::US.words("Hello, world!", &Settings::default())?;
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

    /// Makes ready what is needed now rather than with the first text.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] if they cannot be read, which is a defect of this
    /// library.
    pub fn load(&self) -> Result<()> {
        self.dictionary().map(|_| ())
    }

    /// The phonemes of `text` exactly as Python's misaki 0.9.4 writes them, white space included, with the fallback of
    /// `settings`: without one, a `❓` stands for each part that is in no dictionary. For comparisons; to be spoken,
    /// use [`G2p::words`].
    ///
    /// # Errors
    /// Those of [`Self::load`], and of [`Espeak::load`](super::Espeak::load) if the settings ask for espeak-ng.
    #[doc(hidden)]
    pub fn reference(&self, text: &str, settings: &Settings) -> Result<String> {
        let settings = settings.clone().mode(Mode::Reference);
        Ok(front::reference(text, &Reader::new(&self.dictionary()?, &settings)?))
    }

    fn dictionary(&self) -> Result<Dictionary> {
        tokenize::load();
        let dictionary = Dictionary::get(self.dialect).filter(|_| tagger::network().is_some());
        dictionary.ok_or_else(|| Error::new(ErrorKind::Internal, "the English dictionaries cannot be read"))
    }
}

impl G2p for English {
    fn words(&self, text: &str, settings: &Settings) -> Result<Vec<Word>> {
        let dictionary = self.dictionary()?;
        let reader = Reader::new(&dictionary, settings)?;
        if settings.mode == Mode::Reference {
            return Ok(front::reference_words(text, &reader));
        }
        let spoken = (settings.mode == Mode::Spoken).then(|| Spoken::new(self.dialect, settings));
        let mut words = Vec::new();
        for segment in segment::segments(text) {
            let first = words.len();
            let (range, inside) = (segment.range.clone(), &text[segment.range.clone()]);
            let prepared = prepare::prepare(inside, spoken.as_ref());
            let written = Some(Written { plain: &prepared.plain, original: inside });
            let reader = Reader { written, ..reader };
            assemble::assemble(&prepared, range.start, range.len(), &reader, &mut words);
            if let Some(last) = words[first..].last_mut() {
                last.space_after |= text[segment.range.end..].starts_with(char::is_whitespace);
            }
        }
        Ok(words)
    }
}

#[cfg(test)]
mod tests;
