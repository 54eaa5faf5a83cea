//! Whether operators that replace ONNX Runtime's give the same bits as this version and build of it.

use std::sync::{Arc, OnceLock};

use ort::environment::Environment;
use ort::session::SessionInputValue;
use ort::value::Tensor;

use super::graph::onnx::type_proto::{self, Value};
use super::graph::onnx::{DataType, GraphProto, ModelProto, OperatorSetIdProto, TypeProto, ValueInfoProto};
use super::graph::{float_tensor, ints, node, text, write};
use super::operator::{DOMAIN, Operators, Run, stretch_node};
use super::session::{SessionOptions, open_model};
use crate::Result;

/// Rows and frames that are stretched, and how far: harmonics of a second of speech.
const ROWS: usize = 9;
const FRAMES: usize = 80;
const FACTOR: usize = 300;

/// Whether stretching by [`stretch_node`] is what ONNX Runtime's `Resize` and `Transpose` do. Found out once in a process.
pub(super) fn stretches_alike(environment: &Environment) -> bool {
    static ALIKE: OnceLock<bool> = OnceLock::new();
    *ALIKE.get_or_init(|| match compare(environment) {
        Ok(alike) => {
            if !alike {
                tracing::debug!("this ONNX Runtime interpolates with other bits: its own operator is used");
            }
            alike
        }
        Err(error) => {
            tracing::debug!(%error, "interpolation could not be compared: ONNX Runtime's operator is used");
            false
        }
    })
}

fn compare(environment: &Environment) -> Result<bool> {
    let options = SessionOptions { threads: 1, spinning: false };
    let mut session = open_model(environment, &model()?, &Arc::<Operators>::default(), options)?;
    // Phases grow, and reach thousands of turns.
    let phases: Vec<f32> = (0..ROWS * FRAMES)
        .map(|index| {
            let (row, frame) = (index / FRAMES + 1, index % FRAMES);
            (row * frame) as f32 * 22.123 + (frame as f32).sin()
        })
        .collect();
    let run = || {
        let input = Tensor::from_array(([1, ROWS, FRAMES], phases))?;
        session.run(vec![("x", SessionInputValue::from(input))], Run::default(), |outputs| {
            let bits = |name: &str| -> ort::Result<Vec<u32>> {
                let value = outputs.get(name).ok_or_else(|| ort::Error::new("an output is missing"))?;
                Ok(value.try_extract_tensor::<f32>()?.1.iter().map(|value| value.to_bits()).collect())
            };
            Ok(bits("theirs")? == bits("ours")?)
        })
    };
    run().map_err(|error| {
        let message = format!("stretching could not be compared: {error}");
        crate::Error::new(crate::ErrorKind::Inference, message).with_source(error)
    })
}

/// One input, stretched by both.
fn model() -> Result<Vec<u8>> {
    let mut resize = node("Resize", &["x", "", "scales"], "rows");
    resize.attribute = vec![text("mode", "linear"), text("coordinate_transformation_mode", "half_pixel")];
    let mut transpose = node("Transpose", &["rows"], "theirs");
    transpose.attribute = vec![ints("perm", &[0, 2, 1])];
    let graph = GraphProto {
        name: Some("stretching".into()),
        node: vec![resize, transpose, stretch_node("x", FACTOR, "ours")],
        initializer: vec![float_tensor("scales", &[1.0, 1.0, FACTOR as f32])],
        input: vec![value("x")],
        output: vec![value("theirs"), value("ours")],
        ..Default::default()
    };
    let opset =
        |domain: &str, version| OperatorSetIdProto { domain: Some(domain.into()), version: Some(version) };
    let model = ModelProto {
        ir_version: Some(8),
        graph: Some(graph),
        opset_import: vec![opset("", 17), opset(DOMAIN, 1)],
        ..Default::default()
    };
    write(&model).map_err(|reason| crate::Error::new(crate::ErrorKind::Inference, reason))
}

fn value(name: &str) -> ValueInfoProto {
    let tensor = type_proto::Tensor { elem_type: Some(DataType::Float as i32), shape: None };
    let r#type = Some(TypeProto { value: Some(Value::TensorType(tensor)), denotation: None });
    ValueInfoProto { name: Some(name.into()), r#type, ..Default::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the version that the tests run with.
    #[test]
    fn stretching_gives_the_bits_of_onnx_runtime() {
        let environment = crate::model::runtime::environment().unwrap();
        assert!(compare(&environment).unwrap());
    }
}
