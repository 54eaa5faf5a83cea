//! Messages of the library, for a function of the program.

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::argument::choice;
use crate::failure::{Failure, without_nul};
use crate::guard;
use crate::status::kokoro_status;

/// How important a message is. A level includes those before it.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum kokoro_log_level {
    /// No messages.
    KOKORO_LOG_OFF = 0,
    /// Something failed, also where no call could be told.
    KOKORO_LOG_ERROR = 1,
    /// Something is not as it should be, and the work goes on.
    KOKORO_LOG_WARNING = 2,
    /// What is of interest in operation: a model was loaded.
    KOKORO_LOG_INFO = 3,
    /// For debugging.
    KOKORO_LOG_DEBUG = 4,
    /// Everything.
    KOKORO_LOG_TRACE = 5,
}

/// Takes a message: `level` is one of ::kokoro_log_level, `target` the part of the library, `message` the text. Both
/// are UTF-8, NUL-terminated and valid during the call. It is called by any thread, also by several at once, in the
/// middle of the library's work: it must be quick and must return (no C++ exception, no longjmp). What it calls of the
/// library is refused with ::KOKORO_IN_LOG_CALLBACK and does nothing, except the functions of versions, names and last
/// errors.
pub type kokoro_log_callback = Option<
    unsafe extern "C" fn(user_data: *mut c_void, level: i32, target: *const c_char, message: *const c_char),
>;

struct Sink {
    callback: unsafe extern "C" fn(*mut c_void, i32, *const c_char, *const c_char),
    user_data: *mut c_void,
}

// SAFETY: the caller promises that the function may be called by any thread with its data.
unsafe impl Send for Sink {}
// SAFETY: as above.
unsafe impl Sync for Sink {}

static SINK: Mutex<Option<Arc<Sink>>> = Mutex::new(None);
/// The most detailed level that is wanted, as its number.
static WANTED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static IN_CALLBACK: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is in a call of the log callback.
pub(crate) fn is_in_callback() -> bool {
    IN_CALLBACK.try_with(Cell::get).unwrap_or(false)
}

/// Gives messages up to `level`, one of ::kokoro_log_level, to `callback`; there is one for the process. NULL or
/// ::KOKORO_LOG_OFF ends it. When this function returns, the callback before is not called any more, and what belongs
/// to its `user_data` can be freed. Default: messages go nowhere; nothing is ever printed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_set_log_callback(
    level: i32,
    callback: kokoro_log_callback,
    user_data: *mut c_void,
) -> kokoro_status {
    guard::done(|| {
        use kokoro_log_level::*;
        let values = [
            (KOKORO_LOG_OFF as i32, LevelFilter::OFF),
            (KOKORO_LOG_ERROR as i32, LevelFilter::ERROR),
            (KOKORO_LOG_WARNING as i32, LevelFilter::WARN),
            (KOKORO_LOG_INFO as i32, LevelFilter::INFO),
            (KOKORO_LOG_DEBUG as i32, LevelFilter::DEBUG),
            (KOKORO_LOG_TRACE as i32, LevelFilter::TRACE),
        ];
        let level = choice(level, "level", &values)?;
        let sink = callback
            .filter(|_| level != LevelFilter::OFF)
            .map(|callback| Arc::new(Sink { callback, user_data }));
        if sink.is_some() {
            install()?;
        }
        let wanted = if sink.is_some() { number(level) } else { 0 };
        let mut before = std::mem::replace(&mut *sink_lock(), sink);
        WANTED.store(wanted, Ordering::Relaxed);
        tracing::callsite::rebuild_interest_cache();
        // Calls under way hold it.
        while let Some(Err(held)) = before.map(Arc::try_unwrap) {
            before = Some(held);
            std::thread::sleep(Duration::from_micros(100));
        }
        Ok(())
    })
}

fn sink_lock() -> MutexGuard<'static, Option<Arc<Sink>>> {
    SINK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes this the receiver of all messages of this copy of the library, once.
fn install() -> Result<(), Failure> {
    static ONCE: Once = Once::new();
    static INSTALLED: Mutex<bool> = Mutex::new(false);
    ONCE.call_once(|| {
        let done = tracing::subscriber::set_global_default(Receiver).is_ok();
        *INSTALLED.lock().unwrap_or_else(PoisonError::into_inner) = done;
    });
    match *INSTALLED.lock().unwrap_or_else(PoisonError::into_inner) {
        true => Ok(()),
        false => Err(Failure::new(
            kokoro_status::KOKORO_INVALID_CONFIG,
            "the program is in Rust and has a `tracing` subscriber of its own, which has the messages",
        )),
    }
}

