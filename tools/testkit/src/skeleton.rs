use std::fmt;
use std::io::Read as _;

use flate2::read::GzDecoder;
use prost::Message as _;

use crate::error::{Error, Result};
use crate::onnx::ModelProto;

/// One of the two public forms of the Kokoro-82M v1.0 graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Graph {
    /// `input_ids` i64 `[batch, n]`, `style` f32 `[batch, 256]`, `speed` **i32** `[batch]`; `waveform` f32 `[samples]`
    /// and `duration` i64 `[n]`. The export of the model's author.
    InputIds,
    /// `tokens` i64 `[1, n]`, `style` f32 `[1, 256]`, `speed` f32 `[1]`; `audio` f32 `[samples]`, no durations.
    Tokens,
}

impl Graph {
    /// Both graphs.
    pub const ALL: [Self; 2] = [Self::InputIds, Self::Tokens];

    /// The name of the graph's first input, by which the form is known.
    pub fn name(self) -> &'static str {
        match self {
            Self::InputIds => "input_ids",
            Self::Tokens => "tokens",
        }
    }

    /// The graph with this [name](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|graph| graph.name() == name)
    }

    /// The serialised model without its large weights.
    ///
    /// # Errors
    /// None in practice: only if the data inside this crate is damaged.
    pub fn skeleton_bytes(self) -> Result<Vec<u8>> {
        unpack(match self {
            Self::InputIds => include_bytes!("../data/kokoro-v1.0.input_ids.skeleton.onnx.gz"),
            Self::Tokens => include_bytes!("../data/kokoro-v1.0.tokens.skeleton.onnx.gz"),
        })
    }

    /// The model without its large weights; [`fill`](crate::fill::fill) puts some in.
    ///
    /// # Errors
    /// None in practice: only if the data inside this crate is damaged.
    pub fn skeleton(self) -> Result<ModelProto> {
        Ok(ModelProto::decode(&*self.skeleton_bytes()?)?)
    }
}

/// The network as PyTorch 2.1.2 exports it, and as onnxsim simplifies that, without their large weights.
///
/// # Errors
/// None in practice: only if the data inside this crate is damaged.
pub fn other_exports() -> Result<[ModelProto; 2]> {
    let exported = unpack(include_bytes!("../data/torch-2.1.2.skeleton.onnx.gz"))?;
    let simplified = unpack(include_bytes!("../data/torch-2.1.2.onnxsim.skeleton.onnx.gz"))?;
    Ok([ModelProto::decode(&*exported)?, ModelProto::decode(&*simplified)?])
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut bytes).map_err(Error::Skeleton)?;
    Ok(bytes)
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
