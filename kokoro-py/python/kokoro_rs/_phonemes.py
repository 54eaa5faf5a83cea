"""From text to phonemes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from . import _native
from ._arguments import given

if TYPE_CHECKING:
    from ._fields import PronunciationFields
    from ._types import Fallback, Lexicon, Mode, Symbols


class PronouncedWord(NamedTuple):
    """A word, number or punctuation mark with its pronunciation."""

    text: str
    """As it was written."""
    phonemes: str
    """In Kokoro's alphabet, stress marks included; empty if nothing of it can be spoken."""
    space_after: bool
    """Whether a space follows it."""
    start_char: int
    """Where it begins in the text."""
    end_char: int
    """Where it ends in the text."""


@dataclass(frozen=True)
class Pronunciation:
    """The pronunciation of a text. `str()` of it is its phonemes."""

    text: str
    """The text."""
    phonemes: str
    """All phonemes in one string, paragraphs separated by line breaks."""
    words: list[PronouncedWord]
    """Word by word."""
    paragraph_starts: list[int]
    """Indices of the words that begin a paragraph, without the first word of all."""
    unspoken: list[tuple[int, int]]
    """Parts of the text, in characters, that nothing is said for although they are more than punctuation."""

    def __str__(self) -> str:
        return self.phonemes


def pronunciation_of(text: str, fields: PronunciationFields) -> Pronunciation:
    """A pronunciation from what the native half gives."""
    return Pronunciation(
        text=text,
        phonemes=fields["phonemes"],
        words=[
            PronouncedWord(text[start:end], phonemes, space_after, start, end)
            for start, end, phonemes, space_after in fields["words"]
        ],
        paragraph_starts=fields["paragraph_starts"],
        unspoken=fields["unspoken"],
    )


def phonemize(
    text: str,
    language: str = "en-us",
    *,
    mode: Mode | None = None,
    fallback: Fallback | None = None,
    symbols: Symbols | None = None,
    lexicon: Lexicon | None = None,
) -> Pronunciation:
    """The phonemes of a text, without a model.

    >>> str(phonemize("The old bridge."))
    'ði ˈOld bɹˈɪʤ.'

    Args:
        text: what to read. `[word](/phonemes/)` gives a word's pronunciation.
        language: such as `en-us`, `en-gb` or `a`. Languages other than English need espeak-ng.
        mode: `spoken` (default) reads as a reader would; `reference` as Python's misaki 0.9.4 does.
        fallback: what reads words that no dictionary has: `rules` (default), `espeak` or `none`.
        symbols: whether symbols and emoji are spoken by their names: `speak` (default) or `skip`.
        lexicon: pronunciations of words, which win over the dictionaries; or a `.tsv` or `.json` file of them.

    Raises:
        UnknownLanguageError: there is no front end for the language.
        EspeakNotFoundError: espeak-ng is needed and not there.
        InvalidConfigError, InvalidLexiconError: an argument cannot be used.
    """
    options = given(mode=mode, fallback=fallback, symbols=symbols, lexicon=lexicon)
    return pronunciation_of(text, _native.phonemize(text, language, **options))
