//! The hand-written messages lose nothing.

use kokoro_testkit::Graph;
use kokoro_testkit::onnx::ModelProto;
use prost::Message as _;

#[test]
fn skeletons_survive() {
    for graph in Graph::ALL {
        let bytes = graph.skeleton_bytes().unwrap();
        let model = ModelProto::decode(&*bytes).unwrap();
        assert_eq!(model.encoded_len(), bytes.len(), "{graph}");
        // Not `assert_eq!`, which would print a megabyte.
        assert!(model.encode_to_vec() == bytes, "{graph} differs");
    }
}

/// The file has every field of every message, by the descriptors of the Python package `onnx`.
#[test]
fn every_field_survives() {
    let bytes = include_bytes!("data/every_field.onnx");
    let model = ModelProto::decode(&bytes[..]).unwrap();
    assert_eq!(model.encoded_len(), bytes.len());
    assert!(model.encode_to_vec() == bytes, "the messages differ");
}
