//! From a request to its place in the scheduler.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::stream::{cancelled, shut_down, timed_out};
use super::task::SpeechTask;
use super::{Inner, SpeechStream, front, stale};
use crate::chunk::Lead;
use crate::schedule::{Plan, Refused, Scheduler, Ticket};
use crate::{CancelToken, Error, ErrorKind, Result, SpeechRequest};

/// How a request is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Manner {
    /// The length of the first chunk unless the request says otherwise, in symbols.
    lead: usize,
    /// How many chunks may wait for the caller.
    room: usize,
    /// Whether the text is read by the caller's thread, so that a bad request is refused at once.
    open: bool,
    /// Whether to wait for a place.
    wait: bool,
}

impl Manner {
    /// For a caller who takes everything: what is made is kept in any case.
    pub(super) const WHOLE: Self = Self { lead: 0, room: usize::MAX, open: true, wait: false };

    /// For a caller who plays the audio as it comes.
    pub(super) fn stream(inner: &Inner) -> Self {
        Self { lead: Lead::DEFAULT_SYMBOLS, room: inner.core.stream_buffer, open: true, wait: false }
    }

    /// Leaves the reading to the workers: the caller must not be held up.
    #[cfg(feature = "async")]
    pub(super) fn unopened(self) -> Self {
        Self { open: false, ..self }
    }

    /// Waits for a place.
    pub(super) fn patient(self) -> Self {
        Self { wait: true, ..self }
    }
}

pub(super) fn whole(inner: &Arc<Inner>, request: &SpeechRequest) -> Result<SpeechStream> {
    submit(inner, request, Manner::WHOLE)
}

pub(super) fn stream(inner: &Arc<Inner>, request: &SpeechRequest) -> Result<SpeechStream> {
    submit(inner, request, Manner::stream(inner))
}

/// Checks a request and hands it to the workers.
pub(super) fn submit(inner: &Arc<Inner>, request: &SpeechRequest, manner: Manner) -> Result<SpeechStream> {
    let begun = Instant::now();
    if inner.scheduler.process().was_forked() {
        return Err(stale());
    }
    let refuse = |error: Error| {
        inner.refused.fetch_add(1, Ordering::Relaxed);
        error
    };
    if request.cancel.as_ref().is_some_and(CancelToken::is_cancelled) {
        return Err(refuse(cancelled()));
    }
    let deadline = match request.timeout {
        // A limit beyond what the clock can tell is none.
        Some(timeout) => begun.checked_add(timeout),
        None => None,
    };
    let stop = CancelToken::new();
    let task = prepare(inner, request, manner, stop.clone()).map_err(refuse)?;
    if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
        return Err(refuse(timed_out(request.timeout.unwrap_or_default().as_secs_f64())));
    }
    let plan = Plan { begun, deadline, room: manner.room, stop: Box::new(move || stop.cancel()) };
    let ticket = enter(&inner.scheduler, task, plan, manner.wait)?;
    let waiting = request.cancel.as_ref().map(|token| token.on_cancel(ticket.canceller()));
    let text = request.text().into();
    Ok(SpeechStream::new(Arc::clone(inner), ticket, waiting, text, begun, request.timeout))
}

fn prepare(inner: &Inner, request: &SpeechRequest, manner: Manner, stop: CancelToken) -> Result<SpeechTask> {
    front::check(&inner.core, request)?;
    let lead = Lead::new(request.first_chunk_symbols.unwrap_or(manner.lead));
    let mut task = SpeechTask::new(Arc::clone(&inner.core), request.clone(), lead, stop);
    if manner.open {
        task.open()?;
    }
    Ok(task)
}

fn enter(
    scheduler: &Scheduler<SpeechTask>,
    task: SpeechTask,
    plan: Plan,
    wait: bool,
) -> Result<Ticket<SpeechTask>> {
    let ticket = if wait { scheduler.submit_in_time(task, plan) } else { scheduler.submit(task, plan) };
    ticket.map_err(|(_, refused)| match refused {
        Refused::ShutDown => shut_down(),
        Refused::Busy { retry_after } => Error::new(
            ErrorKind::Busy,
            format!(
                "as many requests are active as may be: try again in {:.2} s, or raise `max_requests` \
                 (KOKORO_MAX_REQUESTS)",
                retry_after.as_secs_f64()
            ),
        )
        .with_retry_after(retry_after),
    })
}
