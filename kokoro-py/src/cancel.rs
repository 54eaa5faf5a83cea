//! Stopping work from another thread or task.

use pyo3::prelude::*;

/// See `kokoro_rs.CancelToken`.
#[pyclass(frozen, module = "kokoro_rs")]
#[derive(Default)]
pub(crate) struct CancelToken(pub(crate) kokoro_core::CancelToken);

#[pymethods]
impl CancelToken {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn cancel(&self, py: Python<'_>) {
        py.detach(|| self.0.cancel());
    }

    #[getter]
    fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    fn __repr__(&self) -> String {
        let state = if self.0.is_cancelled() { "True" } else { "False" };
        format!("CancelToken(cancelled={state})")
    }
}
