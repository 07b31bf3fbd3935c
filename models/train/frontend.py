# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What the audio front end of the device computes, number for number (common/audio): the specification, on whole arrays of integers.

features(samples): int16 samples -> a row of COEFFICIENTS integers (2^-10 of a natural logarithm) for each frame of FRAME samples, HOP apart.
Everywhere >> rounds down, as C's does on RISC-V and on every host that this is built on. No step leaves 32 bits but those that say 64."""
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/audio"))
sys.dont_write_bytecode = True

import audio_tables as t      # noqa: E402

HALF, STAGES = t.POINTS // 2, 8
WINDOW = np.array(t.WINDOW + t.WINDOW[::-1], np.int64)
SINES, LOGS, COSINES = np.array(t.SINES, np.int64), np.array(t.LOGS, np.int64), np.array(t.COSINES, np.int64)
REVERSED = np.array([int(f"{n:08b}"[::-1], 2) for n in range(HALF)])


def high(a, b):
    """The upper 32 bits of a product: half of a * b / 2^31."""
    return a * b >> 32


def turned(re, im, k):
    """Half of (re + i im) * exp(-2 pi i k / POINTS)."""
    sine, cosine = SINES[k], SINES[k + t.POINTS // 4]
    return high(re, cosine) + high(im, sine), high(im, cosine) - high(re, sine)


def butterflies(re, im, stage):
    """One stage of the transform, which halves everything. Turns by nothing and by a quarter are exact."""
    span = 1 << stage
    re, im = (x.reshape(*x.shape[:-1], -1, 2, span) for x in (re, im))
    ar, ai, br, bi = re[..., 0, :] >> 1, im[..., 0, :] >> 1, re[..., 1, :], im[..., 1, :]
    turn = np.arange(span) * (HALF // span)
    tr, ti = turned(br, bi, turn)
    tr[..., 0], ti[..., 0] = br[..., 0] >> 1, bi[..., 0] >> 1
    if span > 1:
        tr[..., span // 2], ti[..., span // 2] = bi[..., span // 2] >> 1, -(br[..., span // 2] >> 1)
    return (np.stack([a + b, a - b], -2).reshape(*a.shape[:-2], -1) for a, b in ((ar, tr), (ai, ti)))


def power(frames):
    """64 bits: power of the bins 0 .. HALF in 2^-42, of frames of POINTS numbers in 2^-30. Two real numbers are transformed as one complex one,
    and the results of both are taken apart."""
    re, im = frames[..., 0::2][..., REVERSED], frames[..., 1::2][..., REVERSED]
    for stage in range(STAGES):
        re, im = butterflies(re, im, stage)
    k = np.arange(HALF + 1)
    ar, ai, br, bi = (x[..., n % HALF] >> 1 for n in (k, HALF - k) for x in (re, im))
    even_re, even_im, odd_re, odd_im = ar + br, ai - bi, ai + bi, br - ar
    odd_re, odd_im = turned(odd_re, odd_im, k)
    re, im = (even_re >> 1) + odd_re, (even_im >> 1) + odd_im
    return re * re + im * im


def bands(spectrum):
    """64 bits: power in the mel bands, 2^-42."""
    totals = np.zeros((*spectrum.shape[:-1], t.BANDS + 2), np.int64)
    for n, (band, share) in enumerate(t.BINS):
        whole = spectrum[..., t.FIRST_BIN + n] >> t.WEIGHT_BITS
        rising = whole * share
        totals[..., band + 1] += rising
        totals[..., band] += (whole << t.WEIGHT_BITS) - rising
    return totals[..., 1:-1]


def logarithm(values):
    """log2 of numbers in 2^-42, as numbers in 2^-LOG_BITS. values > 0."""
    exponent = np.frexp(values.astype(np.float64))[1] - 1
    exponent -= (values >> exponent) == 0                   # frexp has rounded up
    mantissa = np.where(exponent > 30, values >> np.maximum(exponent - 30, 0), values << np.maximum(30 - exponent, 0)) - (1 << 30)
    step, part = mantissa >> 24, mantissa >> 8 & 0xffff     # 64 steps of 2^16 parts
    value = LOGS[step] + ((LOGS[step + 1] - LOGS[step]) * part >> 16)
    return ((exponent - 42) * 65536 + value) >> (16 - t.LOG_BITS)


def features(samples):
    samples = np.asarray(samples, np.int16).astype(np.int64)
    frames = np.lib.stride_tricks.sliding_window_view(samples, t.FRAME, -1)[..., ::t.HOP, :] * WINDOW
    padded = np.concatenate([frames, np.zeros((*frames.shape[:-1], t.POINTS - t.FRAME), np.int64)], -1)
    logs = logarithm(bands(power(padded)) + t.FLOOR)
    return (logs @ COSINES.T + (1 << (t.COSINE_BITS - 1))) >> t.COSINE_BITS


def inputs(coefficients, scaling, zero):
    """64 bits on the way: a model's input, int8."""
    factors, offsets = np.array(scaling, np.int64).T
    return np.clip(zero + (coefficients * factors + offsets >> t.SCALING_BITS), -128, 127).astype(np.int8)
