# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Ten words, anything else, or nothing: the network of MLPerf Tiny's keyword spotting, trained on the voices of espeak-ng.

usage: keywords.py [EPOCHS]     writes models/keywords.*; a quarter of an hour or more
The share of right answers is that for voices it has not heard, made by the same program. What it says about people is nothing."""
import sys

import common
import network as net
import numpy as np
import quantise
import speech

EACH, COPIES = 300, 4           # clips of each of the ten words, and how often each is used with other noise
OTHERS_EACH = 30                # of each of the other words
SAMPLES = 24


def build(rng, channels=64):
    layers = [net.Conv(rng, 1, channels, (10, 4), (2, 2))]
    for _ in range(4):
        layers += [net.Depthwise(rng, channels), net.Conv(rng, channels, channels)]
    return net.Network([*layers, net.Average(), net.Dense(rng, channels, len(speech.LABELS))])


def dataset(voices, each, others, copies, rng, ratios):
    sounds, words = speech.say(speech.WORDS, voices, each, rng)
    more, other_words = speech.say(speech.OTHERS, voices, others, rng)
    return speech.examples(sounds + more, words + other_words, copies, rng, ratios, each * copies)


def masked(inputs, rng):
    """Augmentation: shifted by up to two frames, a few frames hidden."""
    changed = inputs.copy()
    for number in range(len(changed)):
        changed[number] = np.roll(changed[number], rng.integers(-2, 3), 0)
        at = rng.integers(0, 49)
        changed[number, at:at + rng.integers(0, 6)] = changed[number].mean(0)
    return changed


def main():
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    rng = np.random.default_rng(1)
    seen = [voice for voice in speech.VOICES if voice not in speech.UNSEEN]
    inputs, labels = dataset(seen, EACH, OTHERS_EACH, COPIES, np.random.default_rng(2), (0, 35))
    tests = {name: dataset(speech.UNSEEN, 25, 2, 1, np.random.default_rng(seed), ratios)
             for name, seed, ratios in (("noise 10 dB or more below", 3, (10, 35)), ("noise 0 to 5 dB below", 4, (0, 5)))}
    print(f"{len(inputs)} examples to learn from", flush=True)
    middle, spread = inputs.mean((0, 1)), inputs.std((0, 1))
    network = build(rng)
    net.fit(network, (inputs - middle) / spread, labels, net.cross_entropy, rng, epochs, 0.004, 100, masked)
    scaled = {name: ((x - middle) / spread, y) for name, (x, y) in tests.items()}
    made, scale, _ = quantise.Export("keywords", network, ((inputs - middle) / spread)[::40], (1, 49, 10, 1)).finish(with_softmax=True)
    for name, (x, y) in scaled.items():
        real, found = network(x).argmax(1), common.run(made, quantise.integers(x, *scale)).argmax(1)
        print(f"{name}: float {np.mean(real == y):.3f}, int8 {np.mean(found == y):.3f} of {len(y)} clips of voices that it has not heard")
    x, y = scaled["noise 10 dB or more below"]
    chosen = np.linspace(0, len(y) - 1, SAMPLES).astype(int)
    common.keep("keywords", made, quantise.integers(x[chosen], *scale), speech.LABELS)
    save_scaling(middle, spread, scale)


def save_scaling(middle, spread, scale):
    """What a front end must do with its cepstral coefficients: number = round((coefficient - middle) / spread / scale) + zero."""
    lines = [f"{a:.9g} {b:.9g}" for a, b in zip(middle.ravel(), spread.ravel())]
    first = f"# scale {scale[0]:.9g} zero {scale[1]}; middle and spread of each coefficient"
    (common.MODELS / "keywords.scaling.txt").write_text("\n".join([first, *lines]) + "\n")


if __name__ == "__main__":
    main()
