//! A generator stage as one operator.

use super::edits::Edits;
use super::stage::{Layer, Stage};
use crate::kernels::Layout;
use crate::model::graph::onnx::{ModelProto, NodeProto, OperatorSetIdProto};
use crate::model::graph::{Flow, int, node};
use crate::model::operator::{Compute, DOMAIN, FusedLayer, FusedStage, Weights};

/// Replaces a stage by an operator that makes a signal in `layout`, and packs what it computes with.
pub(super) fn replace(
    flow: &Flow<'_>,
    stage: &Stage<'_>,
    compute: Compute,
    layout: Layout,
    edits: &mut Edits,
    weights: &mut Weights,
) -> Result<(), String> {
    let fused = describe(stage)?;
    let output = flow.node(stage.last).and_then(|node| node.output.first());
    let output = output.ok_or("a stage has no output")?;
    let mut nodes = Vec::new();
    let style = style(flow, stage, &mut nodes, edits);
    let node = fused.node(&[stage.input, stage.noise, &style], output, compute, layout, weights);
    nodes.push(node.ok_or("there are no kernels for stages of this shape")?);
    edits.replace(stage.last, nodes);
    Ok(())
}

/// Everything that a stage computes with.
pub(super) fn describe(stage: &Stage<'_>) -> Result<FusedStage, String> {
    let epsilon = stage.layers().next().map_or(1e-5, |layer| layer.adain.epsilon);
    if stage.layers().any(|layer| layer.adain.epsilon != epsilon) {
        return Err("the normalisations of a stage have different ε".into());
    }
    let layers = stage.layers().map(describe_layer).collect();
    Ok(FusedStage { channels: stage.channels, epsilon, layers })
}

/// γ and β of all layers as one row.
fn style(flow: &Flow<'_>, stage: &Stage<'_>, nodes: &mut Vec<NodeProto>, edits: &mut Edits) -> String {
    // Whatever rank the linear map of the style has, it is a row here.
    let row = edits.shape(&[1, 2 * stage.channels as i64]);
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
    style
}

fn describe_layer(layer: &Layer<'_>) -> FusedLayer {
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
