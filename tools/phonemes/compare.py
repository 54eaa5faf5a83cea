"""Compares this library's English phonemes with Python's misaki, on lines of a file or on random mixtures of tokens.

    python tools/phonemes/compare.py target/release/examples/phonemize [--lang en-gb] [--fallback espeak] FILE
    python tools/phonemes/compare.py target/release/examples/phonemize --random 5000 --seed 1

Needs what reference.py needs. Prints the lines that differ and how many are equal.
"""

import argparse
import contextlib
import io
import json
import random
import subprocess
from pathlib import Path

import misaki
import reference

# fmt: off
ABBREVIATIONS = [
    "Mr.", "Mrs.", "Dr.", "St.", "e.g.", "i.e.", "etc.", "U.S.", "U.K.", "Ph.D.", "a.m.", "p.m.", "vs.", "vs",
    "No.", "Jan.", "Oct.", "Inc.", "Ltd.", "Jr.", "Prof.", "D.C.", "w/o", "C++", "C#", ".NET", "Node.js",
    "o'clock", "y'all", "rock'n'roll", "'tis", "'em", "'cause", "ma'am", "gonna", "can't", "won't", "I'm",
    "you're", "they've", "she'd", "it'll", "couldn't've", "ain't", "let's", "cannot", "gotta", "Amy's", "boys'",
    "James'", "'90s", "’til"
]
SIGNS = [
    "!", "?", ".", ",", ";", ":", "…", "—", "–", "-", "(", ")", "[", "]", "{", "}", "<", ">", '"', "'", "“", "”",
    "‘", "’", "«", "»", "/", "\\", "|", "@", "#", "&", "*", "+", "=", "^", "~", "`", "%", "$", "_", "§", "©", "™",
    "°", "·", "→", "×", "÷", "±", "≤", "½", "²", "µ", "¿", "...", "--", "---", "!!", "?!", "::", "->", "==", "&&",
    "||", "//", "**", "``", "''", ":)", ":-(", "<3", "xD", "🍕", "👍🏽", "日本語", "café", "naïve", "Ａｂｃ", "ﬁne",
    "Ⅳ", "①", "٣", "ß", "é", "\u200b", "ˈ", "\u00a0", "\t", "\x07", "\x1f"
]
SUFFIXES = [
    "st", "nd", "rd", "th", "s", "'s", "ing", "ed", "'d", "kg", "km", "GB", "%", "°C", "am", "p.m.", "x", "k",
    "M", "bn", "-bit", "-year-old", "px", '"', "'"
]
# fmt: on
CURRENCIES = ["$", "£", "€", "¥", "US$", "₹"]
MARKUP = ["+1", "-1", "2", "0.5", "/h\u0259l\u02c8O/", "//", "#a#", "#&n#", "x"]
JOINTS = ["-", "_", "/", ".", "--", "—", "&", "+", "@", "'", ":", "’", "2"]


def number(dice: random.Random) -> str:
    kinds = [
        lambda: str(dice.randint(0, 12)),
        lambda: str(dice.randint(1000, 2100)),
        lambda: str(dice.randint(0, 10 ** dice.randint(1, 13))),
        lambda: f"{dice.randint(0, 10 ** dice.randint(3, 9)):,}",
        lambda: f"{dice.random() * 10 ** dice.randint(0, 6):.{dice.randint(0, 6)}f}",
        lambda: "0" * dice.randint(1, 3) + str(dice.randint(0, 999)),
        lambda: ".".join(str(dice.randint(0, 300)) for _ in range(dice.randint(2, 4))),
        lambda: f"{dice.randint(1, 12)}:{dice.randint(0, 59):02}",
        lambda: f"{dice.randint(1, 12)}/{dice.randint(1, 31)}/{dice.randint(1900, 2030)}",
    ]
    return dice.choice(kinds)()


def word(dice: random.Random, known: list[str]) -> str:
    if dice.random() < 0.8:
        chosen = dice.choice(known)
    else:
        chosen = "".join(dice.choice("abcdefghijklmnoprstuvwy") for _ in range(dice.randint(1, 9)))
    chosen += dice.choice(["", "", "", "s", "ed", "ing", "'s"])
    return dice.choice([str, str, str, str.capitalize, str.upper])(chosen)


def token(dice: random.Random, known: list[str]) -> str:
    def simple() -> str:
        return word(dice, known) if dice.random() < 0.75 else number(dice)

    kinds = [
        (50, lambda: word(dice, known)),
        (10, lambda: number(dice)),
        (6, lambda: number(dice) + dice.choice(SUFFIXES)),
        (4, lambda: dice.choice(CURRENCIES) + number(dice) + dice.choice(["", "", " million", " billion", "k"])),
        (5, lambda: dice.choice(ABBREVIATIONS)),
        (6, lambda: dice.choice(SIGNS)),
        (6, lambda: dice.choice(JOINTS).join(simple() for _ in range(dice.randint(2, 4)))),
        (3, lambda: dice.choice("(\"[*_'\u201c") + simple() + dice.choice(")\"]*_'\u201d.")),
        (2, lambda: f"https://{word(dice, known)}.com/{word(dice, known)}?a=1"),
        (1, lambda: f"{word(dice, known)}@{word(dice, known)}.com"),
        (3, lambda: f"[{simple()}]({dice.choice(MARKUP)})"),
        (2, lambda: "".join(dice.choice("abcXYZ019.,'-_/$%&:;!?()") for _ in range(dice.randint(1, 8)))),
        (2, lambda: "".join(dice.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(dice.randint(1, 6)))),
    ]
    weights = [weight for weight, _ in kinds]
    return dice.choices([make for _, make in kinds], weights)[0]()


def soup(count: int, seed: int) -> list[str]:
    """Lines of tokens of every kind that the rules speak of."""
    dice = random.Random(seed)
    known = list(json.loads((Path(misaki.__file__).parent / "data" / "us_gold.json").read_text(encoding="utf-8")))
    lines = []
    for _ in range(count):
        tokens = [token(dice, known) for _ in range(dice.choice([1, 2, 3, 5, 8, 12]))]
        line = "".join(token + dice.choice([" "] * 9 + ["", "  ", ", "]) for token in tokens).rstrip(" ")
        lines.append(line + dice.choice(["", ".", ".", "!", "?", "..."]))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("phonemize")
    parser.add_argument("file", nargs="?")
    parser.add_argument("--lang", default="en-us", choices=["en-us", "en-gb"])
    parser.add_argument("--fallback", default="none", choices=["none", "espeak"])
    parser.add_argument("--random", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.file:
        lines = Path(options.file).read_text(encoding="utf-8").split("\n")
        lines = lines[:-1] if lines[-1] == "" else lines
    else:
        lines = soup(options.random, options.seed)
    g2p = reference.english(options.lang, options.fallback)
    command = [options.phonemize, "--lang", options.lang, "--mode", "reference", "--fallback", options.fallback]
    ours = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, check=True, encoding="utf-8")
    equal = 0
    for line, phonemes in zip(lines, ours.stdout.split("\n")[:-1], strict=True):
        # misaki prints a warning where a link's text has no token.
        with contextlib.redirect_stdout(io.StringIO()):
            expected = g2p(line)[0]
        if phonemes == expected:
            equal += 1
        else:
            print(f"text      {line!r}\nmisaki    {expected}\nthis here {phonemes}")
    print(f"{equal} of {len(lines)} equal")


if __name__ == "__main__":
    main()
