//! A request while it is spoken, chunk by chunk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::task::{Made, SpeechTask, Work};
use super::{Inner, stale};
use crate::cancel::Waiting;
use crate::schedule::{Ended, Ticket};
use crate::speech::{Speech, SpeechChunk, SpeechStats, SpokenChunk};
use crate::timing::{SAMPLE_RATE, WordTiming};
use crate::{Error, ErrorKind, Result};

/// Speech while it is made: an iterator of its chunks, in order.
///
/// Each is ready as soon as the model has made it; asking for the next one waits for it. No more than
/// [`stream_buffer`](crate::SynthesizerBuilder::stream_buffer) chunks are made ahead of what was taken: who plays the audio
/// as it comes holds up nothing and stores little. Chunks of different requests take turns, so that each receives as much
/// audio as the others.
///
/// The first error is the last item. Dropping the stream ends the request, in the middle of the model's work if need be.
///
/// ```
/// use kokoro_core::{SpeechRequest, Synthesizer};
///
/// # fn main() -> kokoro_core::Result<()> {
/// let synthesizer = Synthesizer::builder().model("builtin").build()?;
/// let request = SpeechRequest::new("The bus stops in front of the school. The old bridge was destroyed by fire.");
/// let mut samples = Vec::new();
/// for chunk in synthesizer.stream(&request)? {
///     samples.extend(chunk?.samples);
/// }
/// # assert!(samples.len() > 24_000);
/// # Ok(())
/// # }
/// ```
#[must_use = "dropping a stream ends its request"]
pub struct SpeechStream {
    // The request ends before its synthesizer may.
    ticket: Option<Ticket<SpeechTask>>,
    /// Cancels the request when the caller's token is cancelled.
    _waiting: Option<Waiting>,
    begun: Instant,
    timeout: Option<Duration>,
    text: Arc<str>,
    stats: SpeechStats,
    progress: Progress,
    /// Keeps the workers.
    _inner: Arc<Inner>,
}

/// How far a request is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Chunks that were taken.
    pub chunks: usize,
    /// Their audio.
    pub audio_seconds: f64,
    /// How much of the text they are, in bytes.
    pub text_bytes: usize,
    /// The whole text, in bytes.
    pub total_text_bytes: usize,
    /// Time since the call.
    pub elapsed_seconds: f64,
    /// How long the rest will probably take, judging by what was done. `None` before the first chunk.
    pub remaining_seconds: Option<f64>,
}

impl SpeechStream {
    pub(super) fn new(
        inner: Arc<Inner>,
        ticket: Ticket<SpeechTask>,
        waiting: Option<Waiting>,
        text: Arc<str>,
        begun: Instant,
        timeout: Option<Duration>,
    ) -> Self {
        let stats = SpeechStats { text_bytes: text.len(), ..SpeechStats::default() };
        let progress = Progress { total_text_bytes: text.len(), ..Progress::default() };
        Self { ticket: Some(ticket), _waiting: waiting, begun, timeout, text, stats, progress, _inner: inner }
    }

