# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The audio front end computes what its specification says (models/train/frontend.py), to the last bit: noise of all levels and colours, tones, sweeps,
clicks, silence, the loudest sounds. And that is close to the same steps in real numbers."""
import subprocess
import sys
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models/train"))

import frontend     # noqa: E402
import speech       # noqa: E402


@pytest.fixture(scope="session")
def device(tmp_path_factory):
    """The C code, with sanitizers: samples in, coefficients out."""
    folder = tmp_path_factory.mktemp("audio")
    subprocess.run([ROOT / "tools/audio/audio_tables.py", "-o", folder / "audio_tables.h"], check=True)
    program = folder / "features"
    subprocess.run(["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I", folder,
                    "-I", ROOT / "common/audio/include", ROOT / "tests/audio/host.c", ROOT / "common/audio/src/features.c", "-o", program], check=True)

    def run(samples):
        done = subprocess.run([program], input=samples.astype("<i2").tobytes(), stdout=subprocess.PIPE, check=True)
        return np.frombuffer(done.stdout, "<i4").reshape(-1, 10)
    return run


def integers(sound):
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def sounds():
    rng = np.random.default_rng(5)
    time = np.arange(16000)
    for power in (0, 1, 2):
        for level in (0.3, 1, 10, 100, 1000, 10000, 60000):
            yield f"noise {power} {level}", integers(speech.coloured(rng, 16000, power) * level)
    for frequency in (1, 50, 440, 1000.5, 3999, 7999, 8000):
        yield f"tone {frequency}", integers(np.sin(2 * np.pi * frequency / 16000 * time) * 32767)
        yield f"square {frequency}", integers(np.sign(np.sin(2 * np.pi * frequency / 16000 * time + 0.1)) * 40000)
    yield "sweep", integers(np.sin(np.pi * time ** 2 / 32000) * 32767)
    yield "silence", np.zeros(16000, np.int16)
    yield "lowest", np.full(16000, -32768, np.int16)
    yield "highest", np.full(16000, 32767, np.int16)
    yield "clicks", integers((time % 997 == 0) * 32767)
    yield "one bit", (time % 7 == 0).astype(np.int16)


@pytest.mark.parametrize("name,samples", sounds(), ids=lambda value: value if isinstance(value, str) else "")
def test_bit_for_bit(device, name, samples):
    expected = frontend.features(samples)
    assert expected.shape == (49, 10)
    assert np.array_equal(device(samples), expected), name


@pytest.mark.parametrize("level", (30, 300, 3000))
def test_close_to_real_numbers(level):
    """Far below what one step of the keyword model's input is (0.076)."""
    samples = integers(speech.coloured(np.random.default_rng(6), 16000, 1) * level)
    real = speech.real_features(samples / 32768)
    assert np.abs(frontend.features(samples) / 1024 - real).max(0)[1:].max() < 0.004
    assert np.abs(frontend.features(samples) / 1024 - real).max() < 0.05


def test_length(device):
    for count in (0, 479, 480, 799, 800, 801):
        assert len(device(np.ones(count, np.int16))) == max(0, (count - 480) // 320 + 1)
