"""What a stretch of sound is made of, and how it becomes a row of the model's acoustic table.

A phone has three segments (see `phones.py`). A segment says where the resonances of the vocal tract
are and how strongly each of the three sound sources is heard: voice, aspiration (breath noise that
passes through the resonances) and frication (noise made in the mouth, with a spectrum of its own).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Spectra are given in dB at some of these frequencies (Hz) and are linear in between.
BANDS: tuple[int, ...] = (
    *(0, 300, 600, 1000, 1500, 2200),
    *(3000, 4000, 5000, 6500, 8500, 11000),
)
BAND_COUNT = len(BANDS)
DB_PER_BAND_OUTSIDE = 12.0  # fall of a spectrum beyond the ends of its description, per band

Spectrum = Mapping[int, float]  # Hz (one of BANDS) -> dB
Triple = tuple[float, float, float]

# The pole that comes with the nasal zero (Hz). With the zero at the same place they cancel.
NASAL_POLE = 1000.0


def louder(spectrum: Spectrum, db: float) -> dict[int, float]:
    return {hz: level + db for hz, level in spectrum.items()}


def amplitude(db: float | None) -> float:
    """Decibels to a factor; None is silence."""
    return 0.0 if db is None else 10.0 ** (db / 20.0)


def band_gains(spectrum: Spectrum | None) -> NDArray[np.float64]:
    """Factors at BANDS; None is silence."""
    if spectrum is None:
        return np.zeros(BAND_COUNT)
    known = sorted(spectrum)
    db = np.interp(BANDS, known, [spectrum[hz] for hz in known])
    first, last = BANDS.index(known[0]), BANDS.index(known[-1])
    for i in range(first - 1, -1, -1):
        db[i] = db[i + 1] - DB_PER_BAND_OUTSIDE
    for i in range(last + 1, BAND_COUNT):
        db[i] = db[i - 1] - DB_PER_BAND_OUTSIDE
    return np.array([amplitude(level) for level in db])


OPEN: Spectrum = {0: 0, 11000: 0}  # the voice through an open mouth


@dataclass(frozen=True)
class Segment:
    """Targets of one segment, for an adult man with a neutral voice.

    A target's weight says how firmly it is held when neighbouring segments blend: a tongue
    position that a sound does not care about (the lips do the work in /m/) has a low weight and is
    taken from the neighbours. That is all there is to coarticulation here.
    """

    formants: Triple  # Hz
    voice: Spectrum | None = None
    bandwidths: Triple = (80, 100, 160)  # Hz
    weights: float | Triple = 1.0
    aspiration: float | None = None  # dB
    frication: Spectrum | None = None
    nasal_zero: float = NASAL_POLE  # Hz

    def row(self) -> NDArray[np.float64]:
        weights = np.broadcast_to(np.asarray(self.weights, float), 3)
        return np.concatenate(
            [
                self.formants,
                self.bandwidths,
                weights,
                [self.nasal_zero],
                band_gains(self.voice),
                [amplitude(self.aspiration)],
                band_gains(self.frication),
            ]
        )


# Columns of a row.
FORMANTS = (0, 3)
BANDWIDTHS = (3, 6)
WEIGHTS = (6, 9)
ZERO = (9, 10)
GAINS = (10, 10 + 2 * BAND_COUNT + 1)  # the next three, which are smoothed together
VOICE = (0, BAND_COUNT)
ASPIRATION = (BAND_COUNT, BAND_COUNT + 1)
FRICATION = (BAND_COUNT + 1, 2 * BAND_COUNT + 1)
ROW_WIDTH = GAINS[1]


@dataclass(frozen=True)
class Cut:
    """Where a segment begins, in steps of 5 ms from the start of a phone of `length` steps:

    max(length * fraction - before_end, length * at_least)
    """

    fraction: float
    before_end: float = 0.0
    at_least: float = 0.0


THIRDS = (Cut(0.38), Cut(0.62))


@dataclass(frozen=True)
class Phone:
    """How a symbol sounds, for how long, and what it does to its neighbours."""

    segments: tuple[Segment, Segment, Segment]
    duration: float  # frames of 25 ms at speed 1
    cuts: tuple[Cut, Cut] = THIRDS
    vowel: bool = False
    aspirated: bool = False  # a stop whose third segment is aspiration
    sibilant_s: bool = False  # takes the aspiration away from a stop that follows
    pause: bool = False
    phrase_tone: float = 0.0  # semitones on the last syllable before this pause
    takes_next: bool = False  # has no sound of its own: sounds like the start of what follows
    takes_previous: bool = False  # the same, like the end of what precedes
    stress: float = 0.0  # 1 primary, 0.5 secondary
    word_gap: bool = False
    accent: float = 0.0  # semitones on the sound that it prolongs
