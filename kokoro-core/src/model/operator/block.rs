//! A residual block of the decoder: twice normalisation, activation and convolution, with a shortcut around them.

use std::sync::Arc;

use ort::operator::{ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput};
use ort::value::TensorElementType;

use super::threads::RuntimeThreads;
use super::{DOMAIN, Operators, RunControl, Weights, guarded, input};
use crate::kernels::{Block, BlockRun, BlockShape, BlockWeights, Isa, Quality};
use crate::model::graph::onnx::NodeProto;
use crate::model::graph::{float, int, ints, node, text};

/// The operator: inputs `[1, channels, length]`, and γ and β of both normalisations.
const OPERATOR: &str = "DecoderBlock";

/// Its attributes.
const QUALITY: &str = "quality";
/// Channels that go in and come out.
const CHANNELS: &str = "channels";
const HAS_SHORTCUT: &str = "shortcut";
const DOUBLES: &str = "doubles";
const SLOPE: &str = "slope";
const FACTOR: &str = "factor";
const WEIGHTS: &str = "weights";

/// Everything that a block computes with, except its inputs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FusedBlock {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// Of negative values in the activations.
    pub(crate) slope: f32,
    /// What the sum is multiplied with.
    pub(crate) factor: f32,
    /// Weights `[output][input][3]` and bias.
    pub(crate) first: (Vec<f32>, Vec<f32>),
    pub(crate) second: (Vec<f32>, Vec<f32>),
    /// `[output][input]`; the shortcut of a block without is the input.
    pub(crate) shortcut: Option<Vec<f32>>,
    /// `[input][3]` and bias, of a block that doubles the length.
    pub(crate) pool: Option<(Vec<f32>, Vec<f32>)>,
}

impl FusedBlock {
    /// Packs the weights, and gives the node that computes with them. `None` where there are no kernels for a block of this
    /// shape, or its sizes do not fit together.
    pub(crate) fn node(
        &self,
        inputs: &[&str],
        output: &str,
        quality: Quality,
        weights: &mut Weights,
    ) -> Option<NodeProto> {
        let (has_shortcut, doubles) = (self.shortcut.is_some(), self.pool.is_some());
        let shape = BlockShape::new(self.inputs, self.outputs, has_shortcut, doubles, quality)?;
        let start = weights.add(shape.packed_len(), |packed| {
            let weights = BlockWeights {
                first: (&self.first.0, &self.first.1),
                second: (&self.second.0, &self.second.1),
                shortcut: self.shortcut.as_deref(),
                pool: self.pool.as_ref().map(|(weights, bias)| (weights.as_slice(), bias.as_slice())),
            };
            shape.pack(&weights, packed)
        })?;
        let mut node = node(OPERATOR, inputs, output);
        node.domain = Some(DOMAIN.into());
        node.attribute = vec![
            text(QUALITY, quality.name()),
            ints(CHANNELS, &[self.inputs as i64, self.outputs as i64]),
            int(HAS_SHORTCUT, has_shortcut.into()),
            int(DOUBLES, doubles.into()),
            float(SLOPE, self.slope),
            float(FACTOR, self.factor),
            int(WEIGHTS, start as i64),
        ];
        Some(node)
    }
}

/// See the module.
pub(super) struct DecoderBlock {
    pub(super) operators: Arc<Operators>,
    pub(super) control: Arc<RunControl>,
}

impl DecoderBlock {
    /// The kernel that a node describes. `None` for a description or weights that no node of this library has.
    fn kernel(&self, context: &KernelContext<'_>) -> Option<BlockNode> {
        let quality = Quality::named(&context.get::<String>(QUALITY)?)?;
        let channels: Vec<usize> = (context.get::<Vec<i64>>(CHANNELS)?.into_iter())
            .map(|channels| usize::try_from(channels).ok())
            .collect::<Option<_>>()?;
        let &[inputs, outputs] = channels.as_slice() else { return None };
        let has = |name: &str| context.get::<i64>(name).map(|value| value != 0);
        let shape = BlockShape::new(inputs, outputs, has(HAS_SHORTCUT)?, has(DOUBLES)?, quality)?;
        let start = context.get::<i64>(WEIGHTS)?.try_into().ok()?;
        self.operators.weights.get(start, shape.packed_len())?;
        Some(BlockNode {
            shape,
            start,
            slope: context.get::<f32>(SLOPE).filter(|slope| (0.0..=1.0).contains(slope))?,
            factor: context.get::<f32>(FACTOR)?,
            isa: Isa::best(),
            operators: Arc::clone(&self.operators),
            control: Arc::clone(&self.control),
        })
    }
}

impl Operator for DecoderBlock {
    type Kernel<'attr> = BlockNode;

    fn name(&self) -> &str {
        OPERATOR
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [(); 3].map(|()| OperatorInput::required(TensorElementType::Float32))
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(TensorElementType::Float32)]
    }

    fn create_kernel<'attr>(&self, context: &KernelContext<'attr>) -> ort::Result<BlockNode> {
        let kernel = self.kernel(context);
        kernel.ok_or_else(|| ort::Error::new("a decoder block has no weights, or of another size"))
    }
}

/// A block and the place of its packed weights.
pub(super) struct BlockNode {
    shape: BlockShape,
    start: usize,
    slope: f32,
    factor: f32,
    isa: Isa,
    operators: Arc<Operators>,
    control: Arc<RunControl>,
}

impl Kernel for BlockNode {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        guarded(OPERATOR, || self.run(context))
    }
}

impl BlockNode {
    fn run(&self, context: &ComputeContext) -> ort::Result<()> {
        let (signal, first, second) =
            (input(context, OPERATOR, 0)?, input(context, OPERATOR, 1)?, input(context, OPERATOR, 2)?);
        let (shape, signal) = signal.try_extract_tensor::<f32>()?;
        let style = [first.try_extract_tensor::<f32>()?.1, second.try_extract_tensor::<f32>()?.1].concat();
        let frames = match shape[..] {
            [1, _, frames] => usize::try_from(frames).unwrap_or(0),
            _ => return Err(ort::Error::new(format!("a decoder block got a signal of shape {shape:?}"))),
        };
        let (channels, made) = (self.shape.outputs() as i64, self.shape.frames(frames) as i64);
        let mut output = context
            .output(0, vec![1, channels, made])?
            .ok_or_else(|| ort::Error::new("a decoder block lacks its output"))?;
        let (_, output) = output.try_extract_tensor_mut::<f32>()?;
        let threads = RuntimeThreads::new(context);
        let run = self.control.current();
        let place = (self.start, self.shape.packed_len());
        let open = |packed| Block::new(self.shape, packed);
        let result = self.operators.compute(place, open, |block, scratch| {
            block.run(BlockRun {
                isa: self.isa,
                parallel: &threads,
                cancel: run.cancel.flag(),
                scratch,
                input: signal,
                style: &style,
                slope: self.slope,
                factor: self.factor,
                output,
            })
        });
        result.map_err(|error| ort::Error::new(format!("a decoder block failed: {error}")))?;
        threads.finish()
    }
}
