"""Points cargo at the libraries of this Python environment.

Writes .cargo/config.toml (not tracked), so that `cargo run`, `cargo test` and `cargo bench` start programs with
ORT_DYLIB_PATH set, and with KOKORO_ESPEAK_LIBRARY if the package espeakng-loader, a tool of the tests, is installed.
Variables that are already set win.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

ONNX_RUNTIME = ("libonnxruntime.so*", "libonnxruntime*.dylib", "onnxruntime.dll")
ESPEAK = ("libespeak-ng.so", "libespeak-ng.dylib", "espeak-ng.dll", "libespeak-ng.dll")


def find_library(package: str, folder: str, patterns: tuple[str, ...]) -> Path | None:
    # find_spec does not import the package: the Python half of onnxruntime would load a second copy of it.
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    files = (path for pattern in patterns for path in sorted((Path(spec.origin).parent / folder).glob(pattern)))
    return next(files, None)


def main() -> None:
    runtime = find_library("onnxruntime", "capi", ONNX_RUNTIME)
    if runtime is None:
        sys.exit("the package onnxruntime, with its library, is not installed in this environment")
    variables = {"ORT_DYLIB_PATH": runtime}
    espeak = find_library("espeakng_loader", ".", ESPEAK)
    if espeak is not None:
        variables["KOKORO_ESPEAK_LIBRARY"] = espeak
    config = Path(__file__).resolve().parent.parent / ".cargo" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    lines = [f"{name} = {json.dumps(str(path))}\n" for name, path in variables.items()]
    config.write_text("# Written by tools/setup_runtime.py.\n[env]\n" + "".join(lines))
    for name, path in variables.items():
        print(f"{name}: {path}")


if __name__ == "__main__":
    main()
