//! What is on this machine.

use std::ffi::c_char;

use kokoro_core::assets::{Found, find_model, find_voices};
use kokoro_core::doctor::Examination;

use crate::argument::{Out, string};
use crate::buffer::{give, kokoro_buffer};
use crate::failure::{Failure, Outcome};
use crate::guard;
use crate::status::kokoro_status;

/// For kokoro_doctor(): reads published files as a whole and compares their digests.
pub const KOKORO_DOCTOR_DIGESTS: u32 = 1;
/// For kokoro_doctor(): loads the model and speaks a word with it.
pub const KOKORO_DOCTOR_SPEAK: u32 = 2;

/// Where a published model is on this machine: "kokoro-v1.0" or another name of the catalogue, or "auto" for what
/// KOKORO_MODEL names, else for the first that is found in the cache folders of Kokoro and of Hugging Face. No network
/// is used. `*path` is to be freed with kokoro_buffer_free(), and NULL after an error: ::KOKORO_MODEL_NOT_FOUND tells
/// where was searched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_find_model(
    name: *const c_char,
    path: *mut *mut kokoro_buffer,
) -> kokoro_status {
    // SAFETY: the caller passes NULL or where a pointer can be stored, and NULL or a NUL-terminated string.
    unsafe { found(path, || find_model(string(name, "name")?).map_err(Failure::from)) }
}

/// Where published voices are on this machine: what KOKORO_VOICES names, else the first folder of the caches that has
/// one. `*path` is to be freed with kokoro_buffer_free(), and NULL after an error: ::KOKORO_UNKNOWN_VOICE tells where
/// was searched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_find_voices(path: *mut *mut kokoro_buffer) -> kokoro_status {
    // SAFETY: the caller passes NULL or where a pointer can be stored.
    unsafe { found(path, || find_voices().map_err(Failure::from)) }
}

/// # Safety
/// `path` is NULL, or a pointer can be stored there.
unsafe fn found(path: *mut *mut kokoro_buffer, find: impl FnOnce() -> Outcome<Found>) -> kokoro_status {
    guard::done(|| {
        // SAFETY: by the contract of this function.
        let out = unsafe { Out::handle(path) }?;
        out.put(give(find()?.path.to_string_lossy().into_owned()));
        Ok(())
    })
}

/// Tells what a synthesizer with the settings of the environment variables would use on this machine, and what is wrong
/// with it, as JSON: an object with "version", "healthy" (whether there is no problem) and "findings", each with
/// "topic", "status" ("good", "note" or "problem"), "facts" (names and values) and "messages" (what is wrong, and the
/// remedy). `flags` is a sum of ::KOKORO_DOCTOR_DIGESTS and ::KOKORO_DOCTOR_SPEAK, or 0. It writes nothing and uses no
/// network; the libraries that it loads stay loaded. `*json` is to be freed with kokoro_buffer_free(). A problem is no
/// error of this function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_doctor(flags: u32, json: *mut *mut kokoro_buffer) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(json) }?;
        if flags & !(KOKORO_DOCTOR_DIGESTS | KOKORO_DOCTOR_SPEAK) != 0 {
            let message = format!(
                "flags = {flags}: they are a sum of {KOKORO_DOCTOR_DIGESTS} and {KOKORO_DOCTOR_SPEAK}"
            );
            return Err(Failure::argument(message));
        }
        let examination = Examination::new()
            .digests(flags & KOKORO_DOCTOR_DIGESTS != 0)
            .speak(flags & KOKORO_DOCTOR_SPEAK != 0);
        out.put(give(examination.run().to_json()));
        Ok(())
    })
}
