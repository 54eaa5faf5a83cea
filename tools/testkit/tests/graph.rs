//! What the library changes in a graph when it loads it, on both published forms and on what tools make of them.

#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::collections::HashSet;
use std::sync::LazyLock;

use kokoro_core::graph::{self, FusedStage, Generator, Prepared, prepare};
use kokoro_core::{ModelStep, StepOutcome};
use kokoro_testkit::onnx::{DataType, ModelProto};
use kokoro_testkit::{Graph, edit, fill, forms};
use prost::Message as _;

/// Both graphs with the weights of the generator; the others are not looked at, and cost time.
static MODELS: LazyLock<[ModelProto; 2]> = LazyLock::new(|| {
    Graph::ALL.map(|graph| {
        let mut model = graph.skeleton().unwrap();
        let graph = model.graph.as_mut().unwrap();
        let generator = graph.node.iter().filter(|node| node.name().contains("/generator/"));
        let used: HashSet<_> = generator.flat_map(|node| node.input.clone()).collect();
        let norms = graph.node.iter().filter(|node| node.op_type() == "Identity");
        let used: HashSet<_> = norms.flat_map(|node| node.input.clone()).chain(used).collect();
        for tensor in graph.initializer.iter_mut().filter(|tensor| used.contains(tensor.name())) {
            fill::fill_tensor(tensor, 1).unwrap();
        }
        graph.initializer.iter_mut().for_each(|tensor| {
            tensor.doc_string = None;
        });
        model
    })
});

fn changed(model: &ModelProto, generator: Generator) -> Prepared {
    prepare(model.encode_to_vec().into(), generator)
}

fn decoded(prepared: &Prepared) -> ModelProto {
    ModelProto::decode(prepared.model.as_deref().unwrap()).unwrap()
}

fn stages(model: &ModelProto) -> Vec<FusedStage> {
    let prepared = changed(model, Generator::Fuse);
    assert_eq!(prepared.report.outcome(ModelStep::Stages), Some(&StepOutcome::Applied { places: 2 }));
    graph::stages(model.encode_to_vec().into()).unwrap()
}

/// The largest difference between the weights of stages of one form.
fn distance(a: &[FusedStage], b: &[FusedStage]) -> f32 {
    assert_eq!(a.len(), b.len());
    let layers =
        |stages: &[FusedStage]| -> Vec<_> { stages.iter().flat_map(|stage| stage.layers.clone()).collect() };
    let mut worst = 0f32;
    for (a, b) in layers(a).iter().zip(&layers(b)) {
        assert_eq!((a.kernel, a.dilation), (b.kernel, b.dilation));
        for (a, b) in [(&a.weight, &b.weight), (&a.bias, &b.bias), (&a.alpha, &b.alpha)] {
            assert_eq!(a.len(), b.len());
            worst = a.iter().zip(b).fold(worst, |worst, (a, b)| worst.max((a - b).abs()));
        }
    }
    worst
}

#[test]
fn both_stages_are_found_with_all_that_they_compute_with() {
    for model in MODELS.iter() {
        let stages = stages(model);
        for (stage, (channels, noise)) in stages.iter().zip([(256, 7), (128, 11)]) {
            assert_eq!(stage.channels, channels);
            assert!((stage.epsilon - 1e-5).abs() < 1e-9);
            let kernels: Vec<_> = stage.layers.iter().map(|layer| layer.kernel).collect();
            let expected: Vec<_> = [noise, 3, 7, 11].into_iter().flat_map(|kernel| [kernel; 6]).collect();
            assert_eq!(kernels, expected);
            let dilations: Vec<_> = stage.layers.iter().map(|layer| layer.dilation).collect();
            assert_eq!(dilations, [1, 1, 3, 1, 5, 1].repeat(4));
            for layer in &stage.layers {
                assert_eq!(layer.weight.len(), channels * channels * layer.kernel);
                assert_eq!((layer.bias.len(), layer.alpha.len()), (channels, channels));
            }
        }
    }
}

#[test]
fn a_stage_becomes_one_node_and_its_weights_leave() {
    for model in MODELS.iter() {
        let fused = decoded(&changed(model, Generator::Fuse)).graph.unwrap();
        let graph = model.graph.as_ref().unwrap();
        let ours = |op: &str| {
            fused.node.iter().filter(|node| node.domain() == "kokoro" && node.op_type() == op).count()
        };
        assert_eq!((ours("GeneratorStage"), ours("Noise")), (2, 2));
        assert!(fused.node.len() < graph.node.len() - 1000, "{} nodes", fused.node.len());
        let convolutions = |nodes: &[kokoro_testkit::onnx::NodeProto]| {
            nodes.iter().filter(|node| node.op_type() == "Conv").count()
        };
        assert_eq!(convolutions(&fused.node) + 48, convolutions(&graph.node));
        let size = |graph: &kokoro_testkit::onnx::GraphProto| graph.encoded_len();
        assert!(size(graph) - size(&fused) > 56_000_000);
        assert!(graph.node.iter().any(|node| node.op_type() == "RandomNormalLike"));
        assert!(!fused.node.iter().any(|node| node.op_type().starts_with("Random")));
    }
}

#[test]
fn names_and_order_do_not_matter() {
    for model in MODELS.iter() {
        let expected = stages(model);
        let mut other = model.clone();
        forms::rename_everything(&mut other);
        forms::shuffle(&mut other, 5);
        assert_eq!(distance(&stages(&other), &expected), 0.0);
        let prepared = changed(&other, Generator::Rewrite);
        for step in [ModelStep::Normalisations, ModelStep::Squares, ModelStep::Convolutions] {
            assert_eq!(prepared.report.outcome(step), Some(&StepOutcome::Applied { places: 48 }), "{step}");
        }
    }
}

