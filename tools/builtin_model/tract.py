"""The vocal tract: a filter for every step, applied in the frequency domain.

The transfer function of the mouth is Z(s) / D(s) with s = jf: D is the product of the formant
resonances and a nasal pole, Z is a nasal zero. As polynomials of s their coefficients cost next to
nothing per step, and a product with powers of f evaluates them at all bins at once. Even powers of
s are real and odd ones imaginary, so real and imaginary part are two small matrix products. With
1 / D = conj(D) / |D|^2 and conj(D)(s) = D(-s), the numerator Z(s) D(-s) is a polynomial as well.

Large arrays decide the memory that the model takes: T steps (200 a second) by the bins. The bins
are therefore processed in groups, one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import phones
import segments
import sources
from graph import Graph, Operand, Value
from prosody import Speaker, hann
from timing import STEP, Timeline, Tokens

GROUPS = 2  # of bins
FORMANT_SMOOTHING = 17  # steps
GAIN_SMOOTHING = 3
STRESS_SMOOTHING = 7
UNSTRESSED_GAIN = 0.8  # amplitude of unstressed vowels

OUTPUT_GAIN = 0.03
FRICATION_GAIN = 5.8
ASPIRATION_GAIN = 3.0
ASPIRATION_CORNER = 1200.0  # Hz; below it breath noise is weak
GLOTTAL_POLE = 150.0  # Hz, double
NASAL_BANDWIDTH = 150.0  # Hz, of the pole and of the zero
BREATH_BAND = 2  # the band (600 Hz) whose voice gain drives the breath noise of a voice

# Resonances above the third formant are the same for all sounds: Hz, bandwidth.
HIGHER_POLES = (
    *((3450, 220), (4500, 300), (5500, 420), (6500, 550)),
    *((7500, 700), (8500, 850), (9500, 1000)),
)
# What the poles above 10 kHz would add: exp(f^2 * CORRECTION), limited.
CORRECTION = 1.0e-7
CORRECTION_LIMIT = 2.5

KHZ = 1e-3  # the polynomials are in kHz, which keeps all powers near 1

Complex = tuple[Value, Value]


def _multiply(a: Complex, b: Complex) -> Complex:
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


@dataclass(frozen=True)
class Articulation:
    """The smoothed targets of every step."""

    numerator: tuple[Value, Value]  # even and odd coefficients of Z(s) D(-s), [T, n]
    denominator: tuple[Value, Value]  # of D(s)
    voice: Value  # band gains, [T, BAND_COUNT]
    aspiration: Value  # [T, 1]
    frication: Value  # band gains


def articulation(tokens: Tokens, time: Timeline, speaker: Speaker) -> Articulation:
    g = tokens.graph
    rows = g.gather(g.constant(phones.segment_table()), time.row)
    numerator, denominator = _polynomials(g, rows, speaker)

    width = segments.GAINS[1] - segments.GAINS[0]
    gains = g.smoothed(g.columns(rows, *segments.GAINS), hann(GAIN_SMOOTHING), width)
    # Stressed vowels are a little stronger.
    loudness = UNSTRESSED_GAIN + (1 - UNSTRESSED_GAIN) * tokens.vowel_stress
    loudness = g.where(tokens.attribute("vowel") > 0.5, loudness, np.ones(1))
    loudness = g.gather(g.gather(loudness, tokens.source), time.token)
    loudness = g.smoothed(g.column(loudness), hann(STRESS_SMOOTHING), 1)
    voice = g.columns(gains, *segments.VOICE) * loudness
    breath = g.columns(voice, BREATH_BAND, BREATH_BAND + 1) * speaker.breath
    return Articulation(
        numerator=numerator,
        denominator=denominator,
        voice=voice,
        aspiration=g.columns(gains, *segments.ASPIRATION) + breath,
        frication=g.columns(gains, *segments.FRICATION),
    )


def _polynomials(g: Graph, rows: Value, speaker: Speaker) -> tuple[Complex, Complex]:
    """Even and odd coefficients of Z(s) D(-s), and of D(s)."""
    weights = g.columns(rows, *segments.WEIGHTS)
    weighted = g.concat(
        g.columns(rows, *segments.FORMANTS) * weights,
        g.columns(rows, *segments.BANDWIDTHS) * weights,
        weights,
        g.columns(rows, *segments.ZERO),
        axis=1,
    )
    smooth = g.smoothed(weighted, hann(FORMANT_SMOOTHING), 10)
    weights = g.columns(smooth, 6, 9)
    formants = g.columns(smooth, 0, 3) / weights * speaker.formant_scale
    bandwidths = g.columns(smooth, 3, 6) / weights * speaker.formant_scale
    zero = g.columns(smooth, 9, 10) * speaker.formant_scale
    pole = segments.NASAL_POLE * g.reshape(speaker.formant_scale, [1, 1])

    def quadratic(hz: Value, width: Operand) -> list[Value]:
        """Coefficients of s and s^2 of 1 + s B / F^2 + s^2 / F^2, F^2 with its share of B."""
        squared = hz * hz + width * width * 0.25
        return [width / squared * (1 / KHZ), (1 / KHZ**2) / squared]

    def product(p: list[Value], q: list[Value]) -> list[Value]:
        """Both without their constant coefficient, which is 1."""
        result: list[Value | None] = [None] * (len(p) + len(q))
        terms = [(i, x) for i, x in enumerate(p)] + [(i, x) for i, x in enumerate(q)]
        terms += [(i + k + 1, x * y) for i, x in enumerate(p) for k, y in enumerate(q)]
        for power, x in terms:
            result[power] = x if result[power] is None else result[power] + x
        return result

    coefficients = quadratic(formants, bandwidths)
    resonances = [[g.columns(c, i, i + 1) for c in coefficients] for i in range(3)]
    nasal_width = g.value(NASAL_BANDWIDTH)
    d = product(product(resonances[0], resonances[1]), resonances[2])
    d = product(d, quadratic(pole, nasal_width))
    mirrored = [x if power % 2 else -x for power, x in enumerate(d)]
    n = product(mirrored, quadratic(zero, nasal_width))
    return _even_and_odd(g, n), _even_and_odd(g, d)


def _even_and_odd(g: Graph, polynomial: list[Value]) -> Complex:
    """[T, n] each; the constant coefficient 1 is left out (see `_evaluate`)."""
    even, odd = polynomial[1::2], polynomial[0::2]
    return g.concat(*even, axis=1), g.concat(*odd, axis=1)


def _evaluate(g: Graph, coefficients: Complex, count: int, hz: np.ndarray) -> Complex:
    """The polynomial of the given degree at the bins."""
    f = hz * KHZ
    even = [f**power * (-1) ** (power // 2) for power in range(2, count + 1, 2)]
    odd = [f**power * (-1) ** (power // 2) for power in range(1, count + 1, 2)]
    real = coefficients[0] @ g.floats(np.stack(even)) + 1.0
    return real, coefficients[1] @ g.floats(np.stack(odd))


def _fixed_poles(g: Graph, hz: np.ndarray, speaker: Speaker) -> Complex:
    """The reciprocal of the resonances that no sound moves, [1, bins]."""
    scaled = g.floats(hz.reshape(1, -1)) / g.reshape(speaker.formant_scale, [1, 1])
    squared = scaled * scaled
    product: Complex | None = None
    for pole, width in HIGHER_POLES:
        center = pole * pole + width * width / 4
        factor = (1.0 - squared * (1 / center), scaled * (width / center))
        product = factor if product is None else _multiply(product, factor)
    real, imaginary = product
    higher = g.op("Exp", g.minimum(squared * CORRECTION, CORRECTION_LIMIT))
    factor = higher / (real * real + imaginary * imaginary)
    return real * factor, -(imaginary * factor)


def _glottis(g: Graph, hz: np.ndarray, speaker: Speaker) -> Complex:
    """A voice pulse with the radiation at the lips: jx / ((1 + jx)^2 (1 + jf / tilt))."""
    x = hz.reshape(1, -1) / GLOTTAL_POLE
    pulse = 1j * x / (1 + 1j * x) ** 2
    ratio = g.floats(hz.reshape(1, -1)) / g.reshape(speaker.tilt_hz, [1, 1])
    power = 1.0 + ratio * ratio
    tilt = (1.0 / power, -(ratio / power))
    return _multiply((g.floats(pulse.real), g.floats(pulse.imag)), tilt)


def _band_matrix(hz: np.ndarray) -> np.ndarray:
    """Piecewise linear interpolation from the bands to the bins."""
    unit = np.eye(segments.BAND_COUNT)
    return np.stack([np.interp(hz, segments.BANDS, row) for row in unit])


def speech(g: Graph, mouth: Articulation, pitch: Value, time: Timeline, speaker: Speaker) -> Value:
    """The sound, [samples]."""
    voice = sources.voice_windows(g, pitch)
    noise = sources.noise_windows(g)
    index = sources.noise_index(g, time)
    bounds = np.linspace(0, sources.BINS, GROUPS + 1).astype(int)
    groups = list(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True))
    spectra = []
    for start, stop in groups:
        spectra += _filtered(g, mouth, voice, noise, index, speaker, start, stop)
    return _overlap_add(g, g.concat(*spectra, axis=1), groups)


def _filtered(
    g: Graph,
    mouth: Articulation,
    voice: Value,
    noise: Value,
    index: Value,
    speaker: Speaker,
    start: int,
    stop: int,
) -> Complex:
    """The spectra of all windows between two bins, real and imaginary part, [T, bins] each."""
    hz = sources.frequencies(start, stop)
    transform = sources.analysis(g, start, stop)
    fixed = _fixed_poles(g, hz, speaker)

    # What is the same at all steps is cheapest on the side of the matrices.
    buzz = _multiply(transform, _multiply(fixed, _glottis(g, hz, speaker)))
    hiss = (noise @ transform[0], noise @ transform[1])
    breath = g.floats(ASPIRATION_GAIN * hz / (hz + ASPIRATION_CORNER))
    breath = _multiply(hiss, (fixed[0] * breath, fixed[1] * breath))

    bands = _band_matrix(hz)
    voiced = mouth.voice @ g.floats(bands)
    real, imaginary = (
        (voice @ buzz[part]) * voiced + g.gather(breath[part], index) * mouth.aspiration
        for part in (0, 1)
    )
    d = _evaluate(g, mouth.denominator, 8, hz)
    power = d[0] * d[0] + d[1] * d[1]
    n = _evaluate(g, mouth.numerator, 10, hz)
    response = (n[0] / power, n[1] / power)
    shaped = _multiply((real, imaginary), response)

    rustle = mouth.frication @ g.floats(bands * FRICATION_GAIN)
    return (
        shaped[0] + g.gather(hiss[0], index) * rustle,
        shaped[1] + g.gather(hiss[1], index) * rustle,
    )


def _overlap_add(g: Graph, spectra: Value, groups: list[tuple[int, int]]) -> Value:
    """Back to samples: part h of the block of step t lands in step t - 1 + h.

    One matrix product per part: the whole blocks would be the largest array of all.
    """
    samples: Value | None = None
    for part in range(sources.TRANSFORM // STEP):
        block = spectra @ _synthesis(g, groups, part)
        if part == 0:
            block = g.op("Pad", g.rows(block, 1, 2**31), g.ints([0, 0, 1, 0]))
        elif part > 1:
            block = g.op("Pad", block, g.ints([part - 1, 0, 1 - part, 0]))
        samples = block if samples is None else samples + block
    return g.clip(g.reshape(samples, [-1]), -1.0, 1.0)


def _synthesis(g: Graph, groups: list[tuple[int, int]], part: int) -> Value:
    """Rows as in the concatenated spectra, columns are the samples of a part: [2 * BINS, STEP]."""
    matrices = []
    for start, stop in groups:
        scale = np.full((stop - start, 1), OUTPUT_GAIN * 2 / sources.TRANSFORM)
        if start == 0:
            scale[0] /= 2
        angle = sources.angles(g, (start, stop), (part * STEP, (part + 1) * STEP))
        matrices += [g.op("Cos", angle) * g.floats(scale), g.op("Sin", angle) * g.floats(-scale)]
    return g.concat(*matrices, axis=0)
