//! The end of the vocoder: the last convolution, with the activation before it, and the inverse Fourier transform as two
//! transposed convolutions.

use super::convolution;
use super::edits::Edits;
use super::leaky;
use crate::kernels::{Quality, WaveFrames};
use crate::model::graph::onnx::NodeProto;
use crate::model::graph::{Flow, attribute, int_attribute, ints_attribute};
use crate::model::operator::{FusedWave, Weights};

/// One found in the graph.
pub(super) struct Ending<'a> {
    /// What is activated.
    pub(super) input: &'a str,
    fused: FusedWave,
    /// Index of the node that makes the output.
    last: usize,
}

impl Ending<'_> {
    /// Replaces it by an operator, which takes a signal in blocks. Whether there is a kernel for it.
    pub(super) fn replace(
        &self,
        flow: &Flow<'_>,
        quality: Quality,
        edits: &mut Edits,
        weights: &mut Weights,
    ) -> bool {
        let output = flow.node(self.last).and_then(|node| node.output.first());
        let node = output.and_then(|output| self.fused.node(self.input, output, quality, weights));
        let found = node.is_some();
        if let Some(node) = node {
            edits.replace(self.last, vec![node]);
        }
        found
    }
}

/// The one that begins with `signal`.
pub(super) fn find<'a>(flow: &Flow<'a>, signal: &str) -> Option<Ending<'a>> {
    let nodes = flow.graph.node.iter().enumerate();
    nodes
        .filter(|(_, node)| node.op_type() == "Slice")
        .find_map(|(last, node)| ending(flow, last, node).filter(|found| found.input == signal))
}

fn ending<'a>(flow: &Flow<'a>, last: usize, node: &'a NodeProto) -> Option<Ending<'a>> {
    let (value, start, end) = slice(flow, node, 2)?;
    let (_, difference) = flow.made_by(value, "Sub")?;
    let [real, imaginary] = difference.input.as_slice() else { return None };
    let (real, imaginary) = (transposed(flow, real)?, transposed(flow, imaginary)?);
    let cut = usize::try_from(start).ok()?;
    let alike = (real.bins, real.hop, real.window) == (imaginary.bins, imaginary.hop, imaginary.window);
    if !alike || start.checked_neg() != Some(end) {
        return None;
    }
    let (_, cosine) = flow.made_by(real.input, "Mul")?;
    let (_, sine) = flow.made_by(imaginary.input, "Mul")?;
    Flow::pairs(cosine).find_map(|(magnitude, cosine)| {
        let (_, exponential) = flow.made_by(magnitude, "Exp")?;
        let (_, cosine) = flow.made_by(cosine, "Cos")?;
        let phase = cosine.input.first()?;
        let is_sine = Flow::pairs(sine).any(|(other, sine)| {
            let sine = flow.made_by(sine, "Sin").and_then(|(_, node)| node.input.first());
            flow.same(other, magnitude) && sine.is_some_and(|sine| flow.same(sine, phase))
        });
        let (_, phase) = flow.made_by(phase, "Sin").filter(|_| is_sine)?;

        let bins = i64::try_from(real.bins).ok()?;
        let (_, first) = flow.made_by(exponential.input.first()?, "Slice")?;
        let (_, second) = flow.made_by(phase.input.first()?, "Slice")?;
        let (spectrum, from, to) = slice(flow, first, 1)?;
        let (same, next, rest) = slice(flow, second, 1)?;
        let halves = (from, to, next) == (0, bins, bins) && rest >= 2 * bins && flow.same(spectrum, same);
        let convolution = convolution::find_any(flow, spectrum)
            .filter(|found| halves && found.dilation == 1 && found.bias.len() == 2 * real.bins)?;
        let (input, slope) = leaky::find(flow, convolution.input)?;
        let frames = WaveFrames { bins: real.bins, hop: real.hop, window: real.window, cut };
        let fused = FusedWave {
            channels: convolution.inputs,
            kernel: convolution.kernel,
            frames,
            slope,
            weight: convolution.weight.values,
            bias: convolution.bias,
            real: real.weight.clone(),
            imaginary: imaginary.weight.clone(),
        };
        Some(Ending { input, fused, last })
    })
}

/// What a node takes a part of along an axis, from where to where.
fn slice<'a>(flow: &Flow<'a>, node: &'a NodeProto, axis: i64) -> Option<(&'a str, i64, i64)> {
    let [data, start, end, axes, steps @ ..] = node.input.as_slice() else { return None };
    let one = |value| match flow.integers(value)?.as_slice() {
        &[number] => Some(number),
        _ => None,
    };
    let by_one = match steps {
        [] => true,
        [step] => step.is_empty() || one(step)? == 1,
        _ => false,
    };
    (by_one && one(axes)? == axis).then_some((data.as_str(), one(start)?, one(end)?))
}

struct Transposed<'a> {
    input: &'a str,
    bins: usize,
    hop: usize,
    window: usize,
    weight: Vec<f32>,
}

/// The transposed convolution to one channel that makes `value`.
fn transposed<'a>(flow: &Flow<'a>, value: &'a str) -> Option<Transposed<'a>> {
    let (_, node) = flow.made_by(value, "ConvTranspose")?;
    let weight = flow.constant(node.input.get(1)?)?;
    let &[bins, 1, window] = weight.dims.as_slice() else { return None };
    let hop = match ints_attribute(node, "strides") {
        Some([hop]) => usize::try_from(*hop).ok()?,
        _ => return None,
    };
    let is = |name, default: &[i64]| ints_attribute(node, name).unwrap_or(default) == default;
    let fits = int_attribute(node, "group", 1) == 1
        && node.input.get(2).is_none_or(String::is_empty)
        && is("pads", &[0, 0])
        && is("dilations", &[1])
        && is("output_padding", &[0])
        && attribute(node, "output_shape").is_none()
        && attribute(node, "auto_pad")
            .and_then(|given| given.s.as_deref())
            .is_none_or(|pad| pad == b"NOTSET");
    fits.then_some(Transposed { input: node.input.first()?, bins, hop, window, weight: weight.values })
}
