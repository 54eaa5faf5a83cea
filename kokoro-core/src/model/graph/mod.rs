//! ONNX files as data: read, looked at and changed before ONNX Runtime sees them.
//!
//! Not part of the interface: it is public, and hidden from the documentation, for the tests of this workspace.
//!
//! A file is read into one buffer, and `read` decodes it without copying the weights: every
//! [`raw_data`](onnx::TensorProto::raw_data) is a window of that buffer. Encoding the changed graph makes the only
//! other copy.

mod budget;
mod build;
mod flow;
pub mod onnx;
mod prune;
mod tensor;
mod whole;

use bytes::Bytes;
use prost::Message as _;

pub(crate) use build::{
    Names, attribute, float, float_attribute, float_tensor, int, int_attribute, int_tensor, ints,
    ints_attribute, node, text,
};
pub(crate) use flow::Flow;
pub(crate) use prune::{inner_graphs, prune};
pub(crate) use tensor::Constant;

use onnx::ModelProto;

use super::fuse::Changes;
pub use super::fuse::{Generator, Prepared};
use super::operator::Compute;
pub use super::operator::{FusedLayer, FusedStage, Weights};

/// The largest model that one protocol buffer can hold, and so the largest that can be handed over in one piece.
const MOST_BYTES: usize = i32::MAX as usize;

/// Decodes a model whose weights are inside it. `Err` says why it cannot be changed; ONNX Runtime may still run it.
pub(crate) fn read(bytes: Bytes) -> Result<ModelProto, String> {
    budget::check(&bytes)?;
    let model = ModelProto::decode(bytes).map_err(|error| format!("it is not an ONNX model: {error}"))?;
    let Some(graph) = &model.graph else { return Err("it has no graph".into()) };
    if graph.initializer.iter().any(|tensor| !tensor.external_data.is_empty()) {
        return Err("its weights are in another file".into());
    }
    // Before version 4 every weight was an input as well; before opset 13 operators took other inputs.
    if model.ir_version() < 4 {
        return Err(format!("its format, version {}, is too old", model.ir_version()));
    }
    match model.opset_import.iter().find(|set| set.domain().is_empty() || set.domain() == "ai.onnx") {
        Some(set) if set.version() >= 13 => Ok(model),
        set => Err(format!("its operator set, version {}, is too old", set.map_or(0, |set| set.version()))),
    }
}

/// Encodes a model.
pub(crate) fn write(model: &ModelProto) -> Result<Vec<u8>, String> {
    match model.encoded_len() {
        length if length > MOST_BYTES => Err(format!("{length} bytes are more than one file can hold")),
        _ => Ok(model.encode_to_vec()),
    }
}

/// Changes a model as far as it can be; stages that become operators are computed by plain convolutions.
pub fn prepare(file: bytes::Bytes, generator: Generator) -> Prepared {
    super::fuse::prepare(file, Changes { generator, compute: Compute::Direct, stretch: false })
}

/// What the stages of a model's generator compute with.
///
/// # Errors
/// Why they were not found.
pub fn stages(file: bytes::Bytes) -> Result<Vec<FusedStage>, String> {
    super::fuse::stages(&read(file)?)
}
