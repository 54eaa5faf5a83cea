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
pub mod forms;
pub mod npy;
mod recipe;
mod skeleton;

/// The messages of the ONNX format.
pub use kokoro_core::graph::onnx;

pub use error::{Error, Result};
pub use recipe::{Durations, Recipe, Source, Speed};
pub use skeleton::{Graph, other_exports};

/// How far `samples` are from `exact`, as a ratio of powers in dB. Infinite where they are equal, minus infinite where
/// their lengths differ.
pub fn snr(exact: &[f32], samples: &[f32]) -> f64 {
    if exact.len() != samples.len() {
        return f64::NEG_INFINITY;
    }
    let power = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>();
    let signal = power(&mut exact.iter().map(|&x| f64::from(x)));
    let noise = power(&mut exact.iter().zip(samples).map(|(&x, &y)| f64::from(x) - f64::from(y)));
    10.0 * (signal / noise).log10()
}
