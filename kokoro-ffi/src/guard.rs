//! Through which every call goes: no panic reaches C, and what fails is kept as the last error of the thread.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;

use crate::failure::{Failure, Outcome};
use crate::log;
use crate::status::kokoro_status;

/// Runs the body of a function that returns a status.
pub(crate) fn guard(body: impl FnOnce() -> Outcome<kokoro_status>) -> kokoro_status {
    enter(body).unwrap_or_else(Failure::keep)
}

/// Runs the body of a function that returns a status and has nothing to say when it worked.
pub(crate) fn done(body: impl FnOnce() -> Outcome<()>) -> kokoro_status {
    guard(|| body().map(|()| kokoro_status::KOKORO_OK))
}

/// Runs the body of a function that returns a value: `fallback` if it fails.
pub(crate) fn value<T>(fallback: T, body: impl FnOnce() -> Outcome<T>) -> T {
    enter(body).unwrap_or_else(|failure| {
        failure.keep();
        fallback
    })
}

fn enter<T>(body: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    if log::is_in_callback() {
        return Err(Failure::new(
            kokoro_status::KOKORO_IN_LOG_CALLBACK,
            "the log callback was called in the middle of the library's work and must not call it: hand the message \
             to another thread",
        ));
    }
    silence_panics();
    let _inside = Inside::enter();
    // What a panic leaves behind is owned by the objects, whose locks are taken regardless of it.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(panicked(&*panic)))
}

fn panicked(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    let message = format!("the library panicked: {text}. It can still be used; please report it");
    Failure::new(kokoro_status::KOKORO_INTERNAL, message)
}

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// While it lives, its thread is in a call.
struct Inside;

impl Inside {
    fn enter() -> Self {
        let _ = DEPTH.try_with(|depth| depth.set(depth.get() + 1));
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let _ = DEPTH.try_with(|depth| depth.set(depth.get().saturating_sub(1)));
    }
}

/// Threads of `kokoro-core`.
const WORKERS: &str = "kokoro-";

/// Rust prints panics before they are caught. Those of our threads and of calls go to the log instead, as nothing is
/// printed by this library; all others go where they went before.
fn silence_panics() {
    static ONCE: Once = Once::new();
    // The hook cannot be changed while this thread panics.
    if ONCE.is_completed() || std::thread::panicking() {
        return;
    }
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            let inside = DEPTH.try_with(Cell::get).is_ok_and(|depth| depth > 0);
            if inside || std::thread::current().name().is_some_and(|name| name.starts_with(WORKERS)) {
                tracing::error!("{info}");
            } else {
                before(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;
    use crate::failure::kokoro_last_error;

    #[test]
    fn a_panic_is_a_status_with_a_text() {
        let status = guard(|| panic!("on {}", "purpose"));
        assert_eq!(status, kokoro_status::KOKORO_INTERNAL);
        // SAFETY: the function promises a NUL-terminated string.
        let text = unsafe { CStr::from_ptr(kokoro_last_error()) }.to_str().unwrap();
        assert!(text.contains("panicked: on purpose"), "{text}");
        assert_eq!(value(7, || std::panic::panic_any(1)), 7);
        assert_eq!(DEPTH.get(), 0);
        assert_eq!(guard(|| Ok(kokoro_status::KOKORO_DONE)), kokoro_status::KOKORO_DONE);
    }
}
