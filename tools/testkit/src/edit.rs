//! Edits that turn a Kokoro graph into the other forms in which it is published, or make it easier to test.
//!
//! Each works on a [skeleton](crate::Graph::skeleton), on a filled model and on a published file alike. An edit that
//! finds its work already done changes nothing.

use crate::error::{Error, Result};
use crate::f16;
use crate::fill;
use crate::onnx::type_proto::{Tensor, Value};
use crate::onnx::{
    AttributeProto, AttributeType, DataType, Dimension, DimensionValue, GraphProto, ModelProto, NodeProto,
    StringStringEntryProto, TensorProto, TensorShapeProto, TypeProto, ValueInfoProto,
};

/// The input that carries the speed in every published form.
const SPEED: &str = "speed";
/// Smaller tensors stay f32: they are scalars and window functions, not weights.
const SMALLEST_HALVED: usize = 1024;

/// Replaces the graph's random numbers with zeros and says how many nodes that concerned. The waveform then depends on
/// the inputs alone; everything but the noise is computed as before.
pub fn silence_noise(model: &mut ModelProto) -> usize {
    model.graph.as_mut().map_or(0, silence_graph)
}

fn silence_graph(graph: &mut GraphProto) -> usize {
    let mut silenced = 0;
    let mut nodes = Vec::with_capacity(graph.node.len() + 2);
    for mut node in graph.node.drain(..) {
        for inner in subgraphs(&mut node) {
            silenced += silence_graph(inner);
        }
        let shape = match node.op_type() {
            "RandomNormalLike" | "RandomUniformLike" => {
                node_proto("Shape", &node.input[0], &node.output[0], [])
            }
            "RandomNormal" | "RandomUniform" => {
                let mut shape = attribute(&node, "shape").cloned().unwrap_or_default();
                shape.name = Some("value_ints".into());
                node_proto("Constant", "", &node.output[0], [shape])
            }
            _ => {
                nodes.push(node);
                continue;
            }
        };
        silenced += 1;
        let dtype = attribute(&node, "dtype").map_or(DataType::Float as i32, |dtype| dtype.i() as i32);
        nodes.extend(zeros(shape, &node.output[0], dtype));
    }
    graph.node = nodes;
    silenced
}

/// Zeros of the type `dtype`, in the shape that the node `shape` gives.
fn zeros(mut shape: NodeProto, output: &str, dtype: i32) -> [NodeProto; 2] {
    let shape_name = format!("{output}_shape");
    shape.output = vec![shape_name.clone()];
    shape.name = Some(shape_name.clone());
    let size = match DataType::try_from(dtype) {
        Ok(DataType::Double) => 8,
        Ok(DataType::Float16 | DataType::Bfloat16) => 2,
        _ => 4,
    };
    let zero = AttributeProto {
        name: Some("value".into()),
        r#type: Some(AttributeType::Tensor as i32),
        t: Some(tensor("", dtype, vec![1], vec![0; size])),
        ..Default::default()
    };
    [shape, node_proto("ConstantOfShape", &shape_name, output, [zero])]
}

/// Removes every output but the waveform, and says whether there was one. The graph still computes the durations.
pub fn without_durations(model: &mut ModelProto) -> bool {
    let outputs = model.graph.as_mut().map(|graph| &mut graph.output);
    outputs.is_some_and(|outputs| {
        let had = outputs.len() > 1;
        outputs.truncate(1);
        had
    })
}

/// Makes the durations, which every Kokoro graph computes, its second output: `duration`, i64 `[n]`.
///
/// # Errors
/// When the graph does not round, clip and cast its durations as Kokoro does.
pub fn expose_durations(model: &mut ModelProto) -> Result<()> {
    const NAME: &str = "duration";
    let graph = graph_mut(model)?;
    if graph.output.len() > 1 {
        return Ok(());
    }
    // Round -> Clip -> Cast -> Squeeze: the one place where the graph rounds.
    let mut last = only_node(graph, |node| node.op_type() == "Round")?;
    for op in ["Clip", "Cast", "Squeeze"] {
        let value = last.output[0].clone();
        last = only_node(graph, |node| node.op_type() == op && node.input.contains(&value))?;
    }
    let value = last.output[0].clone();
    rename(graph, &value, NAME)?;
    let length =
        Dimension { value: Some(DimensionValue::DimParam("duration_length".into())), denotation: None };
    graph.output.push(value_info(NAME, DataType::Int64, vec![length]));
    Ok(())
}

