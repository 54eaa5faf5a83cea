//! The settings of a synthesizer.

use std::path::PathBuf;

use kokoro_core::g2p::Settings;
use kokoro_core::{Optimization, Prepared, Synthesizer, SynthesizerBuilder};
use pyo3::prelude::*;

use crate::errors::OrRaise;
use crate::request::{LexiconSource, fallback_of, mode_of, symbols_of};

/// The keyword arguments of `kokoro_rs.Synthesizer`, those that were given.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Arguments {
    /// Always there, perhaps as `None`.
    model: Option<PathBuf>,
    #[pyo3(default)]
    voices: Option<PathBuf>,
    #[pyo3(default)]
    threads: Option<usize>,
    #[pyo3(default)]
    sessions: Option<usize>,
    #[pyo3(default)]
    spinning: Option<bool>,
    #[pyo3(default)]
    runtime_library: Option<PathBuf>,
    #[pyo3(default)]
    optimization: Option<String>,
    #[pyo3(default)]
    verify: Option<bool>,
    #[pyo3(default)]
    prepared: Option<String>,
    #[pyo3(default)]
    max_text_bytes: Option<usize>,
    #[pyo3(default)]
    chunk_symbols: Option<usize>,
    #[pyo3(default)]
    max_requests: Option<usize>,
    #[pyo3(default)]
    stream_buffer: Option<usize>,
    #[pyo3(default)]
    g2p_cache_bytes: Option<usize>,
    #[pyo3(default)]
    mode: Option<String>,
    #[pyo3(default)]
    fallback: Option<String>,
    #[pyo3(default)]
    symbols: Option<String>,
    #[pyo3(default)]
    lexicon: Option<LexiconSource>,
    #[pyo3(default)]
    espeak_library: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn builder(self, py: Python<'_>) -> PyResult<SynthesizerBuilder> {
        let is_from_env = self.model.is_none();
        let mut builder = match &self.model {
            Some(model) => Synthesizer::builder().model(model),
            None => py.detach(SynthesizerBuilder::from_env).or_raise(py)?,
        };
        macro_rules! pass_on {
            ($($name:ident),+) => {
                $(if let Some(value) = self.$name { builder = builder.$name(value); })+
            };
        }
        pass_on!(voices, threads, sessions, spinning, runtime_library, verify);
        pass_on!(max_text_bytes, chunk_symbols, max_requests, stream_buffer, g2p_cache_bytes);
        if let Some(optimization) = self.optimization {
            builder = builder.optimization(optimization.parse::<Optimization>().or_raise(py)?);
        }
        if let Some(prepared) = self.prepared {
            builder = builder.prepared(prepared.parse::<Prepared>().or_raise(py)?);
        }
        let mut g2p = None;
        let mut change =
            |with: &dyn Fn(Settings) -> Settings| g2p = Some(with(g2p.take().unwrap_or_default()));
        if let Some(mode) = self.mode {
            let mode = mode_of(py, &mode)?;
            change(&|g2p| g2p.mode(mode));
        }
        if let Some(fallback) = self.fallback {
            let fallback = fallback_of(py, &fallback)?;
            change(&|g2p| g2p.fallback(fallback));
        }
        if let Some(symbols) = self.symbols {
            let symbols = symbols_of(py, &symbols)?;
            change(&|g2p| g2p.symbols(symbols));
        }
        if let Some(library) = self.espeak_library {
            change(&|g2p| g2p.espeak_library(&library));
        }
        let mut lexicon = self.lexicon;
        if let Some(g2p) = g2p {
            builder = builder.g2p(g2p);
            // It replaces all settings, and so the lexicon of the environment.
            let variable = std::env::var_os("KOKORO_LEXICON").filter(|path| is_from_env && !path.is_empty());
            lexicon = lexicon.or(variable.map(|path| LexiconSource::File(path.into())));
        }
        let lexicon = lexicon.map(|lexicon| lexicon.load(py)).transpose()?;
        Ok(match lexicon {
            Some(lexicon) => builder.lexicon(lexicon),
            None => builder,
        })
    }
}
