//! One loaded model in ONNX Runtime.

use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};

use super::source::ModelSource;
use crate::{Error, ErrorKind, Result};

/// How a session computes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionOptions {
    /// Threads inside an operator.
    pub(crate) threads: usize,
    /// Whether idle threads spin for a while before they sleep.
    pub(crate) spinning: bool,
}

/// Loads a model into a session of its own.
pub(crate) fn open(
    environment: &Environment,
    source: &ModelSource,
    options: SessionOptions,
) -> Result<Session> {
    if let ModelSource::File(path) = source {
        check_file(path)?;
    }
    let mut builder = configure(environment, options).map_err(|error| {
        Error::new(ErrorKind::RuntimeIncompatible, format!("ONNX Runtime refuses its settings: {error}"))
            .with_source(error)
    })?;
    let session = match source {
        ModelSource::Builtin => builder.commit_from_memory(ModelSource::BUILTIN_GRAPH),
        ModelSource::File(path) => builder.commit_from_file(path),
    };
    session.map_err(|error| {
        Error::new(
            ErrorKind::InvalidModel,
            format!("{source} is not a model that ONNX Runtime can load: {error}"),
        )
        .with_source(error)
    })
}

fn configure(environment: &Environment, options: SessionOptions) -> ort::Result<SessionBuilder> {
    let builder = Session::builder(environment)?
        // An environment that was handed in may have providers and a thread pool of its own.
        .with_no_environment_execution_providers()?
        .with_independent_thread_pool()?
        // Level 3 by its number is refused by 1.19; `All` is understood by every version.
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_parallel_execution(false)?
        .with_inter_threads(1)?
        .with_intra_threads(options.threads)?
        .with_intra_op_spinning(options.spinning)?
        .with_inter_op_spinning(options.spinning)?
        // Patterns are kept per input shape, and every text has another one: memory would grow without end.
        .with_memory_pattern(false)?;
    Ok(builder)
}

fn check_file(path: &std::path::Path) -> Result<()> {
    let hint = "give the path of a Kokoro `.onnx` file, or `builtin` for the model inside this library";
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(_) => {
            Err(Error::new(ErrorKind::ModelNotFound, format!("`{}` is not a file: {hint}", path.display())))
        }
        Err(error) => Err(Error::new(
            ErrorKind::ModelNotFound,
            format!("no model at `{}` ({error}): {hint}", path.display()),
        )
        .with_source(error)),
    }
}