/// Turns the durations into f32 under the name `durations`, as the timestamped export has them.
///
/// # Errors
/// When the graph has no second output.
pub fn f32_durations(model: &mut ModelProto) -> Result<()> {
    const NAME: &str = "durations";
    let graph = graph_mut(model)?;
    let output =
        graph.output.get(1).ok_or_else(|| Error::graph("the graph has no second output to turn into f32"))?;
    if elem_type(output) == Some(DataType::Float as i32) {
        return Ok(());
    }
    let mut exact = output.name().to_owned();
    if exact == NAME {
        exact = format!("{NAME}_exact");
        rename(graph, NAME, &exact)?;
    }
    graph.node.push(cast(&exact, NAME, DataType::Float as i32));
    let output = &mut graph.output[1];
    output.name = Some(NAME.into());
    set_elem_type(output, DataType::Float)
}

/// Makes the speed an i32, as in the export of the model's author.
///
/// # Errors
/// When the graph has no input `speed`.
pub fn int_speed(model: &mut ModelProto) -> Result<()> {
    let graph = graph_mut(model)?;
    let before = elem_type(speed(graph)?).unwrap_or(DataType::Float as i32);
    if before == DataType::Int32 as i32 {
        return Ok(());
    }
    let inner = format!("{SPEED}_cast");
    rename(graph, SPEED, &inner)?;
    let input = find_input(graph, &inner)?;
    input.name = Some(SPEED.into());
    set_elem_type(input, DataType::Int32)?;
    graph.node.insert(0, cast(SPEED, &inner, before));
    Ok(())
}

/// Makes the speed an f32, so that any speed can be asked for.
///
/// # Errors
/// When the graph has no input `speed`, or does more with an integer speed than cast it.
pub fn f32_speed(model: &mut ModelProto) -> Result<()> {
    let graph = graph_mut(model)?;
    if elem_type(speed(graph)?) == Some(DataType::Float as i32) {
        return Ok(());
    }
    let user = graph
        .node
        .iter()
        .find(|node| node.op_type() != "Cast" && node.input.iter().any(|name| name == SPEED));
    if let Some(node) = user {
        return Err(Error::graph(format!("the integer speed is used by {}, not only cast", node.op_type())));
    }
    set_elem_type(speed(graph)?, DataType::Float)
}

/// Renames an input.
///
/// # Errors
/// When there is no such input, or the new name is taken.
pub fn rename_input(model: &mut ModelProto, from: &str, to: &str) -> Result<()> {
    let graph = graph_mut(model)?;
    find_input(graph, from)?;
    rename(graph, from, to)
}

/// Renames an output.
///
/// # Errors
/// When there is no such output, or the new name is taken.
pub fn rename_output(model: &mut ModelProto, from: &str, to: &str) -> Result<()> {
    let graph = graph_mut(model)?;
    if !graph.output.iter().any(|output| output.name() == from) {
        return Err(Error::graph(format!("the graph has no output {from:?}")));
    }
    rename(graph, from, to)
}

