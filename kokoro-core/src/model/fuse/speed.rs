//! A float `speed`.
//!
//! The export of the model's author takes whole numbers, and casts them to a float before the one use of them.

use crate::model::graph::Flow;
use crate::model::graph::onnx::type_proto::Value;
use crate::model::graph::onnx::{DataType, GraphProto, ValueInfoProto};

/// The input in every published file.
pub(super) const SPEED: &str = "speed";

/// Turns a whole-number `speed` into a float.
pub(super) fn make_float(graph: &mut GraphProto) -> Result<usize, String> {
    let input = graph.input.iter().position(|input| input.name() == SPEED);
    let input = input.ok_or("the graph has no input `speed`")?;
    let given = graph.input.get(input).and_then(element_type);
    if given == Some(DataType::Float as i32) {
        return Ok(0);
    }
    if ![DataType::Int32 as i32, DataType::Int64 as i32].map(Some).contains(&given) {
        return Err("`speed` is neither a float nor a whole number".into());
    }
    let flow = Flow::new(graph)?;
    // A cast to whole numbers would cut the fraction off again.
    let is_float = |node: &crate::model::graph::onnx::NodeProto| {
        let to = crate::model::graph::int_attribute(node, "to", 0);
        node.op_type() == "Cast" && (to == DataType::Float as i64 || to == DataType::Double as i64)
    };
    if flow.is_inner(SPEED) || flow.users(SPEED).any(|node| !is_float(node)) {
        return Err("the whole-number `speed` is used for more than a cast to float".into());
    }
    if let Some(Value::TensorType(tensor)) =
        graph.input.get_mut(input).and_then(|input| input.r#type.as_mut()?.value.as_mut())
    {
        tensor.elem_type = Some(DataType::Float as i32);
    }
    Ok(1)
}

fn element_type(input: &ValueInfoProto) -> Option<i32> {
    match input.r#type.as_ref()?.value.as_ref()? {
        Value::TensorType(tensor) => tensor.elem_type,
        _ => None,
    }
}