/// The number of a level in [`kokoro_log_level`].
fn number(level: LevelFilter) -> usize {
    match level.into_level() {
        None => 0,
        Some(Level::ERROR) => 1,
        Some(Level::WARN) => 2,
        Some(Level::INFO) => 3,
        Some(Level::DEBUG) => 4,
        Some(_) => 5,
    }
}

/// Passes events on. Spans are not followed: nothing is done for them, so that requests cost no more than without it.
struct Receiver;

impl Subscriber for Receiver {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && number((*metadata.level()).into()) <= WANTED.load(Ordering::Relaxed)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(match WANTED.load(Ordering::Relaxed) {
            0 => LevelFilter::OFF,
            1 => LevelFilter::ERROR,
            2 => LevelFilter::WARN,
            3 => LevelFilter::INFO,
            4 => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        })
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let Some(sink) = sink_lock().clone() else { return };
        let Some(_call) = Call::begin() else { return };
        let mut line = Line::default();
        event.record(&mut line);
        let target = without_nul(event.metadata().target());
        let message = without_nul(line.message + &line.fields);
        let level = i32::try_from(number((*event.metadata().level()).into())).unwrap_or(0);
        // SAFETY: the program gave this function, and data that it can have in any thread.
        unsafe { (sink.callback)(sink.user_data, level, target.as_ptr(), message.as_ptr()) }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// A call of the callback by this thread; there is one at a time.
struct Call;

impl Call {
    fn begin() -> Option<Self> {
        let was_in = IN_CALLBACK.try_with(|inside| inside.replace(true)).unwrap_or(true);
        // One that is not wanted must not be made: its end would be taken for that of the call.
        if was_in { None } else { Some(Self) }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let _ = IN_CALLBACK.try_with(|inside| inside.set(false));
    }
}

/// A message, and its fields behind it as ` name=value`.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

// Writing to a string cannot fail.
impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = match field.name() {
            "message" => write!(self.message, "{value}"),
            name => write!(self.fields, " {name}={value}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    type Seen = Mutex<Vec<(i32, String, String)>>;

    unsafe extern "C" fn keep(seen: *mut c_void, level: i32, target: *const c_char, message: *const c_char) {
        // SAFETY: `seen` is the `Seen` below, and the strings are NUL-terminated.
        let (seen, target, message) =
            unsafe { (&*seen.cast::<Seen>(), CStr::from_ptr(target), CStr::from_ptr(message)) };
        let text = |text: &CStr| text.to_str().unwrap().to_owned();
        seen.lock().unwrap().push((level, text(target), text(message)));
        assert!(is_in_callback());
        // Neither a message nor a call from within comes back.
        tracing::error!("from within");
        assert_eq!(
            crate::cancel::kokoro_cancel_token_free(std::ptr::null_mut()),
            kokoro_status::KOKORO_IN_LOG_CALLBACK
        );
    }

    // One test: there is one callback in a process.
    #[test]
    fn messages_of_the_level_come_once_until_it_ends() {
        let seen = Seen::default();
        let data: *mut c_void = (&raw const seen).cast_mut().cast();
        let set = |level: i32, callback: kokoro_log_callback| {
            // SAFETY: `seen` outlives the callback, which is ended below.
            unsafe { kokoro_set_log_callback(level, callback, data) }
        };
        tracing::error!("before");
        assert_eq!(set(6, Some(keep)), kokoro_status::KOKORO_INVALID_ARGUMENT);
        assert_eq!(set(3, Some(keep)), kokoro_status::KOKORO_OK);
        let emit = || {
            tracing::info!(target: "a", seconds = 1.5, name = "x", "one\0{}", 2);
            tracing::debug!("too detailed");
        };
        emit();
        assert_eq!(set(1, Some(keep)), kokoro_status::KOKORO_OK);
        emit();
        assert_eq!(set(5, None), kokoro_status::KOKORO_OK);
        tracing::error!("after");
        assert_eq!(set(0, Some(keep)), kokoro_status::KOKORO_OK);
        tracing::error!("after");
        let seen: Vec<_> = std::mem::take(&mut *seen.lock().unwrap());
        // Other tests of this process may say something, too.
        let seen: Vec<_> = seen.into_iter().filter(|(_, target, _)| target == "a").collect();
        assert_eq!(seen, [(3, "a".to_owned(), "one\u{FFFD}2 seconds=1.5 name=x".to_owned())]);
    }
}
