"""The acoustic tables: what each symbol of the vocabulary sounds like.

Nothing here was trained or measured for this purpose. Formant frequencies are the textbook averages
for men (vowels of General American; cardinal-vowel charts for the rest), places of articulation are
told apart by the usual locus frequencies and burst spectra, fricatives by the known bands of their
noise. Levels were set with the help of a speech recogniser (score.py).

Hz for frequencies, dB for levels, frames of 25 ms for durations, steps of 5 ms in cuts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from segments import OPEN, ROW_WIDTH, Cut, Phone, Segment, Spectrum, Triple, louder
from vocabulary import TOKEN_COUNT, VOCABULARY

PHONES: dict[str, Phone] = {}


def _define(symbols: str, sound: Segment | tuple[Segment, Segment, Segment], duration: float, **kw):
    segments = (sound,) * 3 if isinstance(sound, Segment) else sound
    for symbol in symbols:
        PHONES[symbol] = Phone(segments, duration, **kw)


# ------------------------------------------------------------------------------------------ vowels

VOWEL_BANDWIDTHS: Triple = (75, 100, 150)
DIPHTHONG = (Cut(0.42), Cut(0.60))
WIDE_DIPHTHONG = (Cut(0.50), Cut(0.66))  # /aɪ/, /aʊ/: the open part is the longer one
BACK_DIPHTHONG = (Cut(0.48), Cut(0.64))


def _vowel(
    symbol: str,
    start: Triple,
    duration: float,
    end: Triple | None = None,
    cuts: tuple[Cut, Cut] | None = None,
) -> None:
    end = end or start
    middle = tuple((a + b) / 2 for a, b in zip(start, end, strict=True))
    sounds = tuple(Segment(f, OPEN, VOWEL_BANDWIDTHS) for f in (start, middle, end))
    _define(symbol, sounds, duration, vowel=True, **({"cuts": cuts} if cuts else {}))


_vowel("i", (280, 2280, 2950), 4.6)
_vowel("ɪ", (430, 1790, 2520), 3.3)
_vowel("e", (420, 2100, 2620), 4.6)
_vowel("ɛ", (560, 1800, 2500), 4.0)
_vowel("æ", (690, 1700, 2440), 5.2)
_vowel("a", (760, 1400, 2500), 5.0)
_vowel("ɑ", (740, 1120, 2480), 5.2)
_vowel("ɒ", (640, 930, 2480), 4.6)
_vowel("ɔ", (600, 890, 2450), 5.2)
_vowel("o", (450, 820, 2400), 4.8)
_vowel("ʊ", (450, 1060, 2280), 3.4)
_vowel("u", (310, 980, 2250), 4.6)
_vowel("ʌ", (640, 1220, 2440), 3.8)
_vowel("ɐ", (640, 1280, 2450), 3.2)
_vowel("ə", (510, 1380, 2450), 2.6)
_vowel("ᵊ", (480, 1420, 2450), 1.8)
_vowel("ᵻ", (400, 1850, 2500), 2.8)
_vowel("ɜ", (480, 1320, 1690), 4.6)
_vowel("ɚ", (480, 1320, 1690), 4.2)
_vowel("y", (280, 1950, 2250), 4.6)
_vowel("ø", (390, 1620, 2230), 4.6)
_vowel("œ", (540, 1480, 2300), 4.6)
_vowel("\uab67", (520, 1350, 2350), 4.0)
_vowel("ɨ", (310, 1700, 2400), 4.2)
_vowel("ɯ", (310, 1300, 2300), 4.0)
_vowel("ɤ", (460, 1180, 2400), 4.2)
# The capital letters of this alphabet are the diphthongs of day, my, go, so (British), now, boy.
_vowel("A", (480, 1980, 2540), 5.6, (330, 2250, 2800), DIPHTHONG)
_vowel("I", (740, 1220, 2480), 6.2, (390, 2050, 2620), WIDE_DIPHTHONG)
_vowel("O", (530, 1000, 2400), 5.6, (370, 820, 2320), DIPHTHONG)
_vowel("Q", (500, 1350, 2400), 5.6, (380, 950, 2320), DIPHTHONG)
_vowel("W", (740, 1320, 2480), 6.2, (420, 880, 2350), WIDE_DIPHTHONG)
_vowel("Y", (530, 850, 2450), 6.2, (380, 2050, 2580), BACK_DIPHTHONG)

# ------------------------------------------------------------------------------ glides and liquids

W_VOICE: Spectrum = {0: -4, 1000: -4, 2200: -12, 4000: -18, 11000: -24}
L_VOICE: Spectrum = {0: -4, 600: -4, 1500: -8, 3000: -9, 4000: -14, 11000: -24}
LJ_VOICE: Spectrum = {0: -4, 600: -4, 1500: -8, 3000: -10, 11000: -24}
LIP_VOICE: Spectrum = {0: -6, 1000: -6, 3000: -12, 11000: -22}

_define("w", Segment((290, 680, 2200), W_VOICE, (70, 90, 200), 1.6), 2.6)
_define("ɥ", Segment((280, 1900, 2200), louder(OPEN, -5), (70, 100, 200), 1.4), 2.4)
_define("jʲ", Segment((270, 2280, 3000), louder(OPEN, -5), (70, 120, 250), 1.4), 2.4)
_define("ɰ", Segment((310, 1200, 2300), louder(OPEN, -6), (70, 120, 250), 1.2), 2.4)
_define("ɹɻ", Segment((340, 1130, 1560), louder(OPEN, -4), (80, 110, 130), (1.0, 1.2, 1.6)), 2.6)
_define("l", Segment((370, 1150, 2800), L_VOICE, (80, 130, 200), (1.2, 1.0, 1.0)), 2.6)
_define("ʎ", Segment((300, 2000, 2800), LJ_VOICE, (80, 150, 220), 1.2), 3.0)
_define("ʋ", Segment((300, 1000, 2250), LIP_VOICE, (80, 140, 220)), 2.2)
_define("ᵝ", Segment((300, 850, 2200), LIP_VOICE, (80, 140, 220)), 1.4)

# ------------------------------------------------------------------------------------------ nasals

NASAL_VOICE: Spectrum = {
    **{0: -2, 300: -2, 600: -8, 1000: -8, 2200: -9},
    **{3000: -12, 4000: -16, 11000: -30},
}
NASAL_BANDWIDTHS: Triple = (90, 200, 250)


def _nasal(symbols: str, formants: Triple, zero: float, weights: Triple, duration: float) -> None:
    sound = Segment(formants, NASAL_VOICE, NASAL_BANDWIDTHS, weights, nasal_zero=zero)
    _define(symbols, sound, duration)


# The closed mouth is a side branch; the shorter it is, the higher the frequency that it swallows.
_nasal("m", (250, 1000, 2150), 900, (1.6, 0.9, 0.9), 2.8)
_nasal("nɳ", (250, 1750, 2650), 1200, (1.6, 0.9, 0.9), 2.6)
_nasal("ɲ", (250, 2150, 2750), 1300, (1.6, 1.2, 0.9), 3.0)
_nasal("ŋɴ", (250, 1950, 2450), 1400, (1.6, 0.5, 0.7), 3.0)

# -------------------------------------------------------------------------------------- fricatives

S_NOISE: Spectrum = {3000: -26, 4000: -12, 5000: -3, 6500: 0, 8500: -3, 11000: -9}
SH_NOISE: Spectrum = {
    **{1500: -22, 2200: -5, 3000: 0, 4000: -1, 5000: -4},
    **{6500: -8, 8500: -14, 11000: -22},
}
ALVEOLOPALATAL_NOISE: Spectrum = {**SH_NOISE, 2200: -12, 3000: -2, 4000: 0, 5000: -1}
PALATAL_NOISE: Spectrum = {1500: -22, 2200: -8, 3000: 0, 4000: 0, 5000: -5, 6500: -9, 8500: -16}
F_NOISE: Spectrum = {600: -6, 1000: -4, 2200: -3, 4000: -2, 6500: 0, 8500: 0, 11000: -3}
TH_NOISE: Spectrum = {1000: -10, 1500: -8, 3000: -6, 5000: -3, 6500: 0, 8500: 0, 11000: -3}
BACK_NOISE: Spectrum = {
    **{600: -12, 1000: -2, 1500: 0, 2200: -8, 3000: -12},
    **{4000: -12, 6500: -16, 8500: -22},
}
S_LEVEL, SH_LEVEL, F_LEVEL, TH_LEVEL, BACK_LEVEL = -6, -7, -21, -24, -12

# What is left of the voice under the noise of a voiced fricative.
BUZZ: Spectrum = {0: -6, 300: -7, 600: -16, 1000: -22, 2200: -26, 4000: -34, 11000: -50}
LIP_BUZZ: Spectrum = {0: -4, 600: -7, 1000: -12, 2200: -14, 4000: -18, 11000: -30}
TH_BUZZ: Spectrum = {0: -4, 600: -7, 1000: -11, 2200: -13, 4000: -18, 11000: -30}
UVULAR_BUZZ: Spectrum = {0: -4, 600: -6, 1000: -9, 2200: -14, 11000: -30}
FRICATIVE_BANDWIDTHS: Triple = (100, 130, 200)


def _fricative(
    symbol: str,
    formants: Triple,
    weights: Triple,
    noise: Spectrum,
    level: float,
    duration: float,
    voice: Spectrum | None = None,
) -> None:
    noise = louder(noise, level)
    sound = Segment(formants, voice, FRICATIVE_BANDWIDTHS, weights, frication=noise)
    _define(symbol, sound, duration)


_fricative("s", (300, 1700, 2600), (0.8, 0.7, 0.7), S_NOISE, S_LEVEL, 4.4)
_fricative("z", (270, 1700, 2600), (1.0, 0.7, 0.7), S_NOISE, S_LEVEL - 6, 3.4, BUZZ)
_fricative("ʃ", (300, 1800, 2450), (0.8, 0.8, 0.8), SH_NOISE, SH_LEVEL, 4.4)
_fricative("ʂ", (300, 1600, 2200), (0.8, 0.8, 0.8), SH_NOISE, SH_LEVEL, 4.4)
_fricative("ʒ", (270, 1800, 2450), (1.0, 0.8, 0.8), SH_NOISE, SH_LEVEL - 6, 3.4, BUZZ)
_fricative("ɕ", (300, 2050, 2700), (0.8, 0.9, 0.8), ALVEOLOPALATAL_NOISE, SH_LEVEL, 4.4)
_fricative("ç", (300, 2200, 2850), (0.8, 1.0, 0.8), PALATAL_NOISE, SH_LEVEL - 6, 3.8)
_fricative(
    "ʝ", (280, 2200, 2850), (1.0, 1.0, 0.8), PALATAL_NOISE, SH_LEVEL - 12, 2.8, louder(BUZZ, 4)
)
_fricative("f", (320, 1000, 2150), (0.7, 0.6, 0.6), F_NOISE, F_LEVEL, 3.8)
_fricative("v", (280, 1050, 2200), (1.0, 0.7, 0.6), F_NOISE, F_LEVEL - 3, 2.6, LIP_BUZZ)
_fricative("ɸ", (320, 950, 2150), (0.7, 0.5, 0.5), F_NOISE, F_LEVEL, 3.4)
_fricative("β", (290, 950, 2150), (1.0, 0.6, 0.6), F_NOISE, F_LEVEL - 5, 2.4, LIP_BUZZ)
_fricative("θ", (320, 1380, 2560), (0.7, 0.6, 0.6), TH_NOISE, TH_LEVEL, 3.6)
_fricative("ð", (290, 1380, 2560), (1.0, 0.7, 0.6), TH_NOISE, TH_LEVEL - 3, 2.0, TH_BUZZ)
_fricative("x", (320, 1500, 2300), (0.5, 0.3, 0.3), BACK_NOISE, BACK_LEVEL, 3.6)
_fricative("χ", (450, 1200, 2300), (0.6, 0.5, 0.4), BACK_NOISE, BACK_LEVEL, 3.6)
_fricative(
    "ɣ", (300, 1500, 2300), (1.0, 0.3, 0.3), BACK_NOISE, BACK_LEVEL - 8, 2.4, louder(BUZZ, 5)
)
_fricative("ʁ", (430, 1150, 2300), (1.0, 0.6, 0.4), BACK_NOISE, BACK_LEVEL - 9, 2.6, UVULAR_BUZZ)

# /h/ has no place: breath through whatever vowel comes next.
H_BANDWIDTHS: Triple = (200, 150, 200)
_define("h", Segment((500, 1500, 2500), None, H_BANDWIDTHS, 0.03, aspiration=-10), 2.4)
_define("ʰ", Segment((500, 1500, 2500), None, H_BANDWIDTHS, 0.03, aspiration=-14), 1.4)

# ------------------------------------------------------------------------------------------- stops

VOICE_BAR: Spectrum = {0: -10, 300: -12, 600: -28, 1000: -44}  # the voice behind closed lips
ASPIRATION_LEVEL = -12
TAIL_LEVEL = -26  # frication that lingers in the aspiration, relative to the burst
VOICED_BURST_LEVEL = -5  # relative to the voiceless burst
RELEASE_F1 = 450


class Place:
    """Where a stop closes the mouth: locus of the formants and spectrum of the burst."""

    def __init__(self, locus: Triple, weights: Triple, burst: Spectrum, level: float) -> None:
        self.locus = locus
        self.weights = weights
        self.burst = louder(burst, level)


LABIAL = Place(
    (220, 850, 2150),
    (1.3, 0.8, 0.7),
    {300: -4, 600: 0, 1000: -1, 1500: -4, 2200: -8, 3000: -10, 4000: -12, 6500: -16},
    -13,
)
ALVEOLAR = Place(
    (220, 1750, 2650),
    (1.3, 0.9, 0.8),
    {1500: -16, 2200: -9, 3000: -4, 4000: 0, 5000: 0, 6500: -2, 8500: -6},
    -6,
)
RETROFLEX = Place(
    (220, 1600, 2150),
    (1.3, 0.9, 0.9),
    {1500: -8, 2200: 0, 3000: 0, 4000: -4, 5000: -8, 6500: -10},
    -3,
)
PALATAL = Place(
    (220, 2250, 2850),
    (1.3, 1.0, 0.8),
    {1500: -16, 2200: -4, 3000: 0, 4000: -2, 5000: -8, 6500: -12},
    -4,
)
VELAR = Place(
    (220, 1850, 2250),
    (2.0, 0.7, 1.1),
    {600: -14, 1000: -8, 1500: -2, 2200: 0, 3000: -8, 4000: -10, 5000: -12, 6500: -16},
    6,
)
UVULAR = Place(
    (300, 1200, 2250),
    (1.3, 0.6, 0.6),
    {600: -8, 1000: 0, 1500: 0, 2200: -8, 3000: -12, 4000: -16},
    -3,
)
GLOTTAL = Place(
    (500, 1400, 2450),
    (0.03, 0.03, 0.03),
    {600: -8, 1000: 0, 1500: 0, 2200: -8, 3000: -12, 4000: -16},
    -12,
)


def _voiceless_stop(
    symbol: str, place: Place, duration: float, aspiration: float, burst: float = 2
) -> None:
    """Silence, burst, aspiration; the last two in steps, whatever the speed."""
    closure = Segment(place.locus, None, (100, 150, 250), place.weights)
    release = Segment(place.locus, None, (100, 130, 200), place.weights, frication=place.burst)
    opening = Segment(
        (RELEASE_F1, *place.locus[1:]),
        None,
        (200, 150, 200),
        (0.2, 0.25 * place.weights[1], 0.25 * place.weights[2]),
        aspiration=ASPIRATION_LEVEL,
        frication=louder(place.burst, TAIL_LEVEL),
    )
    cuts = (Cut(1, burst + aspiration, 0.35), Cut(1, aspiration, 0.6))
    _define(symbol, (closure, release, opening), duration, cuts=cuts, aspirated=True)


def _voiced_stop(symbol: str, place: Place, duration: float, burst: float = 2) -> None:
    """Voice bar, then the burst; the vowel follows at once."""
    closure = Segment(place.locus, VOICE_BAR, (70, 150, 250), place.weights)
    release = Segment(
        place.locus,
        VOICE_BAR,
        (80, 130, 200),
        place.weights,
        frication=louder(place.burst, VOICED_BURST_LEVEL),
    )
    _define(symbol, (closure, release, release), duration, cuts=(Cut(1, burst, 0.5), Cut(1)))


_voiceless_stop("p", LABIAL, 4.0, 6)
_voiceless_stop("t", ALVEOLAR, 4.0, 7)
_voiceless_stop("ʈ", RETROFLEX, 4.0, 7)
_voiceless_stop("c", PALATAL, 4.2, 8)
_voiceless_stop("k", VELAR, 4.2, 8)
_voiceless_stop("q", UVULAR, 4.2, 8)
_voiceless_stop("ʔ", GLOTTAL, 2.0, 1)
_voiced_stop("b", LABIAL, 3.2)
_voiced_stop("d", ALVEOLAR, 3.0)
_voiced_stop("ɖ", RETROFLEX, 3.0)
_voiced_stop("ɟ", PALATAL, 3.2)
_voiced_stop("ɡ", VELAR, 3.2, burst=3)

# Flaps and trills: closures too short and too weak to stop the voice.
FLAP_VOICE: Spectrum = {0: -4, 600: -10, 1000: -16, 2200: -18, 4000: -22, 11000: -34}
_define("Tɾ", Segment((300, 1700, 2650), FLAP_VOICE, (90, 130, 200), (1.0, 0.8, 0.7)), 1.2)
_define("ɽ", Segment((320, 1450, 1900), FLAP_VOICE, (90, 130, 200)), 1.2)
_define(
    "r",
    (
        Segment((380, 1300, 2300), FLAP_VOICE, (90, 130, 200), 0.8),
        Segment((450, 1350, 2350), louder(OPEN, -3)),
        Segment((380, 1300, 2300), FLAP_VOICE),
    ),
    2.6,
    cuts=(Cut(0.36), Cut(0.66)),
)

# -------------------------------------------------------------------------------------- affricates


def _affricate(
    symbol: str, formants: Triple, noise: Spectrum, level: float, duration: float, voiced: bool
) -> None:
    """A closure that opens into a fricative, which weakens after its first 15 ms."""
    weights = (1.2, 0.9, 0.8)
    voice = BUZZ if voiced else None
    length = 10 if voiced else 13

    def part(voice: Spectrum | None, frication: Spectrum | None) -> Segment:
        return Segment(formants, voice, FRICATIVE_BANDWIDTHS, weights, frication=frication)

    closure = part(VOICE_BAR if voiced else None, None)
    onset, rest = (part(voice, louder(noise, level + more)) for more in (3, -1))
    cuts = (Cut(1, length, 0.35), Cut(1, length - 3, 0.5))
    _define(symbol, (closure, onset, rest), duration, cuts=cuts)


_affricate("ʧ", (260, 1800, 2500), SH_NOISE, SH_LEVEL, 4.8, False)
_affricate("ʤ", (250, 1800, 2500), SH_NOISE, SH_LEVEL - 5, 3.8, True)
_affricate("ʦ", (260, 1700, 2600), S_NOISE, S_LEVEL, 4.8, False)
_affricate("ʣ", (250, 1700, 2600), S_NOISE, S_LEVEL - 5, 3.8, True)
_affricate("ʨ", (260, 2050, 2700), ALVEOLOPALATAL_NOISE, SH_LEVEL, 4.8, False)
_affricate("ʥ", (250, 2050, 2700), ALVEOLOPALATAL_NOISE, SH_LEVEL - 5, 3.8, True)

# /s/ takes the aspiration away from a stop that follows. The vocabulary does not say what S stands
# for; it has the sound that its letter suggests.
PHONES["s"] = Phone(PHONES["s"].segments, PHONES["s"].duration, sibilant_s=True)
PHONES["S"] = PHONES["ʃ"]

# ------------------------------------------------------------------------------- pauses and marks

REST = Segment((500, 1500, 2500), None, (100, 120, 180), 0.02)


def _pause(symbols: str, duration: float, phrase_tone: float) -> None:
    _define(symbols, REST, duration, pause=True, phrase_tone=phrase_tone)


_pause(",", 8, 1.5)
_pause(";", 10, -3)
_pause(":", 10, -2)
_pause(".!", 14, -7)
_pause("?", 14, 6)
_pause("—", 10, 0)
_pause("…", 16, -2)
_pause('"“”', 1, 0)
_pause("()", 3, 0)

# Marks last at least one frame like every token; they lend that frame to a neighbour.
_define("ˈ", REST, 1, takes_next=True, stress=1.0)
_define("ˌ", REST, 1, takes_next=True, stress=0.5)
_define(" ", REST, 1, takes_next=True, word_gap=True)
_define("ː", REST, 2.2, takes_previous=True)
_define("\u0303", REST, 1, takes_previous=True)
_define("→", REST, 1, takes_previous=True, accent=2.5)
_define("↗", REST, 1, takes_previous=True, accent=4)
_define("↘", REST, 1, takes_previous=True, accent=-4)
_define("↓", REST, 1, takes_previous=True, accent=-5)

SILENCE = Phone((REST,) * 3, 8, pause=True, phrase_tone=-5)  # the pads, and ids without a symbol

if PHONES.keys() != VOCABULARY.keys():
    raise AssertionError(f"phones and vocabulary differ: {PHONES.keys() ^ VOCABULARY.keys()}")

# ------------------------------------------------------------------------------------------ tables

_BY_ID: list[Phone] = [SILENCE] * TOKEN_COUNT
for _symbol, _id in VOCABULARY.items():
    _BY_ID[_id] = PHONES[_symbol]


def attribute_table(name: str) -> NDArray[np.float32]:
    """One field of `Phone` for every token id."""
    return np.array([float(getattr(phone, name)) for phone in _BY_ID], np.float32)


def segment_table() -> NDArray[np.float32]:
    """Row 3 * id + segment."""
    rows = [segment.row() for phone in _BY_ID for segment in phone.segments]
    table = np.array(rows, np.float32)
    assert table.shape == (3 * TOKEN_COUNT, ROW_WIDTH)
    return table


def cut_table() -> NDArray[np.float32]:
    """For every id: fraction, before_end, at_least of the second segment, then of the third."""
    rows = [
        [value for cut in phone.cuts for value in (cut.fraction, cut.before_end, cut.at_least)]
        for phone in _BY_ID
    ]
    return np.array(rows, np.float32)
