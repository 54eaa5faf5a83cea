//! Stands in for an ONNX Runtime that is too old: the two entry points by which a library tells its version.

use std::ffi::{c_char, c_void};

#[repr(C)]
pub struct ApiBase {
    get_api: extern "C" fn(u32) -> *const c_void,
    get_version_string: extern "C" fn() -> *const c_char,
}

extern "C" fn get_api(_: u32) -> *const c_void {
    std::ptr::null()
}

extern "C" fn get_version_string() -> *const c_char {
    c"1.10.0".as_ptr()
}

static BASE: ApiBase = ApiBase { get_api, get_version_string };

#[unsafe(no_mangle)]
pub extern "C" fn OrtGetApiBase() -> *const ApiBase {
    &BASE
}
