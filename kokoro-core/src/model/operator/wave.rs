//! The end of the vocoder: the last convolution, with the activation before it, and the inverse Fourier transform.

use std::sync::Arc;

use ort::operator::{ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput};
use ort::value::TensorElementType;

use super::layout::Signal;
use super::threads::RuntimeThreads;
use super::{DOMAIN, Operators, RunControl, Weights, guarded, input};
use crate::kernels::{Isa, Layout, Quality, Wave, WaveFrames, WaveRun, WaveShape, WaveWeights};
use crate::model::graph::onnx::NodeProto;
use crate::model::graph::{float, int, ints, node, text};

/// The operator: a signal in blocks, of which it makes samples, `[1, 1, samples]`.
const OPERATOR: &str = "Wave";

/// Its attributes: channels and kernel of the convolution; bins, hop, window and cut of the transform.
const QUALITY: &str = "quality";
const CONVOLUTION: &str = "convolution";
const TRANSFORM: &str = "transform";
const SLOPE: &str = "slope";
const WEIGHTS: &str = "weights";

/// Everything that it computes with, except its input.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FusedWave {
    pub(crate) channels: usize,
    pub(crate) kernel: usize,
    pub(crate) frames: WaveFrames,
    /// Of negative values in the activation.
    pub(crate) slope: f32,
    /// `[2 · bins][channel][kernel]`, logarithms of magnitudes first.
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    /// `[bin][window]`
    pub(crate) real: Vec<f32>,
    pub(crate) imaginary: Vec<f32>,
}

impl FusedWave {
    /// Packs the weights, and gives the node that computes with them. `None` where there are no kernels for this shape, or its
    /// sizes do not fit together.
    pub(crate) fn node(
        &self,
        input: &str,
        output: &str,
        quality: Quality,
        weights: &mut Weights,
    ) -> Option<NodeProto> {
        let shape = WaveShape::new(self.channels, self.kernel, self.frames, quality)?;
        let start = weights.add(shape.packed_len(), |packed| {
            let weights = WaveWeights {
                weights: &self.weight,
                bias: &self.bias,
                real: &self.real,
                imaginary: &self.imaginary,
            };
            shape.pack(&weights, packed)
        })?;
        let WaveFrames { bins, hop, window, cut } = self.frames;
        let mut node = node(OPERATOR, &[input], output);
        node.domain = Some(DOMAIN.into());
        node.attribute = vec![
            text(QUALITY, quality.name()),
            ints(CONVOLUTION, &[self.channels as i64, self.kernel as i64]),
            ints(TRANSFORM, &[bins, hop, window, cut].map(|size| size as i64)),
            float(SLOPE, self.slope),
            int(WEIGHTS, start as i64),
        ];
        Some(node)
    }
}

/// See the module.
pub(super) struct WaveOperator {
    pub(super) operators: Arc<Operators>,
    pub(super) control: Arc<RunControl>,
}

impl WaveOperator {
    /// The kernel that a node describes. `None` for a description or weights that no node of this library has.
    fn kernel(&self, context: &KernelContext<'_>) -> Option<WaveNode> {
        let quality = Quality::named(&context.get::<String>(QUALITY)?)?;
        let whole = |name: &str| -> Option<Vec<usize>> {
            context.get::<Vec<i64>>(name)?.into_iter().map(|value| usize::try_from(value).ok()).collect()
        };
        let (convolution, transform) = (whole(CONVOLUTION)?, whole(TRANSFORM)?);
        let (&[channels, kernel], &[bins, hop, window, cut]) = (convolution.as_slice(), transform.as_slice())
        else {
            return None;
        };
        let shape = WaveShape::new(channels, kernel, WaveFrames { bins, hop, window, cut }, quality)?;
        let start = context.get::<i64>(WEIGHTS)?.try_into().ok()?;
        self.operators.weights.get(start, shape.packed_len())?;
        Some(WaveNode {
            shape,
            start,
            slope: context.get::<f32>(SLOPE).filter(|slope| (0.0..=1.0).contains(slope))?,
            isa: Isa::best(),
            operators: Arc::clone(&self.operators),
            control: Arc::clone(&self.control),
        })
    }
}

impl Operator for WaveOperator {
    type Kernel<'attr> = WaveNode;

    fn name(&self) -> &str {
        OPERATOR
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [OperatorInput::required(TensorElementType::Float32)]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(TensorElementType::Float32)]
    }

    fn create_kernel<'attr>(&self, context: &KernelContext<'attr>) -> ort::Result<WaveNode> {
        let kernel = self.kernel(context);
        kernel.ok_or_else(|| ort::Error::new("the vocoder's end has no weights, or of another size"))
    }
}

/// The sizes, and the place of the packed weights.
pub(super) struct WaveNode {
    shape: WaveShape,
    start: usize,
    slope: f32,
    isa: Isa,
    operators: Arc<Operators>,
    control: Arc<RunControl>,
}

impl Kernel for WaveNode {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        guarded(OPERATOR, || self.run(context))
    }
}

impl WaveNode {
    fn run(&self, context: &ComputeContext) -> ort::Result<()> {
        let value = input(context, OPERATOR, 0)?;
        let signal = Signal::of(&value, self.shape.channels())?;
        if signal.layout != Layout::Blocks {
            return Err(ort::Error::new("the vocoder's end got a signal that is not in blocks"));
        }
        let samples = self.shape.samples(signal.frames) as i64;
        let mut output = context
            .output(0, vec![1, 1, samples])?
            .ok_or_else(|| ort::Error::new("the vocoder's end lacks its output"))?;
        let (_, output) = output.try_extract_tensor_mut::<f32>()?;
        let threads = RuntimeThreads::new(context);
        let run = self.control.current();
        let place = (self.start, self.shape.packed_len());
        let open = |packed| Wave::new(self.shape, packed);
        let result = self.operators.compute(place, open, |wave, scratch| {
            wave.run(WaveRun {
                isa: self.isa,
                parallel: &threads,
                cancel: run.cancel.flag(),
                scratch,
                input: signal.values,
                slope: self.slope,
                output,
            })
        });
        result.map_err(|error| ort::Error::new(format!("the vocoder's end failed: {error}")))?;
        threads.finish()
    }
}
