//! What a model file takes and gives, read from the file.
//!
//! Published exports differ in names, types and ranks. Nothing here is assumed from a file name: inputs and outputs are
//! recognised by name, type and rank, and a file that does not fit is refused with what was found.

use std::path::Path;

use ort::session::Session;
use ort::value::{Outlet, TensorElementType, ValueType};
use serde_json::Value;

use super::fuse::DURATION_NAMES;
use super::source::ModelSource;
use super::vocabulary::{PADS, Vocabulary};
use crate::voice::STYLE_LEN;
use crate::{Error, ErrorKind, Result};

/// Longest token sequence of Kokoro-82M, both pads included: `plbert.max_position_embeddings`.
const DEFAULT_CONTEXT: usize = 512;

/// Metadata key under which newer exports carry their `config.json`.
const CONFIG_KEY: &str = "kokoro_config";

/// Type of the `speed` input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpeedFormat {
    /// Any speed in range.
    Float32,
    /// Whole numbers only, as `int32`.
    Int32,
    /// Whole numbers only, as `int64`.
    Int64,
}

impl SpeedFormat {
    /// Whether only whole numbers can be passed.
    #[must_use]
    pub fn is_integer(self) -> bool {
        self != Self::Float32
    }
}

/// Type of the durations output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DurationFormat {
    /// Frames as `int64`.
    Int64,
    /// Frames as `int32`.
    Int32,
    /// Frames as `float32`.
    Float32,
}

/// The interface of a loaded model file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelSpec {
    /// Name of the token input, `tokens` or `input_ids`: `int64`, shape `[1, n]`.
    pub tokens_input: String,
    /// Name of the style input: `float32`, shape `[1, 256]`.
    pub style_input: String,
    /// Name of the speed input, shape `[1]`.
    pub speed_input: String,
    /// Type of the speed input.
    pub speed_format: SpeedFormat,
    /// Name of the audio output: `float32` at 24 kHz, any rank.
    pub audio_output: String,
    /// Name and type of the output with the duration of every token in frames of 600 samples. Without it there are no
    /// word timings.
    pub durations_output: Option<(String, DurationFormat)>,
    /// The phoneme symbols that the model knows.
    pub vocabulary: Vocabulary,
    /// Most phoneme symbols that one run takes.
    pub max_symbols: usize,
}

/// A named tensor of the interface.
struct Port {
    name: String,
    element: Option<TensorElementType>,
    /// -1: any size.
    shape: Vec<i64>,
}

impl Port {
    fn of(outlet: &Outlet) -> Self {
        let (element, shape) = match outlet.dtype() {
            ValueType::Tensor { ty, shape, .. } => (Some(*ty), shape.to_vec()),
            _ => (None, Vec::new()),
        };
        Self { name: outlet.name().to_owned(), element, shape }
    }

    fn is(&self, element: TensorElementType) -> bool {
        self.element == Some(element)
    }
}

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.element {
            Some(element) => write!(f, "`{}` {element} {:?}", self.name, self.shape),
            None => write!(f, "`{}` (not a tensor)", self.name),
        }
    }
}

impl ModelSpec {
    /// Probes a loaded file.
    pub(crate) fn probe(session: &Session, source: &ModelSource) -> Result<Self> {
        let inputs: Vec<Port> = session.inputs().iter().map(Port::of).collect();
        let outputs: Vec<Port> = session.outputs().iter().map(Port::of).collect();
        let metadata = session.metadata().ok().and_then(|metadata| metadata.custom(CONFIG_KEY));
        let config = find_config(metadata.as_deref(), source)?;
        Self::from_interface(&inputs, &outputs, config)
            .map_err(|error| Error::new(error.kind(), format!("{source}: {error}")))
    }

