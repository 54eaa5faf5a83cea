//! Comparison of a changed generator with the original, on made-up input.

use std::path::Path;
use std::sync::Arc;

use ort::environment::Environment;
use ort::session::SessionInputValue;
use ort::value::Tensor;

use super::fuse::{Changes, Cut, Excerpt, Generator, ModelStep, Prepared, excerpt};
use super::operator::{Operators, Run};
use super::optimization::{PrepareOptions, prepare_source, read};
use super::session::{ModelSession, SessionOptions, open_model};
use super::source::ModelSource;
use crate::Result;

/// Length of the signal that goes through the stages: many times the reach of their convolutions.
const LENGTH: usize = 600;
/// Least signal-to-noise ratio. A change that is right gives 100 dB and more, one that is wrong next to nothing.
const LEAST_DB: f64 = 80.0;

/// What a comparison found.
#[derive(Debug, Clone, PartialEq)]
enum Verdict {
    /// So many outputs that agree.
    Same(usize),
    /// What is wrong with the changed generator.
    Wrong(String),
    /// Why they could not be compared.
    Unknown(String),
}

/// Changes a model for loading. If the options ask for it, the changed generator is compared with the original before, and
/// stays as it is where that makes a difference.
pub(super) fn change(
    environment: &Environment,
    source: &ModelSource,
    options: PrepareOptions,
    session: SessionOptions,
) -> (Prepared, Arc<Operators>) {
    let verdict = match source {
        ModelSource::File(path) if options.verify && options.generator() != Generator::Keep => {
            compare(environment, path, options, session)
        }
        _ => None,
    };
    let mut prepared = change_after(verdict, environment, source, options);
    let operators = Operators::new(std::mem::take(&mut prepared.weights));
    (prepared, operators)
}

/// Changes a model as far as a comparison allows.
fn change_after(
    verdict: Option<Verdict>,
    environment: &Environment,
    source: &ModelSource,
    options: PrepareOptions,
) -> Prepared {
    let change = |options| prepare_source(environment, source, options);
    let (mut prepared, outcome) = match verdict {
        None => return change(options),
        Some(Verdict::Same(outputs)) => (change(options), Ok(outputs)),
        Some(Verdict::Unknown(reason)) => (change(options), Err(reason)),
        Some(Verdict::Wrong(reason)) => {
            tracing::warn!(model = %source, %reason, "the changed generator is wrong: it stays as it is");
            let mut prepared = change(options.without_generator());
            prepared.explain(options.generator(), &reason);
            (prepared, Err(reason))
        }
    };
    prepared.report.enter(ModelStep::Verification, outcome);
    prepared
}

/// `None` where nothing is changed.
fn compare(
    environment: &Environment,
    model: &Path,
    options: PrepareOptions,
    session: SessionOptions,
) -> Option<Verdict> {
    let file = read(model)?;
    let take =
        |generator| excerpt(file.clone(), Changes { generator, compute: options.compute(), stretch: false });
    match take(Generator::Keep).and_then(|original| Ok(original.zip(take(options.generator())?))) {
        Ok(excerpts) => {
            excerpts.map(|(original, changed)| compare_excerpts(environment, original, changed, session))
        }
        Err(reason) => Some(Verdict::Unknown(reason)),
    }
}

fn compare_excerpts(
    environment: &Environment,
    original: Excerpt,
    changed: Excerpt,
    session: SessionOptions,
) -> Verdict {
    let outputs = |excerpt: Excerpt| -> Result<Vec<Vec<f32>>> {
        let operators = Operators::new(excerpt.weights);
        let mut session = open_model(environment, &excerpt.model, &operators, session)?;
        run(&mut session, &excerpt.cut).map_err(|error| {
            crate::Error::new(crate::ErrorKind::Inference, format!("a generator stage failed: {error}"))
                .with_source(error)
        })
    };
    let results = outputs(original).and_then(|exact| Ok((exact, outputs(changed)?)));
    match results.map(|(exact, changed)| (exact.len(), ratio(&exact, &changed))) {
        Ok((outputs, decibels)) if decibels >= LEAST_DB => Verdict::Same(outputs),
        Ok((_, decibels)) => {
            Verdict::Wrong(format!("its results differ from the original's ({decibels:.0} dB)"))
        }
        Err(error) => Verdict::Wrong(format!("it does not run: {error}")),
    }
}

/// The signal-to-noise ratio of the worst output in dB.
fn ratio(exact: &[Vec<f32>], changed: &[Vec<f32>]) -> f64 {
    let ratios = exact.iter().zip(changed).map(|(exact, changed)| {
        let square = |sum: f64, x: f64| sum + x * x;
        let signal = exact.iter().map(|&x| f64::from(x)).fold(0.0, square);
        let noise = exact.iter().zip(changed).map(|(&x, &y)| f64::from(x) - f64::from(y)).fold(0.0, square);
        // Not a number, as from a result of zeros, fails every comparison, and so the check.
        if exact.len() == changed.len() { 10.0 * (signal / noise).log10() } else { f64::NAN }
    });
    ratios.fold(f64::INFINITY, |worst, ratio| if ratio < worst || ratio.is_nan() { ratio } else { worst })
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
    use crate::model::graph::onnx::{
        DataType, GraphProto, ModelProto, OperatorSetIdProto, TypeProto, ValueInfoProto, type_proto,
    };
    use crate::model::{Vocoder, graph, runtime};

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

    fn verdict(original: &str, changed: &str) -> Verdict {
        let cut = Cut { inputs: vec![("x".into(), Some(2))], style_len: 0, outputs: vec!["y".into()] };
        let [original, changed] = [original, changed].map(|op| Excerpt {
            model: model(op),
            weights: Default::default(),
            cut: cut.clone(),
        });
        let environment = runtime::environment().unwrap();
        compare_excerpts(&environment, original, changed, SessionOptions { threads: 1, spinning: false })
    }

    #[test]
    fn other_results_and_failures_are_wrong() {
        assert_eq!(verdict("Abs", "Abs"), Verdict::Same(1));
        for (changed, expected) in [("Neg", "differ"), ("NoSuchOperator", "does not run")] {
            let verdict = verdict("Abs", changed);
            assert!(matches!(&verdict, Verdict::Wrong(reason) if reason.contains(expected)), "{verdict:?}");
        }
    }

    #[test]
    fn a_wrong_change_is_not_made() {
        let environment = runtime::environment().unwrap();
        let options = PrepareOptions { vocoder: Vocoder::Kernels, ..PrepareOptions::default() };
        let verdict = Some(Verdict::Wrong("its results differ".into()));
        let report = change_after(verdict, &environment, &ModelSource::Builtin, options).report;
        for step in [ModelStep::Stages, ModelStep::Decoder, ModelStep::Verification] {
            assert_eq!(report.outcome(step).unwrap().to_string(), "skipped: its results differ");
        }
        assert_eq!(report.outcome(ModelStep::Convolutions), None);
    }
}
