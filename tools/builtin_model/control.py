#!/usr/bin/env python3
"""Makes the negative control: the sentences with their consonants exchanged.

    python tools/builtin_model/control.py            write control.phonemes
    python tools/builtin_model/control.py --check    fail if the committed file differs

Rhythm, stress and vowels stay as they are; every consonant becomes one of another manner and, as
far as possible, of another place. Exchanging vowels would not do: with all of them turned into a
schwa most sentences of a closed list are still told apart.
"""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SOURCE = FOLDER / "sentences.phonemes"
RESULT = FOLDER / "control.phonemes"

EXCHANGE: dict[str, str] = {
    # stops become fricatives, nasals and liquids
    **{"p": "n", "t": "m", "k": "l", "b": "ʃ", "d": "f", "ɡ": "s", "T": "v"},
    # affricates become stops
    **{"ʧ": "b", "ʤ": "p"},
    # fricatives become stops and affricates
    **{"f": "ɡ", "v": "k", "θ": "ʤ", "ð": "ɹ", "s": "b", "z": "ɡ", "ʃ": "d", "ʒ": "t", "h": "z"},
    # nasals become stops and affricates
    **{"m": "k", "n": "ʧ", "ŋ": "t"},
    # liquids and glides become fricatives and nasals
    **{"l": "h", "ɹ": "z", "w": "θ", "j": "m"},
}


def exchanged(phonemes: str) -> str:
    return "".join(EXCHANGE.get(symbol, symbol) for symbol in phonemes)


def main() -> int:
    lines = SOURCE.read_text("utf-8").splitlines()
    expected = "".join(exchanged(line) + "\n" for line in lines)
    if "--check" not in sys.argv[1:]:
        RESULT.write_text(expected, "utf-8")
        return 0
    if RESULT.is_file() and RESULT.read_text("utf-8") == expected:
        print("control.phonemes is up to date")
        return 0
    print("control.phonemes differs: run control.py and commit", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
