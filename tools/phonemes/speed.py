"""Times this library's English front end against Python's misaki, in turns, one thread each, nothing cached.

    OMP_NUM_THREADS=1 python tools/phonemes/speed.py target/release/examples/phonemize SENTENCES [ROUNDS]

SENTENCES is a file of one sentence a line. Needs what reference.py needs.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import reference

# How often the sentences are given to the library, which is too fast for one time.
REPEATS = 20


def main() -> None:
    program, path = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    sentences = Path(path).read_text(encoding="utf-8").splitlines()
    misaki = reference.english("en-us", "none")
    repeated = ("\n".join(sentences) + "\n").encode() * REPEATS
    ratios = []
    for _ in range(rounds):
        begin = time.perf_counter()
        for sentence in sentences:
            misaki(sentence)
        theirs = len(sentences) / (time.perf_counter() - begin)
        ours = []
        for mode in ("reference", "spoken"):
            begin = time.perf_counter()
            subprocess.run([program, "--mode", mode], input=repeated, stdout=subprocess.DEVNULL, check=True)
            ours.append(REPEATS * len(sentences) / (time.perf_counter() - begin))
        ratios.append(ours[0] / theirs)
        print(f"sentences/s: misaki {theirs:.0f}, the same here {ours[0]:.0f}, spoken mode {ours[1]:.0f}")
    print(f"times faster at the same output: median {statistics.median(ratios):.1f}", end=", ")
    print(f"{min(ratios):.1f} to {max(ratios):.1f}")


if __name__ == "__main__":
    main()
