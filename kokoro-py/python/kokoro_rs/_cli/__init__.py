"""The command `kokoro-rs`.

Each module of this package is one or a few subcommands: `add` tells the parser about them, and their function returns
the exit status. Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from .. import __version__
from ..errors import KokoroError, ModelNotFoundError
from . import bench, files, phonemize, prepare, say, serve, voices

if TYPE_CHECKING:
    from collections.abc import Sequence

REMEDY = """\
to fetch the real model (326 MB) and a voice:  kokoro-rs fetch --model fp32 --voices af_heart
to hear the small robotic one in the package:  kokoro-rs say --model builtin "Hello"
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command, and returns its exit status: 0, 1 for a failure, 2 for a wrong command line."""
    parser = argparse.ArgumentParser(prog="kokoro-rs", description="Speech synthesis with the open Kokoro-82M model.")
    parser.add_argument("--version", action="version", version=f"kokoro-rs {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (say, voices, phonemize, prepare, files, bench, serve):
        module.add(commands)
    options, rest = parser.parse_known_args(arguments)
    if rest and not getattr(options, "takes_rest", False):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = rest
    try:
        status = int(options.run(options))
        sys.stdout.flush()
    except KokoroError as error:
        print(f"kokoro-rs: {error}", file=sys.stderr)
        if isinstance(error, ModelNotFoundError):
            print(REMEDY, end="", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader has had enough, as `head` does; nothing more can be written there, not even when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"kokoro-rs: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return status
