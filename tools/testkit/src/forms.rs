//! Forms that exporters and simplifiers give to the same network: for tests that must not depend on one of them.

use std::collections::{HashMap, HashSet};

use crate::error::{Error, Result};
use crate::onnx::{AttributeProto, AttributeType, DataType, GraphProto, ModelProto, NodeProto, TensorProto};

fn graph_of(model: &mut ModelProto) -> &mut GraphProto {
    model.graph.get_or_insert_default()
}

fn node(op: &str, inputs: &[&str], output: &str) -> NodeProto {
    NodeProto {
        op_type: Some(op.into()),
        input: inputs.iter().map(|&input| input.into()).collect(),
        output: vec![output.into()],
        ..Default::default()
    }
}

fn ints(name: &str, values: &[i64]) -> AttributeProto {
    let r#type = Some(AttributeType::Ints as i32);
    AttributeProto { name: Some(name.into()), r#type, ints: values.to_vec(), ..Default::default() }
}

fn floats(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
    let raw: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    TensorProto {
        name: Some(name.into()),
        dims: dims.to_vec(),
        data_type: Some(DataType::Float as i32),
        raw_data: Some(raw.into()),
        ..Default::default()
    }
}

fn read(tensor: &TensorProto) -> Vec<f32> {
    tensor.raw_data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// Replaces some nodes by others.
fn replace(graph: &mut GraphProto, change: impl Fn(&NodeProto) -> Option<Vec<NodeProto>>) {
    let nodes = std::mem::take(&mut graph.node);
    graph.node = nodes.into_iter().flat_map(|node| change(&node).unwrap_or_else(|| vec![node])).collect();
}

/// Gives every node and every value of the main graph a name that means nothing, inputs and outputs left out.
pub fn rename_everything(model: &mut ModelProto) {
    let graph = graph_of(model);
    let kept: HashSet<String> =
        graph.input.iter().chain(&graph.output).map(|value| value.name().to_owned()).collect();
    let mut names = HashMap::new();
    let tensors = graph.initializer.iter().map(|tensor| tensor.name().to_owned());
    let made = graph.node.iter().flat_map(|node| node.output.clone());
    for (index, name) in tensors.chain(made).enumerate() {
        if !name.is_empty() && !kept.contains(&name) {
            names.insert(name, format!("v{index}"));
        }
    }
    for tensor in &mut graph.initializer {
        if let Some(new) = names.get(tensor.name()) {
            tensor.name = Some(new.clone());
        }
    }
    graph.value_info.clear();
    rename_in(graph, &names);
}

fn rename_in(graph: &mut GraphProto, names: &HashMap<String, String>) {
    for node in &mut graph.node {
        node.name = None;
        for name in node.input.iter_mut().chain(&mut node.output) {
            if let Some(new) = names.get(name) {
                name.clone_from(new);
            }
        }
        for attribute in &mut node.attribute {
            for inner in attribute.g.iter_mut().chain(&mut attribute.graphs) {
                rename_in(inner, names);
                for output in &mut inner.output {
                    if let Some(new) = names.get(output.name()) {
                        output.name = Some(new.clone());
                    }
                }
            }
        }
    }
}

/// Puts the nodes into another order in which every value is made before it is used.
pub fn shuffle(model: &mut ModelProto, seed: u64) {
    let graph = graph_of(model);
    let mut waiting = std::mem::take(&mut graph.node);
    let made: HashSet<String> = waiting.iter().flat_map(|node| node.output.clone()).collect();
    let mut done: HashSet<String> = HashSet::new();
    let mut state = seed | 1;
    while !waiting.is_empty() {
        let (mut ready, later): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .partition(|node| needs(node).iter().all(|input| done.contains(input) || !made.contains(input)));
        if ready.is_empty() {
            // A cycle: whoever loads the graph will say so.
            graph.node.extend(later);
            return;
        }
        ready.sort_by_cached_key(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        });
        done.extend(ready.iter().flat_map(|node| node.output.clone()));
        graph.node.extend(ready);
        waiting = later;
    }
}

fn needs(node: &NodeProto) -> Vec<String> {
    let mut needed = node.input.clone();
    for attribute in &node.attribute {
        for inner in attribute.g.iter().chain(&attribute.graphs) {
            needed.extend(inner.node.iter().flat_map(needs));
            needed.extend(inner.output.iter().map(|output| output.name().to_owned()));
        }
    }
    needed
}

/// Stores the weights of convolutions as length and direction, `g·v / |v|`, as they are trained.
pub fn normalise_weights(model: &mut ModelProto) {
    let graph = graph_of(model);
    let used: HashSet<String> = graph
        .node
        .iter()
        .filter(|node| node.op_type() == "Conv")
        .filter_map(|node| node.input.get(1).cloned())
        .collect();
    let mut nodes = Vec::new();
    let mut lengths = Vec::new();
    for tensor in &mut graph.initializer {
        let &[outputs, inputs, kernel] = tensor.dims.as_slice() else { continue };
        let name = tensor.name().to_owned();
        if !used.contains(&name) || inputs < 128 || kernel < 3 {
            continue;
        }
        let values = read(tensor);
        let norms = values
            .chunks((inputs * kernel) as usize)
            .map(|row| row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt() as f32);
        lengths.push(floats(&format!("{name}_g"), &[outputs, 1, 1], &norms.collect::<Vec<_>>()));
        let (direction, norm, unit) = (format!("{name}_v"), format!("{name}_norm"), format!("{name}_unit"));
        // Twice the length: the norm has to be divided out.
        *tensor = floats(
            &direction,
            &[outputs, inputs, kernel],
            &values.iter().map(|x| 2.0 * x).collect::<Vec<_>>(),
        );
        let mut reduce = node("ReduceL2", &[&direction], &norm);
        reduce.attribute.push(ints("axes", &[1, 2]));
        nodes.extend([
            reduce,
            node("Div", &[&direction, &norm], &unit),
            node("Mul", &[&unit, &format!("{name}_g")], &name),
        ]);
    }
    graph.initializer.extend(lengths);
    graph.node.splice(..0, nodes);
}

/// Does what a simplifier does: constants and `Identity` become weights, reciprocals of weights are computed, and
/// the halves of the style are cut at known places.
pub fn fold_constants(model: &mut ModelProto) {
    let graph = graph_of(model);
    let mut weights: HashMap<String, TensorProto> =
        graph.initializer.iter().map(|tensor| (tensor.name().to_owned(), tensor.clone())).collect();
    let mut same: HashMap<String, String> = HashMap::new();
    let nodes = std::mem::take(&mut graph.node);
    for node in nodes {
        let output = node.output.first().cloned().unwrap_or_default();
        let constant = match node.op_type() {
            "Constant" => node.attribute.first().and_then(|given| given.t.clone()),
            "Reciprocal" => node.input.first().and_then(|input| weights.get(input)).map(|tensor| {
                let values: Vec<f32> = read(tensor).iter().map(|x| 1.0 / x).collect();
                floats("", &tensor.dims, &values)
            }),
            "Identity" => {
                same.insert(output.clone(), node.input.first().cloned().unwrap_or_default());
                continue;
            }
            _ => None,
        };
        match constant {
            Some(tensor) => {
                let tensor = TensorProto { name: Some(output.clone()), ..tensor };
                weights.insert(output, tensor.clone());
                graph.initializer.push(tensor);
            }
            None => graph.node.push(node),
        }
    }
    for node in &mut graph.node {
        for input in &mut node.input {
            while let Some(before) = same.get(input) {
                input.clone_from(before);
            }
        }
    }
    cut_at_known_places(graph, &weights);
}

/// Replaces the computed bounds of the style's halves by numbers.
fn cut_at_known_places(graph: &mut GraphProto, weights: &HashMap<String, TensorProto>) {
    let makers: HashMap<String, NodeProto> = graph
        .node
        .iter()
        .flat_map(|node| node.output.iter().map(|output| (output.clone(), node.clone())).collect::<Vec<_>>())
        .collect();
    let mut bounds = HashMap::new();
    for node in graph.node.iter_mut().filter(|node| node.op_type() == "Slice") {
        let gemm =
            node.input.first().and_then(|data| makers.get(data)).filter(|maker| maker.op_type() == "Reshape");
        let gemm =
            gemm.and_then(|reshape| makers.get(&reshape.input[0])).filter(|maker| maker.op_type() == "Gemm");
        let Some(rows) = gemm.and_then(|gemm| weights.get(&gemm.input[1])).map(|tensor| tensor.dims[0])
        else {
            continue;
        };
        let is_first = weights.contains_key(&node.input[1]);
        for (input, value) in [(1, rows / 2), (2, if is_first { rows / 2 } else { rows })] {
            if weights.contains_key(&node.input[input]) {
                continue;
            }
            let name = format!("bound_{value}");
            node.input[input].clone_from(&name);
            bounds.insert(name, value);
        }
    }
    graph.initializer.extend(bounds.into_iter().map(|(name, value)| TensorProto {
        dims: vec![1],
        data_type: Some(DataType::Int64 as i32),
        raw_data: Some(value.to_le_bytes().to_vec().into()),
        name: Some(name),
        ..Default::default()
    }));
}

/// Writes instance normalisation out as means, differences and a root.
pub fn decompose_normalisation(model: &mut ModelProto) {
    let graph = graph_of(model);
    graph.initializer.push(floats("decomposed_epsilon", &[], &[1e-5]));
    replace(graph, |old| {
        let is_generator = old.output.first().is_some_and(|name| name.contains("/generator/"));
        if old.op_type() != "InstanceNormalization" || !is_generator {
            return None;
        }
        let (input, output) = (old.input.first()?, old.output.first()?);
        let name = |part: &str| format!("{output}_{part}");
        let mean = |from: &str, to: &str| {
            let mut mean = node("ReduceMean", &[from], to);
            mean.attribute.push(ints("axes", &[-1]));
            mean
        };
        Some(vec![
            mean(input, &name("mean")),
            node("Sub", &[input, &name("mean")], &name("centred")),
            node("Mul", &[&name("centred"), &name("centred")], &name("square")),
            mean(&name("square"), &name("variance")),
            node("Add", &[&name("variance"), "decomposed_epsilon"], &name("sum")),
            node("Sqrt", &[&name("sum")], &name("root")),
            node("Div", &[&name("centred"), &name("root")], output),
        ])
    });
}

/// Writes `sin²(αx) · (1/α)` as `sin(αx)·sin(αx) / α`.
pub fn other_snake(model: &mut ModelProto) {
    let graph = graph_of(model);
    let makers: HashMap<String, NodeProto> =
        graph.node.iter().filter_map(|node| Some((node.output.first()?.clone(), node.clone()))).collect();
    replace(graph, |old| {
        let output = old.output.first()?;
        let made = |value: &String, op: &str| makers.get(value).filter(|node| node.op_type() == op);
        match old.op_type() {
            "Pow" if made(&old.input[0], "Sin").is_some() => {
                Some(vec![node("Mul", &[&old.input[0], &old.input[0]], output)])
            }
            "Mul" => {
                let alpha = &made(old.input.first()?, "Reciprocal")?.input[0];
                made(&old.input[1], "Pow")?;
                Some(vec![node("Div", &[&old.input[1], alpha], output)])
            }
            _ => None,
        }
    });
}

/// Puts the pitch, two values for each frame, in front of the waveform, so that a run shows both.
///
/// # Errors
/// When the graph does not stretch its pitch as Kokoro's does.
pub fn pitch_before_waveform(model: &mut ModelProto) -> Result<()> {
    let graph = graph_of(model);
    let pitch = graph.node.iter().find(|node| {
        let stretched =
            node.op_type() == "Resize" && node.output.iter().any(|name| name.contains("f0_upsamp"));
        stretched && !node.input.is_empty()
    });
    let pitch = pitch.map(|node| node.input[0].clone()).ok_or_else(|| Error::graph("no pitch was found"))?;
    let waveform = graph.output.first().map(|output| output.name().to_owned()).unwrap_or_default();
    let maker = graph.node.iter_mut().flat_map(|node| &mut node.output).find(|output| **output == waveform);
    *maker.ok_or_else(|| Error::graph("nothing makes the waveform"))? = "waveform_alone".into();
    graph.initializer.push(TensorProto {
        name: Some("flat".into()),
        dims: vec![1],
        data_type: Some(DataType::Int64 as i32),
        raw_data: Some((-1i64).to_le_bytes().to_vec().into()),
        ..Default::default()
    });
    let axis = AttributeProto {
        name: Some("axis".into()),
        r#type: Some(AttributeType::Int as i32),
        i: Some(0),
        ..Default::default()
    };
    graph.node.push(node("Reshape", &[&pitch, "flat"], "pitch_alone"));
    graph.node.push(NodeProto {
        attribute: vec![axis],
        ..node("Concat", &["pitch_alone", "waveform_alone"], &waveform)
    });
    Ok(())
}
