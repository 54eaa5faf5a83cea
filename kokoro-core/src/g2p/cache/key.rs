//! What decides about the pronunciation of a segment.

use std::hash::{Hash, Hasher};

use quick_cache::Equivalent;

use super::super::lexicon::Fingerprint;
use super::super::{Fallback, Mode, Settings, Symbols};
use crate::Language;

/// Everything but the text. Every setting must be here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct How {
    language: Language,
    mode: Mode,
    fallback: Fallback,
    symbols: Symbols,
    lexicon: Fingerprint,
    overrides: Fingerprint,
}

/// A key to look up, without a copy of the text.
#[derive(Debug)]
pub(in crate::g2p) struct Query<'a> {
    text: &'a str,
    how: How,
}

/// A key that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) text: Box<str>,
    how: How,
}

impl<'a> Query<'a> {
    pub(in crate::g2p) fn new(text: &'a str, language: Language, settings: &Settings) -> Self {
        // By name, so that a new setting cannot be forgotten. A process holds one espeak-ng, wherever it is.
        let Settings { mode, fallback, symbols, lexicon, overrides, espeak_library: _ } = settings;
        let how = How {
            language,
            mode: *mode,
            fallback: *fallback,
            symbols: *symbols,
            lexicon: lexicon.fingerprint(),
            overrides: overrides.fingerprint(),
        };
        Self { text, how }
    }

    /// The same for another text.
    pub(in crate::g2p) fn with_text<'b>(&self, text: &'b str) -> Query<'b> {
        Query { text, how: self.how }
    }

    pub(super) fn to_key(&self) -> Key {
        Key { text: self.text.into(), how: self.how }
    }
}

impl Hash for Query<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
        self.how.hash(state);
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Query { text: &self.text, how: self.how }.hash(state);
    }
}

impl Equivalent<Key> for Query<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.text == &*key.text && self.how == key.how
    }
}
