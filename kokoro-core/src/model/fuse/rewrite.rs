//! Changes to the generator that standard operators can express: the same arithmetic in a form that ONNX Runtime computes
//! faster.

use super::edits::Edits;
use super::stage::{Layer, Stage};
use crate::model::graph::onnx::{AttributeProto, AttributeType, NodeProto, TensorProto};
use crate::model::graph::{Flow, int, ints, node};

/// How often each change was made.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) normalisations: usize,
    pub(super) squares: usize,
    pub(super) convolutions: usize,
}

/// Changes every layer of every stage.
pub(super) fn rewrite(flow: &Flow<'_>, stages: &[Stage<'_>], edits: &mut Edits) -> Counts {
    let mut counts = Counts::default();
    for layer in stages.iter().flat_map(Stage::layers) {
        let channels = layer.convolution.bias.len() as i64;
        counts.normalisations += usize::from(fold_style(flow, layer, channels, edits).is_some());
        counts.squares += usize::from(multiply(flow, layer, edits).is_some());
        counts.convolutions += usize::from(flatten(flow, layer, channels, edits).is_some());
    }
    counts
}

/// `(1 + γ)·norm(x) + β` as a normalisation with the weights `1 + γ` and `β`.
fn fold_style(flow: &Flow<'_>, layer: &Layer<'_>, channels: i64, edits: &mut Edits) -> Option<()> {
    let adain = &layer.adain;
    let output = flow.node(adain.last)?.output.first()?;
    let shape = edits.shape(&[channels]);
    let (scale, shift) = (edits.fresh("scale"), edits.fresh("shift"));
    let mut normalise = node("InstanceNormalization", &[adain.input, &scale, &shift], output);
    normalise.attribute.push(AttributeProto {
        name: Some("epsilon".into()),
        r#type: Some(AttributeType::Float as i32),
        f: Some(adain.epsilon),
        ..Default::default()
    });
    let nodes = vec![
        node("Reshape", &[adain.scale, &shape], &scale),
        node("Reshape", &[adain.shift, &shape], &shift),
        normalise,
    ];
    edits.replace(adain.last, nodes);
    Some(())
}

/// `x²` as `x·x`.
fn multiply(flow: &Flow<'_>, layer: &Layer<'_>, edits: &mut Edits) -> Option<()> {
    let (index, base) = layer.snake.power?;
    let output = flow.node(index)?.output.first()?;
    edits.replace(index, vec![node("Mul", &[base, base], output)]);
    Some(())
}

/// A convolution over `[channels, time]` as one over `[channels, 1, time]`.
fn flatten(flow: &Flow<'_>, layer: &Layer<'_>, channels: i64, edits: &mut Edits) -> Option<()> {
    let convolution = &layer.convolution;
    let old = flow.node(convolution.index)?;
    let output = old.output.first()?;
    let (kernel, dilation) = (convolution.kernel as i64, convolution.dilation as i64);
    let padding = dilation * (kernel - 1) / 2;

    let (plane, wide) = (edits.fresh("plane"), edits.fresh("wide"));
    let (to_plane, to_line) = (edits.shape(&[0, channels, 1, -1]), edits.shape(&[0, channels, -1]));
    let weight = edits.fresh("weight");
    let given = old.input.get(1)?;
    let mut nodes = Vec::new();
    match flow.weight(given).filter(|_| flow.maker(given).is_none()) {
        // The numbers stay where they are; only the shape is another.
        Some(tensor) => edits.weight(TensorProto {
            name: Some(weight.clone()),
            dims: vec![channels, channels, 1, kernel],
            ..tensor.clone()
        }),
        None => {
            let shape = edits.shape(&[channels, channels, 1, kernel]);
            nodes.push(node("Reshape", &[given, &shape], &weight));
        }
    }
    let mut inputs = vec![plane.as_str(), &weight];
    inputs.extend(old.input.get(2).map(String::as_str));
    let attributes = vec![
        ints("dilations", &[1, dilation]),
        int("group", 1),
        ints("kernel_shape", &[1, kernel]),
        ints("pads", &[0, padding, 0, padding]),
        ints("strides", &[1, 1]),
    ];
    nodes.extend([
        node("Reshape", &[convolution.input, &to_plane], &plane),
        NodeProto { attribute: attributes, ..node("Conv", &inputs, &wide) },
        node("Reshape", &[&wide, &to_line], output),
    ]);
    edits.replace(convolution.index, nodes);
    Some(())
}
