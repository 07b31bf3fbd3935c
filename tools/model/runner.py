# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The executor on this computer: built when it is first needed, from the sources that also run on the vector core."""
import os
import subprocess
import tempfile

from errors import ModelError

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
SOURCES = [os.path.join(ROOT, path) for path in ("tools/model/host.c", "common/nn/src/check.c", "common/nn/src/run.c", "common/nn/src/scalar.c",
                                                 "common/nn/src/softmax.c")]
INCLUDES = os.path.join(ROOT, "common/nn/include")
PROGRAM = os.path.join(ROOT, "build/host/model-host")


def newest(folders):
    return max(os.path.getmtime(os.path.join(where, name)) for folder in folders for where, _, names in os.walk(folder) for name in names)


def program():
    """Path of the program. MODEL_HOST in the environment names another one (with sanitizers, say)."""
    if os.environ.get("MODEL_HOST"):
        return os.environ["MODEL_HOST"]
    if not os.path.exists(PROGRAM) or os.path.getmtime(PROGRAM) < max(newest([os.path.join(ROOT, "common/nn")]), os.path.getmtime(SOURCES[0])):
        compile_program(PROGRAM, ["-O2"])
    return PROGRAM


def compile_program(path, flags):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as folder:      # nobody finds half of it
        made = os.path.join(folder, "model-host")
        command = ["gcc", "-std=c11", "-Wall", "-Wextra", *flags, "-I", INCLUDES, *SOURCES, "-o", made]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ModelError(f"the executor cannot be built: {done.stderr[:2000]}")
        os.replace(made, path)


def call(arguments, image, data=b""):
    with tempfile.NamedTemporaryFile(suffix=".model") as file:
        file.write(image)
        file.flush()
        done = subprocess.run([program(), *arguments, file.name], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise ModelError(done.stderr.decode("utf-8", "replace").strip() or f"the executor ended with {done.returncode}")
    return done.stdout


def check(image):
    """ModelError: the device would not accept it."""
    call(["--check"], image)


def run(image, data):
    """Outputs for the inputs in data, one behind the other."""
    return call([], image, data)
