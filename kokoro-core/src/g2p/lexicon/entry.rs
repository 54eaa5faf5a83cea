//! One word with its phonemes, checked.

use std::sync::Arc;

use super::super::english::alphabet;
use super::super::has_sound;
use super::spelling;
use crate::{Error, ErrorKind};

/// The longest word, in bytes. The English front end breaks longer ones before they are looked up.
const MAX_WORD_BYTES: usize = 200;

/// The most symbols of a word: what the model takes at once.
const MAX_SYMBOLS: usize = 510;

/// Longer values are cut in messages, in characters.
const MAX_SHOWN: usize = 60;

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) word: String,
    pub(super) phonemes: Arc<str>,
}

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) line: Option<usize>,
    pub(super) message: String,
}

impl Entry {
    /// Checks a word and its phonemes. White space at their ends is dropped, inside it becomes one space.
    pub(super) fn new(word: &str, phonemes: &str) -> Result<Self, Problem> {
        let word = spelling::normal(&single_spaced(word)).into_owned();
        if word.is_empty() {
            return Err(Problem::new("a word is empty: give every pronunciation its word"));
        }
        let shown = shown(&word);
        if word.len() > MAX_WORD_BYTES {
            return Err(Problem::new(format!(
                "the word `{shown}` has {} bytes, the limit is {MAX_WORD_BYTES}: give its parts separately",
                word.len()
            )));
        }
        if let Some(c) = word.chars().find(|c| c.is_control()) {
            return Err(Problem::new(format!(
                "the word `{shown}` holds a control character ({c:?}): remove it"
            )));
        }
        if let Some((at, c)) = phonemes.trim().chars().enumerate().find(|&(_, c)| !is_symbol(c)) {
            return Err(Problem::new(format!(
                "`{shown}`: `{c}`, character {} of `{}`, is not in Kokoro's alphabet: write phonemes as `phonemize` does, \
                 such as `həlˈO` for `hello`",
                at + 1,
                self::shown(phonemes.trim())
            )));
        }
        let phonemes = alphabet::keep(phonemes);
        if !has_sound(&phonemes) {
            return Err(Problem::new(format!("`{shown}` has no phonemes: give some, or remove the entry")));
        }
        let count = phonemes.chars().count();
        if count > MAX_SYMBOLS {
            return Err(Problem::new(format!(
                "the pronunciation of `{shown}` has {count} symbols, the limit is {MAX_SYMBOLS}: shorten it"
            )));
        }
        Ok(Self { word, phonemes: phonemes.into() })
    }
}

impl Problem {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into() }
    }

    pub(super) fn at(self, line: usize) -> Self {
        Self { line: Some(line), ..self }
    }

    /// The error, with the name of the file.
    pub(super) fn of(self, file: Option<&std::path::Path>) -> Error {
        let Self { line, message } = self;
        let message = match (file, line) {
            (Some(file), Some(line)) => format!("lexicon `{}`, line {line}: {message}", file.display()),
            (Some(file), None) => format!("lexicon `{}`: {message}", file.display()),
            (None, Some(line)) => format!("lexicon, line {line}: {message}"),
            (None, None) => format!("lexicon: {message}"),
        };
        Error::new(ErrorKind::InvalidLexicon, message)
    }
}

fn is_symbol(c: char) -> bool {
    // The Latin letter is typed for the phonetic one and becomes it.
    c == 'g' || alphabet::contains(c)
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn shown(value: &str) -> String {
    match value.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}
