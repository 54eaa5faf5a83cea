//! Who makes a value and who uses it.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use super::onnx::{GraphProto, NodeProto, TensorProto};
use super::prune::{inner_graphs, reads};

/// More `Identity` nodes in a row than any exporter writes; a cycle of them ends here.
const MOST_IDENTITIES: usize = 64;

/// A graph with the ways through it. Names serve to tell values apart, and for nothing else.
pub(crate) struct Flow<'a> {
    pub(crate) graph: &'a GraphProto,
    makers: HashMap<&'a str, usize>,
    users: HashMap<&'a str, Vec<usize>>,
    weights: HashMap<&'a str, &'a TensorProto>,
    /// Values that inner graphs mention.
    inner: HashSet<&'a str>,
    /// Work that may still be spent on computing constants, in elements.
    pub(super) work: Cell<usize>,
}

impl<'a> Flow<'a> {
    /// # Errors
    /// Where a value is made twice.
    pub(crate) fn new(graph: &'a GraphProto) -> Result<Self, String> {
        let mut flow = Self {
            graph,
            makers: HashMap::new(),
            users: HashMap::new(),
            weights: HashMap::new(),
            inner: HashSet::new(),
            work: Cell::new(1 << 30),
        };
        for tensor in &graph.initializer {
            flow.weights.insert(tensor.name(), tensor);
        }
        for (index, node) in graph.node.iter().enumerate() {
            for output in node.output.iter().filter(|output| !output.is_empty()) {
                let taken = flow.weights.contains_key(output.as_str());
                if taken || flow.makers.insert(output, index).is_some() {
                    return Err(format!("the value `{output}` is made twice"));
                }
            }
            for input in &node.input {
                flow.users.entry(input).or_default().push(index);
            }
            for inner in inner_graphs(node) {
                flow.mention(inner);
            }
        }
        Ok(flow)
    }

    fn mention(&mut self, inner: &'a GraphProto) {
        self.inner.extend(inner.output.iter().map(|output| output.name()));
        for node in &inner.node {
            self.inner.extend(node.input.iter().map(String::as_str));
            for deeper in inner_graphs(node) {
                self.mention(deeper);
            }
        }
    }

    pub(crate) fn node(&self, index: usize) -> Option<&'a NodeProto> {
        self.graph.node.get(index)
    }

    /// The value before all `Identity` nodes.
    pub(crate) fn source(&self, value: &'a str) -> &'a str {
        let mut value = value;
        for _ in 0..MOST_IDENTITIES {
            match self.maker_index(value).and_then(|index| self.node(index)) {
                Some(node) if is(node, "Identity") => match node.input.first() {
                    Some(input) => value = input,
                    None => break,
                },
                _ => break,
            }
        }
        value
    }

    fn maker_index(&self, value: &str) -> Option<usize> {
        self.makers.get(value).copied()
    }

    /// The node that makes a value, `Identity` left out, and its index.
    pub(crate) fn maker(&self, value: &'a str) -> Option<(usize, &'a NodeProto)> {
        let index = self.maker_index(self.source(value))?;
        Some((index, self.node(index)?))
    }

    /// The same, if it is an `op`.
    pub(crate) fn made_by(&self, value: &'a str, op: &str) -> Option<(usize, &'a NodeProto)> {
        self.maker(value).filter(|(_, node)| is(node, op))
    }

    /// Whether both names stand for one value.
    pub(crate) fn same(&self, a: &'a str, b: &'a str) -> bool {
        self.source(a) == self.source(b)
    }

    /// The nodes that use exactly this value.
    pub(crate) fn users(&self, value: &str) -> impl Iterator<Item = &'a NodeProto> {
        let indices = self.users.get(value).map_or(&[][..], Vec::as_slice);
        indices.iter().filter_map(|&index| self.graph.node.get(index))
    }

    /// Whether an inner graph mentions the value.
    pub(crate) fn is_inner(&self, value: &str) -> bool {
        self.inner.contains(value)
    }

    /// Indices of the nodes that any of the values depends on.
    pub(crate) fn upstream(&self, values: impl IntoIterator<Item = &'a str>) -> HashSet<usize> {
        let mut open: Vec<&str> = values.into_iter().collect();
        let mut found = HashSet::new();
        while let Some(value) = open.pop() {
            if let Some(index) = self.maker_index(value)
                && found.insert(index)
                && let Some(node) = self.node(index)
            {
                reads(node, &mut open);
            }
        }
        found
    }

    pub(crate) fn weight(&self, value: &'a str) -> Option<&'a TensorProto> {
        self.weights.get(self.source(value)).copied()
    }
}

impl Flow<'_> {
    /// The two inputs of a commutative node, in both orders.
    pub(crate) fn pairs(node: &NodeProto) -> impl Iterator<Item = (&str, &str)> {
        let pair = match node.input.as_slice() {
            [a, b] => Some((a.as_str(), b.as_str())),
            _ => None,
        };
        pair.into_iter().flat_map(|(a, b)| [(a, b), (b, a)])
    }
}

/// Whether a node is an operator of the standard domain.
pub(super) fn is(node: &NodeProto, op: &str) -> bool {
    node.op_type() == op && (node.domain().is_empty() || node.domain() == "ai.onnx")
}
