//! Arithmetic on shapes that exporters leave in a graph: small arrays of whole numbers, put together, turned around and
//! reshaped.

use super::Flow;
use super::flow::is;
use super::ints_attribute;
use super::onnx::NodeProto;

/// More numbers than any shape or padding has.
const MOST: usize = 64;
/// Steps of arithmetic.
const DEEPEST: usize = 16;

#[derive(Debug, Clone, PartialEq)]
struct Whole {
    dims: Vec<usize>,
    values: Vec<i64>,
}

impl Whole {
    fn new(dims: Vec<usize>, values: Vec<i64>) -> Option<Self> {
        let count = dims.iter().try_fold(1usize, |count, &dim| count.checked_mul(dim))?;
        (count == values.len() && count <= MOST).then_some(Self { dims, values })
    }
}

impl<'a> Flow<'a> {
    /// The numbers of a value that is computed from constants by what moves numbers around.
    pub(crate) fn whole_numbers(&self, value: &'a str) -> Option<Vec<i64>> {
        Some(self.whole(value, DEEPEST)?.values)
    }

    fn whole(&self, value: &'a str, depth: usize) -> Option<Whole> {
        let depth = depth.checked_sub(1)?;
        let node = match self.maker(value) {
            Some((_, node)) if !is(node, "Constant") => node,
            _ => {
                let values = self.integers(value)?;
                return Whole::new(self.small_shape(value).unwrap_or(vec![values.len()]), values);
            }
        };
        let input = |index: usize| self.whole(node.input.get(index)?, depth);
        match node.op_type() {
            op if !is(node, op) => None,
            "Cast" => input(0),
            "Concat" => {
                let parts: Vec<Whole> =
                    node.input.iter().map(|part| self.whole(part, depth)).collect::<Option<_>>()?;
                let flat = parts.iter().all(|part| part.dims.len() == 1);
                let values: Vec<i64> = parts.into_iter().flat_map(|part| part.values).collect();
                if flat { Whole::new(vec![values.len()], values) } else { None }
            }
            "ConstantOfShape" => {
                let count =
                    usize::try_from(*input(0)?.values.first()?).ok().filter(|&count| count <= MOST)?;
                let value = match node.attribute.iter().find(|given| given.name() == "value") {
                    Some(given) => *super::tensor::int64s(given.t.as_ref()?)?.first()?,
                    // Without, it is a float.
                    None => return None,
                };
                (input(0)?.values.len() == 1).then(|| Whole::new(vec![count], vec![value; count]))?
            }
            "Reshape" => {
                let (data, dims) = (input(0)?, input(1)?.values);
                let known: usize = dims
                    .iter()
                    .filter_map(|&dim| usize::try_from(dim).ok())
                    .try_fold(1usize, usize::checked_mul)?;
                let rest = data.values.len().checked_div(known)?;
                let dims = dims
                    .into_iter()
                    .map(|dim| if dim == -1 { Some(rest) } else { usize::try_from(dim).ok() });
                Whole::new(dims.collect::<Option<_>>()?, data.values)
            }
            "Slice" => reversed(&input(0)?, [input(1)?, input(2)?, input(3)?, input(4)?]),
            "Transpose" => transposed(node, &input(0)?),
            _ => None,
        }
    }
}

/// The rows in the opposite order, which is the one slice that is understood here.
fn reversed(data: &Whole, [start, end, axes, steps]: [Whole; 4]) -> Option<Whole> {
    let &[rows, columns] = data.dims.as_slice() else { return None };
    let from_last =
        start.values == [-1] || start.values.first().copied() == i64::try_from(rows.checked_sub(1)?).ok();
    let to_first = *end.values.first()? < -i64::try_from(rows).ok()?;
    let fits = from_last && to_first && axes.values == [0] && steps.values == [-1] && columns > 0;
    let values = data.values.chunks_exact(columns.max(1)).rev().flatten().copied().collect();
    fits.then(|| Whole::new(vec![rows, columns], values))?
}

fn transposed(node: &NodeProto, data: &Whole) -> Option<Whole> {
    let (&[rows, columns], Some([1, 0])) = (data.dims.as_slice(), ints_attribute(node, "perm")) else {
        return None;
    };
    let values = (0..rows * columns)
        .map(|index| data.values.get(index.checked_rem(rows)? * columns + index.checked_div(rows)?).copied())
        .collect::<Option<_>>()?;
    Whole::new(vec![columns, rows], values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::graph::onnx::{AttributeProto, AttributeType, GraphProto};
    use crate::model::graph::{int, int_tensor, ints, node};

    /// What PyTorch writes for padding by one in front of the last axis of three.
    #[test]
    fn exported_paddings_are_read() {
        let numbers = |name: &str, values: &[i64]| int_tensor(name, values);
        let mut zeros = node("ConstantOfShape", &["four"], "zeros");
        zeros.attribute.push(AttributeProto {
            name: Some("value".into()),
            r#type: Some(AttributeType::Tensor as i32),
            t: Some(numbers("", &[0])),
            ..Default::default()
        });
        let mut all = node("Concat", &["given", "zeros"], "all");
        all.attribute.push(int("axis", 0));
        let mut turned = node("Transpose", &["reversed"], "turned");
        turned.attribute.push(ints("perm", &[1, 0]));
        let mut cast = node("Cast", &["flat"], "pads");
        cast.attribute.push(int("to", 7));
        let graph = GraphProto {
            initializer: vec![
                numbers("given", &[1, 0]),
                numbers("four", &[4]),
                numbers("pairs", &[-1, 2]),
                numbers("zero", &[0]),
                numbers("last", &[-1]),
                numbers("end", &[-i64::MAX]),
                numbers("long", &[0; 65]),
            ],
            node: vec![
                zeros,
                all,
                node("Reshape", &["all", "pairs"], "rows"),
                node("Slice", &["rows", "last", "end", "zero", "last"], "reversed"),
                turned,
                node("Reshape", &["turned", "last"], "flat"),
                cast,
                node("Abs", &["pads"], "unknown"),
                node("Cast", &["loop"], "loop"),
            ],
            ..Default::default()
        };
        let flow = Flow::new(&graph).unwrap();
        assert_eq!(flow.whole_numbers("pads"), Some(vec![0, 0, 1, 0, 0, 0]));
        for value in ["unknown", "long", "loop", "absent"] {
            assert_eq!(flow.whole_numbers(value), None, "{value}");
        }
    }
}
