//! Everything that knows ONNX Runtime: finding and starting it, probing a model file, running it.
//!
//! The rest of the crate sees [`Engine`] and plain data. All types of the `ort` crate stay in here, except in the
//! two functions of [`runtime`] that share its environment with the host program.

mod agree;
mod choice;
mod engine;
pub(crate) mod fuse;
pub mod graph;
pub(crate) mod instructions;
mod operator;
mod optimization;
mod pool;
mod prepared;
pub mod runtime;
mod session;
mod source;
mod spec;
mod threads;
mod verify;
mod vocabulary;

pub(crate) use engine::{Engine, EngineOptions, Inference, Utterance};
pub use fuse::{ModelReport, ModelStep, StepOutcome};
pub use optimization::Optimization;
pub(crate) use optimization::PrepareOptions;
#[doc(hidden)]
pub use optimization::Vocoder;
pub(crate) use prepared::examine as examine_prepared;
pub use prepared::{Prepared, PreparedModel};
pub(crate) use source::ModelSource;
pub use spec::{DurationFormat, ModelSpec, SpeedFormat};
pub(crate) use threads::resolve as resolve_threads;
pub use vocabulary::Vocabulary;
