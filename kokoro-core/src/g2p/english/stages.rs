//! The steps of the English front end one by one, for benchmarks.

use super::dictionary::{Dictionary, Query};
use super::front::Tokenized;
use super::reader::Reader;
use super::spoken::Spoken;
use super::tags::Tag;
use super::{Dialect, assemble, context::Context, prepare, sound, tokenize};
use crate::g2p::Settings;

/// What a step works on: American English with default settings.
#[derive(Debug)]
pub struct Stages {
    dictionary: Dictionary,
    settings: Settings,
}

impl Stages {
    /// `None` if the dictionaries cannot be read.
    #[must_use]
    pub fn new() -> Option<Self> {
        tokenize::load();
        Some(Self { dictionary: Dictionary::get(Dialect::Us)?, settings: Settings::default() })
    }

    fn reader(&self) -> Option<Reader<'_>> {
        Reader::new(&self.dictionary, &self.settings).ok()
    }

    fn spoken(&self) -> Spoken<'_> {
        Spoken::new(Dialect::Us, &self.settings)
    }

    /// Cleaning, markup, and words for digits and signs: the length of the plain text.
    #[must_use]
    pub fn prepare(&self, text: &str) -> usize {
        prepare::prepare(text, Some(&self.spoken())).plain.text().len()
    }

    /// The number of tokens.
    #[must_use]
    pub fn tokenize(&self, text: &str) -> usize {
        tokenize::tokenize(text).len()
    }

    /// Tokens and the tags of all of them: the number of those that have one.
    #[must_use]
    pub fn tag_all(&self, text: &str) -> usize {
        let tokenized = Tokenized::new(text);
        tokenized.tag_all();
        tokenized.pieces.len()
    }

    /// Tokens, tags where they matter, and phonemes: the number of groups of tokens.
    #[must_use]
    pub fn read(&self, text: &str) -> usize {
        let tokenized = Tokenized::new(text);
        self.reader().map_or(0, |reader| tokenized.read(&reader, |_| ()).len())
    }

    /// All steps: the number of words.
    #[must_use]
    pub fn words(&self, text: &str) -> usize {
        let mut words = Vec::new();
        if let Some(reader) = self.reader() {
            assemble::assemble(
                &prepare::prepare(text, Some(&self.spoken())),
                0,
                text.len(),
                &reader,
                &mut words,
            );
        }
        words.len()
    }

    /// The dictionaries and their inflections: the phonemes of a word.
    #[must_use]
    pub fn look_up(&self, word: &str) -> Option<String> {
        let query =
            Query { text: word, tag: Tag::NONE, stress: None, currency: None, is_head: true, flags: "" };
        self.dictionary.phonemes(query, Context::default())
    }

    /// The letter-to-sound rules: the phonemes of a word.
    #[must_use]
    pub fn letter_to_sound(&self, word: &str) -> Option<String> {
        sound::letter_to_sound(word, Dialect::Us)
    }
}
