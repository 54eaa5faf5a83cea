//! What to speak, and how.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kokoro_core::g2p::{Fallback, Lexicon, Mode, Symbols};
use kokoro_core::{Joins, Language, SpeechRequest};
use pyo3::prelude::*;

use crate::cancel::CancelToken;
use crate::errors::{OrRaise, invalid};

/// A request, made once from Python's arguments.
#[pyclass(frozen, module = "kokoro_rs._native")]
pub(crate) struct Request {
    pub(crate) request: SpeechRequest,
    pub(crate) text: Arc<str>,
}

/// The fields of `kokoro_rs.Joins`, pauses in seconds.
#[derive(FromPyObject)]
pub(crate) struct JoinFields {
    trim: bool,
    trim_ends: bool,
    clause: f64,
    sentence: f64,
    paragraph: f64,
}

#[pymethods]
impl Request {
    #[new]
    #[pyo3(signature = (
        text, *, phonemes = false, voice = None, language = None, speed = 1.0, seed = None, timeout = None, mode = None,
        fallback = None, symbols = None, lexicon = None, first_chunk_symbols = None, joins = None, cancel = None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are the keywords of one call in Python")]
    fn new(
        py: Python<'_>,
        text: String,
        phonemes: bool,
        voice: Option<String>,
        language: Option<&str>,
        speed: f32,
        seed: Option<u64>,
        timeout: Option<f64>,
        mode: Option<&str>,
        fallback: Option<&str>,
        symbols: Option<&str>,
        lexicon: Option<LexiconSource>,
        first_chunk_symbols: Option<usize>,
        joins: Option<JoinFields>,
        cancel: Option<&Bound<'_, CancelToken>>,
    ) -> PyResult<Self> {
        let shared: Arc<str> = text.as_str().into();
        let mut request =
            if phonemes { SpeechRequest::from_phonemes(text) } else { SpeechRequest::new(text) }.speed(speed);
        if let Some(voice) = voice {
            request = request.voice(voice);
        }
        if let Some(language) = language {
            request = request.language(language.parse::<Language>().or_raise(py)?);
        }
        if let Some(seed) = seed {
            request = request.seed(seed);
        }
        if let Some(timeout) = timeout {
            request = request.timeout(seconds(py, "timeout", timeout)?);
        }
        if let Some(mode) = mode {
            request = request.mode(mode_of(py, mode)?);
        }
        if let Some(fallback) = fallback {
            request = request.fallback(fallback_of(py, fallback)?);
        }
        if let Some(symbols) = symbols {
            request = request.symbols(symbols_of(py, symbols)?);
        }
        if let Some(lexicon) = lexicon {
            request = request.pronunciations(lexicon.load(py)?);
        }
        if let Some(symbols) = first_chunk_symbols {
            request = request.first_chunk_symbols(symbols);
        }
        if let Some(joins) = joins {
            request = request.joins(joins.build(py)?);
        }
        if let Some(cancel) = cancel {
            request = request.cancel_token(cancel.get().0.clone());
        }
        Ok(Self { request, text: shared })
    }
}

impl JoinFields {
    fn build(&self, py: Python<'_>) -> PyResult<Joins> {
        if !self.trim {
            return Ok(Joins::plain().trim_ends(self.trim_ends));
        }
        Ok(Joins::new()
            .trim_ends(self.trim_ends)
            .clause(seconds(py, "clause", self.clause)?)
            .sentence(seconds(py, "sentence", self.sentence)?)
            .paragraph(seconds(py, "paragraph", self.paragraph)?))
    }
}

/// Pronunciations: given as such, or a file of them.
#[derive(FromPyObject)]
pub(crate) enum LexiconSource {
    Entries(BTreeMap<String, String>),
    File(PathBuf),
}

impl LexiconSource {
    pub(crate) fn load(self, py: Python<'_>) -> PyResult<Lexicon> {
        py.detach(|| match self {
            Self::Entries(entries) => Lexicon::from_entries(entries),
            Self::File(path) => Lexicon::load(path),
        })
        .or_raise(py)
    }
}

/// A time span, from seconds. Beyond what a span can be means for ever.
pub(crate) fn seconds(py: Python<'_>, name: &str, value: f64) -> PyResult<Duration> {
    if value.is_nan() || value < 0.0 {
        return Err(invalid(py, &format!("{name} = {value}: it must be a number of seconds, 0 or more")));
    }
    Ok(Duration::try_from_secs_f64(value).unwrap_or(Duration::MAX))
}

pub(crate) fn mode_of(py: Python<'_>, name: &str) -> PyResult<Mode> {
    match name {
        "spoken" => Ok(Mode::Spoken),
        "reference" => Ok(Mode::Reference),
        _ => Err(invalid(py, &format!("mode = {name:?}: it must be \"spoken\" or \"reference\""))),
    }
}

pub(crate) fn fallback_of(py: Python<'_>, name: &str) -> PyResult<Fallback> {
    match name {
        "rules" => Ok(Fallback::Rules),
        "espeak" => Ok(Fallback::Espeak),
        "none" => Ok(Fallback::None),
        _ => Err(invalid(py, &format!("fallback = {name:?}: it must be \"rules\", \"espeak\" or \"none\""))),
    }
}

pub(crate) fn symbols_of(py: Python<'_>, name: &str) -> PyResult<Symbols> {
    match name {
        "speak" => Ok(Symbols::Speak),
        "skip" => Ok(Symbols::Skip),
        _ => Err(invalid(py, &format!("symbols = {name:?}: it must be \"speak\" or \"skip\""))),
    }
}
