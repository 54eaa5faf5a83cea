//! What a synthesizer has done, for monitoring.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use super::Inner;
use crate::g2p::CacheStats;
use crate::schedule::{Histogram, Tally};
use crate::timing::SAMPLE_RATE;

/// Counters of a [`Synthesizer`](crate::Synthesizer) since it was built, and its state at one moment.
///
/// Every request is refused, or active, or has exactly one outcome: `finished + failed + cancelled + dropped + timed_out +
/// shut_down + active_requests` is the number of those that were taken in.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Metrics {
    /// Requests that were refused for what they are, before any work: bad text, voice, speed, language; and those that were
    /// cancelled or too late when they came.
    pub refused: u64,
    /// Requests that found no place.
    pub busy: u64,
    /// Requests that were taken in.
    pub accepted: u64,
    /// Of these, requests all of whose audio was made.
    pub finished: u64,
    /// Requests that ended with an error of the model or of this library.
    pub failed: u64,
    /// Requests that were cancelled by their token.
    pub cancelled: u64,
    /// Requests whose stream was dropped before its end.
    pub dropped: u64,
    /// Requests that took longer than they might.
    pub timed_out: u64,
    /// Requests that a shutdown cut short.
    pub shut_down: u64,
    /// Requests that have not ended.
    pub active_requests: usize,
    /// Of these, requests in line for a worker.
    pub queued_requests: usize,
    /// Of these, requests that are being worked on. The rest wait for their caller to take what was made.
    pub running_requests: usize,
    /// Chunks that were made.
    pub chunks: u64,
    /// Their audio.
    pub audio_seconds: f64,
    /// From the call to the last audio, of requests that finished.
    pub latency: Histogram,
    /// From the call to the first audio.
    pub first_audio: Histogram,
    /// From being ready to being worked on, of every chunk.
    pub queue_wait: Histogram,
    /// The cache of pronunciations.
    pub g2p_cache: CacheStats,
}

impl Metrics {
    pub(super) fn of(inner: &Inner) -> Self {
        if inner.scheduler.process().was_forked() {
            return Self::default();
        }
        let tally = inner.scheduler.tally();
        Self::from_parts(tally, inner.refused.load(Ordering::Relaxed), inner.core.phonemizer.cache_stats())
    }

    fn from_parts(tally: Tally, refused: u64, g2p_cache: CacheStats) -> Self {
        Self {
            refused,
            busy: tally.busy,
            accepted: tally.admitted,
            finished: tally.finished,
            failed: tally.failed + tally.panicked,
            cancelled: tally.cancelled,
            dropped: tally.dropped,
            timed_out: tally.timed_out,
            shut_down: tally.shut_down,
            active_requests: tally.active,
            queued_requests: tally.ready,
            running_requests: tally.running,
            chunks: tally.items,
            audio_seconds: tally.cost as f64 / f64::from(SAMPLE_RATE),
            latency: tally.latency,
            first_audio: tally.first_item,
            queue_wait: tally.wait,
            g2p_cache,
        }
    }

    /// The text that Prometheus reads, version 0.0.4 of its exposition format: to be served as
    /// `text/plain; version=0.0.4`. All names begin with `kokoro_`.
    #[must_use]
    pub fn to_prometheus(&self) -> String {
        let mut text = Exposition::default();
        text.family("kokoro_requests_total", "counter", "Requests by outcome.");
        for (outcome, count) in [
            ("finished", self.finished),
            ("failed", self.failed),
            ("cancelled", self.cancelled),
            ("dropped", self.dropped),
            ("timeout", self.timed_out),
            ("shut_down", self.shut_down),
            ("busy", self.busy),
            ("refused", self.refused),
        ] {
            text.line(&format!("kokoro_requests_total{{outcome=\"{outcome}\"}}"), count as f64);
        }
        text.family("kokoro_requests", "gauge", "Active requests by state.");
        let idle = self.active_requests.saturating_sub(self.queued_requests + self.running_requests);
        for (state, count) in
            [("queued", self.queued_requests), ("running", self.running_requests), ("unread", idle)]
        {
            text.line(&format!("kokoro_requests{{state=\"{state}\"}}"), count as f64);
        }
        text.single(
            "kokoro_chunks_total",
            "counter",
            "Runs of the model that gave audio.",
            self.chunks as f64,
        );
        text.single("kokoro_audio_seconds_total", "counter", "Audio that was made.", self.audio_seconds);
        text.histogram("kokoro_request_seconds", "From the call to the last audio.", &self.latency);
        text.histogram("kokoro_first_audio_seconds", "From the call to the first audio.", &self.first_audio);
        text.histogram("kokoro_queue_seconds", "Of a chunk, in line for a worker.", &self.queue_wait);
        let cache = &self.g2p_cache;
        for (name, kind, help, value) in [
            ("hits_total", "counter", "Paragraphs found in the cache.", cache.hits as f64),
            ("misses_total", "counter", "Paragraphs not found in the cache.", cache.misses as f64),
            ("evictions_total", "counter", "Entries put out of the cache.", cache.evictions as f64),
            ("entries", "gauge", "Entries in the cache.", cache.entries as f64),
            ("bytes", "gauge", "Size of the cache.", cache.bytes as f64),
        ] {
            text.single(&format!("kokoro_g2p_cache_{name}"), kind, help, value);
        }
        text.0
    }
}

#[derive(Default)]
struct Exposition(String);

// Writing to a string cannot fail.
impl Exposition {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, value: f64) {
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: f64) {
        self.family(name, kind, help);
        self.line(name, value);
    }

    fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) {
        self.family(name, "histogram", help);
        let mut count = 0;
        for (bound, more) in Histogram::BOUNDS_SECONDS.iter().zip(&histogram.counts) {
            count += more;
            self.line(&format!("{name}_bucket{{le=\"{bound}\"}}"), count as f64);
        }
        self.line(&format!("{name}_bucket{{le=\"+Inf\"}}"), histogram.count() as f64);
        self.line(&format!("{name}_sum"), histogram.sum_seconds);
        self.line(&format!("{name}_count"), histogram.count() as f64);
    }
}
