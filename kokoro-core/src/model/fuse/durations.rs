//! Durations as an output.
//!
//! Every Kokoro graph divides the sum of sigmoids by the speed, rounds it and limits it to one frame or more. Few
//! files give the result away.

use crate::model::graph::onnx::type_proto::{Tensor, Value};
use crate::model::graph::onnx::{DataType, GraphProto, NodeProto, TypeProto, ValueInfoProto};
use crate::model::graph::{Flow, Names, int_attribute, node};

/// The names under which durations are recognised.
pub(crate) const NAMES: [&str; 3] = ["durations", "duration", "pred_dur"];

/// Steps between the input `speed` and the division by it: casts and changes of shape.
const MOST_STEPS: usize = 8;

/// Makes the durations an output unless they are one.
pub(super) fn expose(graph: &mut GraphProto, speed: &str) -> Result<usize, String> {
    if graph.output.iter().any(|output| NAMES.contains(&output.name())) {
        return Ok(0);
    }
    let (value, data_type) = {
        let flow = Flow::new(graph)?;
        let (value, data_type) = find(&flow, speed)?;
        (value.to_owned(), data_type)
    };
    let mut names = Names::of(graph);
    let name = NAMES.into_iter().find(|name| names.take(name));
    let name = name.ok_or("the names for the output are taken by other values")?;
    graph.node.push(node("Identity", &[&value], name));
    graph.output.push(output(name, data_type));
    Ok(1)
}

/// The value with the frame counts, and its type.
fn find<'a>(flow: &Flow<'a>, speed: &str) -> Result<(&'a str, DataType), String> {
    let mut found = flow.graph.node.iter().filter_map(|node| counts(flow, node, speed));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => {
            Err("no durations were found: nothing is divided by the speed, rounded and limited".into())
        }
        (Some(_), Some(_)) => Err("durations were found at more than one place".into()),
    }
}

/// The durations, if `round` rounds them.
fn counts<'a>(flow: &Flow<'a>, round: &'a NodeProto, speed: &str) -> Option<(&'a str, DataType)> {
    if round.op_type() != "Round" {
        return None;
    }
    let (_, division) = flow.made_by(round.input.first()?, "Div")?;
    if !leads_to(flow, division.input.get(1)?, speed) {
        return None;
    }
    let limited = flow.users(round.output.first()?).find(|user| is_limit(flow, user))?;
    let limited = limited.output.first()?;
    let cast = flow.users(limited).find_map(|user| {
        let wanted = [DataType::Int64, DataType::Int32];
        let to = wanted.into_iter().find(|&to| int_attribute(user, "to", 0) == to as i64)?;
        (user.op_type() == "Cast").then_some((user.output.first()?, to))
    });
    Some(cast.map_or((limited.as_str(), DataType::Float), |(value, to)| (value.as_str(), to)))
}

/// Whether a node keeps values from falling below 1.
fn is_limit<'a>(flow: &Flow<'a>, node: &'a NodeProto) -> bool {
    let is_one = |value: &'a String| flow.scalar(value) == Some(1.0);
    match node.op_type() {
        "Clip" => node.input.get(1).is_some_and(is_one),
        "Max" => node.input.len() == 2 && node.input.iter().any(is_one),
        _ => false,
    }
}

/// Whether a value is the input `speed` but for its type and shape.
fn leads_to<'a>(flow: &Flow<'a>, mut value: &'a str, speed: &str) -> bool {
    const SHAPING: [&str; 5] = ["Cast", "Unsqueeze", "Squeeze", "Reshape", "Expand"];
    for _ in 0..MOST_STEPS {
        value = flow.source(value);
        if value == speed {
            return true;
        }
        let maker = flow.maker(value).filter(|(_, node)| SHAPING.contains(&node.op_type()));
        match maker.and_then(|(_, node)| node.input.first()) {
            Some(input) => value = input,
            None => return false,
        }
    }
    false
}

fn output(name: &str, data_type: DataType) -> ValueInfoProto {
    // Of any shape: some files have a batch in it.
    let tensor = Tensor { elem_type: Some(data_type as i32), shape: None };
    ValueInfoProto {
        name: Some(name.into()),
        r#type: Some(TypeProto { value: Some(Value::TensorType(tensor)), denotation: None }),
        ..Default::default()
    }
}
