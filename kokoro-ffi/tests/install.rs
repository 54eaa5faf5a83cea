//! What `make install` puts somewhere is found, linked and run by programs that know nothing of this repository.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{built, root, succeed, tool};
use tempfile::TempDir;

/// Installs to a folder, and moves it away: paths in what was installed must not matter.
fn install(libdir: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let libraries = built("libkokoro.so").parent().unwrap().to_owned();
    let mut command = Command::new("python3");
    command.arg(root().join("tools/install_c.py")).arg("--from").arg(libraries);
    command
        .args(["--prefix", "/opt/kokoro", "--libdir", libdir, "--destdir"])
        .arg(folder.path().join("stage"));
    succeed(&mut command);
    let prefix = folder.path().join("moved");
    fs::rename(folder.path().join("stage/opt/kokoro"), &prefix).unwrap();
    (folder, prefix)
}

fn pkg_config(libdir: &Path, question: &[&str]) -> Vec<String> {
    let mut command = Command::new("pkg-config");
    command.args(question).arg("kokoro").env("PKG_CONFIG_PATH", libdir.join("pkgconfig"));
    // Folders of the system are not named unless they are asked for.
    command.env("PKG_CONFIG_ALLOW_SYSTEM_CFLAGS", "1").env("PKG_CONFIG_ALLOW_SYSTEM_LIBS", "1");
    succeed(&mut command).split_whitespace().map(str::to_owned).collect()
}

fn speaks(program: &Path, folder: &Path) {
    let words =
        succeed(Command::new(program).args(["The bus stops here.", "speech.wav"]).current_dir(folder));
    assert!(words.contains("  stops\n"), "{words}");
    assert!(fs::metadata(folder.join("speech.wav")).unwrap().len() > 24_000);
    fs::remove_file(folder.join("speech.wav")).unwrap();
}

fn needs_the_shared_library(program: &Path) -> bool {
    succeed(Command::new("readelf").arg("-d").arg(program)).contains("libkokoro.so.0")
}

#[test]
fn pkg_config_finds_both_libraries() {
    for libdir in ["lib", "lib/x86_64-linux-gnu"] {
        let (folder, prefix) = install(libdir);
        let libdir = prefix.join(libdir);
        assert_eq!(pkg_config(&libdir, &["--modversion"]), [env!("CARGO_PKG_VERSION")]);
        let program = folder.path().join("program");
        let compile = |libraries: &[String]| {
            let mut command = Command::new("cc");
            command
                .args(["-std=c11", "-Werror"])
                .arg(root().join("examples/c/speak.c"))
                .arg("-o")
                .arg(&program);
            command.args(pkg_config(&libdir, &["--cflags"])).args(libraries);
            succeed(command.arg(format!("-Wl,-rpath,{}", libdir.display())));
        };
        compile(&pkg_config(&libdir, &["--libs"]));
        assert!(needs_the_shared_library(&program));
        speaks(&program, folder.path());
        compile(&pkg_config(&libdir, &["--variable=static_libs"]));
        assert!(!needs_the_shared_library(&program));
        speaks(&program, folder.path());
    }
}

#[test]
fn cmake_finds_both_libraries() {
    let Some(cmake) = tool("cmake") else { return eprintln!("skipped: there is no cmake") };
    let (folder, prefix) = install("lib");
    let build = folder.path().join("build");
    let mut configure = Command::new(&cmake);
    configure.arg("-S").arg(root().join("kokoro-ffi/tests/c")).arg("-B").arg(&build);
    configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
    configure.arg(format!("-DEXAMPLES={}", fs::canonicalize(root().join("examples")).unwrap().display()));
    succeed(&mut configure);
    succeed(Command::new(&cmake).arg("--build").arg(&build));
    for (name, is_shared) in [("shared", true), ("static", false)] {
        let program = build.join(name);
        assert_eq!(needs_the_shared_library(&program), is_shared, "{name}");
        speaks(&program, folder.path());
    }
    let lines = succeed(Command::new(build.join("cpp")).current_dir(folder.path()));
    assert!(lines.contains("samples in chunks") && lines.contains("empty_text: "), "{lines}");
}

#[test]
fn what_rust_needs_for_static_linking_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("empty.rs");
    fs::write(&source, "").unwrap();
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    command.args(["--print", "native-static-libs", "--crate-type", "staticlib"]).arg(source);
    let output = command.current_dir(folder.path()).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let needed = text.lines().find_map(|line| line.strip_prefix("note: native-static-libs: ")).unwrap();
    let told = fs::read_to_string(root().join("tools/install_c.py")).unwrap();
    let told =
        told.lines().find_map(|line| line.strip_prefix("NATIVE_LIBS = \"")).unwrap().trim_end_matches('"');
    let missing: Vec<_> =
        needed.split(' ').filter(|name| !told.split(' ').any(|known| known == *name)).collect();
    assert!(missing.is_empty(), "{missing:?} of {needed}");
}
