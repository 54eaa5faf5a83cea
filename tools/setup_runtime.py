"""Points cargo at the ONNX Runtime library of this Python environment.

Writes .cargo/config.toml (not tracked), so that `cargo run`, `cargo test` and `cargo bench` start programs with
ORT_DYLIB_PATH set. An ORT_DYLIB_PATH that is already set wins.
"""

import importlib.util
import json
import sys
from pathlib import Path

PATTERNS = ("libonnxruntime.so*", "libonnxruntime*.dylib", "onnxruntime.dll")


def find_library() -> Path:
    # find_spec does not import the package: its Python half would load a second copy of ONNX Runtime.
    spec = importlib.util.find_spec("onnxruntime")
    if spec is None or spec.origin is None:
        sys.exit("the package onnxruntime is not installed in this environment")
    folder = Path(spec.origin).parent / "capi"
    for pattern in PATTERNS:
        for path in sorted(folder.glob(pattern)):
            return path
    sys.exit(f"no ONNX Runtime library in {folder}")


def main() -> None:
    library = find_library()
    config = Path(__file__).resolve().parent.parent / ".cargo" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text(f"# Written by tools/setup_runtime.py.\n[env]\nORT_DYLIB_PATH = {json.dumps(str(library))}\n")
    print(f"ONNX Runtime: {library}")


if __name__ == "__main__":
    main()
