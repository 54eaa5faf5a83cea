//! Which library this is.

use std::ffi::{CStr, c_char};

/// Version of the binary interface that this header describes: the number in the name libkokoro.so.0. A program works
/// with every later library of the same number.
pub const KOKORO_ABI_VERSION: i32 = 0;

/// Samples in a second of all audio.
pub const KOKORO_SAMPLE_RATE: i32 = 24_000;

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    // Evaluated by the compiler.
    Err(_) => c"",
};

/// Version of the library that runs, such as "0.1.0". NUL-terminated, never NULL, valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_version() -> *const c_char {
    VERSION.as_ptr()
}

/// Version of the binary interface of the library that runs. A program that opens the library by itself compares it
/// with ::KOKORO_ABI_VERSION; for others the dynamic linker does.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_abi_version() -> i32 {
    KOKORO_ABI_VERSION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_has_the_version_of_the_crate() {
        let line = concat!("#define KOKORO_VERSION \"", env!("CARGO_PKG_VERSION"), "\"\n");
        assert!(include_str!("../../include/kokoro.h").contains(line));
        // SAFETY: the function promises a NUL-terminated string.
        assert_eq!(unsafe { CStr::from_ptr(kokoro_version()) }.to_str(), Ok(env!("CARGO_PKG_VERSION")));
    }
}
