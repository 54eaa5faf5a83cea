//! What reads a word: the dictionaries of a dialect under the settings of a request.

use super::context::Context;
use super::dictionary::{Dictionary, Query};
use super::listed::Written;
use super::{Dialect, unknown};
use crate::Result;
use crate::g2p::espeak::{EnglishWords, Voice};
use crate::g2p::{Fallback, Mode, Settings};

/// The dictionaries of a dialect under the settings of a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) dictionary: &'a Dictionary,
    pub(super) settings: &'a Settings,
    /// How the words are written in the caller's text.
    pub(super) written: Option<Written<'a>>,
    /// Where the settings ask for it.
    pub(super) espeak: Option<EnglishWords>,
}

impl<'a> Reader<'a> {
    /// # Errors
    /// Those of espeak-ng if the settings ask for it.
    pub(super) fn new(dictionary: &'a Dictionary, settings: &'a Settings) -> Result<Self> {
        let voice = match dictionary.dialect() {
            Dialect::Us => Voice::EnUs,
            Dialect::Gb => Voice::EnGb,
        };
        let espeak = match settings.fallback {
            Fallback::Espeak => Some(EnglishWords::new(settings.espeak_library.as_deref(), voice)?),
            Fallback::Rules | Fallback::None => None,
        };
        Ok(Self { dictionary, settings, written: None, espeak })
    }

    /// The phonemes of a word that is known: to the caller's lexicons, else to the dictionaries.
    pub(super) fn known(&self, query: Query<'_>, context: Context) -> Option<String> {
        self.listed(query).or_else(|| self.dictionary.phonemes(query, context))
    }

    /// The phonemes of a word that is not known. Empty if it is not to be spoken.
    pub(super) fn unknown(&self, word: &str) -> String {
        let rules = || unknown::unknown(word, self.dictionary.dialect());
        match (self.settings.fallback, self.espeak) {
            (Fallback::None, _) => String::new(),
            // Symbols are not for espeak-ng to name: settings say whether they are spoken.
            (_, Some(espeak)) if word.contains(char::is_alphanumeric) => {
                espeak.spoken(word).unwrap_or_else(rules)
            }
            _ => rules(),
        }
    }

    /// Whether unknown words are read in the midst of the others, as the reference does, and not after them.
    pub(super) fn reads_unknown_at_once(&self) -> bool {
        self.settings.mode == Mode::Reference && self.settings.fallback != Fallback::None
    }

    /// The phonemes of an unknown word or group in the reference.
    pub(super) fn reference(&self, text: &str) -> Option<String> {
        match self.espeak {
            Some(espeak) => espeak.reference(text),
            None => Some(self.unknown(text)),
        }
    }

    /// Whether the phonemes of `word` are likely to depend on its tag. Where it is wrong, only time is lost.
    pub(super) fn needs_tag(&self, word: &str) -> bool {
        self.dictionary.needs_tag(word) && !self.settings.lists(word)
    }
}

#[cfg(test)]
impl Reader<'static> {
    /// A reader with default settings.
    pub(super) fn of(dialect: Dialect) -> Self {
        static SETTINGS: once_cell::sync::Lazy<Settings> = once_cell::sync::Lazy::new(Settings::default);
        let dictionary = Box::leak(Box::new(Dictionary::get(dialect).unwrap()));
        Self { dictionary, settings: &SETTINGS, written: None, espeak: None }
    }
}
