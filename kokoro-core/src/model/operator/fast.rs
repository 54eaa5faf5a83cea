//! A stage by the kernels of this library.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use super::{StageError, StageInputs, StageKernel};
use crate::kernels::{
    Buffer, ConvWeights, Isa, KernelError, Parallel, Quality, Scratch, Stage, StageRun, StageShape,
};
use crate::model::fuse::FusedStage;

/// The ε that the kernels normalise with, and how far a model's may be from it.
const EPSILON: f32 = 1e-5;
const EPSILON_TOLERANCE: f32 = 1e-8;

/// A stage with its weights packed.
pub(super) struct FastStage {
    shape: StageShape,
    packed: Buffer,
    isa: Isa,
    /// Memory of earlier runs: as many as were under way at the same time.
    scratch: Mutex<Vec<Scratch>>,
}

/// The shape of a stage that there are kernels for.
fn shape(stage: &FusedStage, quality: Quality) -> Option<StageShape> {
    let shape = StageShape::new(stage.channels, stage.layers.first()?.kernel, quality)?;
    let layers = stage.layers.iter().map(|layer| (layer.kernel, layer.dilation));
    let is_same = layers.eq(shape.convs().iter().map(|conv| (conv.kernel(), conv.dilation())));
    (is_same && (stage.epsilon - EPSILON).abs() <= EPSILON_TOLERANCE).then_some(shape)
}

/// Whether there are kernels for a stage.
pub(super) fn supports(stage: &FusedStage) -> bool {
    shape(stage, Quality::Fast).is_some()
}

impl FastStage {
    /// `None` where there are no kernels for the stage, or its sizes do not fit together.
    pub(super) fn new(stage: &FusedStage, quality: Quality) -> Option<Self> {
        let shape = shape(stage, quality)?;
        let weights: Vec<ConvWeights<'_>> = stage
            .layers
            .iter()
            .map(|layer| ConvWeights { weights: &layer.weight, bias: &layer.bias, alpha: &layer.alpha })
            .collect();
        let mut packed = Buffer::zeroed(shape.packed_len());
        shape.pack(weights.as_slice().try_into().ok()?, packed.as_mut_slice())?;
        Some(Self { shape, packed, isa: Isa::best(), scratch: Mutex::default() })
    }
}

impl StageKernel for FastStage {
    fn run(
        &self,
        inputs: StageInputs<'_>,
        output: &mut [f32],
        parallel: &dyn Parallel,
        cancelled: &AtomicBool,
    ) -> Result<(), StageError> {
        let stage = Stage::new(&self.shape, self.packed.as_slice()).ok_or(StageError::Sizes)?;
        let lock = || self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = lock().pop();
        let mut scratch = idle.unwrap_or_default();
        let result = stage.run(StageRun {
            isa: self.isa,
            parallel,
            cancel: cancelled,
            scratch: &mut scratch,
            input: inputs.signal,
            source: inputs.noise,
            styles: inputs.style,
            output,
        });
        lock().push(scratch);
        result.map_err(|error| match error {
            KernelError::Cancelled => StageError::Cancelled,
            KernelError::Size => StageError::Sizes,
        })
    }
}
