"""`kokoro-rs fetch` and `kokoro-rs doctor`: models, voices and ONNX Runtime on this machine."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .._assets import catalogue, doctor, fetch, plan_fetch
from ..errors import InvalidConfigError
from .common import Bar, add_json, print_json

if TYPE_CHECKING:
    import argparse

EPILOG = (
    "KOKORO_HOME names the folder; HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, PIP_INDEX_URL and proxies are honoured. "
    "Example: kokoro-rs fetch --model fp32 --voices af_heart,am_adam"
)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "fetch",
        help="fetch published models, voices and ONNX Runtime",
        description="Fetches published files into the Kokoro cache, where they are found from then on.",
        epilog=EPILOG,
    )
    parser.add_argument("--model", metavar="NAME", help="name or precision of a published model: fp32, fp16, q8, ...")
    parser.add_argument("--voices", metavar="NAMES", default="", help="voices with commas between them, or all")
    parser.add_argument("--runtime", action="store_true", help="ONNX Runtime's library")
    parser.add_argument("--strict", action="store_true", help="refuse what is not exactly the file of the catalogue")
    parser.add_argument("--dry-run", action="store_true", help="say what would be fetched, and fetch nothing")
    parser.add_argument("--list", action="store_true", help="list the published models and voices")
    add_json(parser)
    parser.set_defaults(run=run_fetch)

    parser = commands.add_parser(
        "doctor",
        help="tell what would be used on this machine, and what is wrong with it",
        description="Tells what would be used on this machine and why, and each problem with its remedy. Ends with 1 "
        "if there is a problem.",
    )
    parser.add_argument("--digests", action="store_true", help="compare published files with the catalogue by digest")
    parser.add_argument("--speak", action="store_true", help="load the model and speak a word")
    add_json(parser)
    parser.set_defaults(run=run_doctor)


def run_doctor(options: argparse.Namespace) -> int:
    report = doctor(digests=options.digests, speak=options.speak)
    if options.json:
        print_json(report.data)
    else:
        print(report.text, end="")
    return 0 if report.is_healthy else 1


def run_fetch(options: argparse.Namespace) -> int:
    voices = [name.strip() for name in options.voices.split(",") if name.strip()]
    if options.list:
        _list(options)
        return 0
    if not (options.model or voices or options.runtime):
        raise InvalidConfigError("nothing to fetch: name a --model, --voices or --runtime; --list shows what there is")
    if options.dry_run:
        _plan(options, voices)
        return 0
    bar = Bar("fetching")

    def show(name: str, done: int, total: int) -> None:
        bar.show(done / max(total, 1), f"{name}: {done / 1e6:.1f} of {total / 1e6:.1f} MB")

    with closing(bar):
        files = fetch(options.model, voices, runtime=options.runtime, strict=options.strict, progress=show)
    if options.json:
        print_json([_plain(asdict(file)) for file in files])
        return 0
    for file in files:
        print(f"{'fetched' if file.was_fetched else 'present'}  {file.path}")
        if not file.is_published:
            print(f"this is another revision than the published one: SHA-256 {file.sha256}", file=sys.stderr)
    return 0


def _list(options: argparse.Namespace) -> None:
    known = catalogue()
    if options.json:
        voices = [{**asdict(published.voice), "bytes": published.bytes} for published in known.voices]
        print_json({"models": [model._asdict() for model in known.models], "voices": voices})
        return
    for model in known.models:
        print(f"model\t{model.name}\t{model.precision}\t{model.bytes} bytes")
    for voice, size in known.voices:
        print(f"voice\t{voice.name}\t{voice.language or '-'}\t{size} bytes")


def _plan(options: argparse.Namespace, voices: list[str]) -> None:
    files = plan_fetch(options.model, voices, runtime=options.runtime)
    if options.json:
        print_json([_plain(asdict(file)) for file in files])
        return
    for file in files:
        what = f"fetch    {file.size} bytes from {file.address} to"
        print(f"{'present ' if file.is_present else what} {file.path}")
    print(f"{sum(file.size for file in files if not file.is_present)} bytes to fetch")


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "path": str(fields["path"])}
