"""`kokoro-rs bench`: measures this machine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .common import add_json, add_model, load, print_json

if TYPE_CHECKING:
    import argparse

    from .._synthesizer import Synthesizer

TEXTS = {
    "sentence": "The bus stops in front of the school.",
    "paragraph": "The bus stops in front of the school. The old bridge was destroyed by fire, and nobody knows where "
    "the engineers are hiding. Five apples and two oranges are on the table, next to an open window. ",
}
TEXTS["page"] = TEXTS["paragraph"] * 5


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "bench",
        help="measure the speed on this machine",
        description="Speaks texts of three lengths, each several times after a warm-up, and tells the best times.",
    )
    parser.add_argument("-v", "--voice", metavar="NAME", help="voice or mix (default: af_heart, else the first)")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="times that each text is spoken (default: 3)")
    add_model(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    synthesizer, loaded = load(options)
    synthesizer.warm_up()
    results = {name: _measure(synthesizer, text, options) for name, text in TEXTS.items()}
    if options.json:
        print_json({"load_seconds": loaded, "texts": results})
        return 0
    print(f"loaded in {loaded:.2f} s")
    for name, result in results.items():
        print(
            f"{name:<10} {result['audio_seconds']:6.2f} s of speech  spoken in {result['seconds']:.3f} s  "
            f"real-time factor {result['real_time_factor']:.4f}  first sound "
            f"{result['first_audio_seconds'] * 1000:.0f} ms"
        )
    return 0


def _measure(synthesizer: Synthesizer, text: str, options: argparse.Namespace) -> dict[str, float]:
    seconds, first, audio = [], [], 0.0
    for _ in range(max(options.runs, 1)):
        begin = time.perf_counter()
        audio = synthesizer.synthesize(text, voice=options.voice).duration
        seconds.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        with synthesizer.stream(text, voice=options.voice) as stream:
            next(stream)
            first.append(time.perf_counter() - begin)
    return {
        "audio_seconds": audio,
        "seconds": min(seconds),
        "real_time_factor": min(seconds) / audio,
        "first_audio_seconds": min(first),
    }
