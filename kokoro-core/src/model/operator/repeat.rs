//! Whole numbers, each repeated as often as another says: which token a frame belongs to.

use ort::operator::{ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput};
use ort::value::TensorElementType;

use super::{DOMAIN, guarded, input};
use crate::model::graph::node;
use crate::model::graph::onnx::NodeProto;

/// The operator: values and counts, `[n]`, become `[sum of the counts]`.
const OPERATOR: &str = "Repeat";
/// Repetitions that are taken for frames: an hour of speech has 144,000.
const MOST: usize = 1 << 24;

/// A node that repeats each of `values` as often as `counts` says.
pub(crate) fn repeat_node(values: &str, counts: &str, output: &str) -> NodeProto {
    NodeProto { domain: Some(DOMAIN.into()), ..node(OPERATOR, &[values, counts], output) }
}

/// See the module.
pub(super) struct Repeat;

impl Operator for Repeat {
    type Kernel<'attr> = RepeatNode;

    fn name(&self) -> &str {
        OPERATOR
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [(); 2].map(|()| OperatorInput::required(TensorElementType::Int64))
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(TensorElementType::Int64)]
    }

    fn create_kernel<'attr>(&self, _: &KernelContext<'attr>) -> ort::Result<RepeatNode> {
        Ok(RepeatNode)
    }
}

pub(super) struct RepeatNode;

impl Kernel for RepeatNode {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        guarded(OPERATOR, || {
            let (values, counts) = (input(context, OPERATOR, 0)?, input(context, OPERATOR, 1)?);
            let (_, values) = values.try_extract_tensor::<i64>()?;
            let (_, counts) = counts.try_extract_tensor::<i64>()?;
            let repeated = repeat(values, counts)
                .ok_or_else(|| ort::Error::new("the frames of the tokens do not fit together"))?;
            let output = context.output(0, vec![repeated.len() as i64])?;
            let mut output = output.ok_or_else(|| ort::Error::new("the repetition lacks its output"))?;
            output.try_extract_tensor_mut::<i64>()?.1.copy_from_slice(&repeated);
            Ok(())
        })
    }
}

/// `None` where there are not as many counts as values, a count is negative, or their sum is out of reach.
fn repeat(values: &[i64], counts: &[i64]) -> Option<Vec<i64>> {
    let add = |sum: usize, &count: &i64| sum.checked_add(usize::try_from(count).ok()?);
    let total = counts.iter().try_fold(0, add).filter(|&total| total <= MOST)?;
    let mut repeated = Vec::with_capacity(total);
    for (&value, &count) in values.iter().zip(counts) {
        repeated.extend(std::iter::repeat_n(value, usize::try_from(count).ok()?));
    }
    (values.len() == counts.len()).then_some(repeated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_comes_as_often_as_its_count() {
        assert_eq!(repeat(&[7, 8, 9], &[2, 0, 3]), Some(vec![7, 7, 9, 9, 9]));
        assert_eq!(repeat(&[], &[]), Some(vec![]));
        for (values, counts) in [(&[1][..], &[-1][..]), (&[1, 2], &[1]), (&[1, 1], &[i64::MAX, i64::MAX])] {
            assert_eq!(repeat(values, counts), None);
        }
    }
}
