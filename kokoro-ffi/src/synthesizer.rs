//! A loaded model, and what it does.

use std::ffi::c_void;
use std::sync::OnceLock;

use kokoro_core::{Shutdown, Synthesizer};

use crate::argument::{Out, seconds};
use crate::buffer::{give, kokoro_buffer};
use crate::failure::{Failure, Outcome};
use crate::guard;
use crate::handle::{self, Handle};
use crate::request::kokoro_request;
use crate::speech::{Piece, kokoro_speech};
use crate::status::kokoro_status;
use crate::stream::{Stream, kokoro_stream};
use crate::voices::Voices;

/// A loaded model with its voices. Any number of threads may use it at once: requests are spoken in chunks, and chunks
/// of different requests take turns. It has threads of its own, which end with its last handle, stream and request
/// under way. After a fork the child must build its own: ::KOKORO_STALE.
pub struct kokoro_synthesizer(());

pub(crate) struct Speaker {
    pub(crate) synthesizer: Synthesizer,
    pub(crate) voices: OnceLock<Voices>,
}

impl Speaker {
    pub(crate) fn new(synthesizer: Synthesizer) -> Self {
        Self { synthesizer, voices: OnceLock::new() }
    }
}

impl Handle for kokoro_synthesizer {
    type Object = Speaker;
    const NAME: &'static str = "kokoro_synthesizer";
}

/// Takes a chunk of speech. `user_data` is what was passed beside the function. `chunk` is freed by the library after
/// the call; everything that takes a const kokoro_speech may be done with it. It is called by the thread that asked for
/// the speech, with no lock held: every function of this library may be called. Returns 0 to go on, anything else to
/// stop. It must return: no C++ exception, no longjmp.
pub type kokoro_chunk_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, chunk: *const kokoro_speech) -> i32>;

/// The synthesizer of this process, configured by environment variables (see kokoro_config_from_environment()) and
/// loaded at the first call; later ones give further handles of the same. It stays until the process ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_synthesizer_global(
    synthesizer: *mut *mut kokoro_synthesizer,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(synthesizer) }?;
        out.put(handle::insert(Speaker::new(kokoro_core::global()?.clone())));
        Ok(())
    })
}

/// One more handle of the same synthesizer, to be freed as well: for parts of a program that do not know when the
/// others are done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_synthesizer_clone(
    synthesizer: *const kokoro_synthesizer,
    clone: *mut *mut kokoro_synthesizer,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(clone) }?;
        out.put(handle::share(handle::get(synthesizer)?));
        Ok(())
    })
}

/// Speaks, and returns when all of it is done. `*speech` is to be freed with kokoro_speech_free(), and NULL after an
/// error.
///
/// Bad requests: ::KOKORO_EMPTY_TEXT, ::KOKORO_TEXT_TOO_LONG, ::KOKORO_NOTHING_TO_SPEAK, ::KOKORO_INVALID_SPEED,
/// ::KOKORO_INVALID_VOICE_NAME, ::KOKORO_UNKNOWN_VOICE, ::KOKORO_UNKNOWN_LANGUAGE. Depending on the moment:
/// ::KOKORO_BUSY, ::KOKORO_TIMEOUT, ::KOKORO_CANCELLED, ::KOKORO_SHUT_DOWN, ::KOKORO_STALE. Beyond the request's
/// control: ::KOKORO_ESPEAK_NOT_FOUND, ::KOKORO_INVALID_VOICE_FILE, ::KOKORO_IO, ::KOKORO_INFERENCE, ::KOKORO_INTERNAL.
/// After any of them the next request works.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_synthesizer_speak(
    synthesizer: *const kokoro_synthesizer,
    request: *const kokoro_request,
    speech: *mut *mut kokoro_speech,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(speech) }?;
        let speaker = handle::get(synthesizer)?;
        let speech = speaker.synthesizer.synthesize(&handle::get(request)?.now())?;
        out.put(handle::insert(Piece::whole(speech)));
        Ok(())
    })
}

/// Begins to speak: kokoro_stream_next() gives the chunks while they are made, the first one after the first few words.
/// A bad request is refused here. `*stream` is to be freed with kokoro_stream_free(), and NULL after an error: those of
/// kokoro_synthesizer_speak().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_synthesizer_stream(
    synthesizer: *const kokoro_synthesizer,
    request: *const kokoro_request,
    stream: *mut *mut kokoro_stream,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(stream) }?;
        let speaker = handle::get(synthesizer)?;
        out.put(handle::insert(Stream::begin(&speaker.synthesizer, &*handle::get(request)?)?));
        Ok(())
    })
}

