//! What a synthesizer is and has done, as plain Python values.

use kokoro_core::g2p::CacheStats;
use kokoro_core::{Histogram, Metrics, ModelReport, ModelSpec, VoiceInfo};
use pyo3::prelude::*;

/// `kokoro_rs.Voice`.
#[derive(IntoPyObject)]
pub(crate) struct VoiceFields {
    name: String,
    language: Option<&'static str>,
    gender: Option<&'static str>,
}

impl From<&VoiceInfo> for VoiceFields {
    fn from(voice: &VoiceInfo) -> Self {
        Self {
            name: voice.name.clone(),
            language: voice.language.map(|language| language.code()),
            gender: voice.gender.map(|gender| gender.as_str()),
        }
    }
}

/// `kokoro_rs.ModelInfo`.
#[derive(IntoPyObject)]
pub(crate) struct ModelFields {
    max_symbols: usize,
    has_durations: bool,
    symbols: usize,
    steps: Vec<(&'static str, String)>,
}

impl ModelFields {
    pub(crate) fn new(spec: &ModelSpec, report: &ModelReport) -> Self {
        let steps = report.steps().iter().map(|(step, outcome)| (step.as_str(), outcome.to_string()));
        Self {
            max_symbols: spec.max_symbols,
            has_durations: spec.durations_output.is_some(),
            symbols: spec.vocabulary.len(),
            steps: steps.collect(),
        }
    }
}

/// `kokoro_rs.Stats`.
#[derive(IntoPyObject)]
pub(crate) struct MetricsFields {
    refused: u64,
    busy: u64,
    accepted: u64,
    finished: u64,
    failed: u64,
    cancelled: u64,
    dropped: u64,
    timed_out: u64,
    shut_down: u64,
    active_requests: usize,
    queued_requests: usize,
    running_requests: usize,
    chunks: u64,
    audio_seconds: f64,
    latency: HistogramFields,
    first_audio: HistogramFields,
    queue_wait: HistogramFields,
    g2p_cache: CacheFields,
}

/// `kokoro_rs.Histogram`.
#[derive(IntoPyObject)]
struct HistogramFields {
    bounds_seconds: [f64; Histogram::BOUNDS_SECONDS.len()],
    counts: [u64; Histogram::BOUNDS_SECONDS.len() + 1],
    sum_seconds: f64,
}

/// `kokoro_rs.G2pCacheStats`.
#[derive(IntoPyObject)]
struct CacheFields {
    hits: u64,
    misses: u64,
    waits: u64,
    evictions: u64,
    entries: usize,
    bytes: usize,
    capacity_bytes: usize,
}

impl From<Metrics> for MetricsFields {
    fn from(metrics: Metrics) -> Self {
        Self {
            refused: metrics.refused,
            busy: metrics.busy,
            accepted: metrics.accepted,
            finished: metrics.finished,
            failed: metrics.failed,
            cancelled: metrics.cancelled,
            dropped: metrics.dropped,
            timed_out: metrics.timed_out,
            shut_down: metrics.shut_down,
            active_requests: metrics.active_requests,
            queued_requests: metrics.queued_requests,
            running_requests: metrics.running_requests,
            chunks: metrics.chunks,
            audio_seconds: metrics.audio_seconds,
            latency: metrics.latency.into(),
            first_audio: metrics.first_audio.into(),
            queue_wait: metrics.queue_wait.into(),
            g2p_cache: metrics.g2p_cache.into(),
        }
    }
}

impl From<Histogram> for HistogramFields {
    fn from(histogram: Histogram) -> Self {
        Self {
            bounds_seconds: Histogram::BOUNDS_SECONDS,
            counts: histogram.counts,
            sum_seconds: histogram.sum_seconds,
        }
    }
}

impl From<CacheStats> for CacheFields {
    fn from(stats: CacheStats) -> Self {
        Self {
            hits: stats.hits,
            misses: stats.misses,
            waits: stats.waits,
            evictions: stats.evictions,
            entries: stats.entries,
            bytes: stats.bytes,
            capacity_bytes: stats.capacity_bytes,
        }
    }
}
