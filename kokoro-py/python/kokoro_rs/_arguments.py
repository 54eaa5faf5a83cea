"""Arguments on their way to the native half."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any


def given(**arguments: Any) -> dict[str, Any]:
    """Those that are not `None`, in the form that the native half takes."""
    if isinstance(arguments.get("lexicon"), Mapping):
        arguments["lexicon"] = dict(arguments["lexicon"])
    return {
        name: os.fspath(value) if isinstance(value, os.PathLike) else value
        for name, value in arguments.items()
        if value is not None
    }
