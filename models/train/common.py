# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What the training scripts share: running the quantised model, and writing what is kept of it."""
import pathlib
import sys

import numpy as np

MODELS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(MODELS.parent / "tools/model"), str(MODELS.parent / "tools/packer")]
sys.dont_write_bytecode = True

import build        # noqa: E402
import image        # noqa: E402
import runner       # noqa: E402


def run(data, inputs):
    """Outputs of a .tflite file for inputs in int8, a row each, from the scalar executor."""
    model = image.encode(build.build(build.read(data, "model.tflite"))[0])
    return np.frombuffer(runner.run(model, inputs.tobytes()), np.int8).reshape(len(inputs), -1)


def keep(name, data, inputs, labels=()):
    """NAME.tflite, some samples with the outputs that are expected for them, and the labels."""
    (MODELS / f"{name}.tflite").write_bytes(data)
    (MODELS / f"{name}.samples.bin").write_bytes(inputs.tobytes())
    (MODELS / f"{name}.outputs.bin").write_bytes(run(data, inputs).tobytes())
    if labels:
        (MODELS / f"{name}.labels.txt").write_text("".join(f"{label}\n" for label in labels))
    print(f"models/{name}.tflite: {len(data)} bytes")
