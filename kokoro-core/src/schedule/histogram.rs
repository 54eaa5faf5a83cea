//! How long things take.

use std::time::Duration;

/// Counts of durations in fixed classes, with which servers can be added up and compared.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Histogram {
    /// How many there were in each class of [`BOUNDS_SECONDS`](Self::BOUNDS_SECONDS) that are in no earlier one; the last
    /// is of those beyond all bounds.
    pub counts: [u64; Histogram::BOUNDS_SECONDS.len() + 1],
    /// Their sum.
    pub sum_seconds: f64,
}

impl Histogram {
    /// The upper bounds of the classes, inclusive: about three for each factor of ten, between a step of the built-in model
    /// and the longest wait that a caller may have.
    pub const BOUNDS_SECONDS: [f64; 16] =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0];

    pub(super) const fn new() -> Self {
        Self { counts: [0; Self::BOUNDS_SECONDS.len() + 1], sum_seconds: 0.0 }
    }

    pub(super) fn add(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let class = Self::BOUNDS_SECONDS.partition_point(|&bound| bound < seconds);
        if let Some(count) = self.counts.get_mut(class) {
            *count += 1;
        }
        self.sum_seconds += seconds;
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The bound of the class that holds the given share of them, 0 to 1: 0.5 for the median, 0.99 for all but the slowest
    /// hundredth. `None` if there were none, or the class has no bound.
    #[must_use]
    pub fn quantile_seconds(&self, share: f64) -> Option<f64> {
        let rank = (share.clamp(0.0, 1.0) * self.count() as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        let class = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank
        })?;
        Self::BOUNDS_SECONDS.get(class).copied()
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_include_their_bounds() {
        let mut histogram = Histogram::new();
        for milliseconds in [0, 5, 6, 10, 1_800_000, 1_800_001] {
            histogram.add(Duration::from_millis(milliseconds));
        }
        assert_eq!(histogram.counts[..3], [2, 2, 0]);
        assert_eq!(histogram.counts[15..], [1, 1]);
        assert_eq!(histogram.count(), 6);
        assert!((histogram.sum_seconds - 3600.022).abs() < 1e-6);
    }

    #[test]
    fn quantiles_are_bounds_of_classes() {
        let mut histogram = Histogram::new();
        assert_eq!(histogram.quantile_seconds(0.5), None);
        for milliseconds in [1, 20, 20, 20, 90, 90, 90, 90, 90, 4_000] {
            histogram.add(Duration::from_millis(milliseconds));
        }
        let at = |share| histogram.quantile_seconds(share).unwrap();
        assert_eq!(
            [at(0.0), at(0.1), at(0.4), at(0.5), at(0.9), at(1.0)],
            [0.005, 0.005, 0.025, 0.1, 0.1, 5.0]
        );
    }
}
