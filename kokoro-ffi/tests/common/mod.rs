//! Compiles and runs programs against the library that Cargo built for the tests.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file that Cargo made of this crate: it puts libraries beside the tests.
pub(crate) fn built(name: &str) -> PathBuf {
    let path = std::env::current_exe().unwrap().parent().unwrap().join(name);
    assert!(path.is_file(), "{} is not there", path.display());
    path
}

/// Warnings that the header and the examples must not give.
pub(crate) const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-pedantic", "-Werror"];

/// A folder for programs, with the shared library under the names by which it is linked and found.
pub(crate) struct Workshop {
    folder: TempDir,
}

impl Workshop {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["libkokoro.so", "libkokoro.so.0"] {
            std::os::unix::fs::symlink(built("libkokoro.so"), folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Compiles a source of the repository into a program of the same name.
    pub(crate) fn compile(&self, source: &str, options: &[&str]) -> PathBuf {
        let source = root().join(source);
        let program = self.path().join(source.file_stem().unwrap());
        let compiler = if source.extension() == Some(OsStr::new("c")) { "cc" } else { "c++" };
        let mut command = Command::new(compiler);
        command
            .args(["-g", "-D_DEFAULT_SOURCE"])
            .args(STRICT)
            .args(options)
            .arg("-I")
            .arg(root().join("include"));
        command.arg(&source).arg("-o").arg(&program).arg("-L").arg(self.path());
        command.args(["-lkokoro", "-lpthread", "-lm"]).arg(format!("-Wl,-rpath,{}", self.path().display()));
        succeed(&mut command);
        program
    }

    /// Runs a program in the folder and gives what it prints.
    pub(crate) fn run(&self, program: &Path, arguments: &[&str]) -> String {
        succeed(Command::new(program).args(arguments).current_dir(self.path()))
    }
}

/// Runs a command, demands success and gives what it prints.
pub(crate) fn succeed(command: &mut Command) -> String {
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("KOKORO_") {
            command.env_remove(variable);
        }
    }
    let output = command.output();
    assert!(output.is_ok(), "{command:?}: {output:?}");
    let output = output.unwrap();
    assert!(output.status.success(), "{command:?}: {}\n{}", output.status, both(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn both(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A tool of the tests: of the environment that `make` keeps, else of the system.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let ours = root().join(".venv/bin").join(name);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let others = std::env::split_paths(&folders).map(|folder| folder.join(name));
    std::iter::once(ours).chain(others).find(|path| path.is_file())
}
