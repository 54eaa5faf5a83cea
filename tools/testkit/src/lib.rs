//! Full-size Kokoro graphs for tests and benchmarks.
//!
//! The published model is 325 MB and cannot live in a repository. This crate carries its graph without the weights,
//! and [fills](fill) it with deterministic pseudo-random ones: the same nodes, the same size, the same cost per second
//! of audio, durations like those of speech, and no speech. The [edits](edit) turn it into the other forms in which
//! the model is published. [`Recipe`] puts the two together:
//!
//! ```no_run
//! use kokoro_testkit::{Graph, Recipe};
//!
//! let recipe = Recipe { silent: true, ..Recipe::new(Graph::InputIds) };
//! let path = recipe.cached("target/testkit".as_ref())?;
//! # Ok::<(), kokoro_testkit::Error>(())
//! ```

pub mod edit;
mod error;
mod f16;
pub mod fill;
pub mod npy;
pub mod onnx;
mod recipe;
mod skeleton;

pub use error::{Error, Result};
pub use recipe::{Durations, Recipe, Source, Speed};
pub use skeleton::Graph;
