"""The server as a program."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Sequence

import uvicorn
from pydantic import ValidationError

from .app import create_app
from .logs import configure_logging
from .settings import Settings

# Options and their variables.
_OPTIONS = {"host": "HOST", "port": "PORT", "workers": "WORKERS", "model": "KOKORO_MODEL", "voices": "KOKORO_VOICES"}


def serve(settings: Settings | None = None) -> None:
    """Serves until SIGTERM or Ctrl-C, then lets active requests end.

    Args:
        settings: default: from the environment. With more than one worker they must come from there, since that is
            where the processes read them.

    Raises:
        ValueError: several workers, and settings that the environment does not have.
    """
    if settings is not None and settings.workers > 1 and settings != Settings():
        raise ValueError("with WORKERS above 1 the processes read the settings from the environment: set them there")
    settings = settings or Settings()
    configure_logging(settings)
    uvicorn.run(
        create_app(settings) if settings.workers == 1 else "kokoro_rs.server:create_app",
        factory=settings.workers > 1,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        timeout_keep_alive=math.ceil(settings.keep_alive),
        timeout_graceful_shutdown=math.ceil(settings.drain_seconds),
        access_log=False,
        log_config=None,
        server_header=False,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command ``kokoro-rs serve``. Settings are environment variables; a few of them have options as well.

    Args:
        arguments: without the name of the program; default: those of the process.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(
        prog="kokoro-rs serve",
        description="Serve speech over HTTP, as OpenAI's service has it.",
        epilog="variables of the environment:\n" + "\n".join(_described()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for option, variable in _OPTIONS.items():
        parser.add_argument(f"--{option}", metavar=option.upper(), help=f"in place of {variable}")
    for option, value in vars(parser.parse_args(arguments)).items():
        if value is not None:
            # Where the library and further processes look.
            os.environ[_OPTIONS[option]] = value
    try:
        settings = Settings()
    except ValidationError as error:
        for fault in error.errors():
            print(f"kokoro-rs serve: {fault['loc'][0]}: {fault['msg']}", file=sys.stderr)
        return 2
    serve(settings)
    return 0


def _described() -> list[str]:
    fields = Settings.model_fields.values()
    return [f"  {field.validation_alias}\n      {field.description}" for field in fields]
