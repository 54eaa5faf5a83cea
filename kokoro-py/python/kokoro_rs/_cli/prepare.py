"""`kokoro-rs prepare`: makes what lets a model load fast."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from .._synthesizer import Synthesizer
from ..errors import InternalError
from .common import add_json, print_json

if TYPE_CHECKING:
    import argparse

    from numpy.typing import NDArray

    from .._types import Prepared

PHONEMES = "ðə bˈʌs stˈɑps ɪn fɹˈʌnt ʌv ðə skˈul."
# What `fast` keeps to.
LEAST_DB = 90.0


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "prepare",
        help="prepare a model for loading, such as when a container is built",
        description="Writes files from which a model is loaded in a fraction of the time, beside the model or into "
        "the cache folder. They are found and checked by themselves.",
    )
    parser.add_argument("--model", metavar="MODEL", default="auto", help="as for say (default: auto)")
    parser.add_argument("--voices", metavar="PATH", help="for --check, as for say")
    parser.add_argument("--optimization", choices=["exact", "fast", "fine"], help="default: fast")
    parser.add_argument("--check", action="store_true", help="speak with the result and with the file, and compare")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    begin = time.perf_counter()
    prepared = Synthesizer.prepare(options.model, optimization=options.optimization)
    seconds = time.perf_counter() - begin
    if options.check and not _agree(_speak(options, "off"), _speak(options, "use")):
        raise InternalError("the prepared model speaks otherwise than the file: please report this")
    if options.json:
        print_json(
            {
                "folder": str(prepared.folder),
                "bytes": prepared.bytes,
                "is_new": prepared.is_new,
                "model_sha256": prepared.model_sha256,
                "seconds": seconds,
                "checked": options.check,
            }
        )
    else:
        what = "prepared" if prepared.is_new else "there already and undamaged"
        print(f"{what}: {prepared.folder}, {prepared.bytes / 1e6:.1f} MB, {seconds:.2f} s")
        if options.check:
            print("checked: they speak the same")
    return 0


def _speak(options: argparse.Namespace, prepared: Prepared) -> tuple[NDArray[np.float32], bool]:
    """The samples, and whether kernels of this library computed the generator's stages."""
    synthesizer = Synthesizer(options.model, options.voices, optimization=options.optimization, prepared=prepared)
    samples = synthesizer.synthesize(PHONEMES, phonemes=True, seed=1).samples
    return samples, any(step == "stages" and outcome.startswith("applied") for step, outcome in synthesizer.report)


def _agree(file: tuple[NDArray[np.float32], bool], prepared: tuple[NDArray[np.float32], bool]) -> bool:
    """Whether nothing differs, or rounding alone where something else was found to compute the stages faster here."""
    (expected, by_kernels), (samples, prepared_by_kernels) = file, prepared
    if by_kernels == prepared_by_kernels or len(expected) != len(samples):
        return np.array_equal(expected, samples)
    noise = np.sum((expected - samples.astype(np.float64)) ** 2)
    return bool(noise <= np.sum(expected.astype(np.float64) ** 2) * 10 ** (-LEAST_DB / 10))
