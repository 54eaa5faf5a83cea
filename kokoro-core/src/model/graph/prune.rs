//! Removal of what nothing depends on.

use std::collections::{HashMap, HashSet};

use super::onnx::{GraphProto, NodeProto};

/// The graphs inside a node: bodies of loops, branches of conditions.
pub(crate) fn inner_graphs(node: &NodeProto) -> impl Iterator<Item = &GraphProto> {
    node.attribute.iter().flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs))
}

/// Everything that a node reads, the values that its inner graphs take from outside among it. (Their own values come
/// along; the names of a file are unique.)
pub(super) fn reads<'a>(node: &'a NodeProto, read: &mut Vec<&'a str>) {
    read.extend(node.input.iter().map(String::as_str));
    for inner in inner_graphs(node) {
        read.extend(inner.output.iter().map(|output| output.name()));
        for node in &inner.node {
            reads(node, read);
        }
    }
}

/// Removes nodes and weights that no output of the graph depends on.
pub(crate) fn prune(graph: &mut GraphProto) {
    let (nodes, values) = live(graph);
    let mut keep = nodes.into_iter();
    graph.node.retain(|_| keep.next().unwrap_or(true));
    graph.initializer.retain(|tensor| values.contains(tensor.name()));
    graph
        .sparse_initializer
        .retain(|tensor| tensor.values.as_ref().is_none_or(|tensor| values.contains(tensor.name())));
    graph.value_info.retain(|value| values.contains(value.name()));
}

/// Which nodes are needed, and all values that are read.
fn live(graph: &GraphProto) -> (Vec<bool>, HashSet<String>) {
    let mut makers: HashMap<&str, usize> = HashMap::new();
    for (index, node) in graph.node.iter().enumerate() {
        makers.extend(node.output.iter().map(|output| (output.as_str(), index)));
    }
    let mut needed = vec![false; graph.node.len()];
    let mut values: HashSet<&str> = HashSet::new();
    let mut open: Vec<&str> = graph.output.iter().map(|output| output.name()).collect();
    while let Some(value) = open.pop() {
        if !values.insert(value) {
            continue;
        }
        let Some(&index) = makers.get(value) else { continue };
        if let (Some(node), Some(needed)) = (graph.node.get(index), needed.get_mut(index))
            && !std::mem::replace(needed, true)
        {
            reads(node, &mut open);
        }
    }
    (needed, values.into_iter().map(str::to_owned).collect())
}
