//! Values that do not depend on the inputs: weights, constants, and what is computed from them alone.
//!
//! Exporters leave such arithmetic in the graph where they do not fold it: casts of half precision, weight
//! normalisation `g·v / |v|`, reciprocals.

use super::flow::{Flow, is};
use super::onnx::{DataType, NodeProto, TensorProto};
use super::{attribute, int_attribute, ints_attribute};

/// Steps of arithmetic between a weight and its use.
const DEEPEST: usize = 16;

/// Numbers and their shape.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Constant {
    pub(crate) dims: Vec<usize>,
    pub(crate) values: Vec<f32>,
}

impl Constant {
    fn new(dims: Vec<usize>, values: Vec<f32>) -> Option<Self> {
        (count(&dims)? == values.len()).then_some(Self { dims, values })
    }

    /// The only element.
    pub(crate) fn scalar(&self) -> Option<f32> {
        match self.values.as_slice() {
            [value] => Some(*value),
            _ => None,
        }
    }
}

fn count(dims: &[usize]) -> Option<usize> {
    dims.iter().try_fold(1usize, |count, &dim| count.checked_mul(dim))
}

impl<'a> Flow<'a> {
    /// The numbers of a value that no input has a part in; `None` if one has, or if they cannot be computed here.
    pub(crate) fn constant(&self, value: &'a str) -> Option<Constant> {
        self.compute(value, DEEPEST)
    }

    /// Its only element.
    pub(crate) fn scalar(&self, value: &'a str) -> Option<f32> {
        // Most values are not, and large weights need not be read to know it.
        let is_large = self.maker(value).is_none()
            && self.weight(value).is_some_and(|tensor| shape(tensor).as_deref().and_then(count) != Some(1));
        if is_large { None } else { self.constant(value)?.scalar() }
    }

    /// Whole numbers: shapes, axes, bounds of slices.
    pub(crate) fn integers(&self, value: &'a str) -> Option<Vec<i64>> {
        match self.maker(value) {
            None => int64s(self.weight(value)?),
            Some((_, node)) if is(node, "Constant") => {
                let given = node.attribute.first()?;
                match given.name() {
                    "value" => int64s(given.t.as_ref()?),
                    "value_int" => Some(vec![given.i?]),
                    "value_ints" => Some(given.ints.clone()),
                    _ => None,
                }
            }
            Some(_) => None,
        }
    }

    /// The shape of a constant that is stored.
    pub(super) fn small_shape(&self, value: &'a str) -> Option<Vec<usize>> {
        match self.maker(value) {
            None => shape(self.weight(value)?),
            Some((_, node)) => shape(attribute(node, "value")?.t.as_ref()?),
        }
    }

    fn spend(&self, elements: usize) -> Option<()> {
        self.work.set(self.work.get().checked_sub(elements.max(1))?);
        Some(())
    }

    fn compute(&self, value: &'a str, depth: usize) -> Option<Constant> {
        let depth = depth.checked_sub(1)?;
        self.spend(1)?;
        let Some((_, node)) = self.maker(value) else {
            let tensor = self.weight(value)?;
            self.spend(shape(tensor).as_deref().and_then(count)?)?;
            return floats(tensor);
        };
        if node.output.len() != 1 || !(node.domain().is_empty() || node.domain() == "ai.onnx") {
            return None;
        }
        let input = |index: usize| self.compute(node.input.get(index)?, depth);
        let result = match node.op_type() {
            "Constant" => literal(node)?,
            "Cast" => {
                let to = DataType::try_from(i32::try_from(int_attribute(node, "to", 0)).ok()?).ok()?;
                // Rounding to a smaller type would have to be repeated here.
                matches!(to, DataType::Float | DataType::Double).then(|| input(0))??
            }
            "Reciprocal" => map(input(0)?, |x| 1.0 / x),
            "Sqrt" => map(input(0)?, f32::sqrt),
            "Add" => self.broadcast(&input(0)?, &input(1)?, |a, b| a + b)?,
            "Sub" => self.broadcast(&input(0)?, &input(1)?, |a, b| a - b)?,
            "Mul" => self.broadcast(&input(0)?, &input(1)?, |a, b| a * b)?,
            "Div" => self.broadcast(&input(0)?, &input(1)?, |a, b| a / b)?,
            "Pow" if self.scalar_at(node, 1, depth)? == 2.0 => map(input(0)?, |x| x * x),
            "ReduceL2" => map(self.sums(node, &input(0)?, |x| x * x)?, |x| (x as f64).sqrt() as f32),
            "ReduceSumSquare" => self.sums(node, &input(0)?, |x| x * x)?,
            "ReduceSum" => self.sums(node, &input(0)?, |x| x)?,
            "Reshape" => {
                let (data, dims) = (input(0)?, self.integers(node.input.get(1)?)?);
                let dims = dims.into_iter().map(|dim| usize::try_from(dim).ok().filter(|&dim| dim > 0));
                Constant::new(dims.collect::<Option<_>>()?, data.values)?
            }
            "Transpose" => transpose(node, &input(0)?)?,
            _ => return None,
        };
        self.spend(result.values.len())?;
        Some(result)
    }

