"""The two sources of sound, as spectra: the buzz of the voice and noise.

Both are cut into windows of 10 ms that advance by 5 ms. A window of step t covers the samples of
the steps t - 1 and t.
"""

from __future__ import annotations

import numpy as np
from graph import F32, I64, Graph, Value
from timing import RATE, STEP, Timeline

WINDOW = 2 * STEP
TRANSFORM = 6 * STEP  # samples: a window, and 20 ms for the resonances to die away
BINS = 320  # from 0 Hz to 10.6 kHz
HIGHEST_HARMONIC = 10500.0  # Hz
LOUDNESS_PITCH = 110.0  # Hz; pulses are scaled to have the same power at every pitch

PHASE_UNITS = 2**24  # in a cycle
NOISE_STEPS = 137  # length of the noise table; then it repeats
NOISE_SEED = 1
NOISE_UNIT = 40  # standard deviation of the noise, in units of its int8 table


def frequencies(start: int = 0, stop: int = BINS) -> np.ndarray:
    """Hz of the bins."""
    return np.arange(start, stop) * (RATE / TRANSFORM)


def angles(g: Graph, rows: tuple[int, int], columns: tuple[int, int]) -> Value:
    """2 pi n k / TRANSFORM for n and k in two ranges.

    Made by the graph, and folded when the model is loaded: as stored constants they would be most
    of the file.
    """
    n, k = (g.op("Range", g.ints(a), g.ints(b), g.ints(1)) for a, b in (rows, columns))
    wrapped = g.op("Mod", g.column(n) * g.reshape(k, [1, -1]), g.ints(TRANSFORM))
    return g.cast(wrapped, F32) * float(2 * np.pi / TRANSFORM)


def analysis(g: Graph, start: int, stop: int) -> tuple[Value, Value]:
    """The windowed transform: matrices for the real and the imaginary part, [WINDOW, bins]."""
    phase = np.arange(WINDOW) + 0.5
    window = (0.5 - 0.5 * np.cos(2 * np.pi * phase / WINDOW)).reshape(-1, 1)
    angle = angles(g, (0, WINDOW), (start, stop))
    return g.op("Cos", angle) * g.floats(window), g.op("Sin", angle) * g.floats(-window)


def windows(g: Graph, samples: Value, before: Value) -> Value:
    """[T, STEP] -> [T, WINDOW]; `before` is the row that comes before the first."""
    return g.concat(g.concat(before, g.rows(samples, 0, -1), axis=0), samples, axis=1)


def voice_windows(g: Graph, pitch: Value) -> Value:
    """A train of band-limited pulses of the given pitch, [T, WINDOW].

    Summing the pitch as float32 would drift and jitter within a minute. The phase at every step is
    an exact integer sum instead, and only the 120 samples of the step are extrapolated in float32.
    """
    increments = g.op("Round", pitch * (STEP / RATE * PHASE_UNITS))
    phase = g.running_sum(g.cast(increments, I64), exclusive=True)
    phase = g.cast(g.op("Mod", phase, g.ints(PHASE_UNITS)), F32) * (1 / PHASE_UNITS)

    hz = g.column(pitch)
    offsets = (np.arange(STEP) / RATE).reshape(1, -1)
    cycles = g.column(phase) + hz * g.floats(offsets)
    cycles = cycles - g.op("Round", cycles)  # -0.5 .. 0.5
    # The closed form below is 0 / 0 at the pulse itself.
    cycles = g.where(g.op("Abs", cycles) < 1e-5, 1e-5, cycles)
    half = cycles * float(np.pi)
    # 1 + 2 cos(x) + .. + 2 cos(nx) = sin((2n + 1) x / 2) / sin(x / 2)
    order = 2.0 * g.op("Floor", HIGHEST_HARMONIC / hz) + 1.0
    pulses = g.op("Sin", half * order) / g.op("Sin", half)
    pulses = pulses * g.op("Sqrt", hz * (1 / LOUDNESS_PITCH))
    return windows(g, pulses, g.floats(np.zeros((1, STEP))))


def noise_windows(g: Graph) -> Value:
    """The noise table as windows, [NOISE_STEPS, WINDOW]; the first row follows the last."""
    normal = np.random.RandomState(NOISE_SEED).normal(0, NOISE_UNIT, (NOISE_STEPS, STEP))
    table = np.clip(np.round(normal), -127, 127).astype(np.int8)
    samples = g.cast(g.constant(table), F32) * (1 / NOISE_UNIT)
    return windows(g, samples, g.rows(samples, NOISE_STEPS - 1, NOISE_STEPS))


def noise_index(g: Graph, time: Timeline) -> Value:
    """Row of the noise table at every step."""
    return g.op("Mod", time.step, g.ints(NOISE_STEPS))
