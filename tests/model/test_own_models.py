# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The models of this tree: their samples give the outputs that were written down when they were trained."""
import build
import image
import pytest
import runner
from conftest import ROOT, compiled, signed
from reference import Reference

MODELS = sorted((ROOT / "models").glob("*.tflite"))


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_samples(path):
    made = compiled(path.read_bytes())
    samples, outputs = (path.with_suffix(suffix).read_bytes() for suffix in (".samples.bin", ".outputs.bin"))
    assert runner.run(made, samples) == outputs
    first = samples[:image.decode(made).window("input")]
    assert Reference(build.read(path.read_bytes(), "x.tflite")).run(signed(first))[0] == signed(outputs[:image.decode(made).window("output")])
    assert len(samples) // len(first) == len(outputs) // image.decode(made).window("output") > 1


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_labels(path):
    labels = path.with_suffix(".labels.txt")
    if labels.exists():
        model, _ = build.build(build.read(path.read_bytes(), path.name), labels=labels.read_text().splitlines())
        assert image.decode(image.encode(model)).ports[1].labels == labels.read_text().splitlines()


def test_there_are_some():
    assert "digits" in [path.stem for path in MODELS]