/// Speaks, and calls `callback` with every chunk as it is made. Returns when all of it is done; ::KOKORO_STOPPED if the
/// callback stopped it. Errors are those of kokoro_synthesizer_speak(), some of them after chunks were given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_synthesizer_speak_to(
    synthesizer: *const kokoro_synthesizer,
    request: *const kokoro_request,
    callback: kokoro_chunk_callback,
    user_data: *mut c_void,
) -> kokoro_status {
    guard::guard(|| {
        let callback = callback
            .ok_or_else(|| Failure::new(kokoro_status::KOKORO_NULL_POINTER, "the callback is NULL"))?;
        let speaker = handle::get(synthesizer)?;
        let stream = Stream::begin(&speaker.synthesizer, &*handle::get(request)?)?;
        while let Some(piece) = stream.next()? {
            let lent = Lent(handle::insert(piece));
            // SAFETY: the caller passes a function of this type, and `user_data` that it can have.
            if unsafe { callback(user_data, lent.0) } != 0 {
                return Ok(kokoro_status::KOKORO_STOPPED);
            }
        }
        Ok(kokoro_status::KOKORO_OK)
    })
}

/// A handle that ends with the call in which it was lent.
struct Lent(*mut kokoro_speech);

impl Drop for Lent {
    fn drop(&mut self) {
        // A callback that has freed it by itself has done no harm.
        let _ = handle::free(self.0);
    }
}

/// Speaks a sentence and forgets it, so that the first request does not pay for what happens once. To be called when a
/// program starts.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_synthesizer_warm_up(synthesizer: *const kokoro_synthesizer) -> kokoro_status {
    guard::done(|| Ok(handle::get(synthesizer)?.synthesizer.warm_up()?))
}

/// The phonemes that a request would be spoken with, as text; paragraphs are separated by line breaks. `*phonemes` is
/// to be freed with kokoro_buffer_free(), and NULL after an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_synthesizer_phonemize(
    synthesizer: *const kokoro_synthesizer,
    request: *const kokoro_request,
    phonemes: *mut *mut kokoro_buffer,
) -> kokoro_status {
    // SAFETY: the caller passes NULL, or where a pointer can be stored.
    unsafe {
        describe(synthesizer, phonemes, |synthesizer| {
            Ok(synthesizer.phonemize(&handle::get(request)?.now())?.text())
        })
    }
}

/// Counters and times of all requests since the synthesizer was built, in the text format of Prometheus (0.0.4).
/// `*text` is to be freed with kokoro_buffer_free().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_synthesizer_metrics(
    synthesizer: *const kokoro_synthesizer,
    text: *mut *mut kokoro_buffer,
) -> kokoro_status {
    // SAFETY: the caller passes NULL, or where a pointer can be stored.
    unsafe { describe(synthesizer, text, |synthesizer| Ok(synthesizer.metrics().to_prometheus())) }
}

/// # Safety
/// `out` is NULL, or a pointer can be stored there.
unsafe fn describe(
    synthesizer: *const kokoro_synthesizer,
    out: *mut *mut kokoro_buffer,
    text: impl FnOnce(&Synthesizer) -> Outcome<String>,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: by the contract of this function.
        let out = unsafe { Out::handle(out) }?;
        out.put(give(text(&handle::get(synthesizer)?.synthesizer)?));
        Ok(())
    })
}

/// Ends the service of a synthesizer, for all of its handles: new requests are refused with ::KOKORO_SHUT_DOWN. What
/// was accepted is spoken to its end for at most `drain_seconds`; 0 ends it at once. Returns when all have ended and
/// its threads are gone: ::KOKORO_OK if none was cut short, else ::KOKORO_STOPPED. A stream from which nobody takes
/// anything cannot be spoken to its end. The handles are still to be freed.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_synthesizer_shut_down(
    synthesizer: *const kokoro_synthesizer,
    drain_seconds: f64,
) -> kokoro_status {
    guard::guard(|| {
        let speaker = handle::get(synthesizer)?;
        let limit = seconds(drain_seconds, "drain_seconds")?;
        let how = if limit.is_zero() { Shutdown::Abort } else { Shutdown::Drain(limit) };
        Ok(match speaker.synthesizer.shutdown(how) {
            true => kokoro_status::KOKORO_OK,
            false => kokoro_status::KOKORO_STOPPED,
        })
    })
}

/// Frees a handle of a synthesizer. With the last one, the model and its threads end as soon as no stream and no call
/// needs them. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_synthesizer_free(synthesizer: *mut kokoro_synthesizer) -> kokoro_status {
    guard::done(|| handle::free(synthesizer))
}
