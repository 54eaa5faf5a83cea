//! Python bindings of the Kokoro speech library: translates between Python and `kokoro-core`, nothing else.
//!
//! So far it tells its version and pronounces text.

use pyo3::prelude::*;

/// Native half of the package `kokoro_rs`.
#[pymodule]
mod _native {
    use kokoro_core::{Language, g2p};
    use pyo3::exceptions::PyValueError;
    use pyo3::prelude::*;

    /// Phonemes of `text` in Kokoro's alphabet; `language` is `en-us` or `en-gb`.
    #[pyfunction]
    #[pyo3(signature = (text, language = "en-us"))]
    fn phonemize(py: Python<'_>, text: &str, language: &str) -> PyResult<String> {
        py.detach(|| g2p::phonemize(text, language.parse::<Language>()?).map(|phonemes| phonemes.text()))
            .map_err(|error| PyValueError::new_err(error.to_string()))
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