    /// Counts and times of what was taken so far.
    #[must_use]
    pub fn stats(&self) -> &SpeechStats {
        &self.stats
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Takes all that is left, as one piece. What was taken before is not in it, but times and places are those of the
    /// whole speech.
    ///
    /// # Errors
    /// Those of [`synthesize`](crate::Synthesizer::synthesize).
    pub fn collect_speech(mut self) -> Result<Speech> {
        let mut speech = Collected::default();
        for chunk in self.by_ref() {
            speech.push(chunk?);
        }
        Ok(speech.finish(&mut self))
    }

    /// What the scheduler gave, as the caller gets it; the request is over if it is no chunk.
    pub(super) fn receive(&mut self, next: Result<Made, Ended<Error>>) -> Option<Result<SpeechChunk>> {
        match next {
            Ok(made) => {
                self.count(&made.chunk, made.work);
                if made.chunk.is_last {
                    self.finish();
                }
                Some(Ok(made.chunk))
            }
            Err(ended) => {
                self.finish();
                self.error(ended).map(Err)
            }
        }
    }

    #[cfg(feature = "async")]
    pub(super) fn ticket(&mut self) -> Option<&mut Ticket<SpeechTask>> {
        self.ticket.as_mut()
    }

    #[cfg(feature = "async")]
    pub(super) fn is_over(&self) -> bool {
        self.ticket.is_none()
    }

    pub(super) fn finish(&mut self) {
        self.ticket = None;
        self._waiting = None;
    }

    fn count(&mut self, chunk: &SpeechChunk, work: Work) {
        let seconds = chunk.samples.len() as f64 / f64::from(SAMPLE_RATE);
        let elapsed = self.begun.elapsed().as_secs_f64();
        let stats = &mut self.stats;
        if stats.chunks == 0 {
            stats.first_audio_seconds = elapsed;
        }
        stats.chunks += 1;
        stats.phoneme_symbols += work.symbols;
        stats.audio_seconds += seconds;
        stats.queue_seconds += work.queue.as_secs_f64();
        stats.g2p_seconds += work.findings.g2p.as_secs_f64();
        stats.inference_seconds += work.inference.as_secs_f64();
        stats.assembly_seconds += work.assembly.as_secs_f64();
        stats.total_seconds = elapsed;
        stats.g2p_cache_hits += work.findings.cache_hits;
        stats.unspoken.extend(work.findings.unspoken);
        for symbol in work.findings.unknown_symbols {
            if !stats.unknown_symbols.contains(&symbol) {
                stats.unknown_symbols.push(symbol);
            }
        }
        let total = self.progress.total_text_bytes;
        let done = if chunk.is_last { total } else { chunk.range.end.min(total) };
        let rest = (total - done) as f64 / done.max(1) as f64;
        self.progress = Progress {
            chunks: stats.chunks,
            audio_seconds: stats.audio_seconds,
            text_bytes: done,
            elapsed_seconds: elapsed,
            remaining_seconds: Some(elapsed * rest),
            ..self.progress
        };
    }

    fn error(&self, ended: Ended<Error>) -> Option<Error> {
        let limit = self.timeout.unwrap_or_default().as_secs_f64();
        Some(match ended {
            Ended::Finished | Ended::Dropped => return None,
            Ended::Failed(error) => error,
            Ended::Panicked(message) => {
                tracing::error!(%message, "a request panicked");
                let text = format!("speaking panicked: {message}. Other requests go on; please report it");
                Error::new(ErrorKind::Internal, text)
            }
            Ended::Cancelled => cancelled(),
            Ended::TimedOut => timed_out(limit),
            Ended::ShutDown => shut_down(),
        })
    }
}

/// Chunks put together.
#[derive(Debug, Default)]
pub(super) struct Collected {
    samples: Vec<f32>,
    words: Vec<WordTiming>,
    is_untimed: bool,
    chunks: Vec<SpokenChunk>,
}

impl Collected {
    pub(super) fn push(&mut self, chunk: SpeechChunk) {
        let start = self.samples.len();
        if self.samples.is_empty() {
            self.samples = chunk.samples;
        } else {
            self.samples.extend_from_slice(&chunk.samples);
        }
        match chunk.words {
            Some(words) => self.words.extend(words),
            None => self.is_untimed = true,
        }
        self.chunks.push(SpokenChunk {
            range: chunk.range,
            phonemes: chunk.phonemes,
            samples: start..self.samples.len(),
            durations: chunk.durations,
        });
    }

    /// The whole, with the counts and times of the stream that it was taken from.
    pub(super) fn finish(self, stream: &mut SpeechStream) -> Speech {
        stream.stats.total_seconds = stream.begun.elapsed().as_secs_f64();
        Speech {
            samples: self.samples,
            text: Arc::clone(&stream.text),
            words: (!self.is_untimed).then_some(self.words),
            chunks: self.chunks,
            stats: std::mem::take(&mut stream.stats),
        }
    }
}

pub(super) fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the request was cancelled by its token")
}

pub(super) fn timed_out(limit_seconds: f64) -> Error {
    let text = format!(
        "the request was not done within its timeout of {limit_seconds} s: allow more time, send less text, or send \
         fewer requests at once"
    );
    Error::new(ErrorKind::Timeout, text)
}

pub(super) fn shut_down() -> Error {
    Error::new(ErrorKind::ShutDown, "the synthesizer was shut down: build another one")
}

impl Iterator for SpeechStream {
    type Item = Result<SpeechChunk>;

    fn next(&mut self) -> Option<Self::Item> {
        let ticket = self.ticket.as_mut()?;
        if ticket.process().was_forked() {
            self.finish();
            return Some(Err(stale()));
        }
        let next = ticket.next();
        self.receive(next)
    }
}

impl std::iter::FusedIterator for SpeechStream {}

impl std::fmt::Debug for SpeechStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SpeechStream").field("progress", &self.progress).finish_non_exhaustive()
    }
}
