//! The weights of ONNX Runtime, laid out so that it can use them where they lie.
//!
//! ONNX Runtime writes an optimised model as a graph and a file of weights; for a weight that its operators pack, the file
//! holds the packed form as well, under an entry `prepacked_0` of the form `key|offset;length;checksum|...`. It puts these
//! parts anywhere, though its own kernels (1.31) read them by instructions that need aligned memory, and crash. So the
//! file is written anew here, with every part at the beginning of a page.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write};

use super::blocks::Summing;
use crate::model::graph::onnx::{GraphProto, StringStringEntryProto, TensorProto};

/// A page of memory on every system, and what Windows maps by.
pub(super) const PAGE: u64 = 4096;
const LARGE_PAGE: u64 = 64 << 10;
/// Parts from this size on begin at a large page; for smaller ones the gaps would add up.
const LARGE: u64 = 1 << 20;

const PACKED: &str = "prepacked_";

/// Where a part of this length may begin.
fn alignment(length: u64) -> u64 {
    if length >= LARGE { LARGE_PAGE } else { PAGE }
}

/// Copies the weights of a graph from `from` to `to`, and tells the graph that they are in the file `location`.
pub(super) fn arrange<W: Write>(
    graph: &mut GraphProto,
    from: &mut File,
    location: &str,
    to: &mut Summing<W>,
) -> std::io::Result<()> {
    let available = from.metadata()?.len();
    let mut arranging = Arranging { from, available, to, location, packed: HashMap::new() };
    arranging.graph(graph)
}

struct Arranging<'a, W> {
    from: &'a mut File,
    available: u64,
    to: &'a mut Summing<W>,
    location: &'a str,
    /// The places of packed parts: weights that are used in several places name the same ones.
    packed: HashMap<String, Option<String>>,
}