    fn scalar_at(&self, node: &'a NodeProto, index: usize, depth: usize) -> Option<f32> {
        self.compute(node.input.get(index)?, depth)?.scalar()
    }

    fn broadcast(&self, a: &Constant, b: &Constant, f: impl Fn(f32, f32) -> f32) -> Option<Constant> {
        let rank = a.dims.len().max(b.dims.len());
        let padded = |dims: &[usize]| [vec![1; rank - dims.len()], dims.to_vec()].concat();
        let (left, right) = (padded(&a.dims), padded(&b.dims));
        let join = |(&x, &y): (&usize, &usize)| match (x, y) {
            (x, y) if x == y || y == 1 => Some(x),
            (1, y) => Some(y),
            _ => None,
        };
        let dims = left.iter().zip(&right).map(join).collect::<Option<Vec<_>>>()?;
        let total = count(&dims)?;
        self.spend(total)?;
        let mut values = Vec::with_capacity(total);
        for index in 0..total {
            let (x, y) = (pick(&dims, &left, index), pick(&dims, &right, index));
            values.push(f(*a.values.get(x)?, *b.values.get(y)?));
        }
        Constant::new(dims, values)
    }

    /// Sums over axes, which are kept as ones. In double precision, as a reference would.
    fn sums(&self, node: &'a NodeProto, data: &Constant, term: impl Fn(f64) -> f64) -> Option<Constant> {
        if int_attribute(node, "keepdims", 1) != 1 {
            return None;
        }
        let axes = match (ints_attribute(node, "axes"), node.input.get(1)) {
            (Some(axes), _) => axes.to_vec(),
            (None, Some(axes)) => self.integers(axes)?,
            (None, None) => return None,
        };
        let rank = i64::try_from(data.dims.len()).ok()?;
        let mut dims = data.dims.clone();
        for axis in axes {
            let axis = usize::try_from(if axis < 0 { axis + rank } else { axis }).ok()?;
            *dims.get_mut(axis)? = 1;
        }
        let mut sums = vec![0.0; count(&dims)?];
        for (index, &value) in data.values.iter().enumerate() {
            *sums.get_mut(pick(&data.dims, &dims, index))? += term(f64::from(value));
        }
        Constant::new(dims, sums.into_iter().map(|sum| sum as f32).collect())
    }
}

/// Where the element `index` of an array of `dims` lies in one of `small`, in which some dimensions are 1.
fn pick(dims: &[usize], small: &[usize], index: usize) -> usize {
    let (mut rest, mut stride, mut place) = (index, 1, 0);
    for (&dim, &size) in dims.iter().zip(small).rev() {
        let position = rest.checked_rem(dim).unwrap_or(0);
        rest = rest.checked_div(dim).unwrap_or(0);
        if size != 1 {
            place += position * stride;
        }
        stride *= size;
    }
    place
}

fn map(mut constant: Constant, f: impl Fn(f32) -> f32) -> Constant {
    for value in &mut constant.values {
        *value = f(*value);
    }
    constant
}

fn transpose(node: &NodeProto, data: &Constant) -> Option<Constant> {
    let ([rows, columns], Some([1, 0])) = (data.dims.as_slice(), ints_attribute(node, "perm")) else {
        return None;
    };
    let (rows, columns) = (*rows, *columns);
    let values = (0..rows * columns)
        .map(|index| data.values.get(index.checked_rem(rows)? * columns + index.checked_div(rows)?).copied())
        .collect::<Option<_>>()?;
    Constant::new(vec![columns, rows], values)
}

fn literal(node: &NodeProto) -> Option<Constant> {
    if let Some(tensor) = attribute(node, "value") {
        return floats(tensor.t.as_ref()?);
    }
    if let Some(value) = attribute(node, "value_float") {
        return Constant::new(vec![], vec![value.f?]);
    }
    let values = attribute(node, "value_floats")?.floats.clone();
    Constant::new(vec![values.len()], values)
}

fn shape(tensor: &TensorProto) -> Option<Vec<usize>> {
    tensor.dims.iter().map(|&dim| usize::try_from(dim).ok()).collect()
}

