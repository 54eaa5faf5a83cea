//! What the edits do to the real graphs. That ONNX Runtime accepts the results is checked in `tools/reference`.
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml allows it in test functions, not in the helpers beside them"
)]

use kokoro_testkit::onnx::type_proto::Value;
use kokoro_testkit::onnx::{DataType, DimensionValue, GraphProto, ModelProto, NodeProto, ValueInfoProto};
use kokoro_testkit::{Durations, Graph, Recipe, Speed, edit, fill};

fn graph(model: &ModelProto) -> &GraphProto {
    model.graph.as_ref().unwrap()
}

fn ops<'a>(model: &'a ModelProto, op: &str) -> Vec<&'a NodeProto> {
    graph(model).node.iter().filter(|node| node.op_type() == op).collect()
}

fn maker<'a>(model: &'a ModelProto, value: &str) -> &'a NodeProto {
    let mut makers = graph(model).node.iter().filter(|node| node.output.iter().any(|output| output == value));
    let maker = makers.next().unwrap();
    assert!(makers.next().is_none(), "{value} is made twice");
    maker
}

/// Name, element type and rank.
fn signature(values: &[ValueInfoProto]) -> Vec<(&str, DataType, usize)> {
    let one = |value: &ValueInfoProto| match value.r#type.as_ref()?.value.as_ref()? {
        Value::TensorType(tensor) => {
            Some((DataType::try_from(tensor.elem_type?).ok()?, tensor.shape.as_ref()?.dim.len()))
        }
        _ => None,
    };
    values.iter().map(|value| one(value).map(|(elem, rank)| (value.name(), elem, rank)).unwrap()).collect()
}

fn inputs(model: &ModelProto) -> Vec<(&str, DataType, usize)> {
    signature(&graph(model).input)
}

fn outputs(model: &ModelProto) -> Vec<(&str, DataType, usize)> {
    signature(&graph(model).output)
}

#[test]
fn graphs_are_what_the_documentation_says() {
    use DataType::{Float, Int32, Int64};

    let model = Graph::InputIds.skeleton().unwrap();
    assert_eq!(inputs(&model), [("input_ids", Int64, 2), ("style", Float, 2), ("speed", Int32, 1)]);
    assert_eq!(outputs(&model), [("waveform", Float, 1), ("duration", Int64, 1)]);
    assert_eq!(graph(&model).node.len(), 5561);

    let model = Graph::Tokens.skeleton().unwrap();
    assert_eq!(inputs(&model), [("tokens", Int64, 2), ("style", Float, 2), ("speed", Float, 1)]);
    assert_eq!(outputs(&model), [("audio", Float, 1)]);
    assert_eq!(graph(&model).node.len(), 4757);

    for graph_name in Graph::ALL {
        let model = graph_name.skeleton().unwrap();
        let stripped = graph(&model).initializer.iter().filter(|tensor| fill::is_stripped(tensor));
        assert_eq!(stripped.count(), 360);
    }
}

#[test]
fn silence_removes_both_kinds_of_noise() {
    for name in Graph::ALL {
        let mut model = name.skeleton().unwrap();
        let noise: Vec<String> = graph(&model)
            .node
            .iter()
            .filter(|node| node.op_type().starts_with("Random"))
            .map(|node| node.output[0].clone())
            .collect();
        let nodes = graph(&model).node.len();

        assert_eq!(edit::silence_noise(&mut model), 2);
        assert_eq!(graph(&model).node.len(), nodes + 2);
        assert!(graph(&model).node.iter().all(|node| !node.op_type().starts_with("Random")));
        for value in noise {
            let zeros = maker(&model, &value);
            assert_eq!(zeros.op_type(), "ConstantOfShape");
            let zero = zeros.attribute[0].t.as_ref().unwrap();
            assert_eq!((zero.data_type(), zero.raw_data()), (DataType::Float as i32, &[0; 4][..]));
            assert_eq!(maker(&model, &zeros.input[0]).op_type(), "Shape");
        }
        assert_eq!(edit::silence_noise(&mut model), 0);
    }
}

#[test]
fn durations_come_and_go() {
    let mut model = Graph::InputIds.skeleton().unwrap();
    assert!(edit::without_durations(&mut model));
    assert!(!edit::without_durations(&mut model));
    assert_eq!(outputs(&model), [("waveform", DataType::Float, 1)]);

    let mut model = Graph::Tokens.skeleton().unwrap();
    assert_eq!(
        edit::f32_durations(&mut model).unwrap_err().to_string(),
        "the graph has no second output to turn into f32"
    );
    edit::expose_durations(&mut model).unwrap();
    edit::expose_durations(&mut model).unwrap();
    assert_eq!(outputs(&model)[1..], [("duration", DataType::Int64, 1)]);
    assert_eq!(maker(&model, "duration").op_type(), "Squeeze");

    edit::f32_durations(&mut model).unwrap();
    edit::f32_durations(&mut model).unwrap();
    assert_eq!(outputs(&model)[1..], [("durations", DataType::Float, 1)]);
    assert_eq!(maker(&model, "durations").input, ["duration"]);
}

#[test]
fn speed_changes_its_type() {
    let mut model = Graph::Tokens.skeleton().unwrap();
    edit::int_speed(&mut model).unwrap();
    edit::int_speed(&mut model).unwrap();
    assert_eq!(inputs(&model)[2], ("speed", DataType::Int32, 1));
    let users: Vec<_> =
        graph(&model).node.iter().filter(|node| node.input.iter().any(|n| n == "speed")).collect();
    assert_eq!(users.len(), 1);
    assert_eq!(users[0].op_type(), "Cast");
    assert!(ops(&model, "Div").iter().any(|node| node.input.contains(&users[0].output[0])));

    for name in Graph::ALL {
        let mut model = name.skeleton().unwrap();
        edit::f32_speed(&mut model).unwrap();
        assert_eq!(inputs(&model)[2], ("speed", DataType::Float, 1));
    }
}

