//! Layers that share their weights become one loop.
//!
//! PL-BERT runs one layer twelve times. In the file there are twelve copies of the layer's nodes, and ONNX Runtime packs
//! the shared weights once for each of them, and plans memory in a time that grows with the square of the number of nodes:
//! together half of the time in which it loads a model. A loop holds the layer once, computes the same by the same
//! operators, and so gives the same bits.

use std::collections::{HashMap, HashSet};

use crate::model::graph::onnx::{
    AttributeProto, AttributeType, DataType, GraphProto, NodeProto, TensorProto, TensorShapeProto, TypeProto,
    ValueInfoProto, type_proto,
};
use crate::model::graph::{Names, inner_graphs, node, prune};

/// Fewer layers are not worth a loop.
const LEAST: usize = 3;

/// Turns the longest chain of equal layers into a loop, and says how many layers are in it: 0 if there is none.
///
/// The graph is one that ONNX Runtime has optimised: its nodes are in an order in which they can be computed.
pub(super) fn roll(graph: &mut GraphProto) -> usize {
    let Some(chain) = Chain::find(graph) else { return 0 };
    let layers = chain.layers.len();
    chain.apply(graph);
    prune(graph);
    layers
}

/// Equal layers, each of which takes what the one before it makes.
struct Chain {
    /// What goes into the first layer, and what every layer makes.
    links: Vec<String>,
    /// The nodes of every layer.
    layers: Vec<Vec<usize>>,
}

impl Chain {
    fn find(graph: &GraphProto) -> Option<Self> {
        let flow = Uses::of(graph);
        // A layer is marked by a weight that it shares with the others: by the product with it of what goes in.
        let mut products: HashMap<&str, Vec<&str>> = HashMap::new();
        for node in &graph.node {
            if let ("MatMul", [input, weight]) = (node.op_type(), node.input.as_slice())
                && flow
                    .weights
                    .get(weight.as_str())
                    .is_some_and(|weight| weight.data_type() == DataType::Float as i32)
            {
                products.entry(weight).or_default().push(input);
            }
        }
        let most = products.values().map(Vec::len).max().filter(|&most| most > LEAST)?;
        // Several weights are used as often; one of them marks where layers begin.
        let mut candidates: Vec<&Vec<&str>> =
            products.values().filter(|inputs| inputs.len() == most).collect();
        candidates
            .sort_unstable_by_key(|inputs| flow.makers.get(inputs.first().copied().unwrap_or_default()));
        candidates.into_iter().find_map(|links| flow.chain(links))
    }

    fn apply(self, graph: &mut GraphProto) {
        let mut names = Names::of(graph);
        let (Some(first), Some(after_first), Some(last), Some(layer)) =
            (self.links.first(), self.links.get(1), self.links.last(), self.layers.first())
        else {
            return;
        };
        let [input, index, going, go_on, count, truth] =
            ["input", "index", "going", "go_on", "count", "true"].map(|stem| names.fresh(stem));
        let mut body: Vec<NodeProto> =
            layer.iter().filter_map(|&index| graph.node.get(index).cloned()).collect();
        for value in body.iter_mut().flat_map(|node| &mut node.input) {
            if value == first {
                value.clone_from(&input);
            }
        }
        body.push(node("Identity", &[&going], &go_on));
        let scalar = Some(TensorShapeProto::default());
        let body = GraphProto {
            name: Some("layer".into()),
            node: body,
            input: vec![
                value(&index, DataType::Int64, scalar.clone()),
                value(&going, DataType::Bool, scalar.clone()),
                value(&input, DataType::Float, None),
            ],
            output: vec![value(&go_on, DataType::Bool, scalar), value(after_first, DataType::Float, None)],
            ..Default::default()
        };
        let mut repeat = node("Loop", &[&count, &truth, first], last);
        repeat.attribute.push(AttributeProto {
            name: Some("body".into()),
            r#type: Some(AttributeType::Graph as i32),
            g: Some(body),
            ..Default::default()
        });
        let layers = self.layers.len() as i64;
        graph.initializer.push(constant(&count, DataType::Int64, layers.to_le_bytes().to_vec()));
        graph.initializer.push(constant(&truth, DataType::Bool, vec![1]));

        let dropped: HashSet<usize> = self.layers.iter().flatten().copied().collect();
        // Everything that the layers need is made by then, and nothing needs their result before.
        let place = dropped.iter().max().copied();
        let mut repeat = Some(repeat);
        let nodes = std::mem::take(&mut graph.node);
        for (index, node) in nodes.into_iter().enumerate() {
            if Some(index) == place {
                graph.node.extend(repeat.take());
            }
            if !dropped.contains(&index) {
                graph.node.push(node);
            }
        }
    }
}

