#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The numbers that the audio front end computes with (common/audio/README.md), all of them integers.

usage: audio_tables.py -o FILE.h [--scaling NAME FILE]...     C tables; --scaling: those of models instead, as NAME_scaling and NAME_zero
models/train/frontend.py, the specification, imports the same numbers."""
import argparse
import math

RATE, FRAME, HOP, POINTS, BANDS, COEFFICIENTS = 16000, 480, 320, 512, 40, 10
LOW_HZ, HIGH_HZ = 20, 7600
WEIGHT_BITS, LOG_BITS, COSINE_BITS, SCALING_BITS = 12, 10, 13, 20
FLOOR = round(1e-6 * 2 ** 42)       # of a band's power, whose unit is 2^-42
LOG_STEPS = 64


def nearest(value):
    return math.floor(value + 0.5)


# Hann, 2^-15; symmetric: the second half mirrors the first.
WINDOW = [nearest((0.5 - 0.5 * math.cos(2 * math.pi * n / (FRAME - 1))) * 32768) for n in range(FRAME // 2)]
# Three quarters of a circle of POINTS parts: the cosine is the sine a quarter on; 2^-31.
SINES = [min(nearest(math.sin(2 * math.pi * k / POINTS) * 2 ** 31), 2 ** 31 - 1) for k in range(3 * POINTS // 4 + 1)]
# log2(1 + i / LOG_STEPS), 2^-16
LOGS = [nearest(math.log2(1 + i / LOG_STEPS) * 65536) for i in range(LOG_STEPS + 1)]
# Natural logarithm included: rows are coefficients.
COSINES = [[nearest(math.cos(math.pi / BANDS * k * (n + 0.5)) * math.sqrt(2 / BANDS) * math.log(2) * 2 ** COSINE_BITS) for n in range(BANDS)]
           for k in range(COEFFICIENTS)]


def mel(hertz):
    return 2595 * math.log10(1 + hertz / 700)


def bands():
    """For each bin of the spectrum: the band whose triangle rises there (0: none yet, in front of the first), and its share of the bin in 2^-12;
    the band before has the rest. Bins outside of all bands: none."""
    step = (mel(HIGH_HZ) - mel(LOW_HZ)) / (BANDS + 1)
    edges = [700 * (10 ** ((mel(LOW_HZ) + step * n) / 2595) - 1) * POINTS / RATE for n in range(BANDS + 2)]
    first = next(k for k in range(POINTS) if k >= edges[0])
    found = []
    for k in range(first, POINTS // 2 + 1):
        if k > edges[-1]:
            break
        at = max(n for n in range(BANDS + 1) if edges[n] <= k)
        found.append((at, nearest((k - edges[at]) / (edges[at + 1] - edges[at]) * 2 ** WEIGHT_BITS)))
    return first, found


FIRST_BIN, BINS = bands()


def scaling(path):
    """What makes a model's input of coefficients: input = zero + (coefficient * factor + offset) / 2^SCALING_BITS, and zero."""
    with open(path, encoding="utf-8") as file:
        first, *rest = file.read().splitlines()
    words = first.split()
    scale, zero = float(words[2]), int(words[4].rstrip(";"))
    found = []
    for middle, spread in (map(float, line.split()) for line in rest):
        step = spread * scale
        found.append((nearest(2 ** (SCALING_BITS - LOG_BITS) / step), nearest((0.5 - middle / step) * 2 ** SCALING_BITS)))
    return found, zero


def array(kind, name, values, bounds=""):
    lines, line = [], "   "
    for value in values:
        text = f" {value},"
        if len(line) + len(text) > 130:
            lines.append(line)
            line = "   "
        line += text
    return f"static const {kind} {name}[]{bounds} = {{\n" + "\n".join([*lines, line]) + "\n};\n"


def header():
    parts = ["/* Made by tools/audio/audio_tables.py. */\n#pragma once\n#include <stdint.h>\n",
             "struct audio_bin {\n    uint8_t band;\n    uint16_t share;\n};\n",
             f"#define AUDIO_FLOOR {FLOOR}u\n#define AUDIO_FIRST_BIN {FIRST_BIN}\n#define AUDIO_BINS {len(BINS)}\n"]
    parts += [array("uint16_t", "audio_window", WINDOW), array("int32_t", "audio_sines", SINES), array("int32_t", "audio_logs", LOGS),
              array("int16_t", "audio_cosines", ["{ " + ", ".join(map(str, row)) + " }" for row in COSINES], f"[{BANDS}]"),
              array("struct audio_bin", "audio_bins", [f"{{ {band}, {share} }}" for band, share in BINS])]
    return "\n".join(parts)


def scaling_header(scalings):
    parts = ["/* Made by tools/audio/audio_tables.py. */\n#pragma once\n#include <audio/features.h>\n"]
    for name, path in scalings:
        factors, zero = scaling(path)
        parts += [array("struct audio_scaling", f"{name}_scaling", [f"{{ {a}, {b} }}" for a, b in factors]), f"enum {{ {name}_zero = {zero} }};\n"]
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--scaling", nargs=2, action="append", metavar=("NAME", "FILE"))
    args = parser.parse_args()
    with open(args.output, "w", encoding="utf-8") as file:
        file.write(scaling_header(args.scaling) if args.scaling else header())


if __name__ == "__main__":
    main()