#[test]
fn names_change_everywhere_or_not_at_all() {
    let mut model = Graph::Tokens.skeleton().unwrap();
    edit::rename_input(&mut model, "tokens", "input_ids").unwrap();
    edit::rename_output(&mut model, "audio", "waveform").unwrap();
    assert_eq!(inputs(&model)[0].0, "input_ids");
    assert_eq!(outputs(&model)[0].0, "waveform");
    assert_eq!(maker(&model, "waveform").op_type(), "Squeeze");
    assert!(graph(&model).node.iter().flat_map(|node| &node.input).all(|name| name != "tokens"));

    let error = edit::rename_input(&mut model, "tokens", "ids").unwrap_err();
    assert_eq!(error.to_string(), "the graph has no input \"tokens\"");
    let error = edit::rename_input(&mut model, "input_ids", "style").unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"input_ids\" cannot become \"style\": the graph has a value of that name"
    );
    let error = edit::rename_output(&mut model, "audio", "sound").unwrap_err();
    assert_eq!(error.to_string(), "the graph has no output \"audio\"");
}

#[test]
fn waveform_gains_dimensions() {
    for rank in 1..=3 {
        let mut model = Graph::Tokens.skeleton().unwrap();
        edit::waveform_rank(&mut model, rank).unwrap();
        edit::waveform_rank(&mut model, rank).unwrap();
        assert_eq!(outputs(&model), [("audio", DataType::Float, rank)]);
        let Some(Value::TensorType(tensor)) = graph(&model).output[0].r#type.clone().unwrap().value else {
            panic!("not a tensor")
        };
        let dims = tensor.shape.unwrap().dim;
        assert!(dims[..rank - 1].iter().all(|dim| dim.value == Some(DimensionValue::DimValue(1))));
        assert_eq!(dims[rank - 1].value, Some(DimensionValue::DimParam("audio_length".into())));
        let op = if rank == 1 { "Squeeze" } else { "Unsqueeze" };
        assert_eq!(maker(&model, "audio").op_type(), op);
    }
    let mut model = Graph::Tokens.skeleton().unwrap();
    edit::waveform_rank(&mut model, 3).unwrap();
    let error = edit::waveform_rank(&mut model, 2).unwrap_err();
    assert_eq!(error.to_string(), "the waveform has 3 dimensions, more than 2");
}

#[test]
fn halving_needs_weights_and_keeps_their_names() {
    let mut model = Graph::Tokens.skeleton().unwrap();
    assert!(edit::halve_weights(&mut model).unwrap_err().to_string().ends_with("fill the model first"));

    // A few tensors are enough to see it.
    model.graph.as_mut().unwrap().initializer.truncate(3);
    fill::fill(&mut model, 1).unwrap();
    let before = graph(&model).initializer.clone();
    edit::halve_weights(&mut model).unwrap();
    for (was, is) in before.iter().zip(&graph(&model).initializer) {
        assert_eq!(was.dims, is.dims);
        if is.data_type() == DataType::Float16 as i32 {
            assert_eq!(is.raw_data().len(), was.raw_data().len() / 2);
            let cast = maker(&model, was.name());
            assert_eq!((cast.op_type(), cast.input[0].as_str()), ("Cast", is.name()));
        } else {
            assert_eq!(was, is);
            assert!(was.raw_data().len() < 4096);
        }
    }
    assert!(graph(&model).initializer.iter().any(|tensor| tensor.data_type() == DataType::Float16 as i32));
}

#[test]
fn metadata_is_set_once() {
    let mut model = Graph::Tokens.skeleton().unwrap();
    edit::with_metadata(&mut model, "kokoro_config", "{}");
    edit::with_metadata(&mut model, "kokoro_config", "{\"n_token\": 178}");
    let entries: Vec<_> = model.metadata_props.iter().map(|entry| (entry.key(), entry.value())).collect();
    assert_eq!(entries, [("kokoro_config", "{\"n_token\": 178}")]);
}

#[test]
fn recipes_work_on_files_and_are_cached() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("small.onnx");
    let mut model = Graph::Tokens.skeleton().unwrap();
    // Without weights the file is small; the recipes below do not need them.
    model.graph.as_mut().unwrap().initializer.clear();
    std::fs::write(&file, prost::Message::encode_to_vec(&model)).unwrap();

    let plain = Recipe::from_file(&file);
    assert!(plain.build().unwrap() == model);

    let recipe = Recipe { speed: Speed::Int, durations: Durations::F32, silent: true, ..plain.clone() };
    let cache = directory.path().join("cache");
    let first = recipe.cached(&cache).unwrap();
    assert_eq!(first, recipe.cached(&cache).unwrap());
    assert_ne!(first, plain.cached(&cache).unwrap());
    assert_eq!(std::fs::read_dir(&cache).unwrap().count(), 2);
    let made: ModelProto = prost::Message::decode(&*std::fs::read(first).unwrap()).unwrap();
    assert_eq!(outputs(&made).len(), 2);
    assert!(made == recipe.build().unwrap());

    let missing = Recipe::from_file(directory.path().join("missing.onnx"));
    assert!(missing.build().unwrap_err().to_string().contains("missing.onnx: "));
}
