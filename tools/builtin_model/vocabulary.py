"""The symbols of Kokoro v1.0 and their token ids.

One symbol is one Unicode scalar. Ids are sparse: `TOKEN_COUNT` rows are needed to index by id, and
ids without a symbol (0, the pad that opens and closes every input, among them) stand for silence.
"""

from __future__ import annotations

PAD = 0
TOKEN_COUNT = 178
MAX_TOKENS = 512  # both pads included

_RUNS: tuple[tuple[int, str], ...] = (
    # (id of the first symbol, symbols with consecutive ids)
    (1, ";:,.!?"),
    (9, '—…"()“” \u0303ʣʥʦʨᵝ\uab67AI'),
    (31, "O"),
    (33, "Q"),
    (35, "ST"),
    (39, "W"),
    (41, "Yᵊabcdef"),
    (50, "hijklmnopqrstuvwxyzɑɐɒæ"),
    (75, "βɔɕç"),
    (80, "ɖðʤə"),
    (85, "ɚɛɜ"),
    (90, "ɟ"),
    (92, "ɡ"),
    (99, "ɥ"),
    (101, "ɨɪʝ"),
    (110, "ɯɰŋɳɲɴø"),
    (118, "ɸθœ"),
    (123, "ɹ"),
    (125, "ɾɻ"),
    (128, "ʁɽʂʃʈʧ"),
    (135, "ʊʋ"),
    (138, "ʌɣɤ"),
    (142, "χʎ"),
    (147, "ʒʔ"),
    (156, "ˈˌː"),
    (162, "ʰ"),
    (164, "ʲ"),
    (169, "↓"),
    (171, "→↗↘"),
    (177, "ᵻ"),
)

VOCABULARY: dict[str, int] = {
    symbol: first + offset for first, run in _RUNS for offset, symbol in enumerate(run)
}


def encode(phonemes: str) -> list[int]:
    """Token ids with a pad at both ends; a symbol outside the vocabulary is an error."""
    unknown = sorted(set(phonemes) - VOCABULARY.keys())
    if unknown:
        raise ValueError(f"not in the vocabulary: {unknown}")
    return [PAD, *(VOCABULARY[symbol] for symbol in phonemes), PAD]
