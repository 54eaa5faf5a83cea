"""Installs the C library that Cargo has built: libraries, headers, and what pkg-config and CMake look for.

    python tools/install_c.py --from target/release --prefix /usr/local [--libdir lib] [--destdir /tmp/package]

What is installed can be moved as a whole: both files name their places relative to themselves. For Linux, and systems
that name libraries like it.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "kokoro-ffi" / "install"
# What Rust's standard library needs where it is linked statically: rustc --print native-static-libs. A test compares.
NATIVE_LIBS = "-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc"


def define(name: str) -> str:
    """A constant of the header."""
    header = (ROOT / "include" / "kokoro.h").read_text(encoding="utf-8")
    found = re.search(rf'^#define KOKORO_{name} "?([^"\n]+)"?$', header, re.MULTILINE)
    if found is None:
        sys.exit(f"include/kokoro.h has no KOKORO_{name}")
    return found.group(1)


def fill(template: str, values: dict[str, str]) -> str:
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    return re.sub(r"@([A-Z_]+)@", lambda match: values[match.group(1)], text)


def put(source: Path, target: Path, mode: int) -> None:
    # A program may have the old file mapped: it is replaced, not written into.
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def link(target: Path, name: str) -> None:
    place = target.with_name(name)
    place.unlink(missing_ok=True)
    place.symlink_to(target.name)


def main() -> None:
    parser = argparse.ArgumentParser(description="Installs the C library that Cargo has built.")
    parser.add_argument("--from", dest="built", type=Path, required=True, help="folder with libkokoro.so and .a")
    parser.add_argument("--prefix", type=Path, required=True, help="where it will be used, such as /usr/local")
    parser.add_argument("--libdir", default="lib", help="folder of libraries in the prefix, such as lib64")
    parser.add_argument("--destdir", default="", help="put in front of every path, for packages")
    options = parser.parse_args()
    if not options.prefix.is_absolute():
        parser.error(f"--prefix {options.prefix} is not an absolute path")
    libdir = Path(options.libdir)
    if libdir.is_absolute() or ".." in libdir.parts:
        parser.error(f"--libdir {libdir} is not a folder in the prefix")

    prefix = Path(str(options.destdir) + str(options.prefix))
    lib = prefix / libdir
    version, abi = define("VERSION"), define("ABI_VERSION")
    shared, soname = f"libkokoro.so.{version}", f"libkokoro.so.{abi}"
    major, minor, _ = version.split(".", 2)
    up = "/".join([".."] * len(libdir.parts))
    values = {
        "VERSION": version,
        "MAJOR": major,
        "MINOR": minor,
        "SHARED": shared,
        "SONAME": soname,
        "UP": f"../{up}",
        "UP_FROM_LIB": up,
        "NATIVE_LIBS": NATIVE_LIBS,
        "NATIVE_LIBS_CMAKE": ";".join(name.removeprefix("-l") for name in NATIVE_LIBS.split()),
    }

    put(options.built / "libkokoro.so", lib / shared, 0o755)
    link(lib / shared, soname)
    link(lib / shared, "libkokoro.so")
    put(options.built / "libkokoro.a", lib / "libkokoro.a", 0o644)
    for header in ("kokoro.h", "kokoro.hpp"):
        put(ROOT / "include" / header, prefix / "include" / header, 0o644)
    for licence in ("LICENSE-APACHE", "LICENSE-MIT", "NOTICE"):
        put(ROOT / licence, prefix / "share" / "licenses" / "kokoro" / licence, 0o644)
    for template, folder in (
        ("kokoro.pc.in", "pkgconfig"),
        ("KokoroConfig.cmake.in", "cmake/Kokoro"),
        ("KokoroConfigVersion.cmake.in", "cmake/Kokoro"),
    ):
        target = lib / folder / template.removesuffix(".in")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(fill(template, values), encoding="utf-8")
        target.chmod(0o644)
    print(f"installed to {prefix}{os.sep}: {libdir}/{shared}, headers, pkg-config, CMake")


if __name__ == "__main__":
    main()