    fn from_interface(inputs: &[Port], outputs: &[Port], config: Option<Config>) -> Result<Self> {
        let input = |names: &[&str]| inputs.iter().find(|port| names.contains(&port.name.as_str()));
        let (Some(tokens), Some(style), Some(speed)) =
            (input(&["tokens", "input_ids"]), input(&["style"]), input(&["speed"]))
        else {
            return Err(not_kokoro(inputs, outputs, "its inputs"));
        };
        let speed_format = match speed.element {
            Some(TensorElementType::Float32) => SpeedFormat::Float32,
            Some(TensorElementType::Int32) => SpeedFormat::Int32,
            Some(TensorElementType::Int64) => SpeedFormat::Int64,
            _ => return Err(not_kokoro(inputs, outputs, "the type of `speed`")),
        };
        if !tokens.is(TensorElementType::Int64) || tokens.shape.len() != 2 {
            return Err(not_kokoro(inputs, outputs, "its token input"));
        }
        let width = style.shape.last().copied().unwrap_or(0);
        let fits = width == -1 || usize::try_from(width) == Ok(STYLE_LEN);
        if !style.is(TensorElementType::Float32) || style.shape.len() != 2 || !fits {
            return Err(not_kokoro(inputs, outputs, "its style input"));
        }
        if inputs.len() != 3 {
            return Err(not_kokoro(inputs, outputs, "the number of its inputs"));
        }
        let durations_output = outputs.iter().find_map(|port| {
            if !DURATION_NAMES.contains(&port.name.as_str()) {
                return None;
            }
            let format = match port.element? {
                TensorElementType::Int64 => DurationFormat::Int64,
                TensorElementType::Int32 => DurationFormat::Int32,
                TensorElementType::Float32 => DurationFormat::Float32,
                _ => return None,
            };
            Some((port.name.clone(), format))
        });
        let audio = outputs.iter().find(|port| {
            port.is(TensorElementType::Float32)
                && durations_output.as_ref().is_none_or(|(name, _)| *name != port.name)
        });
        let Some(audio) = audio else {
            return Err(not_kokoro(inputs, outputs, "its outputs"));
        };
        let (vocabulary, context) = match config {
            Some(config) => (config.vocabulary, config.context),
            None => (Vocabulary::v1_0(), DEFAULT_CONTEXT),
        };
        Ok(Self {
            tokens_input: tokens.name.clone(),
            style_input: style.name.clone(),
            speed_input: speed.name.clone(),
            speed_format,
            audio_output: audio.name.clone(),
            durations_output,
            vocabulary,
            max_symbols: context - PADS,
        })
    }
}

fn not_kokoro(inputs: &[Port], outputs: &[Port], what: &str) -> Error {
    let list = |ports: &[Port]| ports.iter().map(Port::to_string).collect::<Vec<_>>().join(", ");
    Error::new(
        ErrorKind::InvalidModel,
        format!(
            "not a Kokoro model ({what}): expected the inputs `tokens` or `input_ids` i64 [1, n], `style` f32 [1, {STYLE_LEN}], \
             `speed` f32, i32 or i64 [1], and an output of f32 samples; found the \
             inputs {} and the outputs {}",
            list(inputs),
            list(outputs)
        ),
    )
}

/// The parts of Kokoro's `config.json` that matter here.
struct Config {
    vocabulary: Vocabulary,
    context: usize,
}

/// The configuration from the file's metadata, else from `config.json` beside it.
fn find_config(metadata: Option<&str>, source: &ModelSource) -> Result<Option<Config>> {
    if let Some(text) = metadata {
        return parse_config(text, &format!("metadata `{CONFIG_KEY}` of {source}")).map(Some);
    }
    let ModelSource::File(model) = source else { return Ok(None) };
    let path = model.parent().unwrap_or(Path::new("")).join("config.json");
    match std::fs::read_to_string(&path) {
        // A folder may hold other models' configurations as well: only one that speaks of a vocabulary counts.
        Ok(text) if !text.contains("\"vocab\"") => Ok(None),
        Ok(text) => parse_config(&text, &format!("`{}`", path.display())).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::new(ErrorKind::Io, format!("cannot read `{}`: {error}", path.display()))
            .with_source(error)),
    }
}

fn parse_config(text: &str, origin: &str) -> Result<Config> {
    let config: Value = serde_json::from_str(text).map_err(|error| {
        Error::new(ErrorKind::InvalidModel, format!("{origin} is not JSON: {error}")).with_source(error)
    })?;
    let context = match config.get("plbert").and_then(|plbert| plbert.get("max_position_embeddings")) {
        None => DEFAULT_CONTEXT,
        Some(value) => value
            .as_u64()
            .and_then(|value| usize::try_from(value).ok())
            .filter(|&value| value > PADS)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidModel,
                    format!(
                        "{origin}: `plbert.max_position_embeddings` is {value}, not a length above {PADS}"
                    ),
                )
            })?,
    };
    Ok(Config { vocabulary: Vocabulary::from_config(&config, origin)?, context })
}

#[cfg(test)]
mod tests {
    use super::*;
    use TensorElementType::{Float16, Float32, Int32, Int64, Uint8};

