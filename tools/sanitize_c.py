"""Runs the C and C++ programs of the tests under tools that look for leaks, invalid memory and data races.

    python tools/sanitize_c.py valgrind address thread

- valgrind: the programs with the shared library as it is installed.
- address: the programs with AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer, and the same library, whose
  memory they see as well. The library itself is built with AddressSanitizer for `make fuzz`.
- thread: the library, the standard library of Rust and the programs with ThreadSanitizer. It needs a nightly compiler
  of Rust with its component rust-src.

ONNX Runtime and glibc come as they are: what they do by themselves is suppressed by the files in
kokoro-ffi/tests/sanitizers, and nothing else is.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUPPRESSIONS = ROOT / "kokoro-ffi" / "tests" / "sanitizers"
PROGRAMS = [
    *(ROOT / "examples" / "c" / f"{name}.c" for name in ("speak", "stream", "callback", "cancel", "threads")),
    ROOT / "kokoro-ffi" / "tests" / "c" / "hostile.c",
    ROOT / "kokoro-ffi" / "tests" / "c" / "ownership.cpp",
]
TARGET = "x86_64-unknown-linux-gnu"
SYSTEM = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"]


def run(command: list[str | Path], environment: dict[str, str] | None = None, cwd: Path = ROOT) -> None:
    words = [str(word) for word in command]
    outcome = subprocess.run(words, cwd=cwd, env={**os.environ, **(environment or {})}, check=False)
    if outcome.returncode != 0:
        sys.exit(f"{' '.join(words)}: ended with {outcome.returncode}")


def compiler(source: Path) -> list[str | Path]:
    named = ["c++", "-std=c++17"] if source.suffix == ".cpp" else ["cc", "-std=c11"]
    return [*named, "-g", "-D_DEFAULT_SOURCE", "-I", ROOT / "include", source]


def with_shared_library(source: Path, folder: Path, profile: str, options: list[str]) -> Path:
    built, program = ROOT / "target" / ("debug" if profile == "dev" else profile), folder / source.stem
    link = folder / "libkokoro.so.0"
    if not link.exists():
        run(["cargo", "build", "--locked", "--profile", profile, "-p", "kokoro-ffi"])
        link.symlink_to(built / "libkokoro.so")
    libraries = ["-L", built, "-lkokoro", "-lpthread", "-lm", f"-Wl,-rpath,{folder}"]
    run([*compiler(source), *options, "-o", program, *libraries])
    return program


def valgrind(folder: Path) -> None:
    tool = ["valgrind", "--quiet", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite,indirect"]
    tool += ["--fair-sched=yes", "--errors-for-leak-kinds=definite,indirect"]
    tool += [f"--suppressions={SUPPRESSIONS / 'valgrind.supp'}"]
    for source in PROGRAMS:
        check([*tool, with_shared_library(source, folder, "release", [])], folder)


def address(folder: Path) -> None:
    for source in PROGRAMS:
        options = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
        program = with_shared_library(source, folder, "dev", options)
        check([program], folder, {"ASAN_OPTIONS": "detect_leaks=1"})


def thread(folder: Path) -> None:
    target = ROOT / "target" / "sanitize-thread"
    build = ["cargo", "+nightly", "rustc", "-Zbuild-std", "--target", TARGET, "--target-dir", target, "--locked"]
    build += ["-p", "kokoro-ffi", "--lib", "--crate-type", "staticlib"]
    run(build, {"RUSTFLAGS": "-Zsanitizer=thread"})
    library = target / TARGET / "debug" / "libkokoro.a"
    # The compiler of C may be older than that of Rust, so the sanitizer itself is Rust's.
    sysroot = subprocess.run(["rustc", "+nightly", "--print", "sysroot"], capture_output=True, text=True, check=True)
    sanitizer = Path(sysroot.stdout.strip()) / "lib" / "rustlib" / TARGET / "lib" / "librustc-nightly_rt.tsan.a"
    runtime = ["-Wl,--whole-archive", sanitizer, "-Wl,--no-whole-archive", "-Wl,--export-dynamic", "-lstdc++", *SYSTEM]
    environment = {"TSAN_OPTIONS": f"suppressions={SUPPRESSIONS / 'thread.supp'}:die_after_fork=0:exitcode=9"}
    for source in PROGRAMS:
        compiled, program = folder / f"{source.stem}.o", folder / source.stem
        run([*compiler(source), "-fsanitize=thread", "-c", "-o", compiled])
        run(["cc", compiled, library, *runtime, "-o", program])
        check([program], folder, environment)


def check(command: list[str | Path], folder: Path, environment: dict[str, str] | None = None) -> None:
    begin = time.monotonic()
    run(command, environment, folder)
    print(f"{Path(command[-1]).name}: clean, {time.monotonic() - begin:.0f} s", flush=True)


def main() -> None:
    kinds = {"valgrind": valgrind, "address": address, "thread": thread}
    parser = argparse.ArgumentParser(description="Runs the C and C++ programs of the tests under sanitizers.")
    parser.add_argument("kinds", nargs="+", choices=kinds)
    chosen = parser.parse_args().kinds
    # Where setup_runtime.py has found ONNX Runtime.
    settings = tomllib.loads((ROOT / ".cargo" / "config.toml").read_text(encoding="utf-8"))
    os.environ.setdefault("ORT_DYLIB_PATH", settings["env"]["ORT_DYLIB_PATH"])
    for kind in chosen:
        print(f"-- {kind}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            kinds[kind](Path(folder))


if __name__ == "__main__":
    main()
