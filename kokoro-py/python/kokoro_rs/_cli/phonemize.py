"""`kokoro-rs phonemize`: turns text into phonemes, without a model."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .._phonemes import phonemize
from .common import add_json, add_reading, print_json, reading

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "phonemize",
        help="turn text into phonemes",
        description="Turns text into phonemes, one line for each line. Needs no model.",
    )
    parser.add_argument("text", nargs="*", metavar="TEXT", help="what to read; - or nothing: lines of standard input")
    parser.add_argument("-l", "--lang", metavar="CODE", default="en-us", help="language of the text (default: en-us)")
    add_reading(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from_words = options.text and options.text != ["-"]
    lines: Iterable[str] = [" ".join(options.text)] if from_words else _lines_of_stdin()
    results = []
    for line in lines:
        pronunciation = phonemize(line, options.lang, **reading(options))
        if options.json:
            words = [word._asdict() for word in pronunciation.words]
            results.append({"text": line, "phonemes": pronunciation.phonemes, "words": words})
        else:
            print(pronunciation.phonemes.replace("\n", " "))
    if options.json:
        print_json(results)
    return 0


def _lines_of_stdin() -> Iterable[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")
