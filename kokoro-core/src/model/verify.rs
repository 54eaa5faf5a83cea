//! Comparison of a changed generator with the original, on made-up input.

use std::sync::Arc;

use ort::environment::Environment;
use ort::session::SessionInputValue;
use ort::value::Tensor;

use super::fuse::{Comparison, Cut, Prepared};
use super::operator::{Operators, Run};
use super::session::{ModelSession, SessionOptions, open_model};
use crate::Result;

/// Length of the signal that goes through the stages: many times the reach of their convolutions.
const LENGTH: usize = 600;
/// Least signal-to-noise ratio. A change that is right gives 100 dB and more, one that is wrong next to nothing.
const LEAST_DB: f64 = 80.0;

/// Compares, and takes the changes back if they make a difference. Whether they are still there.
pub(super) fn verify(
    environment: &Environment,
    prepared: &mut Prepared,
    operators: &Arc<Operators>,
    options: SessionOptions,
) -> bool {
    let Some(comparison) = prepared.comparison.take() else { return true };
    match ratio(environment, &comparison, operators, options) {
        Ok(decibels) if decibels >= LEAST_DB => {
            prepared.verified(comparison.cut.outputs.len());
            return true;
        }
        Ok(decibels) => {
            tracing::warn!(
                decibels,
                "the changed generator computes something else: the model runs as it is"
            );
            prepared.revoke_generator(&format!("its results differ from the original's ({decibels:.0} dB)"));
        }
        Err(error) => {
            tracing::warn!(%error, "the changed generator does not run: the model runs as it is");
            prepared.revoke_generator(&format!("it does not run: {error}"));
        }
    }
    false
}

/// The signal-to-noise ratio of the worst output in dB.
fn ratio(
    environment: &Environment,
    comparison: &Comparison,
    operators: &Arc<Operators>,
    options: SessionOptions,
) -> Result<f64> {
    let run = |model: &[u8]| -> Result<Vec<Vec<f32>>> {
        let mut session = open_model(environment, model, operators, options)?;
        run(&mut session, &comparison.cut).map_err(|error| {
            crate::Error::new(crate::ErrorKind::Inference, format!("a generator stage failed: {error}"))
                .with_source(error)
        })
    };
    let exact = run(&comparison.original)?;
    let changed = run(&comparison.changed)?;
    let ratios = exact.iter().zip(&changed).map(|(exact, changed)| {
        let square = |sum: f64, x: f64| sum + x * x;
        let signal = exact.iter().map(|&x| f64::from(x)).fold(0.0, square);
        let noise = exact.iter().zip(changed).map(|(&x, &y)| f64::from(x) - f64::from(y)).fold(0.0, square);
        // Not a number, as from a result of zeros, fails every comparison, and so the check.
        if exact.len() == changed.len() { 10.0 * (signal / noise).log10() } else { f64::NAN }
    });
    Ok(ratios.fold(f64::INFINITY, |worst, ratio| if ratio < worst || ratio.is_nan() { ratio } else { worst }))
}

/// Runs stages on the same numbers every time.
pub(super) fn run(session: &mut ModelSession, cut: &Cut) -> ort::Result<Vec<Vec<f32>>> {
    let mut state = 1u32;
    let mut values = |count: usize| -> Vec<f32> {
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as f32 / u32::MAX as f32 - 0.5
        };
        (0..count).map(|_| next()).collect()
    };
    let mut inputs: Vec<(&str, SessionInputValue<'_>)> = Vec::new();
    for (name, channels) in &cut.inputs {
        let value = match channels {
            Some(channels) => Tensor::from_array(([1, *channels, LENGTH], values(channels * LENGTH)))?,
            None => Tensor::from_array(([1, cut.style_len], values(cut.style_len)))?,
        };
        inputs.push((name, value.into()));
    }
    session.run(inputs, Run::default(), |outputs| {
        let read = |name: &String| {
            let value = outputs.get(name).ok_or_else(|| ort::Error::new("an output is missing"))?;
            Ok(value.try_extract_tensor::<f32>()?.1.to_vec())
        };
        cut.outputs.iter().map(read).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fuse::{Changes, Generator, ModelStep, StepOutcome, prepare};
    use crate::model::graph::onnx::{
        DataType, GraphProto, ModelProto, OperatorSetIdProto, TypeProto, ValueInfoProto, type_proto,
    };
    use crate::model::operator::Compute;
    use crate::model::{ModelSource, graph, runtime};

    /// A model of one operator from `x` to `y`.
    fn model(op: &str) -> Vec<u8> {
        let value = |name: &str| {
            let tensor = type_proto::Tensor { elem_type: Some(DataType::Float as i32), shape: None };
            let value = Some(type_proto::Value::TensorType(tensor));
            let r#type = Some(TypeProto { value, denotation: None });
            ValueInfoProto { name: Some(name.into()), r#type, ..Default::default() }
        };
        let graph = GraphProto {
            name: Some("test".into()),
            node: vec![graph::node(op, &["x"], "y")],
            input: vec![value("x")],
            output: vec![value("y")],
            ..Default::default()
        };
        let opset = OperatorSetIdProto { domain: None, version: Some(17) };
        let model = ModelProto {
            ir_version: Some(8),
            graph: Some(graph),
            opset_import: vec![opset],
            ..Default::default()
        };
        graph::write(&model).unwrap()
    }

    fn outcome(original: &str, changed: &str) -> (Prepared, StepOutcome) {
        let (generator, compute) = (Generator::Rewrite, Compute::Direct);
        let changes = Changes { generator, compute, stretch: false, verify: true };
        let mut prepared = prepare(ModelSource::BUILTIN_GRAPH.into(), changes);
        prepared.model = Some(model(changed));
        let cut = Cut { inputs: vec![("x".into(), Some(2))], style_len: 0, outputs: vec!["y".into()] };
        prepared.comparison = Some(Comparison { original: model(original), changed: model(changed), cut });
        let environment = runtime::environment().unwrap();
        verify(&environment, &mut prepared, &Arc::default(), SessionOptions { threads: 1, spinning: false });
        assert!(prepared.comparison.is_none());
        let outcome = prepared.report.outcome(ModelStep::Verification).unwrap().clone();
        (prepared, outcome)
    }

    #[test]
    fn equal_results_pass() {
        let (prepared, outcome) = outcome("Abs", "Abs");
        assert_eq!(outcome, StepOutcome::Applied { places: 1 });
        assert!(prepared.model.is_some());
    }

    #[test]
    fn other_results_and_failures_take_the_change_back() {
        for (changed, reason) in [("Neg", "differ"), ("NoSuchOperator", "does not run")] {
            let (prepared, outcome) = outcome("Abs", changed);
            assert!(outcome.to_string().contains(reason), "{outcome}");
            assert_eq!(prepared.model, None);
        }
    }
}
