//! Many requests, their results in order.

use std::collections::VecDeque;

use super::submit::{Manner, submit};
use super::{SpeechStream, Synthesizer};
use crate::{ErrorKind, Result, Speech, SpeechRequest};

/// Results of many requests, in order, each made when it is needed or a little before.
///
/// A few requests are active at a time, more than there are workers, so that none of them waits for the caller. Dropping
/// it ends those that are active.
#[must_use = "an iterator does nothing until it is used"]
pub struct Batch<I> {
    synthesizer: Synthesizer,
    requests: I,
    /// Requests that were taken from `requests` and are not done, in order.
    active: VecDeque<Result<SpeechStream>>,
    /// The next one, which found no place.
    postponed: Option<SpeechRequest>,
    window: usize,
}

/// Requests that are active beyond those being worked on.
const AHEAD: usize = 2;

impl<I: Iterator<Item = SpeechRequest>> Batch<I> {
    pub(super) fn new(synthesizer: Synthesizer, requests: I) -> Self {
        let window = synthesizer.0.core.engine.sessions() + AHEAD;
        Self { synthesizer, requests, active: VecDeque::new(), postponed: None, window }
    }

    /// Takes in as many requests as there shall be.
    fn fill(&mut self) {
        while self.active.len() < self.window {
            let Some(request) = self.postponed.take().or_else(|| self.requests.next()) else { return };
            // Waiting for a place while holding others could be waiting for oneself.
            let manner = if self.active.is_empty() { Manner::WHOLE.patient() } else { Manner::WHOLE };
            match submit(&self.synthesizer.0, &request, manner) {
                Err(error) if error.kind() == ErrorKind::Busy => {
                    self.postponed = Some(request);
                    return;
                }
                outcome => self.active.push_back(outcome),
            }
        }
    }
}

impl<I: Iterator<Item = SpeechRequest>> Iterator for Batch<I> {
    type Item = Result<Speech>;

    fn next(&mut self) -> Option<Self::Item> {
        self.fill();
        let next = self.active.pop_front()?;
        Some(next.and_then(SpeechStream::collect_speech))
    }
}

impl<I> std::fmt::Debug for Batch<I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch").field("active", &self.active.len()).finish_non_exhaustive()
    }
}
