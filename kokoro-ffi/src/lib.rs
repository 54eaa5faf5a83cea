//! C ABI of the Kokoro speech library: translates between C and `kokoro-core`, nothing else.
//!
//! So far it tells its version; the header is `include/kokoro.h`.

use std::ffi::{CStr, c_char};

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    // Evaluated by the compiler.
    Err(_) => c"",
};

/// Version of the library, such as "0.1.0". NUL-terminated, never NULL, valid for as long as the library is loaded.
#[expect(unsafe_code, reason = "an exported name must be unique in the program, and the prefix makes it so")]
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_version() -> *const c_char {
    VERSION.as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_the_crate_version() {
        assert_eq!(VERSION.to_str(), Ok(env!("CARGO_PKG_VERSION")));
        assert_eq!(kokoro_version(), VERSION.as_ptr());
    }
}
