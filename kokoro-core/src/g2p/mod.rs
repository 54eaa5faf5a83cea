//! Grapheme to phoneme: text in, words with phonemes out.

mod cache;
mod english;
mod espeak;
mod lexicon;
mod phonemes;
mod phonemize;
mod phonemizer;
mod settings;
mod unspoken;

use std::ops::Range;

pub use self::cache::CacheStats;
pub use self::english::English;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub use self::english::Stages;
pub use self::espeak::Espeak;
pub use self::lexicon::Lexicon;
pub use self::phonemes::Phonemes;
pub(crate) use self::phonemize::convert;
pub use self::phonemize::{Pronunciation, phonemize, phonemize_with};
pub use self::phonemizer::Phonemizer;
pub use self::settings::{Fallback, Mode, Settings, Symbols};
pub(crate) use self::unspoken::has_sound;
use crate::{Error, ErrorKind, Language, Result};

/// A word, number or punctuation mark with its pronunciation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands in the original text, in bytes, on character boundaries.
    pub range: Range<usize>,
    /// Its phonemes in Kokoro's alphabet, stress marks included. Empty if nothing of it can be spoken.
    pub phonemes: String,
    /// Whether a space follows it.
    pub space_after: bool,
}

/// Turns text of one language into phonemes.
///
/// `text` is one segment (a paragraph or a part of it). The words come in order, their ranges inside `text`
/// and not overlapping.
pub trait G2p: Send + Sync {
    /// Converts one segment.
    ///
    /// # Errors
    /// Whatever keeps the language's front end from working; text is never an error.
    fn words(&self, text: &str, settings: &Settings) -> Result<Vec<Word>>;
}

/// The front end of a language. It is shared, and loads what it needs when it is first used.
///
/// # Errors
/// [`ErrorKind::UnknownLanguage`] for a language that this version has no front end for.
pub(crate) fn for_language(language: Language) -> Result<&'static dyn G2p> {
    match language {
        Language::EnUs => Ok(&English::US),
        Language::EnGb => Ok(&English::GB),
        Language::Es => Ok(&Espeak::ES),
        Language::FrFr => Ok(&Espeak::FR_FR),
        Language::Hi => Ok(&Espeak::HI),
        Language::It => Ok(&Espeak::IT),
        Language::PtBr => Ok(&Espeak::PT_BR),
        Language::Ja | Language::Zh => Err(Error::new(
            ErrorKind::UnknownLanguage,
            format!(
                "this version cannot turn text of `{language}` into phonemes; its voices can still speak phonemes \
                 that are given directly"
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_without_a_front_end_say_so() {
        for &language in Language::ALL {
            let is_missing = matches!(language, Language::Ja | Language::Zh);
            match for_language(language) {
                Ok(_) => assert!(!is_missing, "{language}"),
                Err(error) => {
                    assert!(is_missing, "{language}");
                    assert_eq!(error.kind(), ErrorKind::UnknownLanguage);
                    assert!(error.to_string().contains(language.code()));
                }
            }
        }
    }
}
