"""Runs the C and C++ programs of the tests under tools that look for leaks, invalid memory and data races.

    python tools/sanitize_c.py valgrind address thread

- valgrind: the programs with the shared library as Cargo builds it.
- address: the library and the programs with AddressSanitizer and LeakSanitizer.
- thread: the library, Rust's standard library and the programs with ThreadSanitizer.

The last two need a nightly compiler of Rust, and `thread` its component rust-src. ONNX Runtime comes as it is: what it
does by itself is suppressed by the files in kokoro-ffi/tests/sanitizers, and nothing else is.
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


def compile_program(source: Path, folder: Path, options: list[str | Path]) -> Path:
    program = folder / source.stem
    compiler = ["c++", "-std=c++17"] if source.suffix == ".cpp" else ["cc", "-std=c11"]
    run([*compiler, "-g", "-D_DEFAULT_SOURCE", "-I", ROOT / "include", source, "-o", program, *options])
    return program


def instrumented(kind: str) -> Path:
    """The static library, built with a sanitizer."""
    target = ROOT / "target" / f"sanitize-{kind}"
    standard = ["-Zbuild-std"] if kind == "thread" else []
    command = ["cargo", "+nightly", "rustc", *standard, "--target", TARGET, "--target-dir", target, "--locked"]
    command += ["-p", "kokoro-ffi", "--lib", "--crate-type", "staticlib"]
    run(command, {"RUSTFLAGS": f"-Zsanitizer={kind}"})
    return target / TARGET / "debug" / "libkokoro.a"


def valgrind(folder: Path) -> None:
    run(["cargo", "build", "--locked", "-p", "kokoro-ffi"])
    built = ROOT / "target" / "debug"
    (folder / "libkokoro.so.0").symlink_to(built / "libkokoro.so")
    tool = ["valgrind", "--quiet", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite,indirect"]
    tool += ["--errors-for-leak-kinds=definite,indirect", f"--suppressions={SUPPRESSIONS / 'valgrind.supp'}"]
    for source in PROGRAMS:
        options = ["-L", built, "-lkokoro", "-lpthread", "-lm", f"-Wl,-rpath,{folder}"]
        check([*tool, compile_program(source, folder, options)], folder)


def address(folder: Path) -> None:
    library = instrumented("address")
    environment = {
        "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:detect_leaks=1",
        "LSAN_OPTIONS": f"suppressions={SUPPRESSIONS / 'leak.supp'}:print_suppressions=1",
    }
    for source in PROGRAMS:
        program = compile_program(source, folder, ["-fsanitize=address", library, *SYSTEM])
        check([program], folder, environment)


def thread(folder: Path) -> None:
    library = instrumented("thread")
    environment = {"TSAN_OPTIONS": f"suppressions={SUPPRESSIONS / 'thread.supp'}:halt_on_error=0:die_after_fork=0"}
    for source in PROGRAMS:
        program = compile_program(source, folder, ["-fsanitize=thread", library, *SYSTEM])
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
