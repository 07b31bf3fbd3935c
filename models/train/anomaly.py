# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Something is wrong with the machine: an autoencoder of the shape of MLPerf Tiny's, on the hum of a motor that is made here.

usage: anomaly.py [EPOCHS]      writes models/anomaly.*; some minutes
It learns the hum of the sound machine only; what it cannot copy well is suspicious. The faults it is measured with are made here, too: a
whine, a bearing that clicks, a rattle, a lost harmonic. What it says about real machines is nothing."""
import sys

import common
import network as net
import numpy as np
import quantise

RATE, FRAME, HOP = 16000, 1024, 512
BANDS, FRAMES = 128, 5              # the input: five frames of 128 bands, the oldest first
CLIP = 1.0                          # seconds
FAULTS = ("whine", "click", "rattle", "lost")
TRAINED, TESTED = 400, 100          # clips; tested: sound ones, and as many of each fault
SAMPLES = 8


def hum(rng, lost=None):
    """Harmonics of a motor with its load going up and down, through a fixed resonance, and air."""
    t = np.arange(int(CLIP * RATE)) / RATE
    base = rng.uniform(48, 52) * (1 + 0.004 * np.sin(2 * np.pi * rng.uniform(0.5, 2) * t + rng.uniform(0, 6)))
    phase, sound = 2 * np.pi * np.cumsum(base) / RATE, np.zeros_like(t)
    for number in range(1, 60):
        level = (0.6 / number + 0.3 * np.exp(-((number - 24) / 5) ** 2)) * rng.uniform(0.85, 1.15)
        if number != lost and (lost is None or number != lost + 1):
            sound += level * np.sin(number * phase + rng.uniform(0, 6))
    return t, sound * (1 + 0.1 * np.sin(2 * np.pi * rng.uniform(3, 6) * t)) + rng.normal(0, 0.05, len(t))


def fault(kind, rng):
    t, sound = hum(rng, lost=int(rng.integers(20, 27)) if kind == "lost" else None)
    if kind == "whine":
        sound += rng.uniform(0.06, 0.2) * np.sin(2 * np.pi * rng.uniform(3500, 6500) * t)
    if kind == "click":
        at = (t * rng.uniform(11, 17) + rng.uniform()) % 1
        sound += rng.uniform(0.5, 1.5) * np.exp(-at * 40) * np.sin(2 * np.pi * rng.uniform(2500, 5000) * t)
    if kind == "rattle":
        sound += rng.uniform(0.05, 0.15) * rng.normal(0, 1, len(t)) * (np.sin(2 * np.pi * rng.uniform(20, 30) * t) > 0.3)
    return sound


def mel_filters():
    """Triangles of equal width in mel."""
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + RATE / 1400), BANDS + 2) / 2595) - 1) * FRAME / RATE
    bins = np.arange(FRAME // 2 + 1)
    return np.array([np.clip(np.minimum((bins - low) / max(middle - low, 1), (high - bins) / max(high - middle, 1)), 0, None)
                     for low, middle, high in zip(edges, edges[1:], edges[2:])])


def features(sound, filters):
    """Inputs of a clip: every five frames that follow each other, in decibels."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP] * np.hanning(FRAME)
    power = np.abs(np.fft.rfft(frames)) ** 2 @ filters.T
    bands = 10 * np.log10(power + 1e-3)
    return np.lib.stride_tricks.sliding_window_view(bands, (FRAMES, BANDS)).reshape(-1, FRAMES * BANDS).astype(np.float32)


def build(rng):
    sizes = (640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640)
    return net.Network([net.Dense(rng, a, b, relu=number < len(sizes) - 2) for number, (a, b) in enumerate(zip(sizes, sizes[1:]))])


def area(sound, faulty):
    """Share of pairs in which the faulty clip has the larger error."""
    return float(np.mean(np.array(faulty)[:, None] > np.array(sound)[None]))


def error(inputs, outputs):
    return float(np.mean((inputs - outputs) ** 2))


def main():
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    rng, filters = np.random.default_rng(1), mel_filters()
    makers, testers = np.random.default_rng(2), np.random.default_rng(3)
    inputs = np.concatenate([features(hum(makers)[1], filters) for _ in range(TRAINED)])
    sound = [features(hum(testers)[1], filters) for _ in range(TESTED)]
    faulty = {kind: [features(fault(kind, testers), filters) for _ in range(TESTED)] for kind in FAULTS}
    middle, spread = inputs.mean(), inputs.std()
    network = build(rng)
    net.fit(network, (inputs - middle) / spread, (inputs - middle) / spread, net.squared_error, rng, epochs, 0.002, 128)
    first, last = network.layers[0], network.layers[-1]         # decibels go in and come out: the scaling moves into the weights
    first.parameters = [first.parameters[0] / spread, first.parameters[1] - (first.parameters[0] * (middle / spread)).sum(0)]
    last.parameters = [last.parameters[0] * spread, last.parameters[1] * spread + middle]
    made, scale, out = quantise.Export("anomaly", network, inputs[::7], (1, FRAMES * BANDS)).finish(with_softmax=False)

    def int8(clip):
        return (common.run(made, quantise.integers(clip, *scale)).astype(float) - out[1]) * out[0]
    for name, run in (("float", network), ("int8", int8)):
        errors = [error(clip, run(clip)) for clip in sound]
        areas = {kind: area(errors, [error(clip, run(clip)) for clip in clips]) for kind, clips in faulty.items()}
        parts = ", ".join(f"{kind} {value:.3f}" for kind, value in areas.items())
        print(f"{name}: area under the curve {np.mean(list(areas.values())):.3f}, {parts}")
    clips = [sound[0], sound[1], *(faulty[kind][0] for kind in FAULTS), faulty["click"][1], faulty["whine"][1]]
    common.keep("anomaly", made, quantise.integers(np.array([clip[5] for clip in clips[:SAMPLES]]), *scale))


if __name__ == "__main__":
    main()
