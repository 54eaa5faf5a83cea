"""Words on their way through a pipeline: cut into pieces that the model can take, and timed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MOST_SYMBOLS = 510
"""Phoneme symbols that the model takes in one run."""

ENDS = ("!.?…", ":;", ",—")
"""Where a piece ends, if it can: at sentences, else at clauses, else at commas. The order is the reference's."""
CLOSING = (")", "”")
"""What belongs to the end before it."""
HALF_FRAMES_PER_SECOND = 80
LEAD_FRAMES = 3
"""The first sound is heard so many frames before the leading pad ends."""


@dataclass
class Token:
    """A word or a punctuation mark, with the names that the reference has for its parts."""

    text: str
    """As it was written."""
    phonemes: str
    """In Kokoro's alphabet."""
    whitespace: str
    """A space, if one follows."""
    start_ts: float | None = None
    """Seconds from the start of the piece; `None` if there is no telling."""
    end_ts: float | None = None
    """Seconds from the start of the piece; `None` if there is no telling."""


def graphemes_of(tokens: Iterable[Token]) -> str:
    """What was written."""
    return "".join(token.text + token.whitespace for token in tokens).strip()


def phonemes_of(tokens: Iterable[Token]) -> str:
    """What is spoken."""
    return "".join(token.phonemes + token.whitespace for token in tokens).strip()


def pieces(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """Pieces of at most 510 symbols, if no token is longer; those without sound are left out."""
    piece: list[Token] = []
    for token in tokens:
        if piece and len(phonemes_of([*piece, token])) > MOST_SYMBOLS:
            end = _end(piece, token)
            yield from _spoken(piece[:end])
            piece = piece[end:]
        piece.append(token)
    yield from _spoken(piece)


def _spoken(piece: list[Token]) -> Iterator[list[Token]]:
    if phonemes_of(piece):
        yield piece


def _end(piece: list[Token], following: Token) -> int:
    """How many tokens of a full piece are spoken, and not left for the next one, which begins with the rest."""
    for marks in ENDS:
        last = next((place for place in reversed(range(len(piece))) if piece[place].phonemes in tuple(marks)), None)
        if last is None:
            continue
        after = last + 1
        if after < len(piece) and piece[after].phonemes in CLOSING:
            after += 1
        if len(phonemes_of([*piece[after:], following])) <= MOST_SYMBOLS:
            return after
    return len(piece)


def set_times(tokens: Iterable[Token], durations: Sequence[int]) -> None:
    """Sets the times of tokens that were spoken in one run, by the frames of their symbols and of the pads.

    A space is shared by the words beside it. Where the model has left symbols out there is no telling.
    """
    tokens = list(tokens)
    if len(durations) != len(phonemes_of(tokens)) + 2:
        return
    left = right = 2 * max(0, durations[0] - LEAD_FRAMES)
    place = 1
    for token in tokens:
        end = place + len(token.phonemes)
        space = durations[end] if token.whitespace and end < len(durations) - 1 else 0
        spoken = 2 * sum(durations[place:end])
        if token.phonemes:
            token.start_ts = left / HALF_FRAMES_PER_SECOND
        left = right + spoken + space
        if token.phonemes:
            token.end_ts = left / HALF_FRAMES_PER_SECOND
        right = left + space
        place = end + (1 if token.whitespace else 0)
