//! Words of the caller's lexicons.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::context::Context;
use super::dictionary::Query;
use super::numbers;
use super::prepare;
use super::reader::Reader;
use super::stress;
use crate::text::mapped::Mapped;

/// The plain text that is read, with the text that it was made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) plain: &'a Mapped,
    pub(super) original: &'a str,
}

impl<'a> Written<'a> {
    /// The original of `text`, which stands at `place` in the plain text, if the two differ only by what cleaning folds,
    /// such as accents.
    fn original(&self, place: Range<usize>, text: &str) -> Option<&'a str> {
        let origin = self.plain.origin(place);
        // A mark after the last letter is dropped and has left no trace.
        let rest = self.original.get(origin.end..)?;
        let end = origin.end + rest.find(|c| !is_combining_mark(c)).unwrap_or(rest.len());
        let original = self.original.get(origin.start..end).filter(|original| *original != text)?;
        let mut folded = String::with_capacity(text.len());
        for c in original.chars() {
            if c.is_whitespace() {
                folded.push(' ');
            } else {
                prepare::fold(c, |c| folded.push(c));
            }
        }
        (folded == text).then_some(original)
    }
}

impl Reader<'_> {
    /// The phonemes of a word that is known, which stands at `place` in the plain text.
    pub(super) fn known_at(&self, place: Range<usize>, query: Query<'_>, context: Context) -> Option<String> {
        let original = self.original(place, query.text);
        original.and_then(|text| self.listed(Query { text, ..query })).or_else(|| self.known(query, context))
    }

    /// The phonemes that the lexicons give for the text at `place`, as it is written or without its accents.
    pub(super) fn listed_at(&self, place: Range<usize>, text: &str) -> Option<&str> {
        let original = self.original(place, text);
        original.and_then(|text| self.settings.listed(text)).or_else(|| self.settings.listed(text))
    }

    /// The phonemes that the lexicons give for a word or for its stem. A form that the dictionaries have is theirs unless
    /// it is listed itself.
    pub(super) fn listed(&self, query: Query<'_>) -> Option<String> {
        if !self.settings.has_lexicon() {
            return None;
        }
        let find = |word: &str| self.settings.listed(word);
        let straight;
        let word = if query.text.contains('’') {
            straight = query.text.replace('’', "'");
            straight.as_str()
        } else {
            query.text
        };
        let phonemes = find(word)
            .map(str::to_owned)
            .or_else(|| self.dictionary.possessive_of(word, find))
            .or_else(|| self.dictionary.inflection_of(word, find).filter(|_| !self.has(word)))?;
        let phonemes = numbers::with_currency(phonemes, query.currency, self.dictionary);
        Some(stress::apply(phonemes, query.stress))
    }

    fn original(&self, place: Range<usize>, text: &str) -> Option<&str> {
        self.written.filter(|_| self.settings.has_lexicon())?.original(place, text)
    }

    /// Whether the dictionaries have this very form.
    fn has(&self, word: &str) -> bool {
        self.dictionary.has(word) || self.dictionary.has(&word.to_lowercase())
    }
}
