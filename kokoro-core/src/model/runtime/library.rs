//! Finding and loading ONNX Runtime's shared library.

use std::path::{Path, PathBuf};

use ort::environment::EnvironmentBuilder;

use crate::Result;

/// Loads the library and says which file it was.
#[cfg(feature = "load-dynamic")]
pub(super) fn load(explicit: Option<&Path>) -> Result<(EnvironmentBuilder, Option<PathBuf>)> {
    let search = search::Search::of_this_process(explicit);
    dynamic::load(&search).map(|(builder, path)| (builder, Some(path)))
}

/// ONNX Runtime is part of this binary: there is nothing to find.
#[cfg(not(feature = "load-dynamic"))]
pub(super) fn load(explicit: Option<&Path>) -> Result<(EnvironmentBuilder, Option<PathBuf>)> {
    match explicit {
        None => Ok((ort::init(), None)),
        Some(path) => Err(crate::Error::new(
            crate::ErrorKind::InvalidConfig,
            format!(
                "ONNX Runtime is linked into this program, `{}` cannot be loaded: build with the feature \
                 `load-dynamic`, or do not name a library",
                path.display()
            ),
        )),
    }
}

/// The minor version that a library tells.
pub(super) fn minor_version(library: &Path) -> Option<u32> {
    #[cfg(feature = "load-dynamic")]
    return ort::util::probe(library);
    #[cfg(not(feature = "load-dynamic"))]
    {
        let _ = library;
        None
    }
}

#[cfg(feature = "load-dynamic")]
mod search;

#[cfg(feature = "load-dynamic")]
mod dynamic {
    use std::path::PathBuf;

    use ort::LoadDynamicError;
    use ort::environment::EnvironmentBuilder;

    use super::super::MINIMUM_VERSION;
    use super::search::{Candidate, Search};
    use crate::{Error, ErrorKind, Result};

    const REMEDY: &str = "install it with `pip install onnxruntime` in the active virtual environment, fetch it \
                          (docs/assets.md), or take the library from ONNX Runtime's release page, and name it with ORT_DYLIB_PATH or \
                          `runtime_library`";

    pub(super) fn load(search: &Search) -> Result<(EnvironmentBuilder, PathBuf)> {
        let mut failures = Vec::new();
        for Candidate { path, origin, is_final } in search.candidates()? {
            match ort::init_from(&path) {
                Ok(builder) => return Ok((builder, path)),
                Err(error) => {
                    let failure = format!("`{}` ({origin}): {}", path.display(), reason(&error));
                    if is_final {
                        return Err(incompatible(&failure).with_source(error));
                    }
                    tracing::debug!("cannot use ONNX Runtime at {failure}");
                    failures.push(failure);
                }
            }
        }
        if failures.is_empty() {
            let folders: Vec<_> =
                search.folders().iter().map(|folder| folder.display().to_string()).collect();
            return Err(Error::new(
                ErrorKind::RuntimeNotFound,
                format!(
                    "ONNX Runtime's library was not found: {REMEDY}. Looked in: {}",
                    if folders.is_empty() { "no folder at all".into() } else { folders.join(", ") }
                ),
            ));
        }
        Err(incompatible(&failures.join("; ")))
    }

    fn incompatible(failure: &str) -> Error {
        Error::new(
            ErrorKind::RuntimeIncompatible,
            format!(
                "no usable ONNX Runtime ({MINIMUM_VERSION} or newer is needed): {failure}. Remedy: {REMEDY}"
            ),
        )
    }

    fn reason(error: &LoadDynamicError) -> String {
        match error {
            LoadDynamicError::BadVersion { version_str, .. } => {
                format!("it is version {version_str}, too old")
            }
            LoadDynamicError::MissingApi { .. } => "it is not ONNX Runtime".into(),
            LoadDynamicError::InvalidVersionString => "it does not tell its version".into(),
            LoadDynamicError::Dlopen { error, .. } => format!("the system cannot load it: {error}"),
        }
    }
}
