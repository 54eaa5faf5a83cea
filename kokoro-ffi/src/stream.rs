//! Speech while it is made.

use std::sync::{Arc, Mutex, TryLockError};

use kokoro_core::{CancelToken, SpeechStream, Synthesizer};

use crate::argument::Out;
use crate::failure::{Failure, Outcome};
use crate::guard;
use crate::handle::{self, Handle};
use crate::request::Request;
use crate::speech::{Piece, kokoro_speech};
use crate::status::kokoro_status;

/// A request while it is spoken. One thread at a time takes chunks; any thread may cancel or free it. It keeps its
/// synthesizer alive, and does not need its request.
pub struct kokoro_stream(());

pub(crate) struct Stream {
    /// Gone after it was collected.
    chunks: Mutex<Option<SpeechStream>>,
    cancel: CancelToken,
}

impl Handle for kokoro_stream {
    type Object = Stream;
    const NAME: &'static str = "kokoro_stream";
}

impl Stream {
    pub(crate) fn begin(synthesizer: &Synthesizer, request: &Request) -> Outcome<Self> {
        let (request, cancel) = request.cancellable();
        let chunks = synthesizer.stream(&request)?;
        Ok(Self { chunks: Mutex::new(Some(chunks)), cancel })
    }

    /// The next chunk, unless another thread is waiting for it.
    pub(crate) fn next(&self) -> Outcome<Option<Piece>> {
        self.with(|chunks| {
            let Some(stream) = chunks else { return Ok(None) };
            let Some(chunk) = stream.next() else { return Ok(None) };
            let chunk = chunk?;
            Ok(Some(Piece::chunk(chunk, stream.stats().clone(), stream.progress())))
        })
    }

    fn collect(&self) -> Outcome<Piece> {
        self.with(|chunks| {
            let stream = chunks.take().ok_or_else(|| Failure::absent("nothing is left of the stream"))?;
            Ok(Piece::whole(stream.collect_speech()?))
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Option<SpeechStream>) -> Outcome<T>) -> Outcome<T> {
        match self.chunks.try_lock() {
            Ok(mut chunks) => act(&mut chunks),
            Err(TryLockError::Poisoned(poisoned)) => act(&mut poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => Err(Failure::new(
                kokoro_status::KOKORO_IN_USE,
                "another thread is taking from this stream: let one thread do it",
            )),
        }
    }
}

/// Waits for the next chunk: ::KOKORO_OK with a chunk that is to be freed with kokoro_speech_free(), and may be kept as
/// long as wanted; ::KOKORO_DONE after the last one; an error of kokoro_synthesizer_speak(), after which it is
/// ::KOKORO_DONE. `*chunk` is NULL if it is not ::KOKORO_OK. Chunks are played one after the other: the pauses between
/// them are in them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_stream_next(
    stream: *mut kokoro_stream,
    chunk: *mut *mut kokoro_speech,
) -> kokoro_status {
    guard::guard(|| {
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(chunk) }?;
        Ok(match handle::get(stream)?.next()? {
            Some(piece) => {
                out.put(handle::insert(piece));
                kokoro_status::KOKORO_OK
            }
            None => kokoro_status::KOKORO_DONE,
        })
    })
}

/// Waits for all that is left, as one speech that is to be freed with kokoro_speech_free(). Samples that were taken
/// before are not in it; times and places are those of the whole. ::KOKORO_ABSENT if it was collected before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_stream_collect(
    stream: *mut kokoro_stream,
    speech: *mut *mut kokoro_speech,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(speech) }?;
        out.put(handle::insert(handle::get(stream)?.collect()?));
        Ok(())
    })
}

/// Ends this stream, from any thread: kokoro_stream_next() gives ::KOKORO_CANCELLED within milliseconds, also if it is
/// waiting. Others that have the same token go on.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_stream_cancel(stream: *const kokoro_stream) -> kokoro_status {
    guard::done(|| {
        handle::get(stream)?.cancel.cancel();
        Ok(())
    })
}

/// Ends and frees a stream, in the middle of the model's work if need be. A thread that waits for its next chunk gets
/// ::KOKORO_CANCELLED. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_stream_free(stream: *mut kokoro_stream) -> kokoro_status {
    guard::done(|| {
        if stream.is_null() {
            return Ok(());
        }
        let taken = handle::take(stream)?;
        let cancel = taken.cancel.clone();
        // A thread that waits has it, too.
        if Arc::into_inner(taken).is_none() {
            cancel.cancel();
        }
        Ok(())
    })
}