impl<W: Write> Arranging<'_, W> {
    fn graph(&mut self, graph: &mut GraphProto) -> std::io::Result<()> {
        for tensor in &mut graph.initializer {
            self.tensor(tensor)?;
        }
        for attribute in graph.node.iter_mut().flat_map(|node| &mut node.attribute) {
            for inner in attribute.g.iter_mut().chain(&mut attribute.graphs) {
                self.graph(inner)?;
            }
        }
        Ok(())
    }

    fn tensor(&mut self, tensor: &mut TensorProto) -> std::io::Result<()> {
        if tensor.external_data.is_empty() {
            return Ok(());
        }
        let entries = std::mem::take(&mut tensor.external_data);
        let number = |key: &str| entries.iter().find(|entry| entry.key() == key)?.value().parse::<u64>().ok();
        let (Some(offset), Some(length)) = (number("offset"), number("length")) else {
            return Err(broken(tensor.name()));
        };
        let place = self.copy(offset, length)?;
        let entry =
            |key: &str, value: String| StringStringEntryProto { key: Some(key.into()), value: Some(value) };
        tensor.external_data = vec![
            entry("location", self.location.into()),
            entry("offset", place.to_string()),
            entry("length", length.to_string()),
        ];
        for packed in entries.iter().filter(|entry| entry.key().starts_with(PACKED)) {
            // What is not understood is left out: ONNX Runtime packs such a weight when it loads it.
            if let Some(value) = self.packed(packed.value())? {
                tensor.external_data.push(entry(packed.key(), value));
            }
        }
        Ok(())
    }

    /// Copies packed parts and gives their new description.
    fn packed(&mut self, description: &str) -> std::io::Result<Option<String>> {
        if let Some(known) = self.packed.get(description) {
            return Ok(known.clone());
        }
        let mut words = description.split('|');
        let mut new = words.next().unwrap_or_default().to_owned();
        let parts: Option<Vec<(u64, u64, &str)>> = words
            .map(|part| {
                let (offset, rest) = part.split_once(';')?;
                let (length, checksum) = rest.split_once(';')?;
                Some((offset.parse().ok()?, length.parse().ok()?, checksum))
            })
            .collect();
        let new = match parts {
            Some(parts) if !parts.is_empty() => {
                for (offset, length, checksum) in parts {
                    let place = self.copy(offset, length)?;
                    new.push_str(&format!("|{place};{length};{checksum}"));
                }
                Some(new)
            }
            _ => None,
        };
        self.packed.insert(description.to_owned(), new.clone());
        Ok(new)
    }

    fn copy(&mut self, offset: u64, length: u64) -> std::io::Result<u64> {
        // ONNX Runtime does not always report that it could not write.
        if offset.checked_add(length).is_none_or(|end| end > self.available) {
            return Err(std::io::Error::new(
                std::io::ErrorKind::UnexpectedEof,
                "ONNX Runtime wrote only a part of its weights: is there space left on the disk?",
            ));
        }
        let place = self.to.align(alignment(length))?;
        self.from.seek(SeekFrom::Start(offset))?;
        match std::io::copy(&mut (&*self.from).take(length), self.to)? {
            copied if copied == length => Ok(place),
            _ => Err(std::io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

fn broken(name: &str) -> std::io::Error {
    std::io::Error::other(format!("ONNX Runtime does not say where it wrote the weight `{name}`"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed file is a failed test")]
    use super::*;
    use crate::model::graph::node;
    use crate::model::graph::onnx::AttributeProto;

    fn tensor(name: &str, entries: &[(&str, &str)]) -> TensorProto {
        let entry = |&(key, value): &(&str, &str)| StringStringEntryProto {
            key: Some(key.into()),
            value: Some(value.into()),
        };
        TensorProto {
            name: Some(name.into()),
            external_data: entries.iter().map(entry).collect(),
            ..Default::default()
        }
    }

    fn entry<'a>(tensor: &'a TensorProto, key: &str) -> Option<&'a str> {
        tensor.external_data.iter().find(|entry| entry.key() == key).map(|entry| entry.value())
    }

    fn source() -> File {
        let mut file = tempfile::tempfile().unwrap();
        let content: Vec<u8> = (0..4_000_000u32).map(|x| (x % 251) as u8).collect();
        file.write_all(&content).unwrap();
        file
    }

    #[test]
    fn every_part_begins_at_a_page_and_keeps_its_content() {
        let mut attribute = AttributeProto { name: Some("body".into()), ..Default::default() };
        attribute.g = Some(GraphProto {
            initializer: vec![tensor("inner", &[("offset", "17"), ("length", "5"), ("location", "old")])],
            ..Default::default()
        });
        let mut graph = GraphProto {
            initializer: vec![
                TensorProto { name: Some("small".into()), ..Default::default() },
                tensor("large", &[("location", "old"), ("offset", "100"), ("length", "1500000")]),
                tensor(
                    "packed",
                    &[
                        ("location", "old"),
                        ("offset", "3"),
                        ("length", "10"),
                        ("prepacked_0", "MatMul+12|24;7;0|2000001;1048577;9"),
                        ("prepacked_1", "of another kind"),
                    ],
                ),
                tensor(
                    "again",
                    &[
                        ("offset", "3"),
                        ("length", "10"),
                        ("prepacked_0", "MatMul+12|24;7;0|2000001;1048577;9"),
                    ],
                ),
            ],
            node: vec![crate::model::graph::onnx::NodeProto {
                attribute: vec![attribute],
                ..node("Loop", &[], "x")
            }],
            ..Default::default()
        };
        let mut to = Summing::new(Vec::new());
        let mut from = source();
        arrange(&mut graph, &mut from, "weights.bin", &mut to).unwrap();
        let written = to.finish().0;
        let has = |offset: &str, length: &str, start: u64| {
            let (offset, length): (usize, usize) = (offset.parse().unwrap(), length.parse().unwrap());
            assert_eq!(offset as u64 % alignment(length as u64), 0);
            let expected: Vec<u8> = (start..start + length as u64).map(|x| (x % 251) as u8).collect();
            assert_eq!(written[offset..offset + length], expected);
        };
        let [small, large, packed, again] = graph.initializer.as_slice() else { panic!() };
        assert!(small.external_data.is_empty());
        has(entry(large, "offset").unwrap(), "1500000", 100);
        has(entry(packed, "offset").unwrap(), "10", 3);
        assert_eq!(entry(packed, "location"), Some("weights.bin"));
        assert_eq!(entry(packed, "prepacked_1"), None);
        let description = entry(packed, "prepacked_0").unwrap();
        assert_eq!(entry(again, "prepacked_0"), Some(description));
        let words: Vec<&str> = description.split(['|', ';']).collect();
        let &[key, first, first_len, zero, second, second_len, nine] = words.as_slice() else { panic!() };
        assert_eq!((key, first_len, zero, second_len, nine), ("MatMul+12", "7", "0", "1048577", "9"));
        has(first, first_len, 24);
        has(second, second_len, 2_000_001);
        let inner = &graph.node[0].attribute[0].g.as_ref().unwrap().initializer[0];
        has(entry(inner, "offset").unwrap(), "5", 17);
    }

    #[test]
    fn what_was_not_written_is_missed() {
        let mut graph = GraphProto {
            initializer: vec![tensor("cut", &[("offset", "3999999"), ("length", "2")])],
            ..Default::default()
        };
        let error = arrange(&mut graph, &mut source(), "w", &mut Summing::new(Vec::new())).unwrap_err();
        assert!(error.to_string().contains("space left"));
    }
}
