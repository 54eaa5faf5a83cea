//! One loaded model in ONNX Runtime.

use std::sync::Arc;

use ort::environment::Environment;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::session::{RunOptions, Session, SessionInputValue, SessionOutputs};

use super::fuse::Prepared;
use super::operator::{Operators, Run, RunControl};
use super::source::ModelSource;
use crate::{Error, ErrorKind, Result};

/// A model that computes one run at a time.
pub(crate) struct ModelSession {
    session: Session,
    control: Arc<RunControl>,
}

impl ModelSession {
    /// What goes in and comes out.
    pub(crate) fn interface(&self) -> &Session {
        &self.session
    }

    /// Runs the model, and gives what `read` makes of its outputs. It ends early, with an error, when the run is cancelled.
    pub(crate) fn run<T>(
        &mut self,
        inputs: Vec<(&str, SessionInputValue<'_>)>,
        run: Run,
        read: impl FnOnce(&SessionOutputs<'_>) -> ort::Result<T>,
    ) -> ort::Result<T> {
        // ONNX Runtime looks at its options between operators, ours look at the token between tiles. Options that were
        // used to end a run would end the next one as well.
        let options = Arc::new(RunOptions::new()?);
        let ending = Arc::clone(&options);
        let cancel = run.cancel.clone();
        let _waiting = cancel.on_cancel(move || {
            if let Err(error) = ending.terminate() {
                tracing::warn!(%error, "ONNX Runtime does not end a run");
            }
        });
        self.control.begin(run);
        let outputs = self.session.run_with_options(inputs, &options)?;
        read(&outputs)
    }
}

/// How a session computes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionOptions {
    /// Threads inside an operator.
    pub(crate) threads: usize,
    /// Whether idle threads spin for a while before they sleep.
    pub(crate) spinning: bool,
}

/// Loads a model, as it was prepared, into a session of its own.
pub(crate) fn open(
    environment: &Environment,
    source: &ModelSource,
    prepared: &Prepared,
    operators: &Arc<Operators>,
    options: SessionOptions,
) -> Result<ModelSession> {
    if let ModelSource::File(path) = source {
        check_file(path)?;
    }
    let session = match (&prepared.model, source) {
        (Some(model), _) => return open_model(environment, model, operators, options),
        (None, ModelSource::Builtin) => {
            builder(environment, options)?.commit_from_memory(ModelSource::BUILTIN_GRAPH)
        }
        (None, ModelSource::File(path)) => builder(environment, options)?.commit_from_file(path),
    };
    let session = session.map_err(|error| refused(&source.to_string(), error))?;
    Ok(ModelSession { session, control: Arc::default() })
}

/// Loads a model from memory, in which there may be operators of this library.
pub(crate) fn open_model(
    environment: &Environment,
    model: &[u8],
    operators: &Arc<Operators>,
    options: SessionOptions,
) -> Result<ModelSession> {
    let builder = builder(environment, options)?;
    let control = Arc::default();
    let session = operators
        .domain(&control)
        .and_then(|domain| Ok(builder.with_operators(domain)?))
        .and_then(|mut builder| builder.commit_from_memory(model));
    let session = session.map_err(|error| refused("the changed model", error))?;
    Ok(ModelSession { session, control })
}

fn refused(model: &str, error: ort::Error) -> Error {
    let message = format!("{model} is not a model that ONNX Runtime can load: {error}");
    Error::new(ErrorKind::InvalidModel, message).with_source(error)
}

fn builder(environment: &Environment, options: SessionOptions) -> Result<SessionBuilder> {
    configure(environment, options).map_err(|error| {
        Error::new(ErrorKind::RuntimeIncompatible, format!("ONNX Runtime refuses its settings: {error}"))
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
