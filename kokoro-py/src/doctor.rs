//! What would be used on this machine, and what is wrong with it.

use kokoro_core::doctor::Examination;
use pyo3::prelude::*;

/// Whether all is well, the report for people, the report as JSON.
#[pyfunction]
pub(crate) fn examine(py: Python<'_>, digests: bool, speak: bool) -> (bool, String, String) {
    let report = py.detach(|| Examination::new().digests(digests).speak(speak).run());
    (report.is_healthy(), report.to_string(), report.to_json())
}
