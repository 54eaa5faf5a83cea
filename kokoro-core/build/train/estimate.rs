//! From counts to probabilities.
//!
//! Modified Kneser-Ney smoothing, after Chen and Goodman, "An empirical study of smoothing techniques for
//! language modeling" (1999): shorter sequences are counted by how many different tokens precede them, and
//! what is taken off every count goes to the next shorter context. Sequences that say little beyond their
//! suffix are then dropped.

use super::trie::{Level, ORDER};

/// What the table says of the sequences of one length.
pub(super) struct Estimates {
    /// How unlikely the last token is after the others, in bits.
    pub(super) cost: Vec<f64>,
    /// What is added for going on to the shorter context where this one does not know a token, in bits.
    pub(super) backoff: Vec<f64>,
    /// Whether it has a place in the table.
    pub(super) kept: Vec<bool>,
}

/// Nothing worth the name is left to shorter contexts below this probability.
const LEAST_REST: f64 = 1e-6;
/// The cost of backing off there, in bits.
const LEAST_REST_COST: f64 = 13.0;

/// The estimates of all `levels`. A sequence that saves less than `threshold` bits of all the training words
/// is dropped, unless it leads to one that is not.
pub(super) fn estimate(levels: &[Level], threshold: f64) -> Vec<Estimates> {
    let smoothed = Smoothed::new(levels);
    let mut estimates: Vec<Estimates> = (0..=ORDER)
        .map(|at| Estimates {
            cost: smoothed.probability[at].iter().map(|&probability| -log2(probability)).collect(),
            backoff: Vec::new(),
            kept: vec![true; levels[at].len()],
        })
        .collect();
    for at in (2..=ORDER).rev() {
        for node in 0..levels[at].len() {
            let leads = at < ORDER && levels[at].children(node).any(|child| estimates[at + 1].kept[child]);
            let without = -log2(smoothed.without(levels, at, node));
            let saved = f64::from(levels[at].count[node]) * (without - estimates[at].cost[node]);
            estimates[at].kept[node] = leads || saved >= threshold;
        }
    }
    for at in 0..ORDER {
        let kept = &estimates[at + 1].kept;
        let backoff = |node| smoothed.backoff(levels, at, node, kept);
        estimates[at].backoff = (0..levels[at].len()).map(backoff).collect();
    }
    estimates
}

/// Probabilities before anything is dropped.
struct Smoothed {
    /// Of the last token of each sequence after the others, by length.
    probability: Vec<Vec<f64>>,
    /// What each context leaves to the shorter one.
    rest: Vec<Vec<f64>>,
}

impl Smoothed {
    fn new(levels: &[Level]) -> Self {
        let mut smoothed = Self { probability: vec![vec![1.0 / levels[1].len() as f64]], rest: Vec::new() };
        for at in 1..=ORDER {
            let counts = occurrences(levels, at);
            let discounts = discounts(&counts);
            let discount = |count: u32| match count {
                0 => 0.0,
                count => discounts[(count - 1).min(2) as usize],
            };
            let mut own = vec![0.0; levels[at].len()];
            let mut rest = vec![1.0; levels[at - 1].len()];
            for (parent, rest) in rest.iter_mut().enumerate() {
                let children = levels[at - 1].children(parent);
                let counts = counts[children.clone()].iter().copied();
                let total: f64 = counts.clone().map(f64::from).sum();
                if total > 0.0 {
                    *rest = counts.clone().map(discount).sum::<f64>() / total;
                    for (child, count) in children.zip(counts) {
                        own[child] = (f64::from(count) - discount(count)) / total;
                    }
                }
            }
            smoothed.rest.push(rest);
            for (node, own) in own.iter_mut().enumerate() {
                *own += smoothed.without(levels, at, node);
            }
            smoothed.probability.push(own);
        }
        smoothed
    }

    /// The probability of a sequence's last token if the sequence were not known.
    fn without(&self, levels: &[Level], at: usize, node: usize) -> f64 {
        let rest = self.rest[at - 1][levels[at].parent[node] as usize];
        rest * self.probability[at - 1][levels[at].suffix[node] as usize]
    }

    /// The cost of going on to the shorter context, given which continuations are kept. It makes the
    /// probabilities of all tokens in a context add up to one.
    fn backoff(&self, levels: &[Level], at: usize, node: usize, kept: &[bool]) -> f64 {
        let (mut here, mut shorter) = (1.0, 1.0);
        for child in levels[at].children(node).filter(|&child| kept[child]) {
            here -= self.probability[at + 1][child];
            if at > 0 {
                shorter -= self.probability[at][levels[at + 1].suffix[child] as usize];
            }
        }
        if here < LEAST_REST || shorter < LEAST_REST { LEAST_REST_COST } else { -log2(here / shorter) }
    }
}

/// The counts to estimate from: for the longest sequences and for those at the beginning of a word, which
/// nothing precedes, how often they occur; for others what number of different tokens precede them.
fn occurrences(levels: &[Level], at: usize) -> Vec<u32> {
    let level = &levels[at];
    let Some(longer) = levels.get(at + 1) else { return level.count.clone() };
    let mut counts = vec![0; level.len()];
    for &suffix in &longer.suffix {
        counts[suffix as usize] += 1;
    }
    for (node, count) in counts.iter_mut().enumerate() {
        if level.initial[node] {
            *count = level.count[node];
        }
    }
    counts
}

/// What to take off counts of one, of two, and of three or more.
fn discounts(counts: &[u32]) -> [f64; 3] {
    let mut of = [1.0; 5];
    for &count in counts {
        if let Some(of) = of.get_mut(count as usize) {
            *of += 1.0;
        }
    }
    let y = of[1] / (of[1] + 2.0 * of[2]);
    [1, 2, 3].map(|count| {
        let n = count as f64;
        (n - (n + 1.0) * y * of[count + 1] / of[count]).clamp(0.1, n - 0.05)
    })
}

/// The logarithm to base two. The system's own need not give the same last digit on every machine; this one
/// does.
pub(super) fn log2(x: f64) -> f64 {
    const MANTISSA: u32 = f64::MANTISSA_DIGITS - 1;
    let bits = x.max(f64::MIN_POSITIVE).to_bits();
    let exponent = (bits >> MANTISSA) as f64 - 1023.0;
    let mantissa = f64::from_bits(bits & ((1 << MANTISSA) - 1) | 1023 << MANTISSA);
    // ln m = 2 (z + z³/3 + z⁵/5 + ...), z being at most a third.
    let z = (mantissa - 1.0) / (mantissa + 1.0);
    let sum = (0..10).rev().fold(0.0, |sum, n| sum * z * z + 1.0 / (2 * n + 1) as f64);
    exponent + 2.0 * z * sum / std::f64::consts::LN_2
}
