//! What is to be spoken.

use std::ffi::c_char;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kokoro_core::g2p::Lexicon;
use kokoro_core::{CancelToken, Joins, Language, SpeechRequest};

use crate::argument::{Out, seconds, string, text};
use crate::cancel::kokoro_cancel_token;
use crate::failure::Outcome;
use crate::handle::{self, Handle};
use crate::status::kokoro_status;
use crate::{choices, guard};

/// What is to be spoken, and how. It can be spoken several times, also at the same time; what has begun does not change
/// with it, and does not need it any more.
pub struct kokoro_request(());

pub(crate) struct Request(Mutex<Draft>);

struct Draft {
    request: SpeechRequest,
    joins: Joins,
    cancel: Option<CancelToken>,
}

impl Handle for kokoro_request {
    type Object = Request;
    const NAME: &'static str = "kokoro_request";
}

impl Request {
    fn new(request: SpeechRequest) -> Self {
        Self(Mutex::new(Draft { request, joins: Joins::new(), cancel: None }))
    }

    /// The request as it is now.
    pub(crate) fn now(&self) -> SpeechRequest {
        let draft = self.lock();
        let request = draft.request.clone().joins(draft.joins);
        match &draft.cancel {
            Some(token) => request.cancel_token(token.clone()),
            None => request,
        }
    }

    /// The request as it is now, with a token of its own: it can be cancelled without the others that share the one
    /// that was set.
    pub(crate) fn cancellable(&self) -> (SpeechRequest, CancelToken) {
        let draft = self.lock();
        let token = draft.cancel.as_ref().map_or_else(CancelToken::new, CancelToken::child);
        (draft.request.clone().joins(draft.joins).cancel_token(token.clone()), token)
    }

    fn lock(&self) -> MutexGuard<'_, Draft> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Changes a request. `change` gets what was checked before, and cannot fail: the request is out of its place
/// meanwhile.
fn set<T>(
    request: *const kokoro_request,
    check: impl FnOnce() -> Outcome<T>,
    change: impl FnOnce(SpeechRequest, T) -> SpeechRequest,
) -> kokoro_status {
    guard::done(|| {
        let request = handle::get(request)?;
        let value = check()?;
        let mut draft = request.lock();
        let before = mem::replace(&mut draft.request, SpeechRequest::new(""));
        draft.request = change(before, value);
        Ok(())
    })
}

fn set_joins(request: *const kokoro_request, change: impl FnOnce(Joins) -> Outcome<Joins>) -> kokoro_status {
    guard::done(|| {
        let request = handle::get(request)?;
        let mut draft = request.lock();
        draft.joins = change(draft.joins)?;
        Ok(())
    })
}

/// A request to speak `text`: UTF-8 of `bytes` bytes or ::KOKORO_NUL_TERMINATED, copied. Line breaks end a paragraph;
/// "[word](/phonemes/)" gives a word's pronunciation, "[pause:0.5s]" is a pause of that length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_request_new(
    text: *const c_char,
    bytes: usize,
    request: *mut *mut kokoro_request,
) -> kokoro_status {
    // SAFETY: the caller passes NULL or a text of that length, and NULL or where a pointer can be stored.
    unsafe { make(text, bytes, request, |text| SpeechRequest::new(text)) }
}

/// A request to speak phonemes in Kokoro's alphabet, such as "həlˈO wˈɜɹld": UTF-8 of `bytes` bytes or
/// ::KOKORO_NUL_TERMINATED, copied. Symbols that the model does not know are left out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_request_from_phonemes(
    phonemes: *const c_char,
    bytes: usize,
    request: *mut *mut kokoro_request,
) -> kokoro_status {
    // SAFETY: the caller passes NULL or a text of that length, and NULL or where a pointer can be stored.
    unsafe { make(phonemes, bytes, request, |phonemes| SpeechRequest::from_phonemes(phonemes)) }
}

/// # Safety
/// `text` is NULL or of that length; `request` is NULL, or a pointer can be stored there.
unsafe fn make(
    content: *const c_char,
    bytes: usize,
    request: *mut *mut kokoro_request,
    make: impl FnOnce(&str) -> SpeechRequest,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: by the contract of this function.
        let out = unsafe { Out::handle(request) }?;
        // SAFETY: by the contract of this function.
        let content = unsafe { text(content, bytes, "text") }?;
        out.put(handle::insert(Request::new(make(content))));
        Ok(())
    })
}

/// The voice by name, or a mix: "af_heart", "af_heart,am_adam" (the mean), "af_heart*0.7+am_adam*0.3". Checked when it
/// is spoken: ::KOKORO_INVALID_VOICE_NAME, ::KOKORO_UNKNOWN_VOICE. Default: af_heart if it is there, else the first
/// voice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_request_set_voice(
    request: *mut kokoro_request,
    voice: *const c_char,
) -> kokoro_status {
    // SAFETY: the caller passes NULL or a NUL-terminated string.
    set(request, || unsafe { string(voice, "voice") }, |request, voice| request.voice(voice))
}

