"""`kokoro-rs serve`: the HTTP server of `kokoro_rs.server`, which needs further packages."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

REMEDY = 'the server needs further packages: pip install "kokoro-rs[server]"'


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    # The server reads its options itself, `--help` among them.
    parser = commands.add_parser("serve", help="serve speech over HTTP", add_help=False)
    parser.set_defaults(run=run, takes_rest=True)


def run(options: argparse.Namespace) -> int:
    try:
        server = importlib.import_module("kokoro_rs.server")
    except ModuleNotFoundError as error:
        print(f"kokoro-rs: {REMEDY} ({error})", file=sys.stderr)
        return 1
    # As for the other commands; an option wins over it.
    os.environ["KOKORO_MODEL"] = os.environ.get("KOKORO_MODEL") or "auto"
    return int(server.main(options.rest))
