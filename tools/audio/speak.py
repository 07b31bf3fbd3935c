#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""A sound file for the microphone: words that espeak-ng says in noise, by voices that the keyword model was not trained with.

usage: speak.py -o FILE.wav --list FILE.txt [--each N] [--others N] [--seed N]
--each: how often each of the ten words is said, --others: how many other words are. The list has a line for each: seconds at its begin and end, word.
The same seed makes the same file (with the same version of espeak-ng). Needs numpy and espeak-ng (Debian)."""
import argparse
import pathlib
import sys
import wave

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "models/train"))
sys.dont_write_bytecode = True

import numpy as np      # noqa: E402
import speech           # noqa: E402

PAUSE = (0.4, 0.9)      # seconds of silence between two words
LOUDNESS = (-6, 6)      # decibels around the usual
NOISE = -20             # decibels of the noise below a word of usual loudness
LEVEL = 0.06            # of a word of usual loudness, of 1


def requests(each, others, rng):
    words = [word for word in speech.WORDS for _ in range(each)] + [speech.OTHERS[n] for n in rng.permutation(len(speech.OTHERS) * 9)[:others] % len(speech.OTHERS)]
    return [(words[n], f"{rng.choice(speech.ACCENTS)}+{rng.choice(speech.UNSEEN)}", int(rng.integers(120, 200)), int(rng.integers(20, 80)))
            for n in rng.permutation(len(words))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--list", required=True)
    parser.add_argument("--each", type=int, default=1)
    parser.add_argument("--others", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    parts, lines, at = [np.zeros(speech.RATE // 2)], [], speech.RATE // 2
    for request in requests(args.each, args.others, rng):
        sound = speech.speak(request)[:speech.SECOND]
        loud = sound / (np.sqrt(np.mean(sound ** 2)) + 1e-9) * LEVEL * 10 ** (rng.uniform(*LOUDNESS) / 20)
        pause = np.zeros(int(rng.uniform(*PAUSE) * speech.RATE))
        lines.append(f"{at / speech.RATE:.2f} {(at + len(loud)) / speech.RATE:.2f} {request[0]}\n")
        parts += [loud, pause]
        at += len(loud) + len(pause)
    parts.append(np.zeros(speech.RATE))
    said = np.concatenate(parts)
    said += speech.coloured(rng, len(said), 1) * LEVEL * 10 ** (NOISE / 20)
    with wave.open(args.output, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(speech.RATE)
        file.writeframes(speech.samples(said).astype("<i2").tobytes())
    pathlib.Path(args.list).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
