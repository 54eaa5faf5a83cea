//! A generator stage as one operator.

use super::edits::Edits;
use super::stage::{Layer, Stage};
use crate::model::graph::onnx::{ModelProto, NodeProto, OperatorSetIdProto};
use crate::model::graph::{Flow, int, node};

/// The domain of this library's operators.
pub(crate) const DOMAIN: &str = "kokoro";
/// The operator: inputs signal and noise source, both `[1, channels, length]`, and style `[1, 24·2·channels]`.
pub(crate) const OPERATOR: &str = "GeneratorStage";
/// Which of the graph's stages a node is.
pub(crate) const INDEX: &str = "index";

/// One normalisation, activation and convolution of a [`FusedStage`].
#[derive(Debug, Clone, PartialEq)]
pub struct FusedLayer {
    /// Width of the convolution's kernel.
    pub kernel: usize,
    /// Its dilation.
    pub dilation: usize,
    /// Its weights, `[channels out, channels in, kernel]`.
    pub weight: Vec<f32>,
    /// Its bias, one for each channel.
    pub bias: Vec<f32>,
    /// α of the activation, one for each channel.
    pub alpha: Vec<f32>,
}

/// Everything that a generator stage computes with, except its inputs.
///
/// A block is six layers in three units; a unit is two layers and the sum with its input. The noise source goes through
/// the first block and is added to the signal; that goes through the three other blocks, whose mean is the result.
/// The style input holds γ and β for every layer, in the order of the layers.
#[derive(Debug, Clone, PartialEq)]
pub struct FusedStage {
    /// Channels of all values.
    pub channels: usize,
    /// ε of the normalisations.
    pub epsilon: f32,
    /// Six layers for each of four blocks: noise, then kernels 3, 7 and 11.
    pub layers: Vec<FusedLayer>,
}

/// Replaces every stage, and gives what they compute with.
pub(super) fn replace(
    flow: &Flow<'_>,
    stages: &[Stage<'_>],
    edits: &mut Edits,
) -> Result<Vec<FusedStage>, String> {
    stages.iter().enumerate().map(|(index, stage)| replace_one(flow, index, stage, edits)).collect()
}

fn replace_one(
    flow: &Flow<'_>,
    index: usize,
    stage: &Stage<'_>,
    edits: &mut Edits,
) -> Result<FusedStage, String> {
    let epsilon = stage.layers().next().map_or(1e-5, |layer| layer.adain.epsilon);
    if stage.layers().any(|layer| layer.adain.epsilon != epsilon) {
        return Err("the normalisations of a stage have different ε".into());
    }
    let output = flow.node(stage.last).and_then(|node| node.output.first());
    let output = output.ok_or("a stage has no output")?;
    // Whatever rank the linear map of the style has, it is a row here.
    let row = edits.shape(&[1, 2 * stage.channels as i64]);
    let mut nodes = Vec::new();
    let mut rows = Vec::new();
    for layer in stage.layers() {
        let is_row = flow.maker(layer.adain.style).is_some_and(|(_, node)| node.op_type() == "Gemm");
        if is_row {
            rows.push(layer.adain.style.to_owned());
        } else {
            let name = edits.fresh("row");
            nodes.push(node("Reshape", &[layer.adain.style, &row], &name));
            rows.push(name);
        }
    }
    let style = edits.fresh("style");
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    nodes.push(NodeProto { attribute: vec![int("axis", 1)], ..node("Concat", &rows, &style) });
    nodes.push(NodeProto {
        domain: Some(DOMAIN.into()),
        attribute: vec![int(INDEX, index as i64)],
        ..node(OPERATOR, &[stage.input, stage.noise, &style], output)
    });
    edits.replace(stage.last, nodes);
    Ok(FusedStage { channels: stage.channels, epsilon, layers: stage.layers().map(describe).collect() })
}

fn describe(layer: &Layer<'_>) -> FusedLayer {
    let convolution = &layer.convolution;
    FusedLayer {
        kernel: convolution.kernel,
        dilation: convolution.dilation,
        weight: convolution.weight.values.clone(),
        bias: convolution.bias.clone(),
        alpha: layer.snake.alpha.clone(),
    }
}

/// Tells ONNX Runtime that the graph has operators of ours.
pub(super) fn import_domain(model: &mut ModelProto) {
    model.opset_import.retain(|set| set.domain() != DOMAIN);
    model.opset_import.push(OperatorSetIdProto { domain: Some(DOMAIN.into()), version: Some(1) });
}
