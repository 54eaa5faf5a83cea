//! Selects the places where a chunk may end.
//!
//! A sentence of no more than the target is not cut, so only the end of it is a candidate; the ends of
//! clauses count in longer sentences, those of words in longer clauses, and the inside of what is longer than
//! the limit. Where candidates lie closer together than makes a difference, the better ones are kept, which
//! bounds the work of choosing.

use std::ops::Range;

use super::units::Unit;
use super::{Boundary, Limits};

/// A place where a chunk may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The number of units before it.
    pub(super) unit: usize,
    /// The number of symbols before it, a space that follows the last of them included.
    pub(super) position: usize,
    /// Whether there is such a space.
    pub(super) space: bool,
    /// How good a place it is.
    pub(super) boundary: Boundary,
}

/// The candidates of a paragraph in order; the last one is its end. None for a paragraph without units.
///
/// No two successive ones, nor the start and the first, are more symbols apart than the limit.
pub(super) fn candidates(units: &[Unit], limits: Limits) -> Vec<Candidate> {
    let mut position = 0;
    let ends: Vec<Candidate> = units
        .iter()
        .enumerate()
        .map(|(index, unit)| {
            position += unit.symbols + usize::from(unit.space_after);
            Candidate { unit: index + 1, position, space: unit.space_after, boundary: unit.boundary }
        })
        .collect();
    let mut kept = Vec::new();
    let mut thin = |candidate| push_thinned(&mut kept, candidate, limits.target / 16);
    spans(&ends, 0..ends.len(), Boundary::Sentence, limits, &mut thin);
    kept
}

/// Emits the ends, in `range`, of what `level` divides, going one level down in what is too long.
fn spans(
    ends: &[Candidate],
    range: Range<usize>,
    level: Boundary,
    limits: Limits,
    emit: &mut impl FnMut(Candidate),
) {
    let mut start = range.start;
    for index in range.clone() {
        let end = ends[index];
        if end.boundary > level && index + 1 < range.end {
            continue;
        }
        let before = start.checked_sub(1).map_or(0, |before| ends[before].position);
        let symbols = end.position - before - usize::from(end.space);
        match level {
            Boundary::Sentence if symbols > limits.target => {
                spans(ends, start..index + 1, Boundary::Clause, limits, emit);
            }
            Boundary::Clause if symbols > limits.target => {
                spans(ends, start..index + 1, Boundary::Word, limits, emit);
            }
            Boundary::Word if symbols > limits.limit => {
                ends[start..=index].iter().copied().for_each(&mut *emit);
            }
            _ => emit(end),
        }
        start = index + 1;
    }
}

/// Appends `next`, and drops candidates between two others that are at most `gap` apart unless they are
/// better than both.
fn push_thinned(kept: &mut Vec<Candidate>, next: Candidate, gap: usize) {
    while let [.., before, middle] = kept.as_slice()
        && next.position - before.position <= gap
        && middle.boundary >= before.boundary.min(next.boundary)
    {
        kept.pop();
    }
    kept.push(next);
}
