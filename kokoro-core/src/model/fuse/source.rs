//! The voice source: the phase of the pitch's harmonics is stretched to samples, and noise is added to their sines.
//!
//! Both are made operators that give the same bits, since the phase of the source's spectrum hears the last of them.

use super::edits::Edits;
use crate::kernels::Loudness;
use crate::model::graph::onnx::{DataType, NodeProto};
use crate::model::graph::{Flow, attribute, int_attribute, ints_attribute};
use crate::model::operator::{stretch_node, voice_node};

/// Replaces what is found, and gives how many places; interpolation only if `stretch` says so.
pub(super) fn replace(flow: &Flow<'_>, stretch: bool, edits: &mut Edits) -> usize {
    let mut places = 0;
    for (index, node) in flow.graph.node.iter().enumerate() {
        let Some(output) = node.output.first() else { continue };
        let new = match node.op_type() {
            "Transpose" if stretch => {
                stretched(flow, node).map(|(input, factor)| stretch_node(input, factor, output))
            }
            "Add" => voice(flow, node).map(|(inputs, loudness)| voice_node(inputs, loudness, output)),
            _ => None,
        };
        if let Some(new) = new {
            edits.replace(index, vec![new]);
            places += 1;
        }
    }
    places
}

/// Rows that are stretched by a whole number and then become columns, where sines are taken of them.
fn stretched<'a>(flow: &Flow<'a>, transpose: &'a NodeProto) -> Option<(&'a str, usize)> {
    if ints_attribute(transpose, "perm") != Some(&[0, 2, 1]) {
        return None;
    }
    let mut users = flow.users(transpose.output.first()?);
    users.next().filter(|user| user.op_type() == "Sin")?;
    let (_, resize) = flow.made_by(transpose.input.first()?, "Resize")?;
    let is = |name, default: &str, allowed: &[&str]| {
        let given = attribute(resize, name).and_then(|given| given.s.as_deref());
        allowed.iter().any(|allowed| allowed.as_bytes() == given.unwrap_or(default.as_bytes()))
    };
    let fits = is("mode", "nearest", &["linear"])
        // They differ for a single sample only.
        && is("coordinate_transformation_mode", "half_pixel", &["half_pixel", "pytorch_half_pixel"])
        && int_attribute(resize, "antialias", 0) == 0
        && int_attribute(resize, "exclude_outside", 0) == 0
        && ints_attribute(resize, "axes").is_none();
    let [input, _, scales] = resize.input.as_slice() else { return None };
    let scales = flow.constant(scales).filter(|_| fits)?;
    match scales.values.as_slice() {
        &[1.0, 1.0, factor] if factor > 1.0 && factor < 65_536.0 && factor.fract() == 0.0 => {
            Some((input, factor as usize))
        }
        _ => None,
    }
}

/// Sines, pitch and noise, where `sum` is
/// `sines · a · voiced + noise · (voiced · b + (1 - voiced) · c / d)` with `voiced` for a pitch above a threshold.
fn voice<'a>(flow: &Flow<'a>, sum: &'a NodeProto) -> Option<([&'a str; 3], Loudness)> {
    Flow::pairs(sum).find_map(|(harmonic, noisy)| {
        let (_, product) = flow.made_by(harmonic, "Mul")?;
        let (sines, harmonics, voiced) = Flow::pairs(product).find_map(|(loud, voiced)| {
            let (sines, harmonics) = scaled(flow, loud, "Mul")?;
            flow.made_by(sines, "Sin")?;
            Some((sines, harmonics, voiced))
        })?;
        let (pitch, threshold) = above(flow, voiced)?;
        let (_, product) = flow.made_by(noisy, "Mul")?;
        let (noise, [beside, over, under]) = Flow::pairs(product).find_map(|(hiss, noise)| {
            let (_, hiss) = flow.made_by(hiss, "Add")?;
            let loudness = Flow::pairs(hiss).find_map(|(with, without)| {
                let (same, beside) = scaled(flow, with, "Mul")?;
                let (product, under) = scaled(flow, without, "Div")?;
                let (rest, over) = scaled(flow, product, "Mul")?;
                let (_, rest) = flow.made_by(rest, "Sub")?;
                let [one, other] = rest.input.as_slice() else { return None };
                let fits =
                    flow.scalar(one) == Some(1.0) && flow.same(same, voiced) && flow.same(other, voiced);
                fits.then_some([beside, over, under])
            })?;
            Some((noise, loudness))
        })?;
        let loudness = Loudness { harmonics, threshold, voiced: beside, unvoiced: [over, under] };
        Some(([sines, pitch, noise], loudness))
    })
}

/// What is multiplied with, or divided by, a constant.
fn scaled<'a>(flow: &Flow<'a>, value: &'a str, op: &str) -> Option<(&'a str, f32)> {
    let (_, node) = flow.made_by(value, op)?;
    let [a, b] = node.input.as_slice() else { return None };
    match flow.scalar(b) {
        Some(factor) => Some((a, factor)),
        None if op == "Mul" => Some((b, flow.scalar(a)?)),
        None => None,
    }
}

/// What is compared with a constant: `value` is one where it is greater, and zero elsewhere.
fn above<'a>(flow: &Flow<'a>, value: &'a str) -> Option<(&'a str, f32)> {
    let (_, cast) = flow.made_by(value, "Cast")?;
    let (_, comparison) = flow.made_by(cast.input.first()?, "Greater")?;
    let [pitch, threshold] = comparison.input.as_slice() else { return None };
    let is_float = int_attribute(cast, "to", 0) == DataType::Float as i64;
    let threshold = flow.scalar(threshold).filter(|_| is_float)?;
    Some((pitch, threshold))
}
