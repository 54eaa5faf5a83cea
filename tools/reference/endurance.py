#!/usr/bin/env python3
"""Memory of a process of this library over many requests of random length, on a full-size model.

Speech at four times the speed has a quarter of the samples: the same requests in less time.
"""

import argparse
import pathlib
import random

from reference import load_sequences
from side_by_side import BUILTIN_VOICES, ROOT, Bench


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "target" / "bench" / "tokens.onnx")
    parser.add_argument("--voices", type=pathlib.Path, default=BUILTIN_VOICES, help="NAME.bin with rows of 256 f32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--speed", type=float, default=4.0)
    arguments = parser.parse_args()
    voice = min(path.stem for path in arguments.voices.glob("*.bin"))
    phonemes = max((sequence["phonemes"] for sequence in load_sequences()), key=len)
    lengths = random.Random(1)
    print("| requests | resident |\n| --- | --- |")
    early = 0
    with Bench(arguments).rust(arguments.model, arguments.threads) as worker:
        for number in range(1, arguments.requests + 1):
            text = phonemes[: lengths.randint(1, len(phonemes))]
            answer = worker.ask({"phonemes": text, "voice": voice, "speed": arguments.speed})
            if number % 100 == 0:
                early = early or answer["resident_bytes"]
                growth = answer["resident_bytes"] / early - 1
                print(f"| {number} | {answer['resident_bytes'] / 1e6:.0f} MB ({growth:+.1%}) |", flush=True)
    print(f"\nHighest: {answer['peak_bytes'] / 1e6:.0f} MB.")


if __name__ == "__main__":
    main()
