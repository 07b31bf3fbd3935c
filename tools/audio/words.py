# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What the keyword application must say about a sound file: front end by its specification, the model on the host's scalar executor, and the decision as in
apps/c/keyword/spotter.c. And how words that were said are matched with words that were heard. Needs numpy."""
import pathlib
import sys
import wave

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "models/train"))
sys.dont_write_bytecode = True

import common       # noqa: E402
import frontend     # noqa: E402
import numpy as np  # noqa: E402
import speech       # noqa: E402

FRAMES, STEP, MS_PER_FRAME = 49, 8, 20
FIRST_WORD, MEAN, ENOUGH, PAUSE = 2, 4, 192, 5
LATEST = 1.3        # seconds behind a word's end at which it is still heard as that word


def answers(samples):
    """Frames that were heard, and the chances of the labels in 1/256, for each look."""
    scaling, zero = frontend.t.scaling(common.MODELS / "keywords.scaling.txt")
    inputs = frontend.inputs(frontend.features(samples), scaling, zero)
    looks = np.arange(FRAMES, len(inputs) + 1, STEP)
    windows = np.stack([inputs[look - FRAMES:look] for look in looks]).reshape(len(looks), -1)
    return looks, common.run((common.MODELS / "keywords.tflite").read_bytes(), windows).astype(int) + 128


def heard(path, seconds):
    """(word, per cent, seconds) of each word of a sound file's first seconds; silence follows behind its end."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(1 << 30), "<i2")
    count = (seconds * 50 - 1) * frontend.t.HOP + frontend.t.FRAME
    samples = np.pad(samples, (0, max(0, count - len(samples))))[:count]
    looks, chances = answers(samples)
    words, pause = [], 0
    for n in range(len(looks)):
        means = chances[max(0, n - MEAN + 1):n + 1].sum(0) // MEAN
        label = FIRST_WORD + int(means[FIRST_WORD:].argmax())
        if pause:
            pause -= 1
        elif n + 1 >= MEAN and means[label] >= ENOUGH:
            words.append((speech.LABELS[label], int(means[label]) * 100 // 256, int(looks[n]) * MS_PER_FRAME / 1000))
            pause = PAUSE
    return words


def matched(said, words):
    """For each (begin, end, word) that was said the index of what was heard for it, or None; each is used once."""
    used, found = set(), []
    for begin, end, word in said:
        at = next((n for n, (text, _, time) in enumerate(words) if n not in used and text == word and begin < time < end + LATEST), None)
        used.add(at)
        found.append(at)
    return found


def read_list(path):
    lines = (line.split() for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines())
    return [(float(begin), float(end), word) for begin, end, word in lines]
