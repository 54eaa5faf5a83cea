//! The transposed convolution between the generator's stages, with the activation before it.

use std::sync::Arc;

use ort::operator::{ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput};
use ort::value::TensorElementType;

use super::layout::{Signal, shape_in_blocks};
use super::threads::RuntimeThreads;
use super::{DOMAIN, Operators, RunControl, Weights, guarded, input};
use crate::kernels::{Isa, Quality, Upsample, UpsampleRun, UpsampleShape};
use crate::model::graph::onnx::NodeProto;
use crate::model::graph::{float, int, ints, node, text};

/// The operator: a signal in any layout, of which it makes one in blocks.
const OPERATOR: &str = "Upsample";

/// Its attributes: which transforms; channels that go in and come out; kernel, stride and padding.
const QUALITY: &str = "quality";
const CHANNELS: &str = "channels";
const KERNEL: &str = "kernel";
const SLOPE: &str = "slope";
const REFLECT: &str = "reflect";
const WEIGHTS: &str = "weights";

/// Everything that an upsampling computes with, except its input.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FusedUpsample {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    /// What is cut off at both ends.
    pub(crate) padding: usize,
    /// Of negative values in the activation.
    pub(crate) slope: f32,
    /// Whether the second frame is repeated in front of the first.
    pub(crate) reflect: bool,
    /// `[input][output][kernel]`
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

impl FusedUpsample {
    /// Packs the weights, and gives the node that computes with them. `None` where there are no kernels for this shape, or its
    /// sizes do not fit together.
    pub(crate) fn node(
        &self,
        input: &str,
        output: &str,
        quality: Quality,
        weights: &mut Weights,
    ) -> Option<NodeProto> {
        let Self { inputs, outputs, kernel, stride, padding, .. } = *self;
        let shape = UpsampleShape::new(inputs, outputs, kernel, stride, padding, quality)?;
        let start = weights.add(shape.packed_len(), |packed| shape.pack(&self.weight, &self.bias, packed))?;
        let mut node = node(OPERATOR, &[input], output);
        node.domain = Some(DOMAIN.into());
        node.attribute = vec![
            text(QUALITY, quality.name()),
            ints(CHANNELS, &[inputs as i64, outputs as i64]),
            ints(KERNEL, &[kernel as i64, stride as i64, padding as i64]),
            float(SLOPE, self.slope),
            int(REFLECT, self.reflect.into()),
            int(WEIGHTS, start as i64),
        ];
        Some(node)
    }
}

/// See the module.
pub(super) struct UpsampleOperator {
    pub(super) operators: Arc<Operators>,
    pub(super) control: Arc<RunControl>,
}

impl UpsampleOperator {
    /// The kernel that a node describes. `None` for a description or weights that no node of this library has.
    fn kernel(&self, context: &KernelContext<'_>) -> Option<UpsampleNode> {
        let quality = Quality::named(&context.get::<String>(QUALITY)?)?;
        let whole = |name: &str| -> Option<Vec<usize>> {
            context.get::<Vec<i64>>(name)?.into_iter().map(|value| usize::try_from(value).ok()).collect()
        };
        let (channels, kernel) = (whole(CHANNELS)?, whole(KERNEL)?);
        let (&[inputs, outputs], &[kernel, stride, padding]) = (channels.as_slice(), kernel.as_slice())
        else {
            return None;
        };
        let shape = UpsampleShape::new(inputs, outputs, kernel, stride, padding, quality)?;
        let start = context.get::<i64>(WEIGHTS)?.try_into().ok()?;
        self.operators.weights.get(start, shape.packed_len())?;
        Some(UpsampleNode {
            shape,
            start,
            slope: context.get::<f32>(SLOPE).filter(|slope| (0.0..=1.0).contains(slope))?,
            reflect: context.get::<i64>(REFLECT)? != 0,
            isa: Isa::best(),
            operators: Arc::clone(&self.operators),
            control: Arc::clone(&self.control),
        })
    }
}

impl Operator for UpsampleOperator {
    type Kernel<'attr> = UpsampleNode;

    fn name(&self) -> &str {
        OPERATOR
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [OperatorInput::required(TensorElementType::Float32)]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(TensorElementType::Float32)]
    }

    fn create_kernel<'attr>(&self, context: &KernelContext<'attr>) -> ort::Result<UpsampleNode> {
        let kernel = self.kernel(context);
        kernel.ok_or_else(|| ort::Error::new("an upsampling has no weights, or of another size"))
    }
}

/// An upsampling and the place of its packed weights.
pub(super) struct UpsampleNode {
    shape: UpsampleShape,
    start: usize,
    slope: f32,
    reflect: bool,
    isa: Isa,
    operators: Arc<Operators>,
    control: Arc<RunControl>,
}

impl Kernel for UpsampleNode {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        guarded(OPERATOR, || self.run(context))
    }
}

impl UpsampleNode {
    fn run(&self, context: &ComputeContext) -> ort::Result<()> {
        let value = input(context, OPERATOR, 0)?;
        let signal = Signal::of(&value, self.shape.inputs())?;
        let made = self.shape.frames(signal.frames);
        let made = made.ok_or_else(|| ort::Error::new("an upsampling got too long a signal"))?;
        let frames = made + usize::from(self.reflect);
        let mut output = context
            .output(0, shape_in_blocks(self.shape.outputs(), frames))?
            .ok_or_else(|| ort::Error::new("an upsampling lacks its output"))?;
        let (_, output) = output.try_extract_tensor_mut::<f32>()?;
        let threads = RuntimeThreads::new(context);
        let run = self.control.current();
        let place = (self.start, self.shape.packed_len());
        let open = |packed| Upsample::new(self.shape, packed);
        let result = self.operators.compute(place, open, |upsample, scratch| {
            upsample.run(UpsampleRun {
                isa: self.isa,
                parallel: &threads,
                cancel: run.cancel.flag(),
                scratch,
                input: signal.values,
                layout: signal.layout,
                slope: self.slope,
                reflect: self.reflect,
                output,
            })
        });
        result.map_err(|error| ort::Error::new(format!("an upsampling failed: {error}")))?;
        threads.finish()
    }
}
