//! From the errors of the library to the exceptions of the package.

use kokoro_core::{Error, ErrorKind};
use pyo3::prelude::*;

/// The names of all kinds of errors; the package has an exception for each.
pub(crate) fn kinds() -> Vec<&'static str> {
    ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect()
}

/// The exception for an error of the library. The message ends with the causes, which Python could not see otherwise.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    let retry_after = error.retry_after().map(|wait| wait.as_secs_f64());
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let text = error.to_string();
        // Many messages quote their cause.
        if !message.contains(&text) {
            message = format!("{message}: {text}");
        }
        cause = error.source();
    }
    raise_kind(py, error.kind(), &message, retry_after)
}

/// The exception for something that a setting must not be.
pub(crate) fn invalid(py: Python<'_>, message: &str) -> PyErr {
    raise_kind(py, ErrorKind::InvalidConfig, message, None)
}

pub(crate) fn raise_kind(py: Python<'_>, kind: ErrorKind, message: &str, retry_after: Option<f64>) -> PyErr {
    let make = || {
        let errors = py.import("kokoro_rs.errors")?;
        errors.call_method1("of_kind", (kind.as_str(), message, retry_after))
    };
    match make() {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}

/// Passes a result of the library on to Python.
pub(crate) trait OrRaise<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> OrRaise<T> for kokoro_core::Result<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| raise(py, &error))
    }
}