fn value(name: &str, element: DataType, shape: Option<TensorShapeProto>) -> ValueInfoProto {
    let tensor = type_proto::Tensor { elem_type: Some(element as i32), shape };
    let r#type = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), denotation: None };
    ValueInfoProto { name: Some(name.into()), r#type: Some(r#type), ..Default::default() }
}

fn constant(name: &str, element: DataType, raw: Vec<u8>) -> TensorProto {
    TensorProto {
        name: Some(name.into()),
        data_type: Some(element as i32),
        raw_data: Some(raw.into()),
        ..Default::default()
    }
}

/// Who makes and who reads what.
struct Uses<'a> {
    graph: &'a GraphProto,
    weights: HashMap<&'a str, &'a TensorProto>,
    makers: HashMap<&'a str, usize>,
    readers: HashMap<&'a str, Vec<usize>>,
    outputs: HashSet<&'a str>,
}

impl<'a> Uses<'a> {
    fn of(graph: &'a GraphProto) -> Self {
        let mut makers = HashMap::new();
        let mut readers: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, node) in graph.node.iter().enumerate() {
            makers.extend(node.output.iter().map(|output| (output.as_str(), index)));
            for value in reads(node) {
                readers.entry(value).or_default().push(index);
            }
        }
        Self {
            graph,
            weights: graph.initializer.iter().map(|tensor| (tensor.name(), tensor)).collect(),
            makers,
            readers,
            outputs: graph.output.iter().map(|output| output.name()).collect(),
        }
    }

    /// The layers between these values, if they are equal.
    fn chain(&self, links: &[&'a str]) -> Option<Chain> {
        let layers: Vec<Vec<usize>> = links
            .windows(2)
            .map(|ends| match ends {
                &[from, to] => Some(self.between(from, to)),
                _ => None,
            })
            .collect::<Option<_>>()?;
        let pairs = || links.windows(2).zip(&layers);
        let first = self.describe(links.first()?, layers.first()?)?;
        let are_equal = pairs().all(|(ends, layer)| {
            ends.first().is_some_and(|from| self.describe(from, layer).as_ref() == Some(&first))
        });
        let are_closed = pairs().enumerate().all(|(index, (ends, layer))| {
            ends.get(1).is_some_and(|to| self.is_closed(layer, to, layers.get(index + 1)))
        });
        let count: usize = layers.iter().map(Vec::len).sum();
        let are_apart = layers.iter().flatten().collect::<HashSet<_>>().len() == count;
        (layers.len() >= LEAST && are_equal && are_closed && are_apart)
            .then(|| Chain { links: links.iter().map(|&link| link.to_owned()).collect(), layers })
    }

    /// The nodes on all ways from one value to another, in order.
    fn between(&self, from: &'a str, to: &'a str) -> Vec<usize> {
        let after = self.closure(
            from,
            |value| self.readers.get(value).into_iter().flatten().copied(),
            |node| node.output.iter().map(String::as_str).collect(),
        );
        let before = self.closure(to, |value| self.makers.get(value).into_iter().copied(), reads);
        let mut nodes: Vec<usize> = after.intersection(&before).copied().collect();
        nodes.sort_unstable();
        nodes
    }

    fn closure<N: Iterator<Item = usize>>(
        &self,
        start: &'a str,
        nodes: impl Fn(&'a str) -> N,
        values: impl Fn(&'a NodeProto) -> Vec<&'a str>,
    ) -> HashSet<usize> {
        let mut found = HashSet::new();
        let mut open = vec![start];
        while let Some(value) = open.pop() {
            for index in nodes(value) {
                if found.insert(index)
                    && let Some(node) = self.graph.node.get(index)
                {
                    open.extend(values(node));
                }
            }
        }
        found
    }

    /// A layer with its own values numbered, so that equal layers have equal descriptions. `None` for one that has graphs
    /// inside.
    fn describe(&self, input: &'a str, layer: &[usize]) -> Option<Vec<Step<'a>>> {
        let mut own: HashMap<&str, usize> = HashMap::from([(input, 0)]);
        let mut steps = Vec::with_capacity(layer.len());
        for &index in layer {
            let node = self.graph.node.get(index)?;
            if inner_graphs(node).next().is_some() {
                return None;
            }
            let inputs = node.input.iter().map(|value| {
                match (own.get(value.as_str()), self.weights.get(value.as_str())) {
                    (Some(&number), _) => Operand::Own(number),
                    // Small constants have other names in every layer.
                    (None, Some(weight)) if weight.external_data.is_empty() => {
                        Operand::Constant(Box::new(TensorProto {
                            name: None,
                            doc_string: None,
                            ..(*weight).clone()
                        }))
                    }
                    (None, _) => Operand::Outer(value),
                }
            });
            let inputs = inputs.collect();
            for output in &node.output {
                own.insert(output, own.len());
            }
            let mut attributes = node.attribute.clone();
            attributes.sort_unstable_by(|a, b| a.name().cmp(b.name()));
            let outputs = node.output.len();
            steps.push(Step { op: (node.domain(), node.op_type()), attributes, inputs, outputs });
        }
        Some(steps)
    }

    /// Whether nobody outside reads what a layer makes, except that the next layer reads its result.
    fn is_closed(&self, layer: &[usize], result: &str, next: Option<&Vec<usize>>) -> bool {
        layer.iter().filter_map(|&index| self.graph.node.get(index)).flat_map(|node| &node.output).all(
            |value| {
                let mut readers = self.readers.get(value.as_str()).into_iter().flatten();
                match (value == result, next) {
                    // Behind the last layer anything may follow.
                    (true, None) => true,
                    (true, Some(next)) => {
                        readers.all(|reader| next.contains(reader)) && !self.outputs.contains(value.as_str())
                    }
                    (false, _) => {
                        readers.all(|reader| layer.contains(reader)) && !self.outputs.contains(value.as_str())
                    }
                }
            },
        )
    }
}

/// A node without its names.
#[derive(PartialEq)]
struct Step<'a> {
    op: (&'a str, &'a str),
    attributes: Vec<AttributeProto>,
    inputs: Vec<Operand<'a>>,
    outputs: usize,
}

#[derive(PartialEq)]
enum Operand<'a> {
    /// Made in the layer, or its input.
    Own(usize),
    Constant(Box<TensorProto>),
    /// Made before the layers, or a weight.
    Outer(&'a str),
}

/// What a node reads, its inner graphs included.
fn reads(node: &NodeProto) -> Vec<&str> {
    let mut values: Vec<&str> =
        node.input.iter().map(String::as_str).filter(|value| !value.is_empty()).collect();
    for inner in inner_graphs(node) {
        values.extend(inner.output.iter().map(|output| output.name()));
        values.extend(inner.node.iter().flat_map(reads));
    }
    values
}

#[cfg(test)]
#[path = "repeat/tests.rs"]
mod tests;
