//! The voice source, with the bits of the operators that make it in the graph.

use ort::operator::{ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput};
use ort::value::TensorElementType;

use super::threads::RuntimeThreads;
use super::{DOMAIN, OperatorError, guarded, input};
use crate::kernels::{Isa, KernelError, Loudness, VoiceRun, stretch};
use crate::model::graph::onnx::NodeProto;
use crate::model::graph::{float, int, node};

/// Rows, `[1, rows, frames]`, are stretched by linear interpolation, and become columns.
const STRETCH: &str = "Stretch";
const FACTOR: &str = "factor";

/// Sines, pitch and noise become the harmonics of a voice.
const VOICE: &str = "Voice";
const HARMONICS: &str = "harmonics";
const THRESHOLD: &str = "threshold";
const VOICED: &str = "voiced";
const OVER: &str = "unvoiced_over";
const UNDER: &str = "unvoiced_under";

/// A node that stretches `input` by a whole number.
pub(crate) fn stretch_node(input: &str, factor: usize, output: &str) -> NodeProto {
    let attribute = vec![int(FACTOR, factor as i64)];
    NodeProto { domain: Some(DOMAIN.into()), attribute, ..node(STRETCH, &[input], output) }
}

/// A node that makes a voice of sines, pitch and noise.
pub(crate) fn voice_node(inputs: [&str; 3], loudness: Loudness, output: &str) -> NodeProto {
    let Loudness { harmonics, threshold, voiced, unvoiced: [over, under] } = loudness;
    let attribute = vec![
        float(HARMONICS, harmonics),
        float(THRESHOLD, threshold),
        float(VOICED, voiced),
        float(OVER, over),
        float(UNDER, under),
    ];
    NodeProto { domain: Some(DOMAIN.into()), attribute, ..node(VOICE, &inputs, output) }
}

fn failed(operator: &str, error: impl Into<OperatorError>) -> ort::Error {
    ort::Error::new(format!("the operator `{operator}` failed: {}", error.into()))
}

/// See [`stretch_node`].
pub(super) struct Stretch;

impl Operator for Stretch {
    type Kernel<'attr> = StretchNode;

    fn name(&self) -> &str {
        STRETCH
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [OperatorInput::required(TensorElementType::Float32)]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(TensorElementType::Float32)]
    }

    fn create_kernel<'attr>(&self, context: &KernelContext<'attr>) -> ort::Result<StretchNode> {
        let factor = context.get::<i64>(FACTOR).and_then(|factor| usize::try_from(factor).ok());
        let factor = factor.filter(|&factor| factor > 0);
        let factor = factor.ok_or_else(|| ort::Error::new("how far to stretch is not described"))?;
        Ok(StretchNode { factor, isa: Isa::best() })
    }
}

pub(super) struct StretchNode {
    factor: usize,
    isa: Isa,
}

impl Kernel for StretchNode {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        guarded(STRETCH, || {
            let value = input(context, STRETCH, 0)?;
            let sizes = || failed(STRETCH, OperatorError::Sizes);
            let &[1, rows, frames] = &value.shape()[..] else { return Err(sizes()) };
            let made = usize::try_from(frames).ok().and_then(|frames| frames.checked_mul(self.factor));
            let made = made.and_then(|made| i64::try_from(made).ok()).ok_or_else(sizes)?;
            let rows_usize = usize::try_from(rows).map_err(|_| sizes())?;
            let (_, signal) = value.try_extract_tensor::<f32>()?;
            let mut output = context.output(0, vec![1, made, rows])?.ok_or_else(sizes)?;
            let (_, output) = output.try_extract_tensor_mut::<f32>()?;
            let threads = RuntimeThreads::new(context);
            stretch(self.isa, &threads, signal, rows_usize, self.factor, output)
                .map_err(|error| failed(STRETCH, error))?;
            threads.finish()
        })
    }
}

/// See [`voice_node`].
pub(super) struct Voice;

impl Operator for Voice {
    type Kernel<'attr> = VoiceNode;

    fn name(&self) -> &str {
        VOICE
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [(); 3].map(|()| OperatorInput::required(TensorElementType::Float32))
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(TensorElementType::Float32)]
    }

    fn create_kernel<'attr>(&self, context: &KernelContext<'attr>) -> ort::Result<VoiceNode> {
        let read = || {
            let loudness = Loudness {
                harmonics: context.get(HARMONICS)?,
                threshold: context.get(THRESHOLD)?,
                voiced: context.get(VOICED)?,
                unvoiced: [context.get(OVER)?, context.get(UNDER)?],
            };
            Some(VoiceNode { loudness, isa: Isa::best() })
        };
        read().ok_or_else(|| ort::Error::new("the voice is not described"))
    }
}

pub(super) struct VoiceNode {
    loudness: Loudness,
    isa: Isa,
}

impl Kernel for VoiceNode {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        guarded(VOICE, || {
            let sines = input(context, VOICE, 0)?;
            let (pitch, noise) = (input(context, VOICE, 1)?, input(context, VOICE, 2)?);
            let shape = sines.shape().to_vec();
            let mut output = context.output(0, shape)?.ok_or_else(|| failed(VOICE, KernelError::Size))?;
            let (_, output) = output.try_extract_tensor_mut::<f32>()?;
            let run = VoiceRun {
                pitch: pitch.try_extract_tensor::<f32>()?.1,
                sines: sines.try_extract_tensor::<f32>()?.1,
                noise: noise.try_extract_tensor::<f32>()?.1,
                loudness: self.loudness,
            };
            let threads = RuntimeThreads::new(context);
            run.run(self.isa, &threads, output).map_err(|error| failed(VOICE, error))?;
            threads.finish()
        })
    }
}
