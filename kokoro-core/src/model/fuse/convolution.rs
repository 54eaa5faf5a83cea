//! Convolutions over time that keep the length.

use crate::model::graph::onnx::NodeProto;
use crate::model::graph::{Constant, Flow, attribute, int_attribute, ints_attribute};

/// One found in the graph.
pub(super) struct Convolution<'a> {
    pub(super) input: &'a str,
    /// `[channels out, channels in, kernel]`.
    pub(super) weight: Constant,
    pub(super) bias: Vec<f32>,
    /// Channels that go in; as many come out as the bias has.
    pub(super) inputs: usize,
    pub(super) kernel: usize,
    pub(super) dilation: usize,
    /// Index of the node.
    pub(super) index: usize,
}

/// The one that makes `value`, with as many channels as go in.
pub(super) fn find<'a>(flow: &Flow<'a>, value: &'a str) -> Option<Convolution<'a>> {
    find_any(flow, value).filter(|found| found.inputs == found.bias.len())
}

/// The one that makes `value`.
pub(super) fn find_any<'a>(flow: &Flow<'a>, value: &'a str) -> Option<Convolution<'a>> {
    let (index, node) = flow.made_by(value, "Conv")?;
    let weight = flow.constant(node.input.get(1)?)?;
    let &[channels, inputs, kernel] = weight.dims.as_slice() else { return None };
    let dilation = keeps_length(node, kernel)?;
    if inputs == 0 || channels == 0 || int_attribute(node, "group", 1) != 1 {
        return None;
    }
    let bias = match node.input.get(2).filter(|bias| !bias.is_empty()) {
        Some(bias) => flow.constant(bias)?.values,
        None => vec![0.0; channels],
    };
    (bias.len() == channels).then_some(Convolution {
        input: node.input.first()?,
        weight,
        bias,
        inputs,
        kernel,
        dilation,
        index,
    })
}

/// The dilation of a convolution of stride 1 with an odd kernel and half of its width of padding on both sides.
fn keeps_length(node: &NodeProto, kernel: usize) -> Option<usize> {
    let one = |name, default| match ints_attribute(node, name) {
        None => Some(default),
        Some([value]) => Some(*value),
        Some(_) => None,
    };
    let dilation =
        usize::try_from(one("dilations", 1)?).ok().filter(|dilation| (1..=64).contains(dilation))?;
    let padding = match attribute(node, "auto_pad").and_then(|given| given.s.as_deref()) {
        None | Some(b"NOTSET") => match ints_attribute(node, "pads").unwrap_or(&[0, 0]) {
            [before, after] if before == after => usize::try_from(*before).ok()?,
            _ => return None,
        },
        Some(b"SAME_UPPER" | b"SAME_LOWER") => dilation * (kernel - 1) / 2,
        Some(_) => return None,
    };
    (kernel % 2 == 1 && kernel <= 63 && one("strides", 1)? == 1 && padding == dilation * (kernel - 1) / 2)
        .then_some(dilation)
}
