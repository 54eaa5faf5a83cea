"""Writes the phonemes of kokoro-core/tests/data/espeak.tsv anew, from its languages and texts.

    python tools/phonemes/make_espeak_golden.py       # or --check, which only compares

Needs what reference.py needs.
"""

import sys
from functools import cache
from pathlib import Path

import reference

GOLDEN = Path(__file__).resolve().parents[2] / "kokoro-core" / "tests" / "data" / "espeak.tsv"


@cache
def reader(language: str):
    return reference.english(language, "espeak") if language.startswith("en-") else reference.other(language)


def main() -> None:
    header, *rows = GOLDEN.read_text(encoding="utf-8").splitlines()
    lines = [header]
    for row in rows:
        language, text = row.split("\t")[:2]
        lines.append(f"{language}\t{text}\t{reader(language)(text)[0]}")
    new = "\n".join(lines) + "\n"
    if sys.argv[1:] != ["--check"]:
        GOLDEN.write_text(new, encoding="utf-8")
    elif new != GOLDEN.read_text(encoding="utf-8"):
        sys.exit(f"{GOLDEN} is not what Python's misaki gives")


if __name__ == "__main__":
    main()
