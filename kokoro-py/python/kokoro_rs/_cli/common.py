"""What several commands share: options, loading a model, and what a terminal shows."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from .._synthesizer import Synthesizer

if TYPE_CHECKING:
    import argparse

WIDTH = 25
"""Columns of a bar."""


def add_model(parser: argparse.ArgumentParser) -> None:
    """The options by which a model is chosen."""
    group = parser.add_argument_group("model")
    group.add_argument(
        "--model",
        metavar="MODEL",
        help="path of a Kokoro .onnx file, a published model that is on this machine, auto, or builtin "
        "(default: KOKORO_MODEL, else auto)",
    )
    group.add_argument("--voices", metavar="PATH", help="folder of voice files, or one file (default: KOKORO_VOICES)")
    group.add_argument("--threads", type=int, metavar="N", help="threads to compute with (default: all)")


def add_reading(parser: argparse.ArgumentParser) -> None:
    """The options by which text is read."""
    parser.add_argument("--mode", choices=["spoken", "reference"], help="as a reader would (default), or as misaki")
    parser.add_argument("--fallback", choices=["rules", "espeak", "none"], help="what reads unknown words")
    parser.add_argument("--symbols", choices=["speak", "skip"], help="whether symbols are spoken (default: speak)")
    parser.add_argument("--lexicon", metavar="FILE", help="pronunciations of words, .tsv or .json")


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the result for programs")


def reading(options: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(options, name) for name in ("mode", "fallback", "symbols", "lexicon")}


def set_environment(options: argparse.Namespace) -> None:
    """Lets the variables of this process say what the command line says; the rest stays as the user has set it."""
    environment = os.environ
    if options.model is not None:
        environment["KOKORO_MODEL"] = options.model
        if options.model == "builtin":
            # It has its own; the variable is meant for another model.
            environment.pop("KOKORO_VOICES", None)
    environment["KOKORO_MODEL"] = environment.get("KOKORO_MODEL") or "auto"
    if options.voices is not None:
        environment["KOKORO_VOICES"] = options.voices
    if options.threads is not None:
        environment["KOKORO_NUM_THREADS"] = str(options.threads)


def load(options: argparse.Namespace) -> tuple[Synthesizer, float]:
    """The synthesizer of the command line, and the seconds that loading it took."""
    begin = time.perf_counter()
    set_environment(options)
    synthesizer = Synthesizer()
    return synthesizer, time.perf_counter() - begin


def read_text(words: list[str]) -> str:
    """The text of the command line; standard input for `-`, and where there is none and no terminal either."""
    if words and words != ["-"]:
        return " ".join(words)
    if not words and sys.stdin.isatty():
        print("reading text from the terminal; end it with Ctrl-D", file=sys.stderr)
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


class Bar:
    """A line on the terminal that fills. Where standard error is no terminal, nothing is shown."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._shown = False
        self._wanted = sys.stderr.isatty()

    def show(self, share: float, note: str) -> None:
        """Fills the line to a share of 0 to 1."""
        if not self._wanted:
            return
        filled = "#" * int(share * WIDTH)
        print(f"\r{self._label} [{filled:<{WIDTH}}] {note}\x1b[K", end="", file=sys.stderr, flush=True)
        self._shown = True

    def close(self) -> None:
        """Removes the line."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._shown = False