/// The language of the text, such as "en-us", "en-gb" or "fr-fr"; the reference's letters ("a", "b", "f") will do.
/// Checked here: ::KOKORO_UNKNOWN_LANGUAGE. Default: that of the voice, by the first letter of its name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_request_set_language(
    request: *mut kokoro_request,
    language: *const c_char,
) -> kokoro_status {
    let check = || {
        // SAFETY: the caller passes NULL or a NUL-terminated string.
        Ok(unsafe { string(language, "language") }?.parse::<Language>()?)
    };
    set(request, check, SpeechRequest::language)
}

/// How fast to speak, 0.25 to 4: 2 takes half the time. Checked when it is spoken: ::KOKORO_INVALID_SPEED. Default 1.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_request_set_speed(request: *mut kokoro_request, speed: f32) -> kokoro_status {
    set(request, || Ok(speed), SpeechRequest::speed)
}

/// Repeats the noise of the voice source: the same request with the same seed gives the same samples in every run and
/// process on the same kind of processor with the same number of threads. Default: fresh noise every time.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_request_set_seed(request: *mut kokoro_request, seed: u64) -> kokoro_status {
    set(request, || Ok(seed), SpeechRequest::seed)
}

/// How long the request may take, in seconds from the call to the last of its audio, 0 or more: it ends with
/// ::KOKORO_TIMEOUT after that. Default: no limit.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_request_set_timeout(
    request: *mut kokoro_request,
    limit_seconds: f64,
) -> kokoro_status {
    set(request, || seconds(limit_seconds, "timeout"), SpeechRequest::timeout)
}

/// What cancels the request from another thread. Default: nothing; a stream can be cancelled by itself.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_request_set_cancel_token(
    request: *mut kokoro_request,
    token: *const kokoro_cancel_token,
) -> kokoro_status {
    guard::done(|| {
        let request = handle::get(request)?;
        let token = handle::get(token)?.as_ref().clone();
        request.lock().cancel = Some(token);
        Ok(())
    })
}

/// Whose reading is wanted: one of ::kokoro_mode, checked here. Default: that of the synthesizer.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_request_set_mode(request: *mut kokoro_request, mode: i32) -> kokoro_status {
    set(request, || choices::mode(mode), SpeechRequest::mode)
}

/// What reads unknown words: one of ::kokoro_fallback, checked here. Default: that of the synthesizer.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_request_set_fallback(request: *mut kokoro_request, fallback: i32) -> kokoro_status {
    set(request, || choices::fallback(fallback), SpeechRequest::fallback)
}

/// Whether symbols are spoken: one of ::kokoro_symbols, checked here. Default: that of the synthesizer.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_request_set_symbols(request: *mut kokoro_request, symbols: i32) -> kokoro_status {
    set(request, || choices::symbols(symbols), SpeechRequest::symbols)
}

/// Words whose pronunciation is given for this request, before those of the synthesizer: lines of a word, a tab and its
/// phonemes, `bytes` bytes or ::KOKORO_NUL_TERMINATED. Read here: ::KOKORO_INVALID_LEXICON names the line. Default:
/// none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_request_set_pronunciations(
    request: *mut kokoro_request,
    tsv: *const c_char,
    bytes: usize,
) -> kokoro_status {
    let check = || {
        // SAFETY: the caller passes NULL or a text of that length.
        Ok(Lexicon::from_tsv(unsafe { text(tsv, bytes, "pronunciations") }?)?)
    };
    set(request, check, SpeechRequest::pronunciations)
}

/// About how many phoneme symbols the first chunk shall have: a short one lets a stream begin early; 0 makes none
/// shorter. With the same number, streams and whole speeches are the same samples. Default: 20 for streams, 0 for whole
/// speeches.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_request_set_first_chunk_symbols(
    request: *mut kokoro_request,
    symbols: usize,
) -> kokoro_status {
    set(request, || Ok(symbols), SpeechRequest::first_chunk_symbols)
}

/// The pauses between chunks of a long text, in seconds at speed 1: where a sentence had to be cut at a clause, between
/// sentences, between paragraphs. Default 0.15, 0.35 and 0.7.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_request_set_pauses(
    request: *mut kokoro_request,
    clause_seconds: f64,
    sentence_seconds: f64,
    paragraph_seconds: f64,
) -> kokoro_status {
    set_joins(request, |joins| {
        Ok(joins
            .clause(seconds(clause_seconds, "clause")?)
            .sentence(seconds(sentence_seconds, "sentence")?)
            .paragraph(seconds(paragraph_seconds, "paragraph")?))
    })
}

/// Whether the silence before the first sound and after the last one is cut (0: no), which makes an answer start some
/// 0.2 s earlier. Default 0.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_request_set_trim_ends(request: *mut kokoro_request, trim: i32) -> kokoro_status {
    set_joins(request, |joins| Ok(joins.trim_ends(trim != 0)))
}

/// Chunks are put together exactly as the model makes them, as the reference implementation does. Replaces what
/// kokoro_request_set_pauses() and kokoro_request_set_trim_ends() set before. Default: silence between chunks is cut or
/// filled up to the pauses.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_request_set_plain_joins(request: *mut kokoro_request) -> kokoro_status {
    set_joins(request, |_| Ok(Joins::plain()))
}

/// Frees a request; what was begun with it goes on. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_request_free(request: *mut kokoro_request) -> kokoro_status {
    guard::done(|| handle::free(request))
}
