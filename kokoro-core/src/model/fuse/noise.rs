//! Noise that a seed repeats.
//!
//! Kokoro's voice source takes random phases and adds Gaussian noise, by operators whose generator belongs to the session
//! and goes on from run to run.

use crate::kernels::Distribution;
use crate::model::graph::onnx::{DataType, GraphProto, NodeProto};
use crate::model::graph::{float_attribute, int_attribute};
use crate::model::operator::noise_like;

/// Replaces every source of random floats by one of ours, and gives their number.
pub(super) fn replace(graph: &mut GraphProto) -> usize {
    let mut count = 0;
    for node in &mut graph.node {
        if let (Some(distribution), [like], [output]) = (noise(node), &node.input[..], &node.output[..]) {
            *node = noise_like(like, output, distribution, count);
            count += 1;
        }
    }
    count as usize
}

/// What a node draws its numbers from, if it is random.
fn noise(node: &NodeProto) -> Option<Distribution> {
    let is_float = int_attribute(node, "dtype", DataType::Float as i64) == DataType::Float as i64;
    let is_standard = node.domain().is_empty() || node.domain() == "ai.onnx";
    match node.op_type() {
        "RandomNormalLike" if is_float && is_standard => Some(Distribution::Normal {
            mean: float_attribute(node, "mean", 0.0),
            deviation: float_attribute(node, "scale", 1.0),
        }),
        "RandomUniformLike" if is_float && is_standard => Some(Distribution::Uniform {
            low: float_attribute(node, "low", 0.0),
            high: float_attribute(node, "high", 1.0),
        }),
        _ => None,
    }
}