    fn port(name: &str, element: TensorElementType, shape: &[i64]) -> Port {
        Port { name: name.into(), element: Some(element), shape: shape.into() }
    }

    fn inputs(tokens: &str, speed: TensorElementType) -> Vec<Port> {
        vec![port(tokens, Int64, &[1, -1]), port("style", Float32, &[1, 256]), port("speed", speed, &[1])]
    }

    #[test]
    fn recognises_every_published_interface() {
        for (tokens, speed, outputs, audio, durations) in [
            ("tokens", Float32, vec![port("audio", Float32, &[-1])], "audio", None),
            (
                "input_ids",
                Int32,
                vec![port("waveform", Float32, &[-1]), port("duration", Int64, &[-1])],
                "waveform",
                Some(("duration", DurationFormat::Int64)),
            ),
            ("input_ids", Float32, vec![port("waveform", Float32, &[1, -1])], "waveform", None),
            (
                "input_ids",
                Float32,
                vec![port("durations", Float32, &[-1]), port("waveform", Float32, &[1, 1, -1])],
                "waveform",
                Some(("durations", DurationFormat::Float32)),
            ),
        ] {
            let spec = ModelSpec::from_interface(&inputs(tokens, speed), &outputs, None).unwrap();
            assert_eq!(spec.tokens_input, tokens);
            assert_eq!(spec.speed_format.is_integer(), speed == Int32);
            assert_eq!(spec.audio_output, audio);
            assert_eq!(spec.durations_output, durations.map(|(name, format)| (name.to_owned(), format)));
            assert_eq!(spec.max_symbols, 510);
            assert_eq!(spec.vocabulary.len(), 114);
        }
    }

    #[test]
    fn other_models_are_refused_with_what_was_found() {
        let audio = || vec![port("audio", Float32, &[-1])];
        let with = |index: usize, replacement: Port| {
            let mut ports = inputs("tokens", Float32);
            ports[index] = replacement;
            ports
        };
        let mut four = inputs("tokens", Float32);
        four.push(port("lang", Int64, &[1]));
        for (inputs, outputs, found) in [
            (vec![port("pixels", Uint8, &[1, 3, 224, 224])], audio(), "`pixels` u8 [1, 3, 224, 224]"),
            (with(0, port("tokens", Int32, &[1, -1])), audio(), "`tokens` i32"),
            (with(0, port("tokens", Int64, &[-1])), audio(), "`tokens` i64 [-1]"),
            (with(1, port("style", Float32, &[1, 128])), audio(), "`style` f32 [1, 128]"),
            (with(1, port("style", Float16, &[1, 256])), audio(), "`style` f16"),
            (with(2, port("speed", Uint8, &[1])), audio(), "`speed` u8"),
            (four, audio(), "`lang` i64"),
            (inputs("tokens", Float32), vec![port("logits", Int64, &[-1])], "`logits` i64"),
            (inputs("tokens", Float32), vec![port("durations", Float32, &[-1])], "`durations` f32"),
            (inputs("tokens", Float32), vec![], "the outputs "),
        ] {
            let error = ModelSpec::from_interface(&inputs, &outputs, None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidModel);
            assert!(error.to_string().contains(found), "{error}");
        }
    }

    #[test]
    fn configuration_comes_from_metadata_then_from_beside_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let source = ModelSource::File(folder.path().join("model.onnx"));
        let metadata = r#"{"vocab": {"a": 1}, "plbert": {"max_position_embeddings": 12}}"#;
        let find = |metadata| {
            find_config(metadata, &source).map(|config| config.map(|c| (c.vocabulary.len(), c.context)))
        };
        assert_eq!(find(None).unwrap(), None);
        std::fs::write(folder.path().join("config.json"), r#"{"model_type": "bert"}"#).unwrap();
        assert_eq!(find(None).unwrap(), None);
        std::fs::write(folder.path().join("config.json"), r#"{"vocab": {"a": 1, "b": 2}}"#).unwrap();
        assert_eq!(find(None).unwrap(), Some((2, 512)));
        assert_eq!(find(Some(metadata)).unwrap(), Some((1, 12)));
        for damaged in
            ["{", "[]", r#"{"vocab": 5}"#, r#"{"vocab": {"a": 1}, "plbert": {"max_position_embeddings": 2}}"#]
        {
            assert_eq!(find(Some(damaged)).unwrap_err().kind(), ErrorKind::InvalidModel, "{damaged}");
        }
    }
}