/// Gives the waveform `rank` dimensions by putting ones in front: `[1, samples]` or `[1, 1, samples]`.
///
/// # Errors
/// When the graph has no output of known rank, or it has more dimensions than asked for.
pub fn waveform_rank(model: &mut ModelProto, rank: usize) -> Result<()> {
    let graph = graph_mut(model)?;
    let output = graph.output.first_mut();
    let shape = output.and_then(tensor_type).and_then(|tensor| tensor.shape.as_mut());
    let shape = shape.ok_or_else(|| Error::graph("the graph has no output of known rank"))?;
    let missing = rank.checked_sub(shape.dim.len()).ok_or_else(|| {
        Error::graph(format!("the waveform has {} dimensions, more than {rank}", shape.dim.len()))
    })?;
    if missing == 0 {
        return Ok(());
    }
    let one = Dimension { value: Some(DimensionValue::DimValue(1)), denotation: None };
    shape.dim.splice(..0, vec![one; missing]);

    let name = graph.output[0].name().to_owned();
    let (flat, axes) = (format!("{name}_flat"), format!("{name}_axes"));
    rename(graph, &name, &flat)?;
    graph.output[0].name = Some(name.clone());
    let values = (0..missing as i64).flat_map(i64::to_le_bytes).collect();
    graph.initializer.push(tensor(&axes, DataType::Int64 as i32, vec![missing as i64], values));
    let mut unsqueeze = node_proto("Unsqueeze", &flat, &name, []);
    unsqueeze.input.push(axes);
    graph.node.push(unsqueeze);
    Ok(())
}

/// Stores the weights as f16 and casts them to f32 at the start: half the size, the same computation on rounded
/// weights. Inputs and outputs stay as they are.
///
/// # Errors
/// When a weight is still [stripped](fill::is_stripped): fill first.
pub fn halve_weights(model: &mut ModelProto) -> Result<()> {
    let graph = graph_mut(model)?;
    if let Some(tensor) = graph.initializer.iter().find(|tensor| fill::is_stripped(tensor)) {
        return Err(Error::graph(format!(
            "tensor {:?} has no values to halve: fill the model first",
            tensor.name()
        )));
    }
    let mut nodes = Vec::new();
    for tensor in &mut graph.initializer {
        let count = fill::element_count(&tensor.dims).unwrap_or(0);
        if tensor.data_type() != DataType::Float as i32 || count < SMALLEST_HALVED {
            continue;
        }
        let Some(raw) = &tensor.raw_data else { continue };
        let halves: Vec<u8> = raw
            .chunks_exact(4)
            .flat_map(|bytes| {
                f16::from_f32(f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).to_le_bytes()
            })
            .collect();
        let name = tensor.name().to_owned();
        let half_name = format!("{name}_f16");
        tensor.raw_data = Some(halves.into());
        tensor.data_type = Some(DataType::Float16 as i32);
        tensor.name = Some(half_name.clone());
        nodes.push(cast(&half_name, &name, DataType::Float as i32));
    }
    graph.node.splice(..0, nodes);
    Ok(())
}

/// Sets an entry of the model's metadata, replacing one of the same key.
pub fn with_metadata(model: &mut ModelProto, key: &str, value: &str) {
    model.metadata_props.retain(|entry| entry.key() != key);
    model.metadata_props.push(StringStringEntryProto { key: Some(key.into()), value: Some(value.into()) });
}

fn graph_mut(model: &mut ModelProto) -> Result<&mut GraphProto> {
    model.graph.as_mut().ok_or_else(|| Error::graph("the model has no graph"))
}

fn subgraphs(node: &mut NodeProto) -> impl Iterator<Item = &mut GraphProto> {
    node.attribute.iter_mut().flat_map(|attribute| attribute.g.iter_mut().chain(&mut attribute.graphs))
}

/// Renames a value wherever it is made, used or described.
fn rename(graph: &mut GraphProto, from: &str, to: &str) -> Result<()> {
    if from == to {
        return Ok(());
    }
    if is_taken(graph, to) {
        return Err(Error::graph(format!(
            "{from:?} cannot become {to:?}: the graph has a value of that name"
        )));
    }
    rename_in(graph, from, to);
    Ok(())
}

fn is_taken(graph: &GraphProto, name: &str) -> bool {
    graph.input.iter().any(|value| value.name() == name)
        || graph.initializer.iter().any(|tensor| tensor.name() == name)
        || graph.node.iter().flat_map(|node| &node.output).any(|value| value == name)
}

