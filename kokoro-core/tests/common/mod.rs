//! Help for tests that need a process of their own: ONNX Runtime, the global synthesizer and environment variables
//! exist once in a process.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::path::PathBuf;
use std::process::{Command, Output};

/// Runs the ignored test `name` of this test program in a new process, without the variables that steer the library
/// except for ONNX Runtime's path.
pub(crate) fn child(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", name, "--nocapture", "--test-threads=1"]);
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("KOKORO_") {
            command.env_remove(variable);
        }
    }
    command
}

/// Runs a child to its end and demands success of exactly one test.
pub(crate) fn succeed(mut command: Command) -> Output {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{command:?}\n{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// A file of the crate's data folder.
pub(crate) fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}
