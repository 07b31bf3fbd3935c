# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Spoken words from espeak-ng, as clips of one second at 16 kHz, with shift, loudness and noise; and their features: 49 frames of 10
cepstral coefficients.

Voices are the variants of espeak-ng; those in UNSEEN are kept for tests. A machine speaks here, and only to a machine."""
import io
import subprocess
import wave
from concurrent.futures import ThreadPoolExecutor

import frontend
import numpy as np

RATE, SECOND = 16000, 16000
WORDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
OTHERS = ("bed", "bird", "cat", "dog", "happy", "house", "marvin", "sheila", "tree", "wow", "zero", "one", "two", "three", "four", "five", "six",
          "seven", "eight", "nine", "backward", "forward", "follow", "learn", "visual", "water", "window", "music", "paper", "garden", "letter", "coffee")
LABELS = ("silence", "unknown", *WORDS)
ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-rp", "en-gb-x-gbcwmd", "en-029")
VOICES = ("adam", "Alex", "Alicia", "Andrea", "Andy", "Annie", "antonio", "aunty", "belinda", "benjamin", "boris", "caleb", "david", "Denis", "Diogo",
          "ed", "edward", "Gene", "gustave", "Henrique", "Hugo", "iven", "iven2", "Jacky", "john", "kaukovalta", "Lee", "linda", "marcelo", "Marco",
          "Mario", "max", "Michael", "michel", "miguel", "Mike", "Nguyen", "pablo", "paul", "pedro", "quincy", "rob", "robert", "steph", "steph2",
          "steph3", "Storm", "zac", "anika", "f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "norbert", "sandro", "shelby",
          "travis", "victor", "grandma", "grandpa")
UNSEEN = ("Annie", "benjamin", "Diogo", "f4", "gustave", "Lee", "linda", "m3", "Mike", "paul", "steph2", "travis")

FRAME, HOP, POINTS, BANDS, COEFFICIENTS = 480, 320, 512, 40, 10


def speak(request):
    """A word as real numbers at RATE. request: word, voice, speed, pitch."""
    word, voice, speed, pitch = request
    done = subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", word], stdout=subprocess.PIPE, check=True)
    with wave.open(io.BytesIO(done.stdout)) as file:
        rate, frames = file.getframerate(), file.readframes(1 << 20)
    sound = np.frombuffer(frames, "<i2").astype(np.float64) / 32768
    loud = np.flatnonzero(np.abs(sound) > 0.01 * max(np.abs(sound).max(), 1e-6))
    sound = sound[loud[0]:loud[-1] + 1] if len(loud) else sound[:1]
    count = max(len(sound) * RATE // rate, 1)
    spectrum = np.fft.rfft(sound)[:count // 2 + 1]              # what is above half the rate is cut off
    return (np.fft.irfft(np.pad(spectrum, (0, count // 2 + 1 - len(spectrum))), count) * count / len(sound)).astype(np.float32)


def say(words, voices, each, rng):
    """Each word, each times, by random voices. Returns sounds and words."""
    requests = [(word, f"{rng.choice(ACCENTS)}+{rng.choice(voices)}", int(rng.integers(120, 200)), int(rng.integers(20, 80)))
                for word in words for _ in range(each)]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(speak, requests)), [request[0] for request in requests]


def coloured(rng, count, power):
    """Noise whose power falls with frequency to the given power: 0 white, 1 pink."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum /= np.maximum(np.arange(len(spectrum)), 1) ** (power / 2)
    noise = np.fft.irfft(spectrum, count)
    return noise / noise.std()


def noise(rng, babble):
    """White, pink, or many voices at a time."""
    kind = rng.integers(3)
    if kind < 2 or not babble:
        return coloured(rng, SECOND, min(kind, 1))
    total = sum(placed(babble[rng.integers(len(babble))], rng) for _ in range(6))
    return total / (total.std() + 1e-9)


def placed(sound, rng):
    """Somewhere in a second of silence."""
    clip, sound = np.zeros(SECOND), sound[:SECOND]
    at = rng.integers(0, SECOND - len(sound) + 1)
    clip[at:at + len(sound)] = sound
    return clip


def clip(sound, rng, babble, ratio):
    """With noise, ratio decibels below the word; silence is None."""
    if sound is None:
        return noise(rng, ()) * 10 ** rng.uniform(-4, -1.3)
    word = placed(sound, rng)
    level = np.sqrt(np.mean(sound ** 2)) + 1e-9
    mixed = word / level + noise(rng, babble) * 10 ** (-ratio / 20)
    return mixed * 10 ** rng.uniform(-2, -0.8)


def mel_filters():
    """Triangles of equal width in mel, from 20 Hz to 7600 Hz."""
    low, high = (2595 * np.log10(1 + edge / 700) for edge in (20, 7600))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1) * POINTS / RATE
    bins = np.arange(POINTS // 2 + 1)
    return np.array([np.clip(np.minimum((bins - a) / (b - a), (c - bins) / (c - b)), 0, None) for a, b, c in zip(edges, edges[1:], edges[2:])])


FILTERS = mel_filters()
COSINES = np.cos(np.pi / BANDS * np.outer(np.arange(COEFFICIENTS), np.arange(BANDS) + 0.5)) * np.sqrt(2 / BANDS)


def real_features(sound):
    """In real numbers, 49 x 10: frames of 30 ms every 20 ms, logarithm of 40 mel bands, the first ten of their cosine transform."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP] * np.hanning(FRAME)
    power = np.abs(np.fft.rfft(frames, POINTS)) ** 2 @ FILTERS.T
    return (np.log(power + 1e-6) @ COSINES.T).astype(np.float32)


def samples(sound):
    """As a microphone delivers it."""
    return np.clip(np.rint(np.asarray(sound) * 32768), -32768, 32767).astype(np.int16)


def features(sound):
    """The same as the device computes them, in integers."""
    return (frontend.features(samples(sound)) / 2 ** frontend.t.LOG_BITS).astype(np.float32)


def examples(sounds, words, copies, rng, ratios, silences):
    """Features and labels: each sound copies times in different noise, and silences."""
    numbers = [LABELS.index(word) if word in LABELS else 1 for word in words]
    made = [(features(clip(sound, rng, sounds, rng.uniform(*ratios))), number) for sound, number in zip(sounds, numbers) for _ in range(copies)]
    made += [(features(clip(None, rng, (), 0)), 0) for _ in range(silences)]
    return np.array([x for x, _ in made])[..., None], np.array([number for _, number in made])
