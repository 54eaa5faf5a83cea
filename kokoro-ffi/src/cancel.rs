//! Ending requests from another thread.

use kokoro_core::CancelToken;

use crate::argument::Out;
use crate::guard;
use crate::handle::{self, Handle};
use crate::status::kokoro_status;

/// Cancels all requests that it was given to, from any thread. Requests keep what they need of it: it can be freed at
/// any time.
pub struct kokoro_cancel_token(());

impl Handle for kokoro_cancel_token {
    type Object = CancelToken;
    const NAME: &'static str = "kokoro_cancel_token";
}

/// A token that nobody has cancelled. Give it to requests by kokoro_request_set_cancel_token().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_cancel_token_new(token: *mut *mut kokoro_cancel_token) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(token) }?;
        out.put(handle::insert(CancelToken::new()));
        Ok(())
    })
}

/// Ends everything that was given this token with ::KOKORO_CANCELLED, within milliseconds and in the middle of the
/// model's work. It stays cancelled, and so do its requests: make new ones. May be called by any thread, several times.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_cancel_token_cancel(token: *const kokoro_cancel_token) -> kokoro_status {
    guard::done(|| {
        handle::get(token)?.cancel();
        Ok(())
    })
}

/// 1 if it was cancelled, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_cancel_token_is_cancelled(token: *const kokoro_cancel_token) -> i32 {
    guard::value(0, || Ok(handle::get(token)?.is_cancelled().into()))
}

/// Frees a token; requests that have it go on. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_cancel_token_free(token: *mut kokoro_cancel_token) -> kokoro_status {
    guard::done(|| handle::free(token))
}
