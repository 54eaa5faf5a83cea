//! Text and bytes that the caller owns.

use std::ffi::c_char;
use std::ptr;

use crate::failure::Outcome;
use crate::guard;
use crate::handle::{self, Handle};
use crate::status::kokoro_status;

/// Text or bytes that a function made for its caller. Not changed by anybody; any thread may read it.
pub struct kokoro_buffer(());

/// The bytes, with a NUL behind them that is not counted.
pub(crate) struct Buffer(Vec<u8>);

impl Buffer {
    pub(crate) fn new(content: impl Into<Vec<u8>>) -> Self {
        let mut bytes = content.into();
        bytes.push(0);
        Self(bytes)
    }
}

impl Handle for kokoro_buffer {
    type Object = Buffer;
    const NAME: &'static str = "kokoro_buffer";
}

/// A new handle of a buffer.
pub(crate) fn give(content: impl Into<Vec<u8>>) -> *mut kokoro_buffer {
    handle::insert(Buffer::new(content))
}

/// The content, with a NUL behind it; valid until the buffer is freed. NULL if the handle is not valid.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_buffer_data(buffer: *const kokoro_buffer) -> *const c_char {
    guard::value(ptr::null(), || Ok(handle::get(buffer)?.0.as_ptr().cast()))
}

/// Length of the content in bytes, without the NUL behind it. 0 if the handle is not valid.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_buffer_size(buffer: *const kokoro_buffer) -> usize {
    guard::value(0, || Ok(handle::get(buffer)?.0.len() - 1))
}

/// Frees a buffer. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_buffer_free(buffer: *mut kokoro_buffer) -> kokoro_status {
    guard::done(|| -> Outcome<()> { handle::free(buffer) })
}
