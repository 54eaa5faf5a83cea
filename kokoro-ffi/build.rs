//! Names the shared library, so that programs find the version of the interface that they were linked with.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let os = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    // `KOKORO_ABI_VERSION` in src/version.rs; a test compares the two.
    let abi = 0;
    match os.as_str() {
        "linux" | "android" | "freebsd" | "netbsd" | "openbsd" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libkokoro.so.{abi}");
        }
        "macos" => println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libkokoro.{abi}.dylib"),
        _ => {}
    }
}
