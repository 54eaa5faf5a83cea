//! A generator stage: noise residual block, sum, three residual blocks, mean.

mod direct;
mod fast;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ort::operator::{ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput};
use ort::value::TensorElementType;

use super::layout::{Signal, shape_of};
use super::threads::RuntimeThreads;
use super::{DOMAIN, OperatorError, Operators, RunControl, Weights, guarded, input};
use crate::kernels::{Isa, Layout, Parallel, Quality};
use crate::model::graph::onnx::NodeProto;
use crate::model::graph::{float, int, ints, node, text};
use direct::DirectStage;
use fast::FastStage;

/// The operator: inputs signal, in any layout, noise source, `[1, channels, length]`, and style `[1, 24·2·channels]`.
const OPERATOR: &str = "GeneratorStage";

/// Its attributes.
const COMPUTE: &str = "compute";
const CHANNELS: &str = "channels";
const EPSILON: &str = "epsilon";
const KERNELS: &str = "kernels";
const DILATIONS: &str = "dilations";
const WEIGHTS: &str = "weights";
/// Whether the output is in blocks.
pub(crate) const BLOCKS: &str = "blocks";

/// One normalisation, activation and convolution of a [`FusedStage`].
#[derive(Debug, Clone, PartialEq)]
pub struct FusedLayer {
    /// Width of the convolution's kernel.
    pub kernel: usize,
    /// Its dilation.
    pub dilation: usize,
    /// Its weights, `[channels out, channels in, kernel]`.
    pub weight: Vec<f32>,
    /// Its bias, one for each channel.
    pub bias: Vec<f32>,
    /// α of the activation, one for each channel.
    pub alpha: Vec<f32>,
}

/// Everything that a generator stage computes with, except its inputs.
///
/// A block is six layers in three units; a unit is two layers and the sum with its input. The noise source goes through
/// the first block and is added to the signal; that goes through the three other blocks, whose mean is the result.
/// The style input holds γ and β for every layer, in the order of the layers.
#[derive(Debug, Clone, PartialEq)]
pub struct FusedStage {
    /// Channels of all values.
    pub channels: usize,
    /// ε of the normalisations.
    pub epsilon: f32,
    /// Six layers for each of four blocks: noise, then kernels 3, 7 and 11.
    pub layers: Vec<FusedLayer>,
}

impl FusedStage {
    /// Packs the weights, and gives the node that computes with them and makes a signal in `layout`. `None` where there are no kernels for a stage of this
    /// shape, or its sizes do not fit together.
    pub(crate) fn node(
        &self,
        inputs: &[&str],
        output: &str,
        compute: Compute,
        layout: Layout,
        weights: &mut Weights,
    ) -> Option<NodeProto> {
        let form = Form::of(self);
        let start = match compute {
            Compute::Direct => direct::pack(self, weights)?,
            Compute::Kernels(quality) => fast::pack(self, &form, quality, weights)?,
        };
        let whole = |values: &[usize]| values.iter().map(|&value| value as i64).collect::<Vec<_>>();
        let mut node = node(OPERATOR, inputs, output);
        node.domain = Some(DOMAIN.into());
        node.attribute = vec![
            text(COMPUTE, compute.name()),
            int(CHANNELS, form.channels as i64),
            float(EPSILON, form.epsilon),
            ints(KERNELS, &whole(&form.kernels)),
            ints(DILATIONS, &whole(&form.dilations)),
            int(WEIGHTS, start as i64),
            int(BLOCKS, (layout == Layout::Blocks).into()),
        ];
        Some(node)
    }
}

/// What a node says about its stage, except the weights.
#[derive(Debug, Clone, PartialEq)]
struct Form {
    channels: usize,
    epsilon: f32,
    /// Of every layer.
    kernels: Vec<usize>,
    dilations: Vec<usize>,
}

impl Form {
    fn of(stage: &FusedStage) -> Self {
        Self {
            channels: stage.channels,
            epsilon: stage.epsilon,
            kernels: stage.layers.iter().map(|layer| layer.kernel).collect(),
            dilations: stage.layers.iter().map(|layer| layer.dilation).collect(),
        }
    }

    /// Sizes beyond `MOST` are those of no model.
    fn read(context: &KernelContext<'_>) -> Option<Self> {
        const MOST: i64 = 1 << 12;
        let whole = |values: Vec<i64>| -> Option<Vec<usize>> {
            values.into_iter().map(|value| (1..=MOST).contains(&value).then_some(value as usize)).collect()
        };
        let channels = whole(vec![context.get::<i64>(CHANNELS)?])?.into_iter().next()?;
        let kernels = whole(context.get::<Vec<i64>>(KERNELS)?)?;
        let dilations = whole(context.get::<Vec<i64>>(DILATIONS)?)?;
        let epsilon = context.get::<f32>(EPSILON)?;
        (kernels.len() == dilations.len()).then_some(Self { channels, epsilon, kernels, dilations })
    }
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
    const ALL: [Self; 3] = [Self::Direct, Self::Kernels(Quality::Fast), Self::Kernels(Quality::Fine)];

