//! The header in the repository is the one that the code gives.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::path::Path;

/// Set to 1, the test writes the header instead: `KOKORO_UPDATE_HEADER=1 cargo test -p kokoro-ffi --test header`.
const UPDATE: &str = "KOKORO_UPDATE_HEADER";

#[test]
fn the_header_is_what_cbindgen_makes_of_the_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join("../include/kokoro.h");
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).unwrap();
    let library = cbindgen::ParseConfig { parse_deps: false, ..config.parse.clone() };
    let config = cbindgen::Config { parse: library, ..config };
    let bindings = cbindgen::Builder::new().with_config(config).with_src(folder.join("src/lib.rs"));
    let mut made = Vec::new();
    bindings.generate().unwrap().write(&mut made);
    let made = String::from_utf8(made).unwrap();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    // Assertions would print both.
    assert!(kept == made, "include/kokoro.h is not up to date: run this test with {UPDATE}=1");
}