fn rename_in(graph: &mut GraphProto, from: &str, to: &str) {
    let values = graph.input.iter_mut().chain(&mut graph.output).chain(&mut graph.value_info);
    let values = values.map(|value| &mut value.name);
    let tensors = graph.initializer.iter_mut().map(|tensor| &mut tensor.name);
    let annotations = graph.quantization_annotation.iter_mut().map(|annotation| &mut annotation.tensor_name);
    for name in values.chain(tensors).chain(annotations).filter(|name| name.as_deref() == Some(from)) {
        *name = Some(to.into());
    }
    for node in &mut graph.node {
        for name in node.input.iter_mut().chain(&mut node.output).filter(|name| *name == from) {
            *name = to.into();
        }
        for inner in subgraphs(node) {
            rename_in(inner, from, to);
        }
    }
}

fn only_node(graph: &GraphProto, is_wanted: impl Fn(&NodeProto) -> bool) -> Result<&NodeProto> {
    let mut found = graph.node.iter().filter(|node| is_wanted(node));
    match (found.next(), found.next()) {
        (Some(node), None) => Ok(node),
        _ => Err(Error::graph("the graph does not make its durations as Kokoro does")),
    }
}

fn find_input<'a>(graph: &'a mut GraphProto, name: &str) -> Result<&'a mut ValueInfoProto> {
    let found = graph.input.iter_mut().find(|input| input.name() == name);
    found.ok_or_else(|| Error::graph(format!("the graph has no input {name:?}")))
}

fn speed(graph: &mut GraphProto) -> Result<&mut ValueInfoProto> {
    find_input(graph, SPEED)
}

fn tensor_type(value: &mut ValueInfoProto) -> Option<&mut Tensor> {
    match value.r#type.as_mut()?.value.as_mut()? {
        Value::TensorType(tensor) => Some(tensor),
        _ => None,
    }
}

/// The type of the tensor's elements, a [`DataType`].
fn elem_type(value: &ValueInfoProto) -> Option<i32> {
    match value.r#type.as_ref()?.value.as_ref()? {
        Value::TensorType(tensor) => tensor.elem_type,
        _ => None,
    }
}

fn set_elem_type(value: &mut ValueInfoProto, elem_type: DataType) -> Result<()> {
    let not_a_tensor = Error::graph(format!("{:?} is not a tensor", value.name()));
    tensor_type(value).ok_or(not_a_tensor)?.elem_type = Some(elem_type as i32);
    Ok(())
}

fn value_info(name: &str, elem_type: DataType, dim: Vec<Dimension>) -> ValueInfoProto {
    let tensor = Tensor { elem_type: Some(elem_type as i32), shape: Some(TensorShapeProto { dim }) };
    let r#type = TypeProto { value: Some(Value::TensorType(tensor)), denotation: None };
    ValueInfoProto { name: Some(name.into()), r#type: Some(r#type), ..Default::default() }
}

fn tensor(name: &str, data_type: i32, dims: Vec<i64>, raw: Vec<u8>) -> TensorProto {
    TensorProto {
        name: (!name.is_empty()).then(|| name.into()),
        data_type: Some(data_type),
        dims,
        raw_data: Some(raw.into()),
        ..Default::default()
    }
}

/// A node with one output, after which it is named, and at most one input.
fn node_proto<const N: usize>(
    op: &str,
    input: &str,
    output: &str,
    attributes: [AttributeProto; N],
) -> NodeProto {
    NodeProto {
        op_type: Some(op.into()),
        name: Some(format!("{output}_{op}")),
        input: if input.is_empty() { Vec::new() } else { vec![input.into()] },
        output: vec![output.into()],
        attribute: attributes.into(),
        ..Default::default()
    }
}

fn cast(input: &str, output: &str, to: i32) -> NodeProto {
    let to = AttributeProto {
        name: Some("to".into()),
        r#type: Some(AttributeType::Int as i32),
        i: Some(to.into()),
        ..Default::default()
    };
    node_proto("Cast", input, output, [to])
}

fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute.iter().find(|attribute| attribute.name() == name)
}
