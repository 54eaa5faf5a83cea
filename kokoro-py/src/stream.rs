//! Requests that are being spoken: chunk by chunk, or as a whole. Both can be waited for and polled.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream as _;
use kokoro_core::{AsyncSpeech, AsyncSpeechStream, ErrorKind, Result, Speech, SpeechChunk};
use pyo3::prelude::*;

use crate::characters::Characters;
use crate::errors::{OrRaise, raise_kind};
use crate::notify::Notifier;
use crate::speech::{ChunkFields, SpeechFields, StatsFields};
use crate::wait::wait;

/// A speech that is being made.
#[pyclass(frozen, module = "kokoro_rs._native")]
pub(crate) struct Whole {
    future: Mutex<Option<AsyncSpeech>>,
    text: Arc<str>,
    notifier: Arc<Notifier>,
}

impl Whole {
    pub(crate) fn new(future: AsyncSpeech, text: Arc<str>, notifier: Arc<Notifier>) -> Self {
        Self { future: Mutex::new(Some(future)), text, notifier }
    }

    /// `None` once it was taken or closed.
    fn advance(&self, context: &mut Context<'_>) -> Poll<Option<Result<Speech>>> {
        let mut future = lock(&self.future);
        let Some(speech) = future.as_mut() else { return Poll::Ready(None) };
        let polled = Pin::new(speech).poll(context).map(Some);
        if polled.is_ready() {
            *future = None;
        }
        polled
    }

    fn give<'py>(&self, py: Python<'py>, speech: Option<Result<Speech>>) -> PyResult<SpeechFields<'py>> {
        let speech = speech.ok_or_else(|| closed(py))?.or_raise(py)?;
        Ok(SpeechFields::new(py, speech, &mut Characters::new(Arc::clone(&self.text))))
    }
}

#[pymethods]
impl Whole {
    /// Waits for the speech.
    fn wait<'py>(&self, py: Python<'py>) -> PyResult<SpeechFields<'py>> {
        match wait(py, |context| self.advance(context)) {
            Ok(speech) => self.give(py, speech),
            Err(interrupt) => {
                self.close(py);
                Err(interrupt)
            }
        }
    }

    /// The speech if it is there, else `None`: `callback` is then called once, from another thread, when there is news.
    fn poll<'py>(&self, py: Python<'py>, callback: Py<PyAny>) -> PyResult<Option<SpeechFields<'py>>> {
        let waker = self.notifier.waker(callback)?;
        match py.detach(|| self.advance(&mut Context::from_waker(&waker))) {
            Poll::Pending => Ok(None),
            Poll::Ready(speech) => self.give(py, speech).map(Some),
        }
    }

    /// Ends the request.
    fn close(&self, py: Python<'_>) {
        py.detach(|| drop(lock(&self.future).take()));
    }
}

/// A speech that is being made chunk by chunk.
#[pyclass(frozen, module = "kokoro_rs._native")]
pub(crate) struct Stream {
    stream: Mutex<Option<AsyncSpeechStream>>,
    characters: Mutex<Characters>,
    text: Arc<str>,
    notifier: Arc<Notifier>,
}

impl Stream {
    pub(crate) fn new(stream: AsyncSpeechStream, text: Arc<str>, notifier: Arc<Notifier>) -> Self {
        let characters = Mutex::new(Characters::new(Arc::clone(&text)));
        Self { stream: Mutex::new(Some(stream)), characters, text, notifier }
    }

    fn advance(&self, context: &mut Context<'_>) -> Poll<Option<Result<SpeechChunk>>> {
        match lock(&self.stream).as_mut() {
            Some(stream) => Pin::new(stream).poll_next(context),
            None => Poll::Ready(None),
        }
    }

    fn give<'py>(
        &self,
        py: Python<'py>,
        chunk: Option<Result<SpeechChunk>>,
    ) -> PyResult<Option<ChunkFields<'py>>> {
        let Some(chunk) = chunk else { return Ok(None) };
        let chunk = chunk.or_raise(py)?;
        Ok(Some(ChunkFields::new(py, chunk, &mut lock(&self.characters))))
    }
}

#[pymethods]
impl Stream {
    /// Waits for the next chunk; `None` after the last.
    fn wait<'py>(&self, py: Python<'py>) -> PyResult<Option<ChunkFields<'py>>> {
        match wait(py, |context| self.advance(context)) {
            Ok(chunk) => self.give(py, chunk),
            Err(interrupt) => {
                self.close(py);
                Err(interrupt)
            }
        }
    }

    /// True and the next chunk, or `None` after the last; False if it is not there yet: `callback` is then called once, from
    /// another thread, when there is news.
    fn poll<'py>(&self, py: Python<'py>, callback: Py<PyAny>) -> PyResult<(bool, Option<ChunkFields<'py>>)> {
        let waker = self.notifier.waker(callback)?;
        match py.detach(|| self.advance(&mut Context::from_waker(&waker))) {
            Poll::Pending => Ok((false, None)),
            Poll::Ready(chunk) => Ok((true, self.give(py, chunk)?)),
        }
    }

    /// All that is left, as one; nothing more comes from here.
    fn collect(&self, py: Python<'_>) -> PyResult<Whole> {
        let stream = lock(&self.stream).take().ok_or_else(|| closed(py))?;
        Ok(Whole::new(stream.collect_speech(), Arc::clone(&self.text), Arc::clone(&self.notifier)))
    }

    /// How far it is: chunks, seconds of audio, share of the text, seconds since the call, seconds that are left.
    #[getter]
    fn progress(&self) -> Option<(usize, f64, f64, f64, Option<f64>)> {
        let stream = lock(&self.stream);
        let progress = stream.as_ref()?.progress();
        let share = progress.text_bytes as f64 / progress.total_text_bytes.max(1) as f64;
        let (audio, elapsed) = (progress.audio_seconds, progress.elapsed_seconds);
        Some((progress.chunks, audio, share, elapsed, progress.remaining_seconds))
    }

    #[getter]
    fn stats(&self) -> Option<StatsFields> {
        let stats = lock(&self.stream).as_ref()?.stats().clone();
        Some(StatsFields::new(&stats, &mut Characters::new(Arc::clone(&self.text))))
    }

    /// Ends the request.
    fn close(&self, py: Python<'_>) {
        py.detach(|| drop(lock(&self.stream).take()));
    }
}

fn closed(py: Python<'_>) -> PyErr {
    raise_kind(py, ErrorKind::Cancelled, "the request was closed, and what it gave was taken", None)
}

/// Never held while anything waits.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
