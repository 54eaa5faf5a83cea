#!/usr/bin/env python3
"""Writes the built-in model and its voices to kokoro-core/data/builtin.

python tools/builtin_model/build.py            write
python tools/builtin_model/build.py --check    fail if the committed files differ
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import synthesizer
from voices import VOICES

DESTINATION = Path(__file__).resolve().parents[2] / "kokoro-core" / "data" / "builtin"


def files() -> dict[str, bytes]:
    """Everything that is embedded, by its path below the destination."""
    result = {"model.onnx": synthesizer.build().SerializeToString(deterministic=True)}
    for name, voice in VOICES.items():
        result[f"voices/{name}.bin"] = voice.style().astype("<f4").tobytes()
    return result


def check(destination: Path) -> list[str]:
    """What differs from the committed files, one line each."""
    expected = files()
    problems = []
    for name, content in expected.items():
        path = destination / name
        if not path.is_file():
            problems.append(f"{name}: missing")
        elif path.read_bytes() != content:
            problems.append(f"{name}: differs")
    present = {
        path.relative_to(destination).as_posix()
        for path in destination.rglob("*")
        if path.suffix in {".onnx", ".bin"}
    }
    problems += [f"{name}: not made by build.py" for name in sorted(present - expected.keys())]
    return problems


def write(destination: Path) -> None:
    for name, content in files().items():
        path = destination / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"{name}: {len(content)} bytes")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--destination", type=Path, default=DESTINATION)
    arguments = parser.parse_args()
    if not arguments.check:
        write(arguments.destination)
        return 0
    problems = check(arguments.destination)
    for problem in problems:
        print(problem, file=sys.stderr)
    print("the built-in model is up to date" if not problems else "run build.py and commit")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
