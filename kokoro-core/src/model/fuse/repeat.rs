//! Tokens repeated for their frames, which exporters write as a loop over sequences: what PyTorch calls
//! `repeat_interleave`.

use super::edits::Edits;
use crate::model::graph::onnx::NodeProto;
use crate::model::graph::{Flow, attribute, inner_graphs, int_attribute};
use crate::model::operator::repeat_node;

/// Replaces every such loop, and gives their number.
pub(super) fn replace(flow: &Flow<'_>, edits: &mut Edits) -> usize {
    let mut places = 0;
    for (index, node) in flow.graph.node.iter().enumerate() {
        if let Some((values, counts)) = repeated(flow, node)
            && let Some(output) = node.output.first()
        {
            edits.replace(index, vec![repeat_node(values, counts, output)]);
            places += 1;
        }
    }
    places
}

/// Values and counts, both one-dimensional, where `joined` joins what the loop makes of them.
fn repeated<'a>(flow: &Flow<'a>, joined: &'a NodeProto) -> Option<(&'a str, &'a str)> {
    let is_joined = joined.op_type() == "ConcatFromSequence"
        && int_attribute(joined, "axis", 0) == 0
        && int_attribute(joined, "new_axis", 0) == 0;
    let (_, repeat) = flow.made_by(joined.input.first()?, "Loop").filter(|_| is_joined)?;
    let [trips, condition, sequence] = repeat.input.as_slice() else { return None };
    flow.made_by(sequence, "SequenceEmpty")?;
    let body = Flow::new(inner_graphs(repeat).next()?).ok()?;
    let [trip, _, before] = body.graph.input.as_slice() else { return None };
    let [goes_on, after] = body.graph.output.as_slice() else { return None };
    // It always goes on.
    let (_, cast) = body.made_by(goes_on.name(), "Cast")?;
    if cast.input.first()? != condition || !is_true(flow, condition)? {
        return None;
    }
    // The end of the sequence becomes what is repeated.
    let (_, insert) = body.made_by(after.name(), "SequenceInsert")?;
    let [sequence, repeated] = insert.input.as_slice() else { return None };
    let (_, flat) = body.made_by(repeated, "Reshape").filter(|_| sequence == before.name())?;
    let [expanded, shape] = flat.input.as_slice() else { return None };
    let (_, expand) = body.made_by(expanded, "Expand").filter(|_| body.integers(shape) == Some(vec![-1]))?;
    let [value, shape] = expand.input.as_slice() else { return None };
    // [[value]] becomes [[value, value, …]].
    let (_, column) = body.made_by(value, "Unsqueeze")?;
    let [value, axes] = column.input.as_slice() else { return None };
    let values = element(&body, value, trip.name()).filter(|_| body.integers(axes) == Some(vec![1]))?;
    let (_, concat) = body.made_by(given_shape(&body, shape), "Concat")?;
    let (one, [count, rest @ ..]) = concat.input.split_first()? else { return None };
    let is_row = body.integers(one) == Some(vec![1])
        && rest.iter().all(|rest| body.integers(rest).is_some_and(|rest| rest.is_empty()));
    let counts = element(&body, count, trip.name()).filter(|_| is_row)?;

    let (values, counts) = (split(flow, values)?, split(flow, counts)?);
    // As often as there are values.
    let (_, unsqueeze) = flow.made_by(trips, "Unsqueeze")?;
    let (_, gather) = flow.made_by(unsqueeze.input.first()?, "Gather")?;
    let (_, size) = flow.made_by(gather.input.first()?, "Shape")?;
    let is_first = flow.integers(gather.input.get(1)?) == Some(vec![0]);
    let is_all = is_first && flow.same(size.input.first()?, values);
    is_all.then_some((values, counts))
}

/// The sequence of which `value` is the element of the trip.
fn element<'a>(body: &Flow<'a>, value: &'a str, trip: &str) -> Option<&'a str> {
    let (_, at) = body.made_by(value, "SequenceAt")?;
    let [sequence, index] = at.input.as_slice() else { return None };
    (index == trip).then_some(sequence)
}

/// The shape before exporters replace -1 in it by 1.
fn given_shape<'a>(body: &Flow<'a>, shape: &'a str) -> &'a str {
    let given = || {
        let (_, choice) = body.made_by(shape, "Where")?;
        let [condition, _, given] = choice.input.as_slice() else { return None };
        let (_, equal) = body.made_by(condition, "Equal")?;
        equal.input.iter().any(|input| body.same(input, given)).then_some(given.as_str())
    };
    given().unwrap_or(shape)
}

/// What a sequence is the single elements of.
fn split<'a>(flow: &Flow<'a>, sequence: &str) -> Option<&'a str> {
    let node = flow.graph.node.iter().find(|node| node.output.iter().any(|output| output == sequence))?;
    let is_split = node.op_type() == "SplitToSequence" && int_attribute(node, "axis", 0) == 0;
    let [whole, sizes] = node.input.as_slice() else { return None };
    // Sizes of one each, as many as there are elements.
    let (_, ones) = flow.made_by(sizes, "ConstantOfShape").filter(|_| is_split)?;
    let one = ones.attribute.first().and_then(|given| given.t.as_ref())?;
    let is_one = one.int64_data == [1] || one.raw_data.as_deref() == Some(&1i64.to_le_bytes()[..]);
    is_one.then_some(whole)
}

/// Whether a constant is true.
fn is_true(flow: &Flow<'_>, value: &str) -> Option<bool> {
    let tensor = match flow.graph.node.iter().find(|node| node.output.iter().any(|output| output == value)) {
        Some(node) => attribute(node, "value")?.t.as_ref()?,
        None => flow.graph.initializer.iter().find(|tensor| tensor.name() == value)?,
    };
    let bytes = tensor.raw_data.as_deref().unwrap_or_default();
    Some(bytes.first().map(|&byte| i32::from(byte)).or(tensor.int32_data.first().copied())? != 0)
}
