//! Adaptive instance normalisation: `(1 + γ)·norm(x) + β`, where γ and β are the two halves of a linear map of the style.

use crate::model::graph::onnx::NodeProto;
use crate::model::graph::{Constant, Flow, attribute, int_attribute, ints_attribute};

/// Changes of shape between the linear map and its halves.
const MOST_STEPS: usize = 8;

/// One found in the graph.
pub(super) struct AdaIn<'a> {
    /// What is normalised.
    pub(super) input: &'a str,
    pub(super) epsilon: f32,
    /// `1 + γ`, with as many elements as channels.
    pub(super) scale: &'a str,
    /// `β`.
    pub(super) shift: &'a str,
    /// γ and β one after the other, `[1, 2·channels]`.
    pub(super) style: &'a str,
    /// Index of the node that makes the output.
    pub(super) last: usize,
}

/// The one that makes `value`, which has `channels` channels.
pub(super) fn find<'a>(flow: &Flow<'a>, value: &'a str, channels: usize) -> Option<AdaIn<'a>> {
    let (last, add) = flow.made_by(value, "Add")?;
    Flow::pairs(add).find_map(|(product, shift)| {
        let (_, product) = flow.made_by(product, "Mul")?;
        Flow::pairs(product).find_map(|(scale, normal)| {
            let (input, epsilon) = normalised(flow, normal, channels)?;
            let (_, sum) = flow.made_by(scale, "Add")?;
            let gamma =
                Flow::pairs(sum).find_map(|(gamma, one)| (flow.scalar(one) == Some(1.0)).then_some(gamma))?;
            let style = halves(flow, gamma, shift, channels)?;
            Some(AdaIn { input, epsilon, scale, shift, style, last })
        })
    })
}

/// What `value` is the normalisation of over time, channel by channel, without weights of its own; and its ε.
fn normalised<'a>(flow: &Flow<'a>, value: &'a str, channels: usize) -> Option<(&'a str, f32)> {
    let (_, node) = flow.maker(value)?;
    match node.op_type() {
        "InstanceNormalization" => {
            let [input, weight, bias] = node.input.as_slice() else { return None };
            let all = |value, number| {
                flow.constant(value).is_some_and(|constant: Constant| {
                    constant.values.len() == channels && constant.values.iter().all(|&x| x == number)
                })
            };
            let epsilon = attribute(node, "epsilon").and_then(|given| given.f).unwrap_or(1e-5);
            (all(weight, 1.0) && all(bias, 0.0)).then_some((input.as_str(), epsilon))
        }
        // Decomposed: (x - mean) / sqrt(variance + ε), or times the reciprocal of the root.
        "Div" => {
            let [centred, root] = node.input.as_slice() else { return None };
            decomposed(flow, centred, root)
        }
        "Mul" => Flow::pairs(node).find_map(|(centred, inverse)| {
            let (_, inverse) = flow.made_by(inverse, "Reciprocal")?;
            decomposed(flow, centred, inverse.input.first()?)
        }),
        _ => None,
    }
}

fn decomposed<'a>(flow: &Flow<'a>, centred: &'a str, root: &'a str) -> Option<(&'a str, f32)> {
    let (_, sub) = flow.made_by(centred, "Sub")?;
    let [input, mean] = sub.input.as_slice() else { return None };
    if !flow.same(mean_over_time(flow, mean)?, input) {
        return None;
    }
    let (_, root) = flow.made_by(root, "Sqrt")?;
    let (_, sum) = flow.made_by(root.input.first()?, "Add")?;
    Flow::pairs(sum).find_map(|(variance, epsilon)| {
        let epsilon = flow.scalar(epsilon)?;
        let square = mean_over_time(flow, variance)?;
        let (_, square) = flow.maker(square)?;
        let is_square = super::snake::squared(flow, square).is_some_and(|base| flow.same(base, centred));
        is_square.then_some((input.as_str(), epsilon))
    })
}

/// What `value` is the mean of over the last axis, which is kept.
fn mean_over_time<'a>(flow: &Flow<'a>, value: &'a str) -> Option<&'a str> {
    let (_, node) = flow.made_by(value, "ReduceMean")?;
    let axes = match (ints_attribute(node, "axes"), node.input.get(1)) {
        (Some(axes), _) => axes.to_vec(),
        (None, axes) => flow.integers(axes?)?,
    };
    let last = matches!(axes.as_slice(), [2] | [-1]);
    (last && int_attribute(node, "keepdims", 1) == 1).then_some(node.input.first()?.as_str())
}