#[test]
fn weights_may_be_stored_in_other_ways() {
    for model in MODELS.iter() {
        let expected = stages(model);
        type Edit = fn(&mut ModelProto);
        let other_forms: [(&str, Edit, f32); 5] = [
            ("half precision", |model| edit::halve_weights(model).unwrap(), 1e-3),
            ("weight normalisation", forms::normalise_weights, 1e-6),
            ("folded constants", forms::fold_constants, 0.0),
            ("decomposed normalisation", forms::decompose_normalisation, 0.0),
            ("other activations", forms::other_snake, 0.0),
        ];
        for (name, edit, most) in other_forms {
            let mut other = model.clone();
            edit(&mut other);
            assert!(other != *model, "{name} changes nothing");
            let distance = distance(&stages(&other), &expected);
            assert!(distance <= most, "{name}: {distance}");
        }
    }
}

#[test]
fn durations_and_speed_are_made_equal() {
    for graph in Graph::ALL {
        let mut model = graph.skeleton().unwrap();
        edit::without_durations(&mut model);
        edit::int_speed(&mut model).unwrap();
        let prepared = changed(&model, Generator::Keep);
        assert!(prepared.report.is_applied(ModelStep::Durations), "{graph}: {:?}", prepared.report);
        assert!(prepared.report.is_applied(ModelStep::FloatSpeed), "{graph}: {:?}", prepared.report);
        let changed_graph = decoded(&prepared).graph.unwrap();
        assert_eq!(changed_graph.output[1].name(), "durations");
        let again = changed(&decoded(&prepared), Generator::Keep);
        assert_eq!(again.model, None);
        assert!(again.report.steps().iter().all(|(_, outcome)| *outcome == StepOutcome::AlreadyThere));
    }
}

#[test]
fn what_does_not_fit_stays_as_it_is_and_is_reported() {
    let mut model = MODELS[1].clone();
    let graph = model.graph.as_mut().unwrap();
    // One activation becomes another function; the speed is multiplied instead of divided by.
    let sine =
        graph.node.iter_mut().rfind(|node| node.op_type() == "Sin" && node.input[0].contains("resblocks"));
    sine.unwrap().op_type = Some("Cos".into());
    let division = graph.node.iter_mut().find(|node| node.input.iter().any(|input| input == "speed"));
    division.unwrap().op_type = Some("Mul".into());
    for generator in [Generator::Fuse, Generator::Rewrite, Generator::Keep] {
        let prepared = changed(&model, generator);
        // The noise fits; everything else is as it was.
        let nodes = decoded(&prepared).graph.unwrap().node;
        let given = &model.graph.as_ref().unwrap().node;
        let changed: Vec<_> = given.iter().zip(&nodes).filter(|(old, new)| old != new).collect();
        assert_eq!((nodes.len(), changed.len()), (given.len(), 2));
        assert!(
            changed.iter().all(|(old, new)| old.op_type().starts_with("Random") && new.op_type() == "Noise")
        );
        assert!(prepared.weights.is_empty());
        let reason = |step| match prepared.report.outcome(step) {
            Some(StepOutcome::Skipped { reason }) => reason.clone(),
            other => panic!("{step}: {other:?}"),
        };
        assert!(reason(ModelStep::Durations).contains("divided by the speed"));
        match generator {
            Generator::Keep => {}
            Generator::Fuse => assert!(reason(ModelStep::Stages).contains("1 generator stages")),
            _ => assert!(reason(ModelStep::Convolutions).contains("1 generator stages")),
        }
    }
}

#[test]
fn what_is_no_model_is_reported() {
    for bytes in [&b"not a model"[..], &[], &[0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]] {
        let prepared = prepare(bytes.to_vec().into(), Generator::Rewrite);
        assert_eq!(prepared.model, None);
        assert_eq!(prepared.report.steps().len(), 6);
        assert!(
            prepared.report.steps().iter().all(|(_, outcome)| matches!(outcome, StepOutcome::Skipped { .. }))
        );
    }
    let mut model = Graph::Tokens.skeleton().unwrap();
    let entry = kokoro_testkit::onnx::StringStringEntryProto {
        key: Some("location".into()),
        value: Some("w".into()),
    };
    model.graph.as_mut().unwrap().initializer[0].external_data.push(entry);
    let outcome = changed(&model, Generator::Keep);
    assert!(outcome.report.steps()[0].1.to_string().contains("in another file"));
    assert_eq!(model.graph.as_ref().unwrap().initializer[0].data_type, Some(DataType::Float as i32));
}

/// A file is outside data: whatever is in it, there is an answer and no panic.
#[test]
fn damaged_graphs_are_survived() {
    let mut state = 1u32;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as usize % below
    };
    for round in 0..12 {
        let mut model = MODELS[round % 2].clone();
        let graph = model.graph.as_mut().unwrap();
        for _ in 0..3 << round {
            let (index, other) = (random(graph.node.len()), random(graph.node.len()));
            let value = graph.node[other].output.first().cloned().unwrap_or_default();
            let tensor = random(graph.initializer.len());
            match random(7) {
                0 => graph.node[index].input.truncate(random(3)),
                1 => graph.node[index].output.clear(),
                2 => graph.node[index].input.push(value),
                3 => graph.node[index].attribute.clear(),
                4 => graph.node.swap(index, other),
                5 => graph.initializer[tensor].dims.push(-1),
                _ => graph.initializer[tensor].raw_data = Some(vec![1; 3].into()),
            }
        }
        for generator in [Generator::Fuse, Generator::Rewrite] {
            assert!(!changed(&model, generator).report.steps().is_empty());
        }
    }
}
