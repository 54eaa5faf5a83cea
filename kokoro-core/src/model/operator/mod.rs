//! Operators of this library in a graph of ONNX Runtime, and what computes them.
//!
//! A node says in its attributes all that is needed to make its kernel; its weights lie packed in the model's [`Weights`].

mod block;
mod control;
mod layout;
mod mapping;
mod noise;
mod repeat;
mod source;
mod stage;
mod threads;
mod upsample;
mod wave;
mod weights;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use ort::operator::{ComputeContext, OperatorDomain};
use ort::value::ValueRef;

use crate::kernels::{KernelError, Scratch};

pub(crate) use block::FusedBlock;
pub(crate) use control::{Run, RunControl};
pub(crate) use mapping::Mapping;
pub(crate) use noise::node_like as noise_like;
pub(crate) use repeat::repeat_node;
pub(crate) use source::{stretch_node, voice_node};
pub(crate) use stage::BLOCKS;
pub(crate) use stage::Compute;
pub use stage::{FusedLayer, FusedStage};
pub(crate) use upsample::FusedUpsample;
pub(crate) use wave::FusedWave;
pub use weights::Weights;

/// The domain of this library's operators.
pub(crate) const DOMAIN: &str = "kokoro";

/// Why an operator did not finish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OperatorError {
    #[error("its inputs have sizes that do not fit together")]
    Sizes,
    #[error("the run was cancelled")]
    Cancelled,
}

impl From<KernelError> for OperatorError {
    fn from(error: KernelError) -> Self {
        match error {
            KernelError::Cancelled => Self::Cancelled,
            KernelError::Size => Self::Sizes,
        }
    }
}

/// What the operators of a model compute with. Sessions share it.
#[derive(Debug, Default)]
pub(crate) struct Operators {
    weights: Weights,
    /// Memory of earlier runs: as many as were under way at the same time.
    scratch: Mutex<Vec<Scratch>>,
}

impl Operators {
    pub(crate) fn new(weights: Weights) -> Arc<Self> {
        Arc::new(Self { weights, scratch: Mutex::default() })
    }

    pub(crate) fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The operators for one session.
    pub(crate) fn domain(self: &Arc<Self>, control: &Arc<RunControl>) -> ort::Result<OperatorDomain> {
        OperatorDomain::new(DOMAIN)?
            .add(stage::GeneratorStage { operators: Arc::clone(self), control: Arc::clone(control) })?
            .add(block::DecoderBlock { operators: Arc::clone(self), control: Arc::clone(control) })?
            .add(upsample::UpsampleOperator { operators: Arc::clone(self), control: Arc::clone(control) })?
            .add(wave::WaveOperator { operators: Arc::clone(self), control: Arc::clone(control) })?
            .add(noise::Noise { control: Arc::clone(control) })?
            .add(repeat::Repeat)?
            .add(source::Stretch)?
            .add(source::Voice)
    }

    /// Opens a kernel on its packed weights, the `len` numbers from `start` on, and runs it with memory of its own.
    fn compute<'a, K>(
        &'a self,
        (start, len): (usize, usize),
        open: impl FnOnce(&'a [f32]) -> Option<K>,
        run: impl FnOnce(K, &mut Scratch) -> Result<(), KernelError>,
    ) -> Result<(), OperatorError> {
        let kernel = self.weights.get(start, len).and_then(open).ok_or(OperatorError::Sizes)?;
        Ok(self.with_scratch(|scratch| run(kernel, scratch))?)
    }

    /// Lends memory for a run.
    fn with_scratch<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        let lock = || self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = lock().pop();
        let mut scratch = idle.unwrap_or_default();
        let result = work(&mut scratch);
        lock().push(scratch);
        result
    }
}

/// Runs an operator; a panic in it, which cannot cross into ONNX Runtime, becomes an error.
fn guarded(operator: &str, run: impl FnOnce() -> ort::Result<()>) -> ort::Result<()> {
    let outcome = catch_unwind(AssertUnwindSafe(run));
    outcome.unwrap_or_else(|_| Err(ort::Error::new(format!("the operator `{operator}` panicked"))))
}

/// An input of an operator.
fn input<'a>(context: &'a ComputeContext, operator: &str, index: usize) -> ort::Result<ValueRef<'a>> {
    let input = context.input(index)?;
    input.ok_or_else(|| ort::Error::new(format!("the operator `{operator}` lacks input {index}")))
}
