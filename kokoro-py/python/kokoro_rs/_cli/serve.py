"""`kokoro-rs serve`: the HTTP server of `kokoro_rs.server`, which needs further packages."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

from .common import add_model, set_environment

if TYPE_CHECKING:
    import argparse

REMEDY = 'the server needs further packages: pip install "kokoro-rs[server]"'


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "serve",
        help="serve speech over HTTP",
        description="Serves speech over HTTP as OpenAI's service does, until SIGTERM or Ctrl-C. What is not said here "
        "is taken from the environment (docs/server.md).",
    )
    parser.add_argument("--host", metavar="ADDRESS", help="address to listen at (default: HOST, else all)")
    parser.add_argument("--port", metavar="N", help="port to listen at (default: PORT, else 8080)")
    parser.add_argument("--workers", metavar="N", help="processes, each with a model (default: WORKERS)")
    add_model(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    try:
        server = importlib.import_module("kokoro_rs.server")
    except ModuleNotFoundError as error:
        print(f"kokoro-rs: {REMEDY} ({error})", file=sys.stderr)
        return 1
    set_environment(options)
    # More than one process take their settings from there.
    for name in ("host", "port", "workers"):
        value = getattr(options, name)
        if value is not None:
            os.environ[name.upper()] = value
    server.serve()
    return 0
