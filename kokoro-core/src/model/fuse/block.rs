//! The decoder's residual blocks, outside of what the pitch and the durations depend on.

use std::collections::HashSet;

use super::adain::{self, AdaIn};
use super::convolution;
use super::edits::Edits;
use super::leaky;
use crate::kernels::Quality;
use crate::model::graph::onnx::NodeProto;
use crate::model::graph::{Flow, attribute, int_attribute, ints_attribute};
use crate::model::operator::{FusedBlock, Weights};

/// The ε that the kernels normalise with, and how far a model's may be from it.
const EPSILON: f32 = 1e-5;
const EPSILON_TOLERANCE: f32 = 1e-8;

/// One found in the graph.
struct Block<'a> {
    input: &'a str,
    first: AdaIn<'a>,
    second: AdaIn<'a>,
    fused: FusedBlock,
}

/// Replaces every block that `fixed`, the indices of nodes that must stay as they are, does not mention, and gives their
/// number.
pub(super) fn replace(
    flow: &Flow<'_>,
    fixed: &HashSet<usize>,
    quality: Quality,
    edits: &mut Edits,
    weights: &mut Weights,
) -> usize {
    let mut count = 0;
    for (index, node) in flow.graph.node.iter().enumerate().filter(|(index, _)| !fixed.contains(index)) {
        let Some(block) = find(flow, node) else { continue };
        let Some(output) = node.output.first() else { continue };
        let inputs = [block.input, block.first.style, block.second.style];
        if let Some(node) = block.fused.node(&inputs, output, quality, weights) {
            edits.replace(index, vec![node]);
            count += 1;
        }
    }
    count
}

fn find<'a>(flow: &Flow<'a>, node: &'a NodeProto) -> Option<Block<'a>> {
    let (sum, factor) = scaled(flow, node)?;
    let (_, add) = flow.made_by(sum, "Add")?;
    Flow::pairs(add).find_map(|(main, shortcut)| main_path(flow, main, shortcut, factor))
}

/// What a node multiplies with a constant.
fn scaled<'a>(flow: &Flow<'a>, node: &'a NodeProto) -> Option<(&'a str, f32)> {
    match node.op_type() {
        "Mul" => Flow::pairs(node).find_map(|(sum, factor)| Some((sum, flow.scalar(factor)?))),
        "Div" => match node.input.as_slice() {
            [sum, divisor] => Some((sum.as_str(), 1.0 / flow.scalar(divisor)?)),
            _ => None,
        },
        _ => None,
    }
}

fn main_path<'a>(flow: &Flow<'a>, main: &'a str, shortcut: &'a str, factor: f32) -> Option<Block<'a>> {
    // What is cheap to see comes first: most sums have nothing to do with a block.
    let (_, second) = flow.made_by(main, "Conv")?;
    let (_, second_slope) = leaky::find(flow, second.input.first()?)?;
    let second =
        convolution::find_any(flow, main).filter(|found| found.kernel == 3 && found.dilation == 1)?;
    let channels = second.bias.len();
    let (activated, slope) = leaky::find(flow, second.input)?;
    let second_norm = adain::find(flow, activated, channels)?;

    let first = convolution::find_any(flow, second_norm.input)
        .filter(|found| found.kernel == 3 && found.dilation == 1)?;
    let (before, pool) = match pool(flow, first.input, first.inputs) {
        Some((input, taps, bias)) => (input, Some((taps, bias))),
        None => (first.input, None),
    };
    let (activated, first_slope) = leaky::find(flow, before)?;
    let first_norm = adain::find(flow, activated, first.inputs)?;
    let input = first_norm.input;
    let (source, weight, bias) = match flow.made_by(shortcut, "Conv") {
        None => (shortcut, None, Vec::new()),
        Some(_) => {
            let found = convolution::find_any(flow, shortcut)
                .filter(|found| (found.kernel, found.inputs) == (1, first.inputs))?;
            (found.input, Some(found.weight.values), found.bias)
        }
    };
    let source = if pool.is_some() { repeated(flow, source)? } else { source };
    let near = |norm: &AdaIn<'_>| (norm.epsilon - EPSILON).abs() <= EPSILON_TOLERANCE;
    let fits = flow.same(source, input)
        && second.inputs == channels
        && first.bias.len() == channels
        && slope == first_slope
        && slope == second_slope
        && near(&first_norm)
        && near(&second_norm)
        && (bias.is_empty() || bias.len() == channels);
    if !fits {
        return None;
    }
    // A bias of the shortcut is as good as one behind the sum.
    let mut last_bias = second.bias;
    last_bias.iter_mut().zip(&bias).for_each(|(sum, bias)| *sum += bias);
    Some(Block {
        input,
        first: first_norm,
        second: second_norm,
        fused: FusedBlock {
            inputs: first.inputs,
            outputs: channels,
            slope,
            factor,
            first: (first.weight.values, first.bias),
            second: (second.weight.values, last_bias),
            shortcut: weight,
            pool,
        },
    })
}

/// The transposed convolution, for each channel alone, that doubles the length: its input, taps and bias.
fn pool<'a>(flow: &Flow<'a>, value: &'a str, channels: usize) -> Option<(&'a str, Vec<f32>, Vec<f32>)> {
    let (_, node) = flow.made_by(value, "ConvTranspose")?;
    let weight = flow.constant(node.input.get(1)?)?;
    let bias = match node.input.get(2).filter(|bias| !bias.is_empty()) {
        Some(bias) => flow.constant(bias)?.values,
        None => vec![0.0; channels],
    };
    let is = |name, default: &[i64], wanted: &[i64]| ints_attribute(node, name).unwrap_or(default) == wanted;
    let fits = weight.dims == [channels, 1, 3]
        && bias.len() == channels
        && usize::try_from(int_attribute(node, "group", 1)) == Ok(channels)
        && is("strides", &[1], &[2])
        && is("pads", &[0, 0], &[1, 1])
        && is("output_padding", &[0], &[1])
        && is("dilations", &[1], &[1])
        && attribute(node, "output_shape").is_none()
        && attribute(node, "auto_pad")
            .and_then(|given| given.s.as_deref())
            .is_none_or(|pad| pad == b"NOTSET");
    fits.then_some((node.input.first()?, weight.values, bias))
}

/// What a value repeats every frame of.
fn repeated<'a>(flow: &Flow<'a>, value: &'a str) -> Option<&'a str> {
    let (_, node) = flow.made_by(value, "Resize")?;
    let scales = flow.constant(node.input.get(2)?)?.values;
    let is = |name, wanted: &[u8]| attribute(node, name).and_then(|given| given.s.as_deref()) == Some(wanted);
    let fits = scales == [1.0, 1.0, 2.0]
        && node.input.get(3).is_none_or(String::is_empty)
        && is("mode", b"nearest")
        && is("coordinate_transformation_mode", b"asymmetric")
        && is("nearest_mode", b"floor");
    fits.then_some(node.input.first()?)
}