/// The `[1, 2·channels]` value of which `gamma` is the first half and `beta` the second.
fn halves<'a>(flow: &Flow<'a>, gamma: &'a str, beta: &'a str, channels: usize) -> Option<&'a str> {
    let (gamma, beta) = (before_shaping(flow, gamma), before_shaping(flow, beta));
    let (first, first_node) = flow.maker(gamma)?;
    let (second, second_node) = flow.maker(beta)?;
    let whole = match (first_node.op_type(), second_node.op_type()) {
        ("Split", "Split") if first == second => {
            let [a, b] = first_node.output.as_slice() else { return None };
            let in_order = flow.source(gamma) == a && flow.source(beta) == b;
            let equal = match first_node.input.get(1) {
                None => true,
                Some(sizes) => flow.integers(sizes)?.iter().all(|&size| i64::try_from(channels) == Ok(size)),
            };
            (in_order && equal && int_attribute(first_node, "axis", 0) == 1)
                .then_some(first_node.input.first()?)?
        }
        ("Slice", "Slice") => sliced(flow, first_node, second_node, channels)?,
        _ => return None,
    };
    let whole = before_shaping(flow, whole);
    (width(flow, whole)? == 2 * channels).then_some(whole)
}

/// The common input of two slices along axis 1, from 0 and from where the first ends.
fn sliced<'a>(
    flow: &Flow<'a>,
    first: &'a NodeProto,
    second: &'a NodeProto,
    channels: usize,
) -> Option<&'a str> {
    let ([data, start, end, axes, ..], [data_2, start_2, _, axes_2, ..]) =
        (first.input.as_slice(), second.input.as_slice())
    else {
        return None;
    };
    let channels = i64::try_from(channels).ok()?;
    // An exporter computes the middle from the shape; then both slices use the same value.
    let middle = |value| flow.integers(value) == Some(vec![channels]);
    let meet = flow.same(end, start_2) || (middle(end) && middle(start_2));
    let along_channels = |axes| flow.integers(axes) == Some(vec![1]);
    let step_one = |node: &'a NodeProto| {
        node.input.get(4).is_none_or(|step| step.is_empty() || flow.integers(step) == Some(vec![1]))
    };
    (flow.same(data, data_2)
        && flow.integers(start) == Some(vec![0])
        && meet
        && along_channels(axes)
        && along_channels(axes_2)
        && step_one(first)
        && step_one(second))
    .then_some(data.as_str())
}

/// The value before changes of its shape.
fn before_shaping<'a>(flow: &Flow<'a>, value: &'a str) -> &'a str {
    let mut value = flow.source(value);
    for _ in 0..MOST_STEPS {
        match flow.maker(value) {
            Some((_, node)) if matches!(node.op_type(), "Reshape" | "Unsqueeze" | "Squeeze") => {
                match node.input.first() {
                    Some(input) => value = flow.source(input),
                    None => break,
                }
            }
            _ => break,
        }
    }
    value
}

/// How many columns a linear map gives: a `Gemm`, or a product with a matrix and a sum with a vector.
fn width<'a>(flow: &Flow<'a>, value: &'a str) -> Option<usize> {
    let (_, node) = flow.maker(value)?;
    match node.op_type() {
        "Gemm" => {
            let matrix = flow.constant(node.input.get(1)?)?;
            match (matrix.dims.as_slice(), int_attribute(node, "transB", 0)) {
                ([_, columns], 0) => Some(*columns),
                ([columns, _], 1) => Some(*columns),
                _ => None,
            }
        }
        "Add" => Flow::pairs(node).find_map(|(product, bias)| {
            let (_, product) = flow.made_by(product, "MatMul")?;
            let matrix = flow.constant(product.input.get(1)?)?;
            let bias = flow.constant(bias)?;
            let [_, columns] = matrix.dims.as_slice() else { return None };
            (bias.values.len() == *columns).then_some(*columns)
        }),
        _ => None,
    }
}
