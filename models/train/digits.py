# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Handwriting of a sort: digits drawn as strokes, each point moved, the whole turned, stretched and blurred, on 16 x 16 points.

usage: digits.py [EPOCHS]       writes models/digits.*; a minute
The digits are made here, by this file; nobody's handwriting is in it, and what it says about real handwriting is nothing."""
import sys

import common
import network as net
import numpy as np
import quantise

SIZE = 16
# Strokes of each digit, points from 0 to 1, x to the right, y downwards.
STROKES = {
    0: [[(.5, .05), (.2, .25), (.2, .75), (.5, .95), (.8, .75), (.8, .25), (.5, .05)]],
    1: [[(.3, .25), (.55, .05), (.55, .95)]],
    2: [[(.2, .25), (.4, .05), (.75, .15), (.75, .4), (.2, .95), (.8, .95)]],
    3: [[(.2, .1), (.7, .08), (.75, .3), (.45, .48), (.8, .65), (.7, .92), (.2, .9)]],
    4: [[(.65, .95), (.65, .05), (.15, .65), (.85, .65)]],
    5: [[(.75, .05), (.3, .05), (.25, .45), (.65, .42), (.8, .65), (.65, .92), (.2, .9)]],
    6: [[(.7, .05), (.35, .3), (.22, .7), (.45, .95), (.78, .8), (.7, .55), (.25, .62)]],
    7: [[(.2, .05), (.8, .05), (.4, .95)]],
    8: [[(.5, .48), (.25, .3), (.5, .05), (.75, .3), (.5, .48), (.2, .72), (.5, .95), (.8, .72), (.5, .48)]],
    9: [[(.75, .4), (.45, .5), (.22, .3), (.45, .05), (.75, .2), (.75, .5), (.6, .95)]],
}
TRAINED, TESTED = 8000, 2000
SAMPLES = 20


def transformed(points, rng):
    """Points of a stroke, moved one by one and then together."""
    points = np.array(points) - 0.5 + rng.normal(0, 0.03, (len(points), 2))
    angle, shear = rng.normal(0, 0.15), rng.normal(0, 0.2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = points @ np.array([[1, 0], [shear, 1]]) @ turn * rng.uniform(0.6, 0.9, 2)
    return (points + 0.5 + rng.uniform(-0.08, 0.08, 2)) * (SIZE - 1)


def draw(digit, rng):
    """Brightness from 0 to 1: how near a point is to a stroke, and noise."""
    grid = np.stack(np.meshgrid(np.arange(SIZE), np.arange(SIZE)), -1).astype(float)
    distance = np.full((SIZE, SIZE), 99.0)
    for stroke in STROKES[digit]:
        points = transformed(stroke, rng)
        for a, b in zip(points, points[1:]):
            along = np.clip(((grid - a) @ (b - a)) / max((b - a) @ (b - a), 1e-9), 0, 1)
            distance = np.minimum(distance, np.linalg.norm(grid - a - along[..., None] * (b - a), axis=-1))
    width = rng.uniform(0.5, 1.1)
    ink = np.clip(1.5 - distance / width, 0, 1) * rng.uniform(0.6, 1)
    return np.clip(ink + rng.normal(0, rng.uniform(0, 0.12), ink.shape), 0, 1)


def data(count, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, count)
    return np.array([draw(label, rng) for label in labels], np.float32)[..., None], labels


def build(rng):
    return net.Network([net.Conv(rng, 1, 8, (3, 3), (2, 2)), net.Depthwise(rng, 8), net.Conv(rng, 8, 24), net.Depthwise(rng, 24, stride=(2, 2)),
                        net.Conv(rng, 24, 32), net.Average(), net.Dense(rng, 32, 10)])


def main():
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    rng = np.random.default_rng(1)
    (inputs, labels), (unseen, answers) = data(TRAINED, 2), data(TESTED, 3)
    network = build(rng)
    net.fit(network, inputs, labels, net.cross_entropy, rng, epochs, 0.005)
    print(f"float: {np.mean(network(unseen).argmax(1) == answers):.3f} of {TESTED} digits that it has not seen")
    made, scale, _ = quantise.Export("digits", network, inputs[:500], (1, SIZE, SIZE, 1)).finish(with_softmax=True)
    found = common.run(made, quantise.integers(unseen, *scale)).argmax(1)
    print(f"int8:  {np.mean(found == answers):.3f}, the same answer as float in {np.mean(found == network(unseen).argmax(1)):.3f}")
    common.keep("digits", made, quantise.integers(unseen[:SAMPLES], *scale), range(10))


if __name__ == "__main__":
    main()
