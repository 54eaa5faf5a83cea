//! Pronunciations, as plain Python values.

use std::sync::Arc;

use kokoro_core::Language;
use kokoro_core::g2p::{self, Pronunciation, Settings};
use pyo3::prelude::*;

use crate::characters::Characters;
use crate::errors::OrRaise;
use crate::request::{LexiconSource, fallback_of, mode_of, symbols_of};

/// `kokoro_rs.Pronunciation`.
#[derive(IntoPyObject)]
pub(crate) struct PronunciationFields {
    phonemes: String,
    /// Place in the text in characters, phonemes, whether a space follows.
    words: Vec<(usize, usize, String, bool)>,
    paragraph_starts: Vec<usize>,
    unspoken: Vec<(usize, usize)>,
}

impl PronunciationFields {
    pub(crate) fn new(pronunciation: &Pronunciation, characters: &mut Characters) -> Self {
        let words = pronunciation.words.iter().map(|word| {
            let (start, end) = characters.range(&word.range);
            (start, end, word.phonemes.clone(), word.space_after)
        });
        Self {
            phonemes: pronunciation.text(),
            words: words.collect(),
            paragraph_starts: pronunciation.paragraph_starts.clone(),
            unspoken: pronunciation.unspoken.iter().map(|range| characters.range(range)).collect(),
        }
    }
}

/// The pronunciation of a text, without a model.
#[pyfunction]
#[pyo3(signature = (text, language, *, mode = None, fallback = None, symbols = None, lexicon = None))]
pub(crate) fn phonemize(
    py: Python<'_>,
    text: &str,
    language: &str,
    mode: Option<&str>,
    fallback: Option<&str>,
    symbols: Option<&str>,
    lexicon: Option<LexiconSource>,
) -> PyResult<PronunciationFields> {
    let language = language.parse::<Language>().or_raise(py)?;
    let mut settings = Settings::default();
    if let Some(mode) = mode {
        settings = settings.mode(mode_of(py, mode)?);
    }
    if let Some(fallback) = fallback {
        settings = settings.fallback(fallback_of(py, fallback)?);
    }
    if let Some(symbols) = symbols {
        settings = settings.symbols(symbols_of(py, symbols)?);
    }
    if let Some(lexicon) = lexicon {
        settings = settings.lexicon(lexicon.load(py)?);
    }
    let pronunciation = py.detach(|| g2p::phonemize_with(text, language, &settings)).or_raise(py)?;
    Ok(PronunciationFields::new(&pronunciation, &mut Characters::new(Arc::from(text))))
}
