//! Text to phonemes without a model.

use std::ffi::c_char;

use kokoro_core::{Language, g2p};

use crate::argument::{Out, string, text};
use crate::buffer::{give, kokoro_buffer};
use crate::guard;
use crate::status::kokoro_status;

/// The phonemes of a text, UTF-8 of `bytes` bytes or ::KOKORO_NUL_TERMINATED, in a language such as "en-us", with
/// default settings and without a model. `*phonemes` is to be freed with kokoro_buffer_free(), and NULL after an error:
/// ::KOKORO_UNKNOWN_LANGUAGE, ::KOKORO_ESPEAK_NOT_FOUND for a language that espeak-ng reads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_phonemize(
    text_utf8: *const c_char,
    bytes: usize,
    language: *const c_char,
    phonemes: *mut *mut kokoro_buffer,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(phonemes) }?;
        // SAFETY: the caller passes NULL or a text of that length.
        let content = unsafe { text(text_utf8, bytes, "text") }?;
        // SAFETY: the caller passes NULL or a NUL-terminated string.
        let language: Language = unsafe { string(language, "language") }?.parse()?;
        out.put(give(g2p::phonemize(content, language)?.text()));
        Ok(())
    })
}
