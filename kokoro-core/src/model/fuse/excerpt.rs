//! The generator's stages alone, as a small model: for comparing a changed graph with the original without running all of
//! it, and without its noise.

use std::collections::HashSet;

use super::stage::Stage;
use crate::model::graph::onnx::type_proto::{Tensor, Value};
use crate::model::graph::onnx::{
    DataType, Dimension, DimensionValue, GraphProto, ModelProto, TensorShapeProto, TypeProto, ValueInfoProto,
};
use crate::model::graph::{Flow, prune, write};
use crate::model::operator::BLOCKS;

/// Where a graph is cut to get its stages.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cut {
    /// Values to feed, with their channels; `None` for the row of the style.
    pub(crate) inputs: Vec<(String, Option<usize>)>,
    /// Length of the row.
    pub(crate) style_len: usize,
    /// Values to compare.
    pub(crate) outputs: Vec<String>,
}

impl Cut {
    /// The cut around stages. `None` where their styles do not come from one linear map's input.
    pub(super) fn around(flow: &Flow<'_>, stages: &[Stage<'_>]) -> Option<Self> {
        let mut inputs = Vec::new();
        let mut outputs = Vec::new();
        let mut style: Option<(&str, usize)> = None;
        for stage in stages {
            for value in [stage.input, stage.noise] {
                inputs.push((flow.source(value).to_owned(), Some(stage.channels)));
            }
            outputs.push(flow.node(stage.last)?.output.first()?.clone());
            for layer in stage.layers() {
                let (_, map) = flow.maker(layer.adain.style).filter(|(_, node)| node.op_type() == "Gemm")?;
                let row = flow.source(map.input.first()?);
                if style.is_none() {
                    let dims = flow.constant(map.input.get(1)?)?.dims;
                    style = Some((row, dims.iter().product::<usize>() / (2 * stage.channels)));
                }
                if style.is_none_or(|(known, _)| known != row) {
                    return None;
                }
            }
        }
        let (row, style_len) = style?;
        inputs.push((row.to_owned(), None));
        Some(Self { inputs, style_len, outputs })
    }

    /// The part of a model within the cut, encoded.
    pub(super) fn take(&self, model: &ModelProto) -> Result<Vec<u8>, String> {
        let mut graph = model.graph.clone().ok_or("it has no graph")?;
        let fed: HashSet<&str> = self.inputs.iter().map(|(name, _)| name.as_str()).collect();
        graph.node.retain(|node| !node.output.iter().any(|output| fed.contains(output.as_str())));
        graph.input = self.inputs.iter().map(|(name, channels)| self.input(name, *channels)).collect();
        graph.output = self.outputs.iter().map(|name| tensor(name, None)).collect();
        graph.value_info.clear();
        // What is compared is in the graph's layout.
        for attribute in graph.node.iter_mut().flat_map(|node| &mut node.attribute) {
            if attribute.name() == BLOCKS {
                attribute.i = Some(0);
            }
        }
        prune(&mut graph);
        let excerpt = ModelProto {
            ir_version: model.ir_version,
            opset_import: model.opset_import.clone(),
            graph: Some(GraphProto { quantization_annotation: Vec::new(), ..graph }),
            ..Default::default()
        };
        write(&excerpt)
    }

    fn input(&self, name: &str, channels: Option<usize>) -> ValueInfoProto {
        let fixed = |size: usize| DimensionValue::DimValue(size as i64);
        let dims = match channels {
            Some(channels) => vec![fixed(1), fixed(channels), DimensionValue::DimParam("time".into())],
            None => vec![fixed(1), fixed(self.style_len)],
        };
        tensor(name, Some(dims))
    }
}

fn tensor(name: &str, dims: Option<Vec<DimensionValue>>) -> ValueInfoProto {
    let dim = |value| Dimension { value: Some(value), denotation: None };
    let shape = dims.map(|dims| TensorShapeProto { dim: dims.into_iter().map(dim).collect() });
    let tensor = Tensor { elem_type: Some(DataType::Float as i32), shape };
    ValueInfoProto {
        name: Some(name.into()),
        r#type: Some(TypeProto { value: Some(Value::TensorType(tensor)), denotation: None }),
        ..Default::default()
    }
}
