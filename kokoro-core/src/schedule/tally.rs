//! What became of the requests.

use std::time::Duration;

use super::histogram::Histogram;
use super::queue::Ended;

/// Counts since the scheduler was made. Every request that was admitted is in `active` or in exactly one of the outcomes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) admitted: u64,
    pub(crate) busy: u64,
    pub(crate) finished: u64,
    pub(crate) failed: u64,
    pub(crate) panicked: u64,
    pub(crate) cancelled: u64,
    pub(crate) dropped: u64,
    pub(crate) timed_out: u64,
    pub(crate) shut_down: u64,
    /// Admitted and not ended.
    pub(crate) active: usize,
    /// Of these, in line for a worker.
    pub(crate) ready: usize,
    /// Of these, being worked on.
    pub(crate) running: usize,
    /// What all steps cost.
    pub(crate) cost: u64,
    /// Items that were made.
    pub(crate) items: u64,
    /// From the call to the last item, of requests that finished.
    pub(crate) latency: Histogram,
    /// From the call to the first item.
    pub(crate) first_item: Histogram,
    /// From being ready to being worked on, of every step.
    pub(crate) wait: Histogram,
}

impl Tally {
    pub(super) fn count<E>(&mut self, end: &Ended<E>) {
        let counter = match end {
            Ended::Finished => &mut self.finished,
            Ended::Failed(_) => &mut self.failed,
            Ended::Panicked(_) => &mut self.panicked,
            Ended::Cancelled => &mut self.cancelled,
            Ended::Dropped => &mut self.dropped,
            Ended::TimedOut => &mut self.timed_out,
            Ended::ShutDown => &mut self.shut_down,
        };
        *counter += 1;
    }

    /// The sum of all outcomes.
    #[cfg(test)]
    pub(crate) fn outcomes(&self) -> u64 {
        let Self { finished, failed, panicked, cancelled, dropped, timed_out, shut_down, .. } = self;
        finished + failed + panicked + cancelled + dropped + timed_out + shut_down
    }
}

/// How often a place becomes free, as far as the recent past tells.
#[derive(Debug, Default)]
pub(super) struct Departures {
    mean_stay: Option<Duration>,
}

impl Departures {
    /// The weight of the latest request in the mean.
    const SHARE: f64 = 0.1;
    const DEFAULT: Duration = Duration::from_secs(1);
    const SHORTEST: Duration = Duration::from_millis(10);
    const LONGEST: Duration = Duration::from_secs(60);

    pub(super) fn add(&mut self, stay: Duration) {
        let mean =
            self.mean_stay.map_or(stay, |mean| mean.mul_f64(1.0 - Self::SHARE) + stay.mul_f64(Self::SHARE));
        self.mean_stay = Some(mean);
    }

    /// The mean time between departures of `places` requests, which is the mean stay divided by their number (Little's law).
    pub(super) fn interval(&self, places: usize) -> Duration {
        let interval = self.mean_stay.map(|stay| stay.div_f64(places.max(1) as f64));
        interval.unwrap_or(Self::DEFAULT).clamp(Self::SHORTEST, Self::LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_become_free_at_the_rate_of_the_recent_past() {
        let mut departures = Departures::default();
        assert_eq!(departures.interval(8), Departures::DEFAULT);
        departures.add(Duration::from_secs(8));
        assert_eq!(departures.interval(8), Duration::from_secs(1));
        for _ in 0..200 {
            departures.add(Duration::from_secs(16));
        }
        assert!((departures.interval(8).as_secs_f64() - 2.0).abs() < 1e-3);
        departures.add(Duration::from_secs(1_000_000));
        assert_eq!(departures.interval(1), Departures::LONGEST);
    }
}
