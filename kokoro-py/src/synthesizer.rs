//! A loaded model with its voices.

use std::path::PathBuf;
use std::sync::Arc;

use kokoro_core::{Shutdown, runtime};
use pyo3::prelude::*;

use crate::characters::Characters;
use crate::errors::OrRaise;
use crate::notify::Notifier;
use crate::phonemes::PronunciationFields;
use crate::report::{MetricsFields, ModelFields, VoiceFields};
use crate::request::{Request, seconds};
use crate::settings::Arguments;
use crate::stream::{Stream, Whole};

/// A synthesizer, as `kokoro_rs.Synthesizer` uses it.
#[pyclass(frozen, module = "kokoro_rs._native")]
pub(crate) struct Synthesizer {
    inner: kokoro_core::Synthesizer,
    notifier: Arc<Notifier>,
}

impl Synthesizer {
    fn of(inner: kokoro_core::Synthesizer) -> Self {
        Self { inner, notifier: Arc::default() }
    }
}

#[pymethods]
impl Synthesizer {
    #[new]
    fn new(py: Python<'_>, arguments: Arguments) -> PyResult<Self> {
        let builder = arguments.builder(py)?;
        py.detach(|| builder.build()).or_raise(py).map(Self::of)
    }

    /// Takes a request in.
    fn synthesize(&self, py: Python<'_>, request: &Bound<'_, Request>) -> Whole {
        let Request { request, text } = request.get();
        let future = py.detach(|| self.inner.synthesize_async(request));
        Whole::new(future, Arc::clone(text), Arc::clone(&self.notifier))
    }

    /// Takes a request in.
    fn stream(&self, py: Python<'_>, request: &Bound<'_, Request>) -> PyResult<Stream> {
        let Request { request, text } = request.get();
        let stream = py.detach(|| self.inner.stream_async(request)).or_raise(py)?;
        Ok(Stream::new(stream, Arc::clone(text), Arc::clone(&self.notifier)))
    }

    fn phonemize(&self, py: Python<'_>, request: &Bound<'_, Request>) -> PyResult<PronunciationFields> {
        let Request { request, text } = request.get();
        let pronunciation = py.detach(|| self.inner.phonemize(request)).or_raise(py)?;
        Ok(PronunciationFields::new(&pronunciation, &mut Characters::new(Arc::clone(text))))
    }

    fn voices(&self) -> Vec<VoiceFields> {
        self.inner.voices().iter().map(VoiceFields::from).collect()
    }

    fn model(&self) -> ModelFields {
        ModelFields::new(self.inner.model_info(), self.inner.model_report())
    }

    fn stats(&self, py: Python<'_>) -> MetricsFields {
        py.detach(|| self.inner.metrics()).into()
    }

    fn prometheus(&self, py: Python<'_>) -> String {
        py.detach(|| self.inner.metrics().to_prometheus())
    }

    fn warm_up(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.inner.warm_up()).or_raise(py)
    }

    fn set_g2p_cache_bytes(&self, py: Python<'_>, bytes: usize) {
        py.detach(|| self.inner.set_g2p_cache_bytes(bytes));
    }

    /// Ends the service; `None` at once.
    fn shutdown(&self, py: Python<'_>, drain: Option<f64>) -> PyResult<bool> {
        let how = match drain {
            Some(limit) => Shutdown::Drain(seconds(py, "drain", limit)?),
            None => Shutdown::Abort,
        };
        Ok(py.detach(|| self.inner.shutdown(how)))
    }
}

/// The synthesizer of this process, loaded at the first call.
#[pyfunction]
pub(crate) fn default_synthesizer(py: Python<'_>) -> PyResult<Synthesizer> {
    py.detach(kokoro_core::global).or_raise(py).cloned().map(Synthesizer::of)
}

/// `kokoro_rs.PreparedModel`.
#[derive(IntoPyObject)]
pub(crate) struct PreparedFields {
    folder: PathBuf,
    bytes: u64,
    is_new: bool,
    model_sha256: String,
}

/// Prepares the model of these settings.
#[pyfunction]
pub(crate) fn prepare(py: Python<'_>, arguments: Arguments) -> PyResult<PreparedFields> {
    let builder = arguments.builder(py)?;
    let prepared = py.detach(|| builder.prepare()).or_raise(py)?;
    Ok(PreparedFields {
        folder: prepared.folder().to_owned(),
        bytes: prepared.bytes(),
        is_new: prepared.is_new(),
        model_sha256: prepared.model_sha256().to_owned(),
    })
}

/// Names a folder to look for ONNX Runtime's library in.
#[pyfunction]
pub(crate) fn look_in(folder: PathBuf) {
    runtime::look_in(folder);
}

/// The ONNX Runtime library that was loaded.
#[pyfunction]
pub(crate) fn runtime_library() -> Option<&'static std::path::Path> {
    runtime::library()
}
