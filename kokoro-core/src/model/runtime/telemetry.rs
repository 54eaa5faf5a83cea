//! Opting out of ONNX Runtime's telemetry.

/// Read by Microsoft's builds of ONNX Runtime when an environment is created. The API call for the same purpose comes
/// too late: by then a device identifier and a database have been written to the user's cache folder.
const VARIABLE: &str = "ORT_DISABLE_TELEMETRY";

/// Sets [`VARIABLE`] to `1`, unless the program or its user has given it a value.
pub(super) fn opt_out() {
    if std::env::var_os(VARIABLE).is_none() {
        // SAFETY: `set_var` is unsound if another thread reads or writes the environment through C at the same time.
        // Rust's own accessors are locked against it. The window is one call, once in a process, before ONNX Runtime
        // has started any thread; a program for which that is too much sets the variable before it starts, and then
        // this line does not run.
        #[expect(unsafe_code, reason = "no safe way to opt out exists once the process runs")]
        unsafe {
            std::env::set_var(VARIABLE, "1");
        }
    }
}
