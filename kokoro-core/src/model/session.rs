//! One loaded model in ONNX Runtime.

use std::path::Path;
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
    let session = with_operators(builder, operators, &control)
        .and_then(|mut builder| builder.commit_from_memory(model));
    let session = session.map_err(|error| refused("the changed model", error))?;
    Ok(ModelSession { session, control })
}

/// Where and how ONNX Runtime is to write the graph that it has made of a model, and the weights.
pub(crate) struct Target<'a> {
    pub(crate) graph: &'a Path,
    /// The name of a file in the same folder.
    pub(crate) weights: &'a str,
    /// Whether the graph is new to ONNX Runtime, to be optimised, or one that it has optimised, to be written together with
    /// the weights in the form in which its operators pack them (1.21 and later).
    pub(crate) optimize: bool,
}

/// Weights of fewer bytes stay in the graph.
const LEAST_BYTES: &str = "1024";

/// Lets ONNX Runtime write what it makes of a model, which is given as a file or in memory.
pub(crate) fn write_optimized(
    environment: &Environment,
    model: Result<&Path, &[u8]>,
    operators: &Arc<Operators>,
    options: SessionOptions,
    target: &Target<'_>,
) -> Result<()> {
    let written = with_operators(builder(environment, options)?, operators, &Arc::default())
        .and_then(|builder| {
            let level =
                if target.optimize { GraphOptimizationLevel::All } else { GraphOptimizationLevel::Disable };
            Ok(builder
                .with_optimization_level(level)?
                .with_optimized_model_path(target.graph)?
                .with_config_entry("session.optimized_model_external_initializers_file_name", target.weights)?
                .with_config_entry(
                    "session.optimized_model_external_initializers_min_size_in_bytes",
                    LEAST_BYTES,
                )?
                .with_config_entry(
                    "session.save_external_prepacked_constant_initializers",
                    if target.optimize { "0" } else { "1" },
                )?)
        })
        .and_then(|mut builder| match model {
            Ok(path) => builder.commit_from_file(path),
            Err(bytes) => builder.commit_from_memory(bytes),
        });
    written.map(drop).map_err(|error| refused("the changed model", error))
}

/// Loads a graph that [`write_optimized`] has written, and whose weights lie beside it.
pub(crate) fn open_optimized(
    environment: &Environment,
    graph: &Path,
    operators: &Arc<Operators>,
    options: SessionOptions,
) -> Result<ModelSession> {
    let control = Arc::default();
    let session = with_operators(builder(environment, options)?, operators, &control)
        .and_then(|builder| {
            Ok(builder
                .with_optimization_level(GraphOptimizationLevel::Disable)?
                // Weights are packed on all threads (1.30 and later).
                .with_config_entry("session.prepack.enable_parallel", "1")?)
        })
        .and_then(|mut builder| builder.commit_from_file(graph));
    let session = session.map_err(|error| refused("the prepared model", error))?;
    Ok(ModelSession { session, control })
}

fn with_operators(
    builder: SessionBuilder,
    operators: &Arc<Operators>,
    control: &Arc<RunControl>,
) -> ort::Result<SessionBuilder> {
    operators.domain(control).and_then(|domain| Ok(builder.with_operators(domain)?))
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

pub(crate) fn check_file(path: &Path) -> Result<()> {
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
