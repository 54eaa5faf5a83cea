"""Measures espeak-ng, with misaki's mapping to Kokoro's alphabet, on the words that are held out.

    pip install --no-deps misaki==0.9.4 && pip install espeakng-loader phonemizer-fork
    cargo run --release -p kokoro-letter-to-sound -- --list | python espeak.py
"""

import sys
from types import SimpleNamespace

from misaki.espeak import EspeakFallback


def distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(diagonal + (x != y), row[j] + 1, row[j - 1] + 1)
    return row[-1]


def unstressed(phonemes: str) -> str:
    return phonemes.replace("ˈ", "").replace("ˌ", "")


def main() -> None:
    words: dict[str, list[tuple[str, str]]] = {}
    for line in sys.stdin:
        dialect, word, reference = line.rstrip("\n").split("\t")
        words.setdefault(dialect, []).append((word, reference))
    for dialect, pairs in words.items():
        espeak = EspeakFallback(british=dialect == "gb")
        said = [(espeak(SimpleNamespace(text=word))[0] or "", reference) for word, reference in pairs]
        said = [(phonemes.replace("ɾ", "T").replace("ʔ", "t"), reference) for phonemes, reference in said]
        print(f"{dialect}: {len(said)} words")
        for name, form in (("with stress", str), ("without stress", unstressed)):
            wrong = [distance(form(phonemes), form(reference)) for phonemes, reference in said]
            symbols = sum(len(form(reference)) for _, reference in said)
            exact = wrong.count(0) / len(wrong)
            print(f"  {name:15} {sum(wrong) / symbols:.2%} of symbols wrong, {exact:.1%} of words exact")


if __name__ == "__main__":
    main()
