#!/usr/bin/env python3
"""Make sequences.json from sentences and their phonemes.

usage: make_sequences.py SENTENCES.tsv CONFIG.json > sequences.json

SENTENCES.tsv has columns `category` and `us_espeak`, the latter with the phonemes that the reference G2P (misaki
0.9.4) gives; the sentences of ordinary English are taken. CONFIG.json is the configuration of Kokoro-82M,
with its `vocab`.
"""

import csv
import json
import random
import sys

CATEGORIES = ("prose", "heteronym")
LENGTHS = (25, 60, 120, 250, 510)
# Neither is in the vocabulary of Kokoro-82M v1.0: both count for the style row, and neither reaches the model.
UNMAPPED = "-ɫ"


def of_length(sentences, length, rng):
    """Sentences that together have exactly this many symbols; the last may end early, after a word."""
    while True:
        text = ""
        for sentence in rng.sample(sentences, len(sentences)):
            text = f"{text} {sentence}" if text else sentence
            if len(text) == length:
                return text
            if len(text) > length:
                if text[length - 1] == " " and text[length - 2].isalpha():
                    return f"{text[: length - 1]}."
                break


def main():
    sentences_path, config_path = sys.argv[1:]
    with open(sentences_path, encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        sentences = sorted({row["us_espeak"].strip() for row in rows if row["category"] in CATEGORIES})
    with open(config_path, encoding="utf-8") as file:
        vocabulary = json.load(file)["vocab"]
    sentences = [sentence for sentence in sentences if sentence and all(symbol in vocabulary for symbol in sentence)]
    assert not any(symbol in vocabulary for symbol in UNMAPPED)

    rng = random.Random(82)
    texts = {str(length): of_length(sentences, length, rng) for length in LENGTHS}
    middle = len(texts["60"]) // 2
    texts["unmapped"] = texts["60"][:middle] + UNMAPPED + texts["60"][middle:]
    sequences = [
        {"name": name, "phonemes": text, "ids": [0, *(vocabulary[s] for s in text if s in vocabulary), 0]}
        for name, text in texts.items()
    ]
    lines = ",\n".join(json.dumps(sequence, ensure_ascii=False) for sequence in sequences)
    sys.stdout.write(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
