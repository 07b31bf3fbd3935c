# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Data models for the tests of the whole system: which there are, their samples, and systems that have them in their archive."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from kata import TOP, Console, qemu_command, signed

sys.path[:0] = [os.path.join(TOP, "tools", name) for name in ("packer", "model")]
import boot_manifest    # noqa: E402  (tools/packer)
import cpio             # noqa: E402
import container        # noqa: E402  (tools/model)
import image            # noqa: E402
import runner           # noqa: E402

VLENS = (128, 256, 512)
OWN = ("digits", "keywords", "anomaly")
# Models that are beside the tree, not in it.
FOLDER = os.environ.get("MODELS_FOLDER") or os.path.join(TOP, "..", "shared", "models", "mlperf-tiny")
FOREIGN = sorted(name[:-len(".tflite")] for name in os.listdir(FOLDER) if name.endswith(".tflite")) if os.path.isdir(FOLDER) else []


def read(path):
    with open(path, "rb") as file:
        return file.read()


def compiled(path, name):
    """The signed bundle of a .tflite file."""
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, name)
        command = ["/usr/bin/python3", os.path.join(TOP, "tools", "model.py"), "compile", path, "-o", made, "--name", name]
        labels = path.replace(".tflite", ".labels.txt")
        subprocess.run(command + (["--labels", labels] if os.path.exists(labels) else []), check=True, stdout=subprocess.DEVNULL)
        return signed(read(made), name)


class Model:
    """A model with its samples, one behind the other, and what the host's scalar executor says to them."""

    def __init__(self, name):
        self.name = name
        self.folder = os.path.join(TOP, "models") if name in OWN else FOLDER
        self.bundle = compiled(os.path.join(self.folder, f"{name}.tflite"), name)
        self.image = container.unwrap(self.bundle)
        self.header = image.decode(self.image)
        self.samples = read(os.path.join(self.folder, f"{name}.samples.bin"))
        if name == "ic" and name not in OWN:        # pixels
            self.samples = bytes((pixel - 128) & 0xff for pixel in self.samples)
        self.outputs = runner.run(self.image, self.samples)

    def files(self):
        return [(f"{self.name}.model", self.bundle), (f"{self.name}.samples.bin", self.samples)]

    def expected(self):
        """Lines of the file of answers beside the model, as numbers."""
        return [int(line) for line in read(os.path.join(self.folder, f"{self.name}.expected.txt")).split()]


def command_of(command, files, folder, vlen=128, extra=()):
    """The command of a system with these files as its archive, and vectors of so many bits."""
    archive = os.path.join(folder, "builtins.cpio")
    with open(archive, "wb") as file:
        file.write(cpio.archive(files))
    command = [re.sub(r"file=[^,]*/builtins\.cpio,", f"file={archive},", word) for word in command]
    command = [word.replace("vlen=128", f"vlen={vlen}") for word in command]
    return boot_manifest.resigned(command, os.path.join(folder, "boot_manifest.bin")) + list(extra)


class System:
    """A running system with models and other files in its archive."""

    def __init__(self, models, vlen=128, files=(), extra=()):
        self.folder = tempfile.mkdtemp()
        try:
            every = [file for model in models for file in model.files()] + list(files)
            self.console = Console(command=command_of(qemu_command(), every, self.folder, vlen, extra), boot_timeout=60)
            for model in models:
                self.install(model.name)
        except BaseException:
            shutil.rmtree(self.folder)
            raise

    def install(self, name):
        said = self.console.run(f"install {name}.model", timeout=60)
        assert f'Model "{name}" installed' in said, said

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.console.close()
        shutil.rmtree(self.folder)

    def outputs(self, model, file=None, timeout=120):
        """Of every sample, in order."""
        said = self.console.run(f"test_mlsamples {model.name} {model.name} {file or model.name + '.samples.bin'}", timeout=timeout)
        found = re.findall(r"^sample (\d+) returned 0x0 pc 0x0 address 0x0: ([0-9a-f]*)$", said, re.M)
        assert [int(number) for number, _ in found] == list(range(len(found))), said[-2000:]
        return b"".join(bytes.fromhex(text) for _, text in found), said

    def figures(self, name):
        """runs, faults, drops, instructions of all runs, of the last one."""
        said = self.console.run("models")
        found = re.search(rf"^{name} .* (\d+) runs +(\d+) faults +(\d+) drops +(\d+) instructions +(\d+) last", said, re.M)
        assert found, said
        return tuple(int(n) for n in found.groups())
