//! ONNX Runtime: found, loaded and started once for the whole process.
//!
//! A process can have one ONNX Runtime library and one *environment* in it. This crate makes them when the first
//! model is loaded and keeps them until the process ends. A program that uses the `ort` crate itself shares them:
//! either it takes ours with [`environment`], or it hands over its own with [`adopt`] before the first model is
//! loaded.
//!
//! # Where the library is looked for
//!
//! With the feature `load-dynamic` (the default), in this order:
//!
//! 1. [`SynthesizerBuilder::runtime_library`](crate::SynthesizerBuilder::runtime_library);
//! 2. the environment variable `ORT_DYLIB_PATH`;
//! 3. the folder of the executable, and `lib` in it;
//! 4. folders that the program has [named](look_in), then the package `onnxruntime` of the active Python environment (`VIRTUAL_ENV`, `CONDA_PREFIX`), and that
//!    environment's `lib`;
//! 5. the folder `runtime` in the [cache folder](crate::assets::cache_dir), where a fetched library is;
//! 6. the system's library folders.
//!
//! The first two are final: if that file cannot be used, nothing else is tried. Both must be absolute paths, and
//! the current folder is never searched, so that a file planted there cannot run. ONNX Runtime
//! [`MINIMUM_VERSION`] or newer is needed.
//!
//! # Telemetry
//!
//! Microsoft's builds since 1.29 report usage unless `ORT_DISABLE_TELEMETRY=1` is in the environment of the process.
//! This crate sets that variable, unless the program has set it to something, before it starts ONNX Runtime.

mod library;
mod telemetry;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use once_cell::sync::OnceCell;
use ort::environment::Environment;
use ort::logging::LogLevel;

use crate::{Error, ErrorKind, Result};

/// The oldest ONNX Runtime that can be used, as `1.minor`: the API level that the crate is built for.
pub const MINIMUM_VERSION: &str = "1.17";

struct Runtime {
    environment: Environment,
    /// Unknown if the environment was handed in.
    library: Option<PathBuf>,
}

/// Never dropped: a static is not, and ONNX Runtime does not allow a second environment after the first.
static RUNTIME: OnceCell<Runtime> = OnceCell::new();

/// Folders that the program has named.
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Names a folder to look for the library in, before those of the active Python environment: for programs that know of a
/// place that others do not, such as the Python that this crate is loaded into. A relative one is passed over. It matters
/// before the first model is loaded.
pub fn look_in(folder: impl Into<PathBuf>) {
    let folder = folder.into();
    let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    if folder.is_absolute() && !folders.contains(&folder) {
        folders.push(folder);
    }
}

#[cfg(feature = "load-dynamic")]
fn folders_of_program() -> Vec<PathBuf> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The ONNX Runtime environment of this process; made now if there is none yet.
///
/// # Errors
/// [`ErrorKind::RuntimeNotFound`], [`ErrorKind::RuntimeIncompatible`], or [`ErrorKind::InvalidConfig`] if the
/// program has already made an environment of its own and not handed it over.
pub fn environment() -> Result<Environment> {
    start(None).map(|runtime| runtime.environment.clone())
}

/// Makes this crate use an environment that the program has made with `ort`.
///
/// # Errors
/// [`ErrorKind::InvalidConfig`] if the crate has already started ONNX Runtime by itself.
pub fn adopt(environment: Environment) -> Result<()> {
    RUNTIME.set(Runtime { environment, library: None }).map_err(|_| {
        Error::new(
            ErrorKind::InvalidConfig,
            "ONNX Runtime is already in use: hand an environment over before the first model is loaded, or share \
             the one that `runtime::environment()` gives",
        )
    })
}

/// The library file that was loaded; `None` before that, or if the environment was handed in or linked in.
#[must_use]
pub fn library() -> Option<&'static Path> {
    RUNTIME.get()?.library.as_deref()
}

/// The version of a library file, as `1.minor`, by its own word.
pub(crate) fn version_of(library: &Path) -> Option<String> {
    library::minor_version(library).map(|minor| format!("1.{minor}"))
}

/// Starts ONNX Runtime if need be, from `explicit` if given.
pub(crate) fn start_from(explicit: Option<&Path>) -> Result<Environment> {
    let runtime = start(explicit)?;
    if let (Some(wanted), Some(loaded)) = (explicit, &runtime.library)
        && !same_file(wanted, loaded)
    {
        return Err(Error::new(
            ErrorKind::InvalidConfig,
            format!(
                "ONNX Runtime is already loaded from `{}` and a process can load only one: `{}` cannot be used as \
                 well",
                loaded.display(),
                wanted.display()
            ),
        ));
    }
    Ok(runtime.environment.clone())
}

fn start(explicit: Option<&Path>) -> Result<&'static Runtime> {
    RUNTIME.get_or_try_init(|| {
        telemetry::opt_out();
        let (builder, library) = library::load(explicit)?;
        // `with_telemetry` alone does not keep the library from writing its identifiers to disk.
        let environment =
            builder.with_name("kokoro").with_telemetry(false).build().map_err(environment_error)?;
        // ONNX Runtime formats every message that passes its level, wanted or not.
        environment.set_log_level(LogLevel::Warning);
        tracing::debug!(library = ?library, "started ONNX Runtime");
        Ok(Runtime { environment, library })
    })
}

fn environment_error(error: ort::Error) -> Error {
    if error.message().contains("one environment") {
        return Error::new(
            ErrorKind::InvalidConfig,
            "this program has already made an ONNX Runtime environment, and a process can have only one: hand it \
             over with `kokoro_core::runtime::adopt` before the first model is loaded",
        )
        .with_source(error);
    }
    Error::new(ErrorKind::RuntimeIncompatible, format!("ONNX Runtime does not start: {error}"))
        .with_source(error)
}

fn same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}
