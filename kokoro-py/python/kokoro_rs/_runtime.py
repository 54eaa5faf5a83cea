"""Where this Python has ONNX Runtime's shared library."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from . import _native


def library_folder() -> Path | None:
    """The folder of the shared library in the installed package `onnxruntime`.

    The package is found without importing it: its Python half would load a second copy of ONNX Runtime.
    """
    try:
        spec = importlib.util.find_spec("onnxruntime")
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    # The package is a folder; its origin would be missing if only its parts are installed.
    for place in spec.submodule_search_locations or ():
        folder = Path(place, "capi").absolute()
        if folder.is_dir():
            return folder
    return None


def announce() -> None:
    """Tells the native half where to look. `ORT_DYLIB_PATH` wins over it."""
    folder = library_folder()
    if folder is not None:
        _native.look_in(folder)
