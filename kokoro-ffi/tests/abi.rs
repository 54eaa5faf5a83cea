//! The binary interface is the one that is kept in the folder `abi`. A difference is either a mistake or, if something
//! was added, to be entered there; if something that was there has changed, `KOKORO_ABI_VERSION` must change as well.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod common;

use std::fs;
use std::process::Command;

use common::{STRICT, Workshop, built, root, succeed};

fn kept(name: &str) -> String {
    fs::read_to_string(root().join("kokoro-ffi/abi").join(name)).unwrap()
}

fn header() -> String {
    fs::read_to_string(root().join("include/kokoro.h")).unwrap()
}

#[test]
fn exactly_these_symbols_are_exported() {
    let table = succeed(Command::new("nm").args(["-D", "--defined-only"]).arg(built("libkokoro.so")));
    let mut symbols: Vec<&str> = table.lines().filter_map(|line| line.split(' ').nth(2)).collect();
    symbols.sort_unstable();
    let kept = kept("symbols.txt");
    assert_eq!(symbols, kept.lines().collect::<Vec<_>>());
    let header = header();
    for symbol in symbols {
        assert!(header.contains(&format!("{symbol}(")), "{symbol} is not in the header");
    }
}

#[test]
fn structures_lie_as_they_lay() {
    let workshop = Workshop::new();
    let program = workshop.compile("kokoro-ffi/tests/c/layouts.c", &["-std=c11"]);
    assert_eq!(workshop.run(&program, &[]), kept("layouts-64.txt"));
    // All of them are in it.
    let header = header();
    let structures =
        header.lines().filter_map(|line| line.strip_prefix("typedef struct ")?.strip_suffix(" {"));
    for structure in structures {
        assert!(
            kept("layouts-64.txt").contains(&format!("\n{structure} ")),
            "{structure} is not in layouts.c"
        );
    }
}

#[test]
fn numbers_keep_their_meaning() {
    let header = header();
    let numbers = header.lines().filter_map(|line| {
        let line = line.trim();
        line.strip_prefix("#define KOKORO_")
            .or_else(|| line.strip_prefix("KOKORO_").filter(|rest| rest.contains(" = ")))
    });
    // The version changes with every release, and has a test of its own.
    let numbers = numbers.filter(|line| line.contains(' ') && !line.starts_with("VERSION"));
    let numbers: Vec<_> = numbers.map(|line| line.trim_end_matches(',').replace(" = ", " ")).collect();
    assert_eq!(numbers, kept("numbers.txt").lines().collect::<Vec<_>>());
}

#[test]
fn the_library_names_its_version() {
    let dynamic = succeed(Command::new("readelf").arg("-d").arg(built("libkokoro.so")));
    let version = kept("numbers.txt");
    let version = version.lines().find_map(|line| line.strip_prefix("ABI_VERSION ")).unwrap();
    assert!(dynamic.contains(&format!("soname: [libkokoro.so.{version}]")), "{dynamic}");
}

#[test]
fn the_headers_stand_alone() {
    let folder = tempfile::tempdir().unwrap();
    let twice = |header: &str| format!("#include <{header}>\n#include <{header}>\n");
    for (compiler, standard, header, name) in [
        ("cc", "-std=c99", "kokoro.h", "a.c"),
        ("cc", "-std=c11", "kokoro.h", "b.c"),
        ("cc", "-std=c2x", "kokoro.h", "c.c"),
        ("c++", "-std=c++17", "kokoro.h", "d.cpp"),
        ("c++", "-std=c++17", "kokoro.hpp", "e.cpp"),
        ("c++", "-std=c++20", "kokoro.hpp", "f.cpp"),
    ] {
        let source = folder.path().join(name);
        fs::write(&source, twice(header)).unwrap();
        let mut command = Command::new(compiler);
        command
            .arg(standard)
            .args(STRICT)
            .arg("-fsyntax-only")
            .arg("-I")
            .arg(root().join("include"))
            .arg(source);
        succeed(&mut command);
    }
}
