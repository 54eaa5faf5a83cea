#!/usr/bin/env python3
"""Search for the points of the Toom-Cook transforms of kokoro-core/src/kernels/tile.rs.

All sets of pairs ±p from a list of small fractions are tried, on a convolution of 128 channels with random filters in
f32 arithmetic. For each transform the best sets are printed with the error's root mean square as a part of the
output's, and the largest entry of the input matrix. Signals have the mean and the shape that Snake gives them. About
half an hour on one core; needs numpy.
"""

import argparse
import itertools
import math
from fractions import Fraction

import numpy as np

CHANNELS = 128
TILES = 240
FRACTIONS = [Fraction(f) for f in ["1", "2", "3", "4", "1/2", "1/3", "1/4", "3/2", "2/3", "4/3", "3/4", "5/4"]]

# Outputs and taps of a transform, how many of them make up the kernel, the kernel.
TRANSFORMS = [(4, 2, 1, 2), (4, 3, 1, 3), (6, 3, 1, 3), (4, 4, 2, 7), (4, 4, 3, 11), (5, 7, 1, 7), (6, 6, 2, 11)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--best", type=int, default=4, help="sets to print for each transform (default: 4)")
    best = parser.parse_args().best
    for outputs, taps, groups, kernel in TRANSFORMS:
        pairs = (outputs + taps - 2) // 2
        found = [
            (*error(outputs, taps, groups, kernel, points), points)
            for points in itertools.combinations(FRACTIONS, pairs)
        ]
        print(f"{groups} F({outputs}, {taps}) for kernel {kernel}")
        for rms, largest, points in sorted(found)[:best]:
            print(f"  {rms:.2e}  {largest!s:>7}  {', '.join(f'±{point}' for point in points)}", flush=True)


def matrices(outputs, taps, pairs):
    """The matrices A, G and B, in fractions, scaled as in kokoro-core/src/kernels/transform.rs."""
    count = outputs + taps - 1
    points = [Fraction(0)] + [sign * point for point in pairs for sign in (1, -1)]
    columns, weights, rows = [], [], []
    for index in range(count):
        others = [point for other, point in enumerate(points) if other != index]
        row = [Fraction(1)]
        for other in others:
            row = [a - other * b for a, b in zip([Fraction(0), *row], [*row, Fraction(0)], strict=True)]
        row += [Fraction(0)] * (count - len(row))
        if index < len(points):
            value = math.prod(points[index] - other for other in others)
            column = [points[index] ** power for power in range(outputs)]
            weight = [points[index] ** power / value for power in range(taps)]
        else:
            column = [Fraction(int(power == outputs - 1)) for power in range(outputs)]
            weight = [Fraction(int(power == taps - 1)) for power in range(taps)]
        row_scale, column_scale = to_whole(row), to_whole(column)
        rows.append([entry * row_scale for entry in row])
        columns.append([entry * column_scale for entry in column])
        weights.append([entry / row_scale / column_scale for entry in weight])
    return list(zip(*columns, strict=True)), weights, rows


def to_whole(entries):
    multiple = math.lcm(*(entry.denominator for entry in entries))
    return Fraction(multiple, math.gcd(*(int(entry * multiple) for entry in entries)))


def error(outputs, taps, groups, kernel, pairs):
    exact = matrices(outputs, taps, pairs)
    largest = max(abs(entry) for row in exact[2] for entry in row)
    back, weight, forward = (np.array(matrix, float) for matrix in exact)
    count = len(forward)
    length = groups * taps
    tiles = TILES - 2 * groups
    frames = tiles * outputs

    random = np.random.default_rng(0)
    filters = random.standard_normal((CHANNELS, CHANNELS, length)).astype(np.float32) * np.float32(0.03)
    filters[:, :, kernel:] = 0
    signal = random.standard_normal((CHANNELS, TILES * outputs + length + count))
    signal = (signal + np.sin(signal) ** 2).astype(np.float32)

    expected = sum(
        filters[:, :, tap].astype(float) @ signal[:, tap : tap + frames].astype(float) for tap in range(length)
    )
    products = [np.zeros((CHANNELS, tiles), np.float32) for _ in range(count)]
    for group in range(groups):
        part = filters[:, :, group * taps : (group + 1) * taps].astype(float)
        transformed = np.einsum("pj,ocj->poc", weight, part).astype(np.float32)
        inputs = [signal[:, group * taps + i :][:, : tiles * outputs : outputs] for i in range(count)]
        for point in range(count):
            # Even and odd inputs apart, each sum rounded after every multiplication and addition.
            even, odd = (accumulate(forward[point], inputs, start) for start in (0, 1))
            products[point] += transformed[point] @ (even + odd)
    found = [accumulate(row, products, 0, 1) for row in back]
    difference = np.stack(found, -1).reshape(CHANNELS, -1) - expected
    return math.sqrt((difference**2).mean() / expected.var()), largest


def accumulate(coefficients, values, start, step=2):
    total = np.zeros_like(values[0])
    for coefficient, value in list(zip(coefficients, values, strict=True))[start::step]:
        if coefficient:
            total = (total + coefficient * value.astype(float)).astype(np.float32)
    return total


if __name__ == "__main__":
    main()
