"""The voice's settings, read from the style vector, and the melody of speech.

Of the 256 numbers of a style only the first five are used. All zero is a neutral man's voice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from graph import F32, Graph, Value
from timing import RATE, STEP, STEPS_PER_FRAME, Timeline, Tokens

STYLE_WIDTH = 256
NEUTRAL_PITCH = 110.0  # Hz
STEP_SECONDS = STEP / RATE

ACCENT = 3.5  # semitones on a stressed vowel
DECLINATION = 3.0  # semitones that the pitch falls in a long phrase
DECLINATION_SECONDS = 1.5  # time constant of that fall
MELODY_SMOOTHING = 31  # steps
FLUTTER = 0.12  # semitones; the sum of three slow sines, so that no two periods are alike
FLUTTER_RATES = (2.3, 4.7, 7.1)  # Hz
PITCH_RANGE = (45.0, 600.0)  # Hz


def hann(length: int) -> np.ndarray:
    """Smoothing kernel of sum 1."""
    window = np.sin(np.pi * (np.arange(length) + 0.5) / length) ** 2
    return window / window.sum()


@dataclass(frozen=True)
class Speaker:
    """One number each, as tensors of shape [1]."""

    pitch: Value  # Hz
    liveliness: Value  # factor of the pitch movements
    formant_scale: Value  # a shorter vocal tract has a larger one
    breath: Value  # breath noise in vowels, relative to the voice
    tilt_hz: Value  # where the spectrum of the voice starts to fall more steeply


# Style slots and the ranges they are clipped to, so that every style gives finite sound.
SLOT_PITCH = (0, -1.2, 1.8)  # octaves above NEUTRAL_PITCH
SLOT_LIVELINESS = (1, -1.0, 1.5)  # less 1
SLOT_SCALE = (2, -0.3, 0.5)  # natural logarithm
SLOT_BREATH = (3, 0.0, 1.0)
SLOT_TILT = (4, -1.0, 3.0)  # octaves below NEUTRAL_TILT
NEUTRAL_TILT = 5000.0  # Hz


def speaker(g: Graph, style: Value) -> Speaker:
    flat = g.reshape(style, [-1])

    def slot(index: int, low: float, high: float) -> Value:
        return g.clip(g.rows(flat, index, index + 1), low, high)

    octave = float(np.log(2))
    return Speaker(
        pitch=NEUTRAL_PITCH * g.op("Exp", slot(*SLOT_PITCH) * octave),
        liveliness=1.0 + slot(*SLOT_LIVELINESS),
        formant_scale=g.op("Exp", slot(*SLOT_SCALE)),
        breath=slot(*SLOT_BREATH),
        tilt_hz=NEUTRAL_TILT * g.op("Exp", slot(*SLOT_TILT) * -octave),
    )


def pitch(tokens: Tokens, time: Timeline, voice: Speaker) -> Value:
    """Fundamental frequency in Hz at every step, [T]."""
    g = tokens.graph
    movement = _declination(tokens, time) + _melody(tokens, time)
    seconds = g.cast(time.step, F32) * STEP_SECONDS
    waves = [g.op("Sin", seconds * float(2 * np.pi * rate)) for rate in FLUTTER_RATES]
    flutter = FLUTTER * (waves[0] + waves[1] + waves[2])
    semitones = voice.liveliness * movement + flutter
    return g.clip(voice.pitch * g.op("Exp", semitones * float(np.log(2) / 12)), *PITCH_RANGE)


def _declination(tokens: Tokens, time: Timeline) -> Value:
    """A fall that starts anew after every pause."""
    g = tokens.graph
    last_pause = tokens.nearest(tokens.attribute("pause"), forward=False)
    began = g.gather(g.gather(time.ends, last_pause), time.token)
    since = g.cast(time.step - STEPS_PER_FRAME * began, F32) * STEP_SECONDS
    since = g.maximum(since, np.zeros(1))
    fall = g.op("Exp", since * (-1.0 / DECLINATION_SECONDS))
    return DECLINATION * fall - DECLINATION / 2


def _melody(tokens: Tokens, time: Timeline) -> Value:
    """Accents of stressed vowels, tone marks, and the fall or rise that ends a phrase."""
    g = tokens.graph
    vowel, gap = tokens.attribute("vowel"), tokens.attribute("word_gap")
    accent = ACCENT * (tokens.attribute("stress") + tokens.vowel_stress * vowel)
    accent = accent + tokens.attribute("accent")
    # A space has the pitch of the sound that it lends its time to.
    accent = g.where(gap > 0.5, g.gather(accent, tokens.source), accent)
    semitones = g.gather(accent, time.token)

    # The tone of a phrase starts inside its last vowel and lasts until the middle of the pause:
    # smoothing would undo a movement that ended with the vowel.
    in_vowel = g.gather(vowel, time.token) > 0.5
    in_pause = g.gather(tokens.attribute("pause"), time.token) > 0.5
    late = g.where(in_vowel, time.segment, g.where(in_pause, 1 - time.segment, g.ints([1])))
    active = g.truth(late > 0) * g.gather(tokens.in_last_syllable, time.token)
    tone = g.gather(tokens.attribute("phrase_tone"), tokens.phrase_end)
    semitones = semitones + g.gather(tone, time.token) * active
    smooth = g.smoothed(g.column(semitones), hann(MELODY_SMOOTHING), 1)
    return g.reshape(smooth, [-1])
