//! The activation Snake: `x + sin²(α·x) / α`, with one α for each channel.

use crate::model::graph::Flow;
use crate::model::graph::onnx::NodeProto;

/// How far `α` times its reciprocal in the graph may be from 1.
const TOLERANCE: f32 = 1e-4;

/// One found in the graph.
pub(super) struct Snake<'a> {
    pub(super) input: &'a str,
    pub(super) alpha: Vec<f32>,
    /// Index of the node that squares, and what it squares, if it is a power.
    pub(super) power: Option<(usize, &'a str)>,
}

/// The one that makes `value`, which has `channels` channels.
pub(super) fn find<'a>(flow: &Flow<'a>, value: &'a str, channels: usize) -> Option<Snake<'a>> {
    let (_, add) = flow.made_by(value, "Add")?;
    Flow::pairs(add).find_map(|(input, term)| {
        let (_, term) = flow.maker(term)?;
        match term.op_type() {
            "Mul" => Flow::pairs(term).find_map(|(inverse, square)| {
                let inverse = flow.constant(inverse)?.values;
                matched(flow, input, square, channels, |index, alpha| {
                    inverse.get(index).map(|inverse| inverse * alpha)
                })
            }),
            "Div" => {
                let [square, divisor] = term.input.as_slice() else { return None };
                let divisor = flow.constant(divisor)?.values;
                matched(flow, input, square, channels, |index, alpha| {
                    divisor.get(index).map(|divisor| alpha / divisor)
                })
            }
            _ => None,
        }
    })
}

/// `unit` gives what must be 1 for every channel.
fn matched<'a>(
    flow: &Flow<'a>,
    input: &'a str,
    square: &'a str,
    channels: usize,
    unit: impl Fn(usize, f32) -> Option<f32>,
) -> Option<Snake<'a>> {
    let (index, square) = flow.maker(square)?;
    let base = squared(flow, square)?;
    let (_, sine) = flow.made_by(base, "Sin")?;
    let (_, scaled) = flow.made_by(sine.input.first()?, "Mul")?;
    let alpha = Flow::pairs(scaled).find_map(|(alpha, x)| {
        // Everything that is a constant in a graph is looked at here; most of it is not.
        flow.same(x, input).then(|| flow.constant(alpha))?
    })?;
    let alpha = alpha.values;
    let fits = |(index, &alpha): (usize, &f32)| {
        unit(index, alpha).is_some_and(|unit| (unit - 1.0).abs() <= TOLERANCE)
    };
    let power = (square.op_type() == "Pow").then_some((index, base));
    (alpha.len() == channels && alpha.iter().enumerate().all(fits)).then_some(Snake { input, alpha, power })
}

/// What a node squares: by a power of two, or by a product with itself.
pub(super) fn squared<'a>(flow: &Flow<'a>, node: &'a NodeProto) -> Option<&'a str> {
    let [base, other] = node.input.as_slice() else { return None };
    let is_square = match node.op_type() {
        "Pow" => flow.scalar(other) == Some(2.0),
        "Mul" => flow.same(base, other),
        _ => false,
    };
    is_square.then_some(base)
}
