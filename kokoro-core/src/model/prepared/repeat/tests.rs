#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use super::*;
use crate::model::graph::float_tensor;
use crate::model::graph::onnx::{ModelProto, OperatorSetIdProto, StringStringEntryProto};
use crate::model::graph::{self, int_tensor};
use crate::model::runtime;
use ort::session::Session;
use ort::value::Tensor;

const WIDTH: usize = 4;

fn weight(name: &str, seed: usize) -> TensorProto {
    let values: Vec<f32> = (0..WIDTH * WIDTH).map(|i| ((i * 7 + seed) % 11) as f32 * 0.1 - 0.5).collect();
    TensorProto { dims: vec![WIDTH as i64, WIDTH as i64], ..float_tensor(name, &values) }
}

/// `layers` layers `tanh((x w) reshaped and back + x)`, each with a reshape to a constant of its own, and what follows.
fn chain(layers: usize) -> GraphProto {
    let mut graph = GraphProto {
        name: Some("test".into()),
        input: vec![value("x", DataType::Float, None)],
        output: vec![value("y", DataType::Float, None)],
        initializer: vec![weight("w", 1)],
        node: vec![node("Abs", &["x"], "h0")],
        ..Default::default()
    };
    for layer in 0..layers {
        let name = |stem: &str| format!("{stem}{layer}");
        let [input, output] = [format!("h{layer}"), format!("h{}", layer + 1)];
        graph.initializer.push(int_tensor(&name("shape"), &[1, -1, WIDTH as i64]));
        graph.node.extend([
            node("MatMul", &[&input, "w"], &name("product")),
            node("Reshape", &[&name("product"), &name("shape")], &name("reshaped")),
            node("Add", &[&name("reshaped"), &input], &name("sum")),
            node("Tanh", &[&name("sum")], &output),
        ]);
    }
    graph.node.push(node("Neg", &[&format!("h{layers}")], "y"));
    graph
}

/// Weights that lie in another file, so that they are told apart by their names.
fn outside(graph: &GraphProto) -> GraphProto {
    let mut graph = graph.clone();
    for tensor in graph.initializer.iter_mut().filter(|tensor| tensor.name().starts_with('w')) {
        tensor.raw_data = None;
        let entry = StringStringEntryProto { key: Some("location".into()), value: Some("weights".into()) };
        tensor.external_data.push(entry);
    }
    graph
}

fn run(graph: GraphProto) -> Vec<f32> {
    let opset = OperatorSetIdProto { domain: None, version: Some(17) };
    let model = ModelProto {
        ir_version: Some(8),
        graph: Some(graph),
        opset_import: vec![opset],
        ..Default::default()
    };
    let environment = runtime::environment().unwrap();
    let mut builder = Session::builder(&environment).unwrap();
    let mut session = builder.commit_from_memory(&graph::write(&model).unwrap()).unwrap();
    let x: Vec<f32> = (0..3 * WIDTH).map(|i| i as f32 * 0.3 - 1.0).collect();
    let x = Tensor::from_array(([1, 3, WIDTH], x)).unwrap();
    let outputs = session.run(ort::inputs!["x" => x]).unwrap();
    outputs["y"].try_extract_tensor::<f32>().unwrap().1.to_vec()
}

#[test]
fn a_chain_becomes_a_loop_that_computes_the_same() {
    let graph = chain(7);
    let mut rolled = graph.clone();
    // The first product of the last layer marks its beginning, so the last layer stays.
    assert_eq!(roll(&mut rolled), 6);
    assert_eq!(rolled.node.iter().map(|node| node.op_type()).filter(|&op| op == "MatMul").count(), 1);
    assert_eq!(rolled.node.len(), 1 + 1 + 4 + 1);
    assert_eq!(run(rolled), run(graph));
}

#[test]
fn weights_outside_are_the_same_only_by_name() {
    let mut graph = outside(&chain(6));
    assert_eq!(roll(&mut graph.clone()), 5);
    let mut other = weight("w2", 1);
    other.raw_data = None;
    other.external_data = graph.initializer[0].external_data.clone();
    graph.initializer.push(other);
    graph.initializer.push(weight("w3", 1));
    // A layer with another second weight.
    for (index, weight) in [(1, "w2"), (5, "w2"), (9, "w2"), (13, "w2"), (17, "w3"), (21, "w2")] {
        graph.node[index + 1].op_type = Some("MatMul".into());
        graph.node[index + 1].input[1] = weight.into();
    }
    let before = graph.clone();
    assert_eq!(roll(&mut graph), 0);
    assert_eq!(graph, before);
}

#[test]
fn what_is_not_a_closed_chain_of_equal_layers_stays() {
    let unchanged = |mut graph: GraphProto, what: &str| {
        let before = graph.clone();
        assert_eq!(roll(&mut graph), 0, "{what}");
        assert_eq!(graph, before, "{what}");
    };
    unchanged(chain(3), "too few");
    unchanged(GraphProto::default(), "nothing");
    let mut leak = chain(6);
    leak.node.push(node("Neg", &["sum2"], "z"));
    unchanged(leak, "a value of a layer is read outside");
    let mut leak = chain(6);
    leak.node.push(node("Neg", &["h2"], "z"));
    unchanged(leak, "a result is read outside");
    let mut leak = chain(6);
    leak.output.push(value("h2", DataType::Float, None));
    unchanged(leak, "a result is an output");
    let mut other = chain(6);
    other.node[8].op_type = Some("Sigmoid".into());
    unchanged(other, "another operator");
    let mut other = chain(6);
    other.initializer[3] = int_tensor("shape2", &[1, 3, WIDTH as i64]);
    unchanged(other, "another constant");
    let mut other = chain(6);
    other.node[7].input[1] = "h0".into();
    unchanged(other, "another input");
}
