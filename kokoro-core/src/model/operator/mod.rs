//! A generator stage as an operator of ONNX Runtime, and what computes it.

mod direct;
mod fast;
mod threads;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ort::operator::{
    ComputeContext, Kernel, KernelContext, Operator, OperatorDomain, OperatorInput, OperatorOutput,
};
use ort::value::TensorElementType;

use super::fuse::{DOMAIN, FusedStage, INDEX, OPERATOR};
use crate::kernels::{Isa, Parallel, Quality};
use direct::DirectStage;
use fast::FastStage;
use threads::RuntimeThreads;

/// Why a stage was not computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StageError {
    #[error("the inputs of a generator stage have sizes that do not fit together")]
    Sizes,
    #[error("the run was cancelled")]
    Cancelled,
}

/// The inputs of a stage. `signal` and `noise` are `[channels, length]`, `style` holds γ and β of every layer.
#[derive(Clone, Copy)]
pub(crate) struct StageInputs<'a> {
    pub(crate) signal: &'a [f32],
    pub(crate) noise: &'a [f32],
    pub(crate) style: &'a [f32],
    pub(crate) length: usize,
}

/// Computes a stage. Scratch memory belongs to the run: many runs may be under way.
pub(crate) trait StageKernel: Send + Sync {
    /// Computes `output`, `[channels, length]`. `cancelled` is looked at between layers.
    fn run(
        &self,
        inputs: StageInputs<'_>,
        output: &mut [f32],
        parallel: &dyn Parallel,
        cancelled: &AtomicBool,
    ) -> Result<(), StageError>;
}

/// What computes the stages of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compute {
    /// Plain convolutions, for comparisons.
    Direct,
    /// The kernels of this library.
    Kernels(Quality),
}

impl Compute {
    /// Whether the kernels have vector instructions to use on this processor. If not, ONNX Runtime is faster.
    pub(crate) fn has_kernels() -> bool {
        Isa::best().is_vectorised()
    }

    /// Whether it can compute a stage.
    pub(crate) fn supports(self, stage: &FusedStage) -> bool {
        match self {
            Self::Direct => true,
            Self::Kernels(_) => fast::supports(stage),
        }
    }
}

/// The stages of a model, ready to be computed. Sessions share them.
#[derive(Clone, Default)]
pub(crate) struct Stages(Vec<Arc<dyn StageKernel>>);

impl Stages {
    /// `None` where sizes do not fit together.
    pub(crate) fn new(stages: &[FusedStage], compute: Compute) -> Option<Self> {
        let kernel = |stage| -> Option<Arc<dyn StageKernel>> {
            Some(match compute {
                Compute::Direct => Arc::new(DirectStage::new(stage)?),
                Compute::Kernels(quality) => Arc::new(FastStage::new(stage, quality)?),
            })
        };
        stages.iter().map(kernel).collect::<Option<_>>().map(Self)
    }

    /// The operators of a model with these stages. `None` for a model without any.
    pub(crate) fn domain(&self) -> Option<ort::Result<OperatorDomain>> {
        let operator = GeneratorStage { kernels: self.0.clone() };
        (!self.0.is_empty()).then(|| OperatorDomain::new(DOMAIN)?.add(operator))
    }
}

struct GeneratorStage {
    kernels: Vec<Arc<dyn StageKernel>>,
}

impl Operator for GeneratorStage {
    type Kernel<'attr> = StageNode;

    fn name(&self) -> &str {
        OPERATOR
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [(); 3].map(|()| OperatorInput::required(TensorElementType::Float32))
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(TensorElementType::Float32)]
    }

    fn create_kernel<'attr>(&self, context: &KernelContext<'attr>) -> ort::Result<StageNode> {
        let index = context.get::<i64>(INDEX).and_then(|index| usize::try_from(index).ok());
        let kernel = index.and_then(|index| self.kernels.get(index)).cloned();
        let kernel =
            kernel.ok_or_else(|| ort::Error::new("the graph names a generator stage that it has not"))?;
        Ok(StageNode { kernel })
    }
}

struct StageNode {
    kernel: Arc<dyn StageKernel>,
}

impl Kernel for StageNode {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        // A panic cannot cross into ONNX Runtime: it would end the process.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.run(context)));
        outcome.unwrap_or_else(|_| Err(ort::Error::new("a generator stage panicked")))
    }
}

impl StageNode {
    fn run(&self, context: &ComputeContext) -> ort::Result<()> {
        let input = |index| context.input(index)?.ok_or_else(|| ort::Error::new("a stage lacks an input"));
        let (signal, noise, style) = (input(0)?, input(1)?, input(2)?);
        let (shape, signal) = signal.try_extract_tensor::<f32>()?;
        let (noise_shape, noise) = noise.try_extract_tensor::<f32>()?;
        let (_, style) = style.try_extract_tensor::<f32>()?;
        let &[1, _, length] = &shape[..] else {
            return Err(ort::Error::new(format!("a generator stage got a signal of shape {shape:?}")));
        };
        if noise_shape[..] != shape[..] {
            let message = format!("a generator stage got {shape:?} of signal and {noise_shape:?} of noise");
            return Err(ort::Error::new(message));
        }
        let length = usize::try_from(length).unwrap_or(0);
        let mut output =
            context.output(0, shape.to_vec())?.ok_or_else(|| ort::Error::new("a stage lacks its output"))?;
        let (_, output) = output.try_extract_tensor_mut::<f32>()?;
        let threads = RuntimeThreads::new(context);
        let inputs = StageInputs { signal, noise, style, length };
        // Nothing sets the flag from outside yet: ONNX Runtime's own termination works between operators.
        let cancelled = AtomicBool::new(false);
        self.kernel
            .run(inputs, output, &threads, &cancelled)
            .map_err(|error| ort::Error::new(error.to_string()))?;
        threads.finish()
    }
}
