//! A stage by the kernels of this library.

use std::sync::atomic::AtomicBool;

use super::{Form, FusedStage, OperatorError, Operators, StageInputs, StageKernel, Weights};
use crate::kernels::{ConvWeights, Isa, Parallel, Quality, Stage, StageRun, StageShape};

/// The ε that the kernels normalise with, and how far a model's may be from it.
const EPSILON: f32 = 1e-5;
const EPSILON_TOLERANCE: f32 = 1e-8;

/// A stage and the place of its packed weights.
pub(super) struct FastStage {
    shape: StageShape,
    start: usize,
    isa: Isa,
}

/// The shape of a stage that there are kernels for.
fn shape(form: &Form, quality: Quality) -> Option<StageShape> {
    let shape = StageShape::new(form.channels, *form.kernels.first()?, quality)?;
    let is_same = form.kernels.iter().copied().eq(shape.convs().iter().map(|conv| conv.kernel()))
        && form.dilations.iter().copied().eq(shape.convs().iter().map(|conv| conv.dilation()));
    (is_same && (form.epsilon - EPSILON).abs() <= EPSILON_TOLERANCE).then_some(shape)
}

/// Packs the weights of a stage, and gives their place. `None` where there are no kernels for the stage, or its sizes do not
/// fit together.
pub(super) fn pack(
    stage: &FusedStage,
    form: &Form,
    quality: Quality,
    weights: &mut Weights,
) -> Option<usize> {
    let shape = shape(form, quality)?;
    let convs: Vec<ConvWeights<'_>> = stage
        .layers
        .iter()
        .map(|layer| ConvWeights { weights: &layer.weight, bias: &layer.bias, alpha: &layer.alpha })
        .collect();
    let convs = convs.as_slice().try_into().ok()?;
    weights.add(shape.packed_len(), |packed| shape.pack(convs, packed))
}

impl FastStage {
    /// `None` where there are no kernels for the stage, or no weights for them.
    pub(super) fn new(form: &Form, quality: Quality, weights: &Weights, start: usize) -> Option<Self> {
        let shape = shape(form, quality)?;
        weights.get(start, shape.packed_len())?;
        Some(Self { shape, start, isa: Isa::best() })
    }
}

impl StageKernel for FastStage {
    fn run(
        &self,
        operators: &Operators,
        inputs: StageInputs<'_>,
        output: &mut [f32],
        parallel: &dyn Parallel,
        cancelled: &AtomicBool,
    ) -> Result<(), OperatorError> {
        let packed = operators.weights.get(self.start, self.shape.packed_len());
        let stage = packed.and_then(|packed| Stage::new(&self.shape, packed)).ok_or(OperatorError::Sizes)?;
        let result = operators.with_scratch(|scratch| {
            stage.run(StageRun {
                isa: self.isa,
                parallel,
                cancel: cancelled,
                scratch,
                input: inputs.signal,
                layouts: inputs.layouts,
                source: inputs.noise,
                styles: inputs.style,
                output,
            })
        });
        Ok(result?)
    }
}
