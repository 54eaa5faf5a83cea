//! Changes to a graph, collected while it is looked at and made afterwards.

use std::collections::HashMap;

use crate::model::graph::onnx::{GraphProto, NodeProto, TensorProto};
use crate::model::graph::{Names, int_tensor, prune};

/// Nodes to put in the place of others, and new weights.
pub(super) struct Edits {
    names: Names,
    replaced: HashMap<usize, Vec<NodeProto>>,
    weights: Vec<TensorProto>,
    shapes: HashMap<Vec<i64>, String>,
}

impl Edits {
    pub(super) fn of(graph: &GraphProto) -> Self {
        Self {
            names: Names::of(graph),
            replaced: HashMap::new(),
            weights: Vec::new(),
            shapes: HashMap::new(),
        }
    }

    pub(super) fn fresh(&mut self, stem: &str) -> String {
        self.names.fresh(stem)
    }

    /// Puts nodes in the place of one; they make what it made.
    pub(super) fn replace(&mut self, index: usize, nodes: Vec<NodeProto>) {
        self.replaced.insert(index, nodes);
    }

    pub(super) fn weight(&mut self, tensor: TensorProto) {
        self.weights.push(tensor);
    }

    /// The name of a constant shape.
    pub(super) fn shape(&mut self, dims: &[i64]) -> String {
        if let Some(name) = self.shapes.get(dims) {
            return name.clone();
        }
        let name = self.names.fresh("shape");
        self.weights.push(int_tensor(&name, dims));
        self.shapes.insert(dims.to_vec(), name.clone());
        name
    }

    /// Makes the changes, and drops what nothing needs any more.
    pub(super) fn apply(mut self, graph: &mut GraphProto) {
        let nodes = std::mem::take(&mut graph.node);
        for (index, node) in nodes.into_iter().enumerate() {
            match self.replaced.remove(&index) {
                Some(new) => graph.node.extend(new),
                None => graph.node.push(node),
            }
        }
        graph.initializer.extend(self.weights);
        prune(graph);
    }
}
