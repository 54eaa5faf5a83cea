"""`kokoro-rs voices`: lists voices."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from .._assets import catalogue
from .common import add_json, add_model, load, print_json

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("voices", help="list voices", description="Lists the voices of a model.")
    parser.add_argument("--published", action="store_true", help="those that can be fetched, instead; needs no model")
    add_model(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    voices = [known.voice for known in catalogue().voices] if options.published else load(options)[0].voices()
    if options.json:
        print_json([asdict(voice) for voice in voices])
    else:
        for voice in voices:
            print(f"{voice.name}\t{voice.language or '-'}\t{voice.gender or '-'}")
    return 0
