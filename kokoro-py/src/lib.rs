//! Python bindings of the Kokoro speech library: translates between Python and `kokoro-core`, nothing else.
//!
//! This is the package's private half, `kokoro_rs._native`: a few classes and functions that take and give plain Python values.
//! What users see is written in Python, with types and documentation, in `python/kokoro_rs`.

mod assets;
mod cancel;
mod characters;
mod doctor;
mod encode;
mod errors;
mod notify;
mod phonemes;
mod report;
mod request;
mod settings;
mod speech;
mod stream;
mod synthesizer;
mod wait;

use pyo3::prelude::*;

/// Native half of the package `kokoro_rs`.
#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::assets::{cache_dir, catalogue, fetch, find_model, find_voices, plan};
    #[pymodule_export]
    use super::cancel::CancelToken;
    #[pymodule_export]
    use super::doctor::examine;
    #[pymodule_export]
    use super::encode::{pcm, srt, wav, webvtt};
    #[pymodule_export]
    use super::phonemes::phonemize;
    #[pymodule_export]
    use super::request::Request;
    #[pymodule_export]
    use super::stream::{Stream, Whole};
    #[pymodule_export]
    use super::synthesizer::{Synthesizer, default_synthesizer, look_in, prepare, runtime_library};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("ERROR_KINDS", super::errors::kinds())
    }
}
