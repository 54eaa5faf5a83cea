//! What reads a word: the dictionaries of a dialect under the settings of a request.

use super::context::Context;
use super::dictionary::{Dictionary, Query};
use super::listed::Written;
use super::unknown;
use crate::g2p::{Fallback, Settings};

/// The dictionaries of a dialect under the settings of a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) dictionary: &'a Dictionary,
    pub(super) settings: &'a Settings,
    /// How the words are written in the caller's text.
    pub(super) written: Option<Written<'a>>,
}

impl Reader<'_> {
    /// The phonemes of a word that is known: to the caller's lexicons, else to the dictionaries.
    pub(super) fn known(&self, query: Query<'_>, context: Context) -> Option<String> {
        self.listed(query).or_else(|| self.dictionary.phonemes(query, context))
    }

    /// The phonemes of a word that is not known. Empty if it is not to be spoken.
    pub(super) fn unknown(&self, word: &str) -> String {
        match self.settings.fallback {
            Fallback::None => String::new(),
            Fallback::Rules | Fallback::Espeak => unknown::unknown(word, self.dictionary.dialect()),
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
    pub(super) fn of(dialect: super::Dialect) -> Self {
        static SETTINGS: once_cell::sync::Lazy<Settings> = once_cell::sync::Lazy::new(Settings::default);
        let dictionary = Box::leak(Box::new(Dictionary::get(dialect).unwrap()));
        Self { dictionary, settings: &SETTINGS, written: None }
    }
}
