//! Chooses where chunks end: the cheapest way from the start of a paragraph to its end.
//!
//! A chunk costs the square of its distance from the target, in units of the target, and something for the
//! place where it ends. Squares make equal chunks the cheapest, so that no short remainder is left over.

use super::candidates::Candidate;
use super::{Boundary, Limits};

/// What a chunk costs for ending at a boundary. A sentence is cut at a clause from about one and a half
/// targets on if the halves are equal, and a clause between words from about 1.8.
fn cost_of_boundary(boundary: Boundary) -> f64 {
    match boundary {
        Boundary::Paragraph | Boundary::Sentence => 0.0,
        Boundary::Clause => 0.2,
        Boundary::Word => 0.7,
        // Only offered where a word is too long. Less than what the parts of it cost if two are put together
        // again.
        Boundary::Inside => 0.9,
    }
}

/// The ends of the chunks, in order; the last is the last candidate.
pub(super) fn choose(candidates: &[Candidate], limits: Limits) -> Vec<Candidate> {
    let Some(last) = candidates.last() else { return Vec::new() };
    if last.position - usize::from(last.space) <= limits.target {
        return vec![*last];
    }
    let target = limits.target as f64;
    // The cheapest way to end a chunk at each candidate: its cost, and the number of candidates before the
    // chunk.
    let mut best: Vec<(f64, usize)> = Vec::with_capacity(candidates.len());
    for (index, candidate) in candidates.iter().enumerate() {
        let end = candidate.position - usize::from(candidate.space);
        let mut cheapest = (f64::INFINITY, index);
        for start in (0..=index).rev() {
            let (cost_before, position) = match start.checked_sub(1) {
                Some(before) => (best[before].0, candidates[before].position),
                None => (0.0, 0),
            };
            let symbols = end - position;
            // Two chunks cost less than one of three targets, unless a single word is that long; then it came
            // first.
            if symbols > limits.limit || (symbols > 3 * limits.target && cheapest.0.is_finite()) {
                break;
            }
            let distance = (symbols as f64 - target) / target;
            let cost = cost_before + distance * distance;
            if cost < cheapest.0 {
                cheapest = (cost, start);
            }
        }
        best.push((cheapest.0 + cost_of_boundary(candidate.boundary), cheapest.1));
    }
    let mut ends = Vec::new();
    let mut count = candidates.len();
    while let Some(index) = count.checked_sub(1) {
        ends.push(candidates[index]);
        count = best[index].1;
    }
    ends.reverse();
    ends
}
