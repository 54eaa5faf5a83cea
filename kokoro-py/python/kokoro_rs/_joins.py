"""What is between two chunks of speech."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Joins:
    """How the chunks of a long text are joined.

    Pauses are in seconds, from where one chunk's sound ends to where the next one's begins; the speed shortens and
    lengthens them. A pause that the text asks for, `[pause:0.5s]`, is exactly as long as it says.
    """

    trim: bool = True
    """Whether the silence around chunks is cut or filled up to the pauses. If not, chunks follow each other as the
    model makes them, and the other fields mean nothing."""
    trim_ends: bool = False
    """Whether the silence before the first sound and after the last one is cut, too."""
    clause: float = 0.15
    """The pause where a sentence had to be cut at the end of a clause."""
    sentence: float = 0.35
    """The pause between sentences."""
    paragraph: float = 0.7
    """The pause between paragraphs."""
