//! What went wrong in a call, and how its thread is told.

use std::cell::RefCell;
use std::error::Error as _;
use std::ffi::{CStr, CString, c_char};
use std::time::Duration;

use crate::status::kokoro_status;

/// Why a call failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: kokoro_status,
    message: String,
    retry_after: Option<Duration>,
}

/// Result of the body of an entry point.
pub(crate) type Outcome<T> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(status: kokoro_status, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), retry_after: None }
    }

    /// A value that is not one of those that are allowed.
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(kokoro_status::KOKORO_INVALID_ARGUMENT, message)
    }

    /// Something that is not there.
    pub(crate) fn absent(message: impl Into<String>) -> Self {
        Self::new(kokoro_status::KOKORO_ABSENT, message)
    }

    /// Keeps it as the last error of this thread.
    pub(crate) fn keep(self) -> kokoro_status {
        let status = self.status;
        // A thread that is ending has no memory for it any more.
        let _ = LAST.try_with(|last| {
            if let Ok(mut last) = last.try_borrow_mut() {
                *last = Last { status, message: without_nul(self.message), retry_after: self.retry_after };
            }
        });
        status
    }
}

impl From<kokoro_core::Error> for Failure {
    fn from(error: kokoro_core::Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            source = cause.source();
        }
        Self { status: error.kind().into(), message, retry_after: error.retry_after() }
    }
}

/// A string for C. It ends at its first NUL there, so others are shown.
pub(crate) fn without_nul(text: impl Into<String>) -> CString {
    let text: String = text.into();
    CString::new(text)
        .or_else(|error| {
            let bytes = error.into_vec();
            CString::new(String::from_utf8_lossy(&bytes).replace('\0', "\u{FFFD}"))
        })
        .unwrap_or_default()
}

struct Last {
    status: kokoro_status,
    message: CString,
    retry_after: Option<Duration>,
}

thread_local! {
    static LAST: RefCell<Last> = RefCell::new(Last {
        status: kokoro_status::KOKORO_OK,
        message: CString::default(),
        retry_after: None,
    });
}

/// What went wrong in the last call of this thread that failed, in English: the offending value, the limit that it
/// broke and the remedy. Meaningful right after a call that returned a status from 100 on, ::KOKORO_ABSENT, or NULL; a
/// call that succeeds does not change it. Empty if none has failed. UTF-8, NUL-terminated, never NULL; valid until the
/// next call of this library in the same thread that fails.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_last_error() -> *const c_char {
    // The string stays where it is until `keep` replaces it.
    let message = LAST.try_with(|last| last.try_borrow().map(|last| last.message.as_ptr()));
    message.ok().and_then(Result::ok).unwrap_or(NOTHING.as_ptr())
}

const NOTHING: &CStr = c"";

/// The status of the last call of this thread that failed, for functions that return a pointer. ::KOKORO_OK if none has
/// failed.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_last_status() -> kokoro_status {
    let status = LAST.try_with(|last| last.try_borrow().map(|last| last.status));
    status.ok().and_then(Result::ok).unwrap_or(kokoro_status::KOKORO_INTERNAL)
}

/// After ::KOKORO_BUSY: in how many seconds a place will probably be free, judging by the requests before. After
/// another failure, 0.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_last_retry_after_seconds() -> f64 {
    let after = LAST.try_with(|last| last.try_borrow().ok().and_then(|last| last.retry_after));
    after.ok().flatten().unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last() -> String {
        // SAFETY: the function promises a NUL-terminated string.
        unsafe { CStr::from_ptr(kokoro_last_error()) }.to_str().unwrap().to_owned()
    }

    #[test]
    fn each_thread_has_its_own_error() {
        Failure::argument("one\0two").keep();
        assert_eq!(
            (last().as_str(), kokoro_last_status()),
            ("one\u{FFFD}two", kokoro_status::KOKORO_INVALID_ARGUMENT)
        );
        let other = std::thread::spawn(|| (last(), kokoro_last_status())).join().unwrap();
        assert_eq!(other, (String::new(), kokoro_status::KOKORO_OK));
        assert_eq!(kokoro_last_retry_after_seconds(), 0.0);
    }
}
