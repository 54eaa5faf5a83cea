//! The transposed convolution in front of a stage, with its activation and the frame that is put before its output.

use super::edits::Edits;
use super::leaky;
use crate::kernels::Quality;
use crate::model::graph::onnx::NodeProto;
use crate::model::graph::{Flow, attribute, int_attribute, ints_attribute};
use crate::model::operator::{FusedUpsample, Weights};

/// One found in the graph.
pub(super) struct Upsampling<'a> {
    /// What is activated.
    pub(super) input: &'a str,
    fused: FusedUpsample,
    /// Index of the node that makes the output.
    last: usize,
}

impl Upsampling<'_> {
    /// Replaces it by an operator, which makes the same signal in blocks. Whether there is a kernel for it.
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

/// The one that makes `value`, which has `channels` channels and must be of use for one node only.
pub(super) fn find<'a>(flow: &Flow<'a>, value: &'a str, channels: usize) -> Option<Upsampling<'a>> {
    let (last, node) = flow.maker(value)?;
    // With a name in between, somebody else may see the value.
    let is_private = node.output.len() == 1
        && node.output.first().is_some_and(|output| output == value)
        && flow.users(value).count() == 1
        && !flow.is_inner(value)
        && flow.graph.output.iter().all(|output| output.name() != value);
    if !is_private {
        return None;
    }
    let (reflect, value) = match reflected(flow, node) {
        Some(input) => (true, input),
        None => (false, value),
    };
    let (_, node) = flow.made_by(value, "ConvTranspose")?;
    let (input, slope) = leaky::find(flow, node.input.first()?)?;
    let weight = flow.constant(node.input.get(1)?)?;
    let &[inputs, outputs, kernel] = weight.dims.as_slice() else { return None };
    let bias = match node.input.get(2).filter(|bias| !bias.is_empty()) {
        Some(bias) => flow.constant(bias)?.values,
        None => vec![0.0; outputs],
    };
    let one = |name, default| match ints_attribute(node, name) {
        None => Some(default),
        Some([value]) => usize::try_from(*value).ok(),
        Some(_) => None,
    };
    let padding = match ints_attribute(node, "pads").unwrap_or(&[0, 0]) {
        [before, after] if before == after => usize::try_from(*before).ok()?,
        _ => return None,
    };
    let fits = outputs == channels
        && bias.len() == outputs
        && int_attribute(node, "group", 1) == 1
        && one("dilations", 1)? == 1
        && one("output_padding", 0)? == 0
        && attribute(node, "output_shape").is_none()
        && attribute(node, "auto_pad")
            .and_then(|given| given.s.as_deref())
            .is_none_or(|pad| pad == b"NOTSET");
    fits.then(|| {
        let stride = one("strides", 1)?;
        let weight = weight.values;
        let fused = FusedUpsample { inputs, outputs, kernel, stride, padding, slope, reflect, weight, bias };
        Some(Upsampling { input, fused, last })
    })?
}

/// What a node puts its second frame in front of.
fn reflected<'a>(flow: &Flow<'a>, node: &'a NodeProto) -> Option<&'a str> {
    let is_reflection = node.op_type() == "Pad"
        && attribute(node, "mode").and_then(|given| given.s.as_deref()) == Some(b"reflect")
        && node.input.get(3).is_none_or(String::is_empty);
    let pads = if is_reflection { flow.whole_numbers(node.input.get(1)?)? } else { return None };
    (pads == [0, 0, 1, 0, 0, 0]).then_some(node.input.first()?)
}
