//! What decoding a file would cost, before it is decoded.
//!
//! An empty node takes two bytes of a file and some hundred of memory. A damaged or hostile file must not be able to
//! multiply itself like that, so its messages are counted first.

use super::onnx::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto};

/// Kokoro has about 50,000.
const MOST_FIELDS: usize = 250_000;
/// Graphs inside graphs; Kokoro has two levels. The decoder has a limit of its own for everything else.
const DEEPEST: usize = 16;
/// Numbers that are packed into one field take up to eight times their size in the file.
const BYTES_PER_FIELD: usize = 64;

/// The messages that hold almost all of a model. Others are small, and are counted as one field.
#[derive(Clone, Copy)]
enum Kind {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    /// Text, numbers, weights: one field whatever it holds.
    Plain,
    /// Numbers that the decoder unpacks, or a message of another kind.
    Packed,
    /// Something that this version of the messages does not have and would lose.
    Unknown,
}

impl Kind {
    fn of_field(self, field: u64) -> Self {
        match (self, field) {
            (Self::Model, 7) => Self::Graph,
            (Self::Model, 1..=6) => Self::Plain,
            (Self::Model, 8 | 14 | 20 | 25 | 26) => Self::Packed,
            (Self::Graph, 1) => Self::Node,
            (Self::Graph, 5) => Self::Tensor,
            (Self::Graph, 2 | 10) => Self::Plain,
            (Self::Graph, 11..=16) => Self::Packed,
            (Self::Node, 5) => Self::Attribute,
            (Self::Node, 1..=4 | 6..=8) => Self::Plain,
            (Self::Node, 9 | 10) => Self::Packed,
            (Self::Attribute, 5 | 10) => Self::Tensor,
            (Self::Attribute, 6 | 11) => Self::Graph,
            (Self::Attribute, 1..=4 | 9 | 13 | 20 | 21) => Self::Plain,
            (Self::Attribute, 7 | 8 | 14 | 15 | 22 | 23) => Self::Packed,
            // Floats and doubles are packed in the size that they have in memory.
            (Self::Tensor, 2 | 4 | 6 | 8 | 9 | 10 | 12 | 14) => Self::Plain,
            (Self::Tensor, 1 | 3 | 5 | 7 | 11 | 13 | 16) => Self::Packed,
            _ => Self::Unknown,
        }
    }
}

/// Whether a model can be decoded in memory of the order of its file, and written again without a loss.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    walk(bytes, Kind::Model, 0, &mut 0)
}

fn walk(mut rest: &[u8], kind: Kind, depth: usize, fields: &mut usize) -> Result<(), String> {
    let damaged = || "it is not an ONNX model: it ends too early".to_owned();
    while !rest.is_empty() {
        *fields += 1;
        let key = varint(&mut rest).ok_or_else(damaged)?;
        let inner = kind.of_field(key >> 3);
        if matches!(inner, Kind::Unknown) {
            return Err(format!("it has parts that this version does not know (field {})", key >> 3));
        }
        let length = match key & 7 {
            0 => {
                varint(&mut rest).ok_or_else(damaged)?;
                continue;
            }
            1 => 8,
            2 => usize::try_from(varint(&mut rest).ok_or_else(damaged)?).map_err(|_| damaged())?,
            5 => 4,
            other => return Err(format!("it is not an ONNX model: wire type {other}")),
        };
        let (value, after) = rest.split_at_checked(length).ok_or_else(damaged)?;
        rest = after;
        match inner {
            Kind::Plain | Kind::Unknown => {}
            Kind::Packed => *fields += value.len() / BYTES_PER_FIELD,
            _ if depth == DEEPEST => return Err(format!("its graphs are nested more than {DEEPEST} deep")),
            _ => walk(value, inner, depth + usize::from(matches!(inner, Kind::Graph)), fields)?,
        }
        if *fields > MOST_FIELDS {
            return Err(format!("it has more than {MOST_FIELDS} parts"));
        }
    }
    Ok(())
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The biggest message of a kind bounds the memory that a field can take.
const _: () = {
    const fn below(size: usize) {
        assert!(size <= 2048);
    }
    below(size_of::<ModelProto>());
    below(size_of::<GraphProto>());
    below(size_of::<NodeProto>());
    below(size_of::<AttributeProto>());
    below(size_of::<TensorProto>());
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModelSource;
    use bytes::Bytes;
    use prost::Message as _;

    #[test]
    fn weights_are_not_copied() {
        let bytes = Bytes::from_static(ModelSource::BUILTIN_GRAPH);
        let model = super::super::read(bytes).unwrap();
        let inside = ModelSource::BUILTIN_GRAPH.as_ptr_range();
        let graph = model.graph.as_ref().unwrap();
        let weights: Vec<_> =
            graph.initializer.iter().filter_map(|tensor| tensor.raw_data.as_ref()).collect();
        assert!(weights.len() > 10);
        assert!(weights.iter().all(|raw| raw.is_empty() || inside.contains(&raw.as_ptr())));
    }

    #[test]
    fn what_multiplies_in_memory_is_refused() {
        let nodes = GraphProto { node: vec![NodeProto::default(); MOST_FIELDS + 1], ..Default::default() };
        let model = ModelProto { graph: Some(nodes), ..Default::default() }.encode_to_vec();
        assert!(model.len() < 2_000_000);
        assert!(check(&model).unwrap_err().contains("parts"));

        let mut graph = GraphProto::default();
        for _ in 0..DEEPEST + 1 {
            let attribute = AttributeProto { g: Some(graph), ..Default::default() };
            let node = NodeProto { attribute: vec![attribute], ..Default::default() };
            graph = GraphProto { node: vec![node], ..Default::default() };
        }
        let model = ModelProto { graph: Some(graph), ..Default::default() }.encode_to_vec();
        assert!(check(&model).unwrap_err().contains("nested"));
    }

    #[test]
    fn damage_is_an_error() {
        let whole = ModelSource::BUILTIN_GRAPH;
        assert_eq!(check(whole), Ok(()));
        for cut in (0..whole.len()).step_by(997) {
            let _ = super::super::read(Bytes::copy_from_slice(&whole[..cut]));
            let mut changed = whole.to_vec();
            changed[cut] ^= 0x55;
            let _ = super::super::read(changed.into());
        }
        assert!(check(&[0xff; 11]).is_err());
        // Field 99 of the model.
        assert!(check(&[0x98, 0x06, 0x01]).unwrap_err().contains("does not know"));
    }
}
