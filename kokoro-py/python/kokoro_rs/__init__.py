"""Speech synthesis with the open Kokoro-82M model, in Rust.

So far: the version and pronunciation. Synthesis from Python is to come.
"""

from ._native import __version__, phonemize

__all__ = ["__version__", "phonemize"]