    /// Whether the kernels have vector instructions to use on this processor. If not, ONNX Runtime is faster.
    pub(crate) fn has_kernels() -> bool {
        Isa::best().is_vectorised()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Kernels(Quality::Fast) => "fast",
            Self::Kernels(Quality::Fine) => "fine",
        }
    }
}

/// The inputs of a stage. `signal` and `noise` are `[channels, length]`, `style` holds γ and β of every layer.
#[derive(Clone, Copy)]
struct StageInputs<'a> {
    signal: &'a [f32],
    /// Of the signal, and of the output. Not all kernels can do with blocks.
    layouts: [Layout; 2],
    noise: &'a [f32],
    style: &'a [f32],
    length: usize,
}

/// Computes a stage. Many runs may be under way.
trait StageKernel: Send + Sync {
    /// Computes `output`, `[channels, length]`. `cancelled` is looked at between tiles or layers.
    fn run(
        &self,
        operators: &Operators,
        inputs: StageInputs<'_>,
        output: &mut [f32],
        parallel: &dyn Parallel,
        cancelled: &AtomicBool,
    ) -> Result<(), OperatorError>;
}

/// See the module.
pub(super) struct GeneratorStage {
    pub(super) operators: Arc<Operators>,
    pub(super) control: Arc<RunControl>,
}

impl GeneratorStage {
    /// The kernel that a node describes. `None` for a description or weights that no node of this library has.
    fn kernel(&self, context: &KernelContext<'_>) -> Option<Box<dyn StageKernel>> {
        let name = context.get::<String>(COMPUTE)?;
        let compute = Compute::ALL.into_iter().find(|compute| compute.name() == name)?;
        let form = Form::read(context)?;
        let start = context.get::<i64>(WEIGHTS)?.try_into().ok()?;
        let weights = &self.operators.weights;
        Some(match compute {
            Compute::Direct => Box::new(DirectStage::new(&direct::unpack(&form, weights, start)?)?),
            Compute::Kernels(quality) => Box::new(FastStage::new(&form, quality, weights, start)?),
        })
    }
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
        let kernel = self.kernel(context);
        let kernel =
            kernel.ok_or_else(|| ort::Error::new("a generator stage has no weights, or of another size"))?;
        let layout = match context.get::<i64>(BLOCKS) {
            Some(1) => Layout::Blocks,
            _ => Layout::Rows,
        };
        let channels =
            context.get::<i64>(CHANNELS).and_then(|channels| channels.try_into().ok()).unwrap_or(0);
        Ok(StageNode {
            kernel,
            channels,
            layout,
            operators: Arc::clone(&self.operators),
            control: Arc::clone(&self.control),
        })
    }
}

pub(super) struct StageNode {
    kernel: Box<dyn StageKernel>,
    channels: usize,
    /// Of the output.
    layout: Layout,
    operators: Arc<Operators>,
    control: Arc<RunControl>,
}

impl Kernel for StageNode {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        guarded(OPERATOR, || self.run(context))
    }
}

impl StageNode {
    fn run(&self, context: &ComputeContext) -> ort::Result<()> {
        let (signal, noise, style) =
            (input(context, OPERATOR, 0)?, input(context, OPERATOR, 1)?, input(context, OPERATOR, 2)?);
        let signal = Signal::of(&signal, self.channels)?;
        let noise = Signal::of(&noise, self.channels)?;
        let (_, style) = style.try_extract_tensor::<f32>()?;
        if noise.layout != Layout::Rows || noise.frames != signal.frames {
            let message = format!(
                "a generator stage got {} frames of signal, {} of noise",
                signal.frames, noise.frames
            );
            return Err(ort::Error::new(message));
        }
        let mut output = context
            .output(0, shape_of(self.layout, self.channels, signal.frames))?
            .ok_or_else(|| ort::Error::new("a stage lacks its output"))?;
        let (_, output) = output.try_extract_tensor_mut::<f32>()?;
        let threads = RuntimeThreads::new(context);
        let inputs = StageInputs {
            signal: signal.values,
            layouts: [signal.layout, self.layout],
            noise: noise.values,
            style,
            length: signal.frames,
        };
        let run = self.control.current();
        self.kernel
            .run(&self.operators, inputs, output, &threads, run.cancel.flag())
            .map_err(|error| ort::Error::new(format!("a generator stage failed: {error}")))?;
        threads.finish()
    }
}