/// A tensor of floating-point numbers of any size.
fn floats(tensor: &TensorProto) -> Option<Constant> {
    let dims = shape(tensor)?;
    let raw = tensor.raw_data.as_deref().filter(|raw| !raw.is_empty());
    let values = match (DataType::try_from(tensor.data_type()).ok()?, raw) {
        (DataType::Float, Some(raw)) => each(raw, f32::from_le_bytes),
        (DataType::Float, None) => tensor.float_data.clone(),
        (DataType::Double, Some(raw)) => each(raw, |bytes| f64::from_le_bytes(bytes) as f32),
        (DataType::Double, None) => tensor.double_data.iter().map(|&value| value as f32).collect(),
        (DataType::Float16, Some(raw)) => each(raw, |bytes| half(u16::from_le_bytes(bytes))),
        (DataType::Float16, None) => tensor.int32_data.iter().map(|&bits| half(bits as u16)).collect(),
        (DataType::Bfloat16, Some(raw)) => {
            each(raw, |bytes| f32::from_bits(u32::from(u16::from_le_bytes(bytes)) << 16))
        }
        _ => return None,
    };
    Constant::new(dims, values)
}

pub(super) fn int64s(tensor: &TensorProto) -> Option<Vec<i64>> {
    match (DataType::try_from(tensor.data_type()).ok()?, tensor.raw_data.as_deref()) {
        (DataType::Int64, Some(raw)) if !raw.is_empty() => Some(each(raw, i64::from_le_bytes)),
        (DataType::Int64, _) => Some(tensor.int64_data.clone()),
        (DataType::Int32, Some(raw)) if !raw.is_empty() => {
            Some(each(raw, |bytes| i64::from(i32::from_le_bytes(bytes))))
        }
        (DataType::Int32, _) => Some(tensor.int32_data.iter().map(|&value| value.into()).collect()),
        _ => None,
    }
}

fn each<const N: usize, T>(raw: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    raw.as_chunks::<N>().0.iter().map(|bytes| read(*bytes)).collect()
}

/// A number in half precision; exact.
fn half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let magnitude = u32::from(bits & 0x7fff);
    let value = match magnitude >> 10 {
        // Subnormal: a multiple of 2^-24.
        0 => magnitude as f32 * 2f32.powi(-24),
        31 => f32::from_bits(0x7f80_0000 | (magnitude & 0x3ff) << 13),
        _ => f32::from_bits((magnitude << 13) + (112 << 23)),
    };
    f32::from_bits(value.to_bits() | sign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::graph::build::float_tensor;
    use crate::model::graph::onnx::GraphProto;
    use crate::model::graph::{ints, node};

    fn shaped(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
        TensorProto { dims: dims.to_vec(), ..float_tensor(name, values) }
    }

    #[test]
    fn half_precision_is_exact() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 2f32.powi(-24)),
            (0x0400, 2f32.powi(-14)),
            (0x7c00, f32::INFINITY),
        ] {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7e00).is_nan());
    }

    #[test]
    fn weight_normalisation_is_computed() {
        let mut norm = node("ReduceL2", &["v"], "norm");
        norm.attribute.push(ints("axes", &[1, 2]));
        let graph = GraphProto {
            initializer: vec![
                shaped("v", &[2, 1, 2], &[3.0, 4.0, 0.0, 2.0]),
                shaped("g", &[2, 1, 1], &[10.0, 1.0]),
            ],
            node: vec![norm, node("Div", &["v", "norm"], "unit"), node("Mul", &["g", "unit"], "w")],
            ..Default::default()
        };
        let flow = Flow::new(&graph).unwrap();
        let w = flow.constant("w").unwrap();
        assert_eq!((w.dims, w.values), (vec![2, 1, 2], vec![6.0, 8.0, 0.0, 1.0]));
    }

    #[test]
    fn nonsense_is_no_constant() {
        let doubling: Vec<NodeProto> = (0..64)
            .map(|i| node("Mul", &[&format!("x{i}"), &format!("x{i}")], &format!("x{}", i + 1)))
            .collect();
        let graph = GraphProto {
            initializer: vec![
                shaped("x0", &[1], &[1.0]),
                shaped("damaged", &[5, -1], &[1.0]),
                shaped("short", &[9], &[1.0]),
            ],
            node: [doubling, vec![node("Identity", &["loop"], "loop")]].concat(),
            ..Default::default()
        };
        let flow = Flow::new(&graph).unwrap();
        assert_eq!(flow.scalar("x3"), Some(1.0));
        for value in ["x64", "damaged", "short", "loop", "absent"] {
            assert_eq!(flow.constant(value), None, "{value}");
        }
    }
}
