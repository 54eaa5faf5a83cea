//! What C passes by pointer.

use std::ffi::{CStr, c_char};
use std::ptr::{self, NonNull};
use std::slice;
use std::time::Duration;

use crate::failure::{Failure, Outcome};
use crate::status::kokoro_status;

/// In place of a length: the text ends at its first NUL. `cbindgen.toml` has it for C.
pub const KOKORO_NUL_TERMINATED: usize = usize::MAX;

/// A NUL-terminated string.
///
/// # Safety
/// `pointer` is NULL or a NUL-terminated string that nobody changes while the result lives.
pub(crate) unsafe fn string<'a>(pointer: *const c_char, what: &str) -> Outcome<&'a str> {
    if pointer.is_null() {
        return Err(null(what));
    }
    // SAFETY: by the contract of this function.
    utf8(unsafe { CStr::from_ptr(pointer) }.to_bytes(), what)
}

/// A text of `bytes` bytes, or a NUL-terminated one.
///
/// # Safety
/// `pointer` is NULL or has `bytes` bytes, or is NUL-terminated if `bytes` says so; nobody changes them while the
/// result lives.
pub(crate) unsafe fn text<'a>(pointer: *const c_char, bytes: usize, what: &str) -> Outcome<&'a str> {
    if bytes == KOKORO_NUL_TERMINATED {
        // SAFETY: by the contract of this function.
        return unsafe { string(pointer, what) };
    }
    if pointer.is_null() {
        return Err(null(what));
    }
    if isize::try_from(bytes).is_err() {
        return Err(Failure::argument(format!("{what} cannot have {bytes} bytes: no memory is that large")));
    }
    // SAFETY: by the contract of this function, and the length was checked.
    utf8(unsafe { slice::from_raw_parts(pointer.cast::<u8>(), bytes) }, what)
}

fn utf8<'a>(bytes: &'a [u8], what: &str) -> Outcome<&'a str> {
    str::from_utf8(bytes).map_err(|error| {
        let place = error.valid_up_to();
        let message = format!("{what} is not UTF-8: byte {place} begins no character");
        Failure::new(kokoro_status::KOKORO_INVALID_UTF8, message)
    })
}

fn null(what: &str) -> Failure {
    Failure::new(kokoro_status::KOKORO_NULL_POINTER, format!("{what} is NULL"))
}

/// Where a result goes.
pub(crate) struct Out<T>(NonNull<T>);

impl<T> Out<T> {
    /// # Safety
    /// `pointer` is NULL, or a `T` can be written there until the end of the call.
    pub(crate) unsafe fn new(pointer: *mut T, what: &str) -> Outcome<Self> {
        NonNull::new(pointer).map(Self).ok_or_else(|| null(what))
    }

    pub(crate) fn put(self, value: T) {
        // SAFETY: by the contract of `new`.
        unsafe { self.0.write(value) }
    }
}

impl<T> Out<*mut T> {
    /// For a handle: NULL until there is one, so that a caller who looks at nothing else frees nothing.
    ///
    /// # Safety
    /// That of [`new`](Self::new).
    pub(crate) unsafe fn handle(pointer: *mut *mut T) -> Outcome<Self> {
        // SAFETY: by the contract of this function.
        let out = unsafe { Self::new(pointer, "where the handle is to be stored") }?;
        // SAFETY: as above.
        unsafe { out.0.write(ptr::null_mut()) };
        Ok(out)
    }
}

impl<T> Out<*const T> {
    /// For an array with its length.
    ///
    /// # Safety
    /// That of [`new`](Self::new), for both.
    pub(crate) unsafe fn array(items: *mut *const T, count: *mut usize) -> Outcome<(Self, Out<usize>)> {
        // SAFETY: by the contract of this function.
        let out = unsafe { (Self::new(items, "where the array is to be stored")?, Out::new(count, COUNT)?) };
        // SAFETY: as above.
        unsafe {
            out.0.0.write(ptr::null());
            out.1.0.write(0);
        }
        Ok(out)
    }
}

/// The items of an array for a function that returns it.
///
/// # Safety
/// `count` is NULL, or can be written to.
pub(crate) unsafe fn counted<T>(items: &[T], count: *mut usize) -> Outcome<*const T> {
    // SAFETY: by the contract of this function.
    unsafe { Out::new(count, COUNT) }?.put(items.len());
    Ok(items.as_ptr())
}

const COUNT: &str = "where the count is to be stored";

/// A time that is not negative.
pub(crate) fn seconds(value: f64, what: &str) -> Outcome<Duration> {
    Duration::try_from_secs_f64(value)
        .map_err(|_| Failure::argument(format!("{what} = {value} s: it must be 0 or more, and finite")))
}

/// One of some values, by its number.
pub(crate) fn choice<T: Copy>(number: i32, what: &str, values: &[(i32, T)]) -> Outcome<T> {
    values.iter().find(|(known, _)| *known == number).map(|&(_, value)| value).ok_or_else(|| {
        let known: Vec<_> = values.iter().map(|(known, _)| known.to_string()).collect();
        Failure::argument(format!("{what} = {number}: it must be one of {}", known.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status<T>(outcome: Outcome<T>) -> kokoro_status {
        outcome.map(drop).unwrap_err().status
    }

    #[test]
    fn texts_are_read_by_length_or_to_their_end() {
        let bytes = c"a\xC3\xA9b";
        // SAFETY: the pointers are of a string of four bytes and a NUL, or NULL.
        unsafe {
            assert_eq!(text(bytes.as_ptr(), 3, "x").unwrap(), "aé");
            assert_eq!(text(bytes.as_ptr(), 0, "x").unwrap(), "");
            assert_eq!(text(bytes.as_ptr(), 5, "x").unwrap(), "aéb\0");
            assert_eq!(text(bytes.as_ptr(), KOKORO_NUL_TERMINATED, "x").unwrap(), "aéb");
            assert_eq!(string(bytes.as_ptr(), "x").unwrap(), "aéb");
            assert_eq!(status(text(bytes.as_ptr(), 2, "x")), kokoro_status::KOKORO_INVALID_UTF8);
            assert_eq!(status(text(bytes.as_ptr(), 1 << 63, "x")), kokoro_status::KOKORO_INVALID_ARGUMENT);
            assert_eq!(status(text(ptr::null(), 0, "x")), kokoro_status::KOKORO_NULL_POINTER);
            assert_eq!(status(string(ptr::null(), "x")), kokoro_status::KOKORO_NULL_POINTER);
        }
    }

    #[test]
    fn times_are_finite_and_not_negative() {
        assert_eq!(seconds(0.0, "x").unwrap(), Duration::ZERO);
        assert_eq!(seconds(1.5, "x").unwrap(), Duration::from_millis(1500));
        for bad in [-1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(status(seconds(bad, "x")), kokoro_status::KOKORO_INVALID_ARGUMENT, "{bad}");
        }
    }
}
