//! The same for programs that must not block: futures and streams of any runtime.
//!
//! The scheduler's threads do the work, so nothing is spawned here and no runtime is needed.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use super::stream::Collected;
use super::submit::{Manner, submit};
use super::{SpeechStream, Synthesizer, stale};
use crate::speech::{SpeechChunk, SpeechStats};
use crate::{Progress, Result, Speech, SpeechRequest};

impl Synthesizer {
    /// As [`synthesize`](Self::synthesize), without blocking: a worker reads the text, too. Dropping the future ends the
    /// request. It is taken in here, not when the future is first polled. Needs the feature `async`.
    pub fn synthesize_async(&self, request: &SpeechRequest) -> AsyncSpeech {
        match submit(&self.0, request, Manner::WHOLE.unopened()) {
            Ok(stream) => AsyncSpeech { stream: Ok(stream), speech: Collected::default() },
            Err(error) => AsyncSpeech { stream: Err(Some(error)), speech: Collected::default() },
        }
    }

    /// As [`stream`](Self::stream), without blocking: a worker reads the text, too, so that an error of the text is the
    /// first item. Needs the feature `async`.
    ///
    /// # Errors
    /// What can be told without reading the text, among them [`Busy`](crate::ErrorKind::Busy).
    pub fn stream_async(&self, request: &SpeechRequest) -> Result<AsyncSpeechStream> {
        submit(&self.0, request, Manner::stream(&self.0).unopened()).map(AsyncSpeechStream)
    }
}

/// A [`Speech`] that is being made.
#[must_use = "dropping a future ends its request"]
#[derive(Debug)]
pub struct AsyncSpeech {
    /// The error is taken by the first poll.
    stream: Result<SpeechStream, Option<crate::Error>>,
    speech: Collected,
}

impl Future for AsyncSpeech {
    type Output = Result<Speech>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let stream = match &mut this.stream {
            Ok(stream) => stream,
            // It is not polled after it is ready.
            Err(error) => return error.take().map_or(Poll::Pending, |error| Poll::Ready(Err(error))),
        };
        loop {
            match stream.poll_chunk(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(chunk))) => this.speech.push(chunk),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
                Poll::Ready(None) => {
                    return Poll::Ready(Ok(std::mem::take(&mut this.speech).finish(stream)));
                }
            }
        }
    }
}

/// A [`SpeechStream`] for asynchronous programs.
///
/// Dropping it ends the request, also while the model is at work.
#[must_use = "dropping a stream ends its request"]
#[derive(Debug)]
pub struct AsyncSpeechStream(SpeechStream);

impl AsyncSpeechStream {
    /// Counts and times of what was taken so far.
    #[must_use]
    pub fn stats(&self) -> &SpeechStats {
        self.0.stats()
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.0.progress()
    }

    /// Takes all that is left, as one piece. What was taken before is not in it, but times and places are those of the
    /// whole speech.
    pub fn collect_speech(self) -> AsyncSpeech {
        AsyncSpeech { stream: Ok(self.0), speech: Collected::default() }
    }
}

impl Stream for AsyncSpeechStream {
    type Item = Result<SpeechChunk>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().0.poll_chunk(context)
    }
}

impl FusedStream for AsyncSpeechStream {
    fn is_terminated(&self) -> bool {
        self.0.is_over()
    }
}

impl SpeechStream {
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<SpeechChunk>>> {
        let Some(ticket) = self.ticket() else { return Poll::Ready(None) };
        if ticket.process().was_forked() {
            self.finish();
            return Poll::Ready(Some(Err(stale())));
        }
        ticket.poll_next(context).map(|next| self.receive(next))
    }
}
