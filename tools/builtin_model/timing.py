"""From tokens to time: durations, when each token starts, and what sounds at each step.

A frame is 600 samples (25 ms), the unit of the durations; a step is a fifth of it (5 ms), the unit
of everything acoustic.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import phones
from graph import F32, I64, Graph, Value

RATE = 24000  # samples per second
FRAME = 600  # samples
STEP = 120  # samples
STEPS_PER_FRAME = FRAME // STEP

# Lengths relative to the table's.
UNSTRESSED_VOWEL = 0.8
LAST_SYLLABLE = 1.3  # of a phrase
WORD_GAP = 0.6  # frames that a space takes back from the sound after it
SPEED_RANGE = (0.1, 10.0)
# Frames by which sounds come before their tokens, as Kokoro's do: the reference takes as many off the pad
# for the times of words.
EARLY = 3
ASPIRATION_AFTER_S = 0.15  # part of the aspiration that is left in sp, st, sk

FAR = np.float32(1e6)


class Tokens:
    """The ids of the input, and the attributes of their phones as vectors of the same length."""

    def __init__(self, graph: Graph, ids: Value) -> None:
        self.graph = graph
        self.ids = graph.reshape(ids, [-1])
        count = graph.reshape(graph.op("Shape", self.ids, element=I64), [])
        self.index = graph.range(count)
        self._position = graph.cast(self.index, F32)
        self._last = graph.reshape(graph.cast(count, F32), [1]) - 1.0
        self._attributes: dict[str, Value] = {}

    def attribute(self, name: str) -> Value:
        if name not in self._attributes:
            table = self.graph.constant(phones.attribute_table(name))
            self._attributes[name] = self.graph.gather(table, self.ids)
        return self._attributes[name]

    def nearest(self, flag: Value, *, forward: bool) -> Value:
        """Index of the nearest token at or after (at or before) each with a flag that is set.

        Where there is none, the end of the sequence on that side.
        """
        g = self.graph
        here = g.column(self._position)
        there = g.reshape(self._position, [1, -1])
        flagged = g.reshape(flag, [1, -1]) > 0.5
        if forward:
            places = g.where(flagged & (there >= here), there, FAR)
            found = g.op("ReduceMin", places, axes=[1], keepdims=0)
        else:
            places = g.where(flagged & (there <= here), there, -FAR)
            found = g.op("ReduceMax", places, axes=[1], keepdims=0)
        inside = g.maximum(g.minimum(found, self._last), np.zeros(1))
        return g.cast(inside, I64)

    @cached_property
    def source(self) -> Value:
        """The token whose sound each token makes: itself, or for a mark a neighbour."""
        g = self.graph
        solid = self.is_solid
        borrowed = g.where(
            self.attribute("takes_previous") > 0.5,
            self.nearest(solid, forward=False),
            self.index,
        )
        return g.where(
            self.attribute("takes_next") > 0.5, self.nearest(solid, forward=True), borrowed
        )

    @cached_property
    def is_solid(self) -> Value:
        return 1.0 - self.attribute("takes_next") - self.attribute("takes_previous")

    @cached_property
    def phrase_end(self) -> Value:
        """The pause that ends the phrase of each token."""
        return self.nearest(self.attribute("pause"), forward=True)

    @cached_property
    def in_last_syllable(self) -> Value:
        """1.0 from the last vowel of a phrase to its pause."""
        g = self.graph
        vowels = g.running_sum(self.attribute("vowel"))
        return g.truth((g.gather(vowels, self.phrase_end) - vowels) < 0.5)

    @cached_property
    def vowel_stress(self) -> Value:
        """Stress level of a vowel with a stress mark right before it."""
        return self.graph.delayed(self.attribute("stress"))


def durations(tokens: Tokens, speed: Value) -> Value:
    """Frames of every token, at least one."""
    g = tokens.graph
    pause, vowel = tokens.attribute("pause"), tokens.attribute("vowel")
    speaks = tokens.is_solid * (1.0 - pause)

    stressed = UNSTRESSED_VOWEL + (1 - UNSTRESSED_VOWEL) * g.op("Sqrt", tokens.vowel_stress)
    by_stress = 1.0 + vowel * (stressed - 1.0)
    by_place = 1.0 + (LAST_SYLLABLE - 1) * tokens.in_last_syllable
    length = tokens.attribute("duration")
    length = length * g.where(speaks > 0.5, by_stress * by_place, np.ones(1))
    length = length - WORD_GAP * g.delayed(tokens.attribute("word_gap")) * (1.0 - pause)

    length = length / g.clip(speed, *SPEED_RANGE)
    return g.cast(g.maximum(g.op("Round", length), np.ones(1)), I64)


def early(g: Graph, audio: Value, frames: Value) -> Value:
    """The samples moved towards the start, as far as the leading pad is silent, and as many zeros."""
    pad = g.minimum(g.rows(frames, 0, 1), g.ints([EARLY]))
    lead = pad * FRAME
    sound = g.op("Slice", audio, lead, g.ints([np.iinfo(np.int64).max]), g.ints([0]))
    return g.concat(sound, g.op("ConstantOfShape", lead, element=F32), axis=0)


@dataclass(frozen=True)
class Timeline:
    """What sounds when. T is the number of steps."""

    starts: Value  # first frame of every token
    ends: Value  # first frame after it
    step: Value  # 0 .. T - 1
    token: Value  # index of the token at every step
    segment: Value  # 0, 1 or 2 at every step
    row: Value  # row of the segment table at every step


def timeline(tokens: Tokens, frames: Value) -> Timeline:
    g = tokens.graph
    ends = g.running_sum(frames)
    starts = ends - frames
    total = g.op("ReduceSum", frames, g.ints([0]), keepdims=0)

    # A frame belongs to the token that has as many tokens before it as have ended by then.
    over = g.column(g.range(total)) >= g.reshape(ends, [1, -1])
    token_of_frame = g.cast(g.op("ReduceSum", g.truth(over), g.ints([1]), keepdims=0), I64)
    step = g.range(total * STEPS_PER_FRAME)
    token = g.gather(token_of_frame, step / STEPS_PER_FRAME)

    second, third = _segment_starts(tokens, frames)
    elapsed = g.cast(step - STEPS_PER_FRAME * g.gather(starts, token), F32)
    segment = g.cast(elapsed >= g.gather(second, token), I64)
    segment = segment + g.cast(elapsed >= g.gather(third, token), I64)
    row = g.gather(g.gather(tokens.ids, tokens.source), token) * 3 + segment
    return Timeline(starts, ends, step, token, segment, row)


def _segment_starts(tokens: Tokens, frames: Value) -> tuple[Value, Value]:
    """The step, from the start of each token, at which its second and its third segment begin."""
    g = tokens.graph
    cuts = g.gather(g.constant(phones.cut_table()), tokens.ids)
    columns = [g.reshape(g.columns(cuts, i, i + 1), [-1]) for i in range(6)]
    length = g.cast(frames, F32) * float(STEPS_PER_FRAME)

    # A mark makes only the first segment of the next sound, or the last of the previous one.
    forced = FAR * tokens.attribute("takes_next") - FAR * tokens.attribute("takes_previous")
    after_s = tokens.attribute("aspirated") * g.delayed(tokens.attribute("sibilant_s"))
    shortened = (1 - ASPIRATION_AFTER_S) * after_s * columns[4]

    def start(fraction: Value, before_end: Value, at_least: Value) -> Value:
        from_end = length * fraction - (before_end - shortened)
        return g.maximum(from_end, length * at_least) + forced

    return start(*columns[:3]), start(*columns[3:])
