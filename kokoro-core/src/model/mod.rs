//! Everything that knows ONNX Runtime: finding and starting it, probing a model file, running it.
//!
//! The rest of the crate sees [`Engine`] and plain data. All types of the `ort` crate stay in here, except in the
//! two functions of [`runtime`] that share its environment with the host program.

mod engine;
mod pool;
pub mod runtime;
mod session;
mod source;
mod spec;
mod threads;
mod vocabulary;

pub(crate) use engine::{Engine, EngineOptions};
pub(crate) use source::ModelSource;
pub use spec::{DurationFormat, ModelSpec, SpeedFormat};
pub use vocabulary::Vocabulary;
