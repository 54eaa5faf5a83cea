//! The activation that multiplies negative values with a slope.

use crate::model::graph::{Flow, float_attribute};

/// What is activated to make `value`, and the slope, from 0 to 1.
pub(super) fn find<'a>(flow: &Flow<'a>, value: &'a str) -> Option<(&'a str, f32)> {
    let (_, node) = flow.made_by(value, "LeakyRelu")?;
    let slope = float_attribute(node, "alpha", 0.01);
    (0.0..=1.0).contains(&slope).then_some((node.input.first()?.as_str(), slope))
}
