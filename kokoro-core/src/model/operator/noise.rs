//! Noise of our own, so that a seed repeats it.

use std::sync::Arc;

use ort::operator::{ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput};
use ort::value::TensorElementType;

use super::threads::RuntimeThreads;
use super::{DOMAIN, RunControl, guarded, input};
use crate::kernels::{Distribution, fill_noise};
use crate::model::graph::onnx::NodeProto;
use crate::model::graph::{float, int, node};

/// The operator: the input gives the shape of the output.
const OPERATOR: &str = "Noise";

/// Its attributes. Two numbers describe a distribution: mean and deviation, or the limits.
const IS_NORMAL: &str = "normal";
const FIRST: &str = "first";
const SECOND: &str = "second";
/// Tells the noises of a graph apart.
const STREAM: &str = "stream";

/// A node that makes noise in the shape of `like`.
pub(crate) fn node_like(like: &str, output: &str, distribution: Distribution, stream: u32) -> NodeProto {
    let (is_normal, first, second) = match distribution {
        Distribution::Normal { mean, deviation } => (1, mean, deviation),
        Distribution::Uniform { low, high } => (0, low, high),
    };
    let attribute = vec![
        int(IS_NORMAL, is_normal),
        float(FIRST, first),
        float(SECOND, second),
        int(STREAM, i64::from(stream)),
    ];
    NodeProto { domain: Some(DOMAIN.into()), attribute, ..node(OPERATOR, &[like], output) }
}

/// See the module.
pub(super) struct Noise {
    pub(super) control: Arc<RunControl>,
}

impl Operator for Noise {
    type Kernel<'attr> = NoiseNode;

    fn name(&self) -> &str {
        OPERATOR
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [OperatorInput::required(TensorElementType::Float32)]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(TensorElementType::Float32)]
    }

    fn create_kernel<'attr>(&self, context: &KernelContext<'attr>) -> ort::Result<NoiseNode> {
        let read = || {
            let (first, second) = (context.get::<f32>(FIRST)?, context.get::<f32>(SECOND)?);
            let distribution = match context.get::<i64>(IS_NORMAL)? {
                0 => Distribution::Uniform { low: first, high: second },
                _ => Distribution::Normal { mean: first, deviation: second },
            };
            let stream = context.get::<i64>(STREAM)?.try_into().ok()?;
            Some(NoiseNode { distribution, stream, control: Arc::clone(&self.control) })
        };
        read().ok_or_else(|| ort::Error::new("noise is not described"))
    }
}

pub(super) struct NoiseNode {
    distribution: Distribution,
    stream: u32,
    control: Arc<RunControl>,
}

impl Kernel for NoiseNode {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        guarded(OPERATOR, || {
            let like = input(context, OPERATOR, 0)?;
            let shape = like.shape().to_vec();
            let output = context.output(0, shape)?;
            let mut output = output.ok_or_else(|| ort::Error::new("noise lacks its output"))?;
            let (_, output) = output.try_extract_tensor_mut::<f32>()?;
            let threads = RuntimeThreads::new(context);
            fill_noise(output, self.distribution, self.control.current().seed, self.stream, &threads);
            threads.finish()
        })
    }
}
