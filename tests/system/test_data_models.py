# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Models that are data through the whole system: installed, started, their input set, run on the vector core by the executor, their output read."""
import os
import re
import struct

import pytest

from datamodels import FOLDER, FOREIGN, OWN, VLENS, Model, System, container, image, read
from kata import LONG, TOP, signed

pytestmark = pytest.mark.skipif(os.environ.get("OUT", "").endswith("release"), reason="release build")
EVERY = [(name, vlen) for name in OWN + tuple(FOREIGN) for vlen in VLENS]
# In short: each model once, each length twice.
SHORT = [pair for i, pair in enumerate(EVERY) if i % 3 == i // 3 % 3]


@pytest.fixture(scope="module")
def models():
    known = {}

    def model(name):
        if name not in known:
            known[name] = Model(name)
        return known[name]
    return model


def answers(name, model, outputs):
    """What the file of expected answers is about."""
    size = len(outputs) // len(model.expected())
    parts = [outputs[at:at + size] for at in range(0, len(outputs), size)]
    signed_parts = [[byte - 256 if byte > 127 else byte for byte in part] for part in parts]
    if name != "ad":
        return [part.index(max(part)) for part in signed_parts]
    given = [[byte - 256 if byte > 127 else byte for byte in model.samples[at:at + size]] for at in range(0, len(outputs), size)]
    return [sum((a - b) ** 2 for a, b in zip(x, y)) // size for x, y in zip(given, signed_parts)]


@pytest.mark.parametrize("name,vlen", EVERY if LONG else SHORT)
def test_every_sample(models, name, vlen):
    """Byte for byte what the host's scalar executor says, and the answers that are expected."""
    model = models(name)
    with System([model], vlen) as system:
        outputs, said = system.outputs(model)
        assert len(outputs) == len(model.outputs), said[-1000:]
        assert outputs == model.outputs
        runs, faults, drops, _, _ = system.figures(name)
        assert (runs, faults, drops) == (len(outputs) // model.header.window("output"), 0, 0)
    if name in OWN:
        assert outputs == read(os.path.join(model.folder, f"{name}.outputs.bin"))
    else:
        slack = 1 if name == "ad" else 0
        assert all(abs(a - b) <= slack for a, b in zip(answers(name, model, outputs), model.expected(), strict=True))


@pytest.mark.skipif(bool(FOREIGN), reason="they are there")
def test_models_beside_the_tree():
    pytest.skip(f"no models in {FOLDER}")


# --- what a user gets ---

def test_tensors(models):
    """Shape, type, scale, zero point and labels, as the tool has written them."""
    model = models("keywords")
    with System([model]) as system:
        said = system.console.run("test_mltensors keywords keywords")
    for port, number in zip(model.header.ports, (0, 0)):
        shape = "x".join(map(str, (tuple(port.shape) + (1, 1, 1))[:4]))
        bits = struct.unpack("<I", struct.pack("<f", port.scale))[0]
        line = (f'{port.kind} {number} "{port.name}" {shape} rank {len(port.shape)} {port.dtype} scale 0x{bits:08x} zero {port.zero}, '
                f"{port.size} bytes at {port.offset}, ")
        assert line in said, said
    labels = read(os.path.join(TOP, "models", "keywords.labels.txt")).decode().split("\n")
    assert f'12 labels "{labels[0]}"' in said


def test_application(console):
    """mldata: the answers to its digits, to the last bit, with their names."""
    assert 'Model "digits" installed' in console.run("install digits.model")
    console.install("mldata")
    console.start("mldata")
    console.expect(r"\[mldata\]::DONE!", timeout=30)
    said = console.transcript()
    assert re.search(r'\[mldata\]::input "[^"]+": int8 1x16x16x1, scale 0\.\d+, zero -?\d+, 256 bytes at 0, 0 labels', said)
    assert re.search(r'\[mldata\]::output "[^"]+": int8 1x10x1x1, scale 0\.\d+, zero -?\d+, 10 bytes at 0, 10 labels', said)
    assert "[mldata]::input 1: SDKSerializeFailed" in said
    count = len(read(os.path.join(TOP, "models", "digits.outputs.bin"))) // 10
    assert f"[mldata]::{count} of {count} equal" in said
    console.wait_status("mldata", r"Exited \(code 0\)")
    console.stop("mldata")
    console.uninstall("mldata")


# --- hostile models ---

def changed(model, name, at, value):
    """Files of a model with a word at an offset of its image changed, signed like any other."""
    data = image.rehashed(model.image[:at] + struct.pack("<I", value) + model.image[at + 4:])
    return f"{name}.model", signed(container.wrap(data), name)


def outside(model):
    """What a descriptor may say: name, offset in the image, value, what the system says to that."""
    layers_at, tensors_at = struct.unpack_from("<I", model.image, 48)[0], struct.unpack_from("<I", model.image, 56)[0]
    last = layers_at + 64 * (struct.unpack_from("<I", model.image, 52)[0] - 1)
    return [("evil-out", last + 12, 4 << 28 | 1, f"layer {(last - layers_at) // 64}: out: "),
            ("evil-in", layers_at + 4, 3 << 28 | 0x0fffff00, "layer 0: in: "),
            ("evil-weights", layers_at + 48, 0x7ffffff0, "layer 0: weights: "),
            ("evil-bias", layers_at + 52, 0xfffffffc, "layer 0: bias: "),
            ("evil-scratch", layers_at + 16, 2 << 28 | 0x0ffffff0, "layer 0: scratch: "),
            ("evil-tensor", tensors_at + 8, 0x7fffffff, "tensor 0: offset: "),
            ("evil-layers", 52, 1025, "header 0: layers: "),
            ("evil-constants", 68, 0x7fffffff, "header 0: constants_size|header 0: constants_at: ")]


def test_descriptors_that_point_outside(models):
    """Refused with the field's name; nothing of it runs, and the next in the queue does."""
    model = models("digits")
    evil = outside(model)
    with System([model], files=[changed(model, *one[:3]) for one in evil]) as system:
        console = system.console
        for name, _, _, words in evil:
            system.install(name)
            before = system.figures("digits")[0] if "digits" in console.run("models").partition("\n")[2] else 0
            console.run(f"test_mlexecute {name} {name}")
            console.run("test_mlexecute digits digits")
            console.run("sleep 100")
            said = console.run(f"test_mloutput {name} {name}")
            assert "Job 1 faulted: cause 0x101" in said
            assert re.search(rf"{name}:{name} refused: (?:{words})", console.transcript()), console.transcript()[-1500:]
            assert system.figures("digits")[:3] == (before + 1, 0, 0)
            console.run(f"test_mlcancel {name} {name}")
        outputs, _ = system.outputs(model)
        assert outputs == model.outputs


def test_arena_larger_than_the_memory(models):
    model = models("digits")
    with System([model], files=[changed(model, "evil-arena", 80, 5 << 20)]) as system:
        system.install("evil-arena")
        assert "InvalidImage" in system.console.run("test_mlexecute evil-arena evil-arena")
        assert system.outputs(model)[0] == model.outputs


def test_cancel_at_any_moment(models):
    """A thousand times, at moments from before the load until after the end: nothing leaks, and the queue goes on."""
    model = models("digits")
    with System([model]) as system:
        console = system.console
        assert system.outputs(model)[0] == model.outputs
        console.run("test_mlcancel digits digits")
        console.run("sleep 100")
        before = console.mstats()
        said = console.run(f"test_mlcancels digits digits {1000 if LONG else 100}", timeout=300)
        assert "runs cancelled" in said and "failed" not in said, said
        console.run("sleep 100")
        assert "digits" not in console.run("models").partition("\n")[2]
        assert console.mstats() == before
        console.run("mldebug")
        free, size = re.findall(r"TCM free: (\d+) of (\d+) bytes", console.transcript())[-1]
        assert free == size
        assert system.outputs(model)[0] == model.outputs


# --- periods ---

SECONDS = 600 if LONG else 60
CLOCKS = (("mlclock1", "digits", 500), ("mlclock2", "keywords", 700), ("mlclock3", "mladd", 1100))


def builtin(name):
    """A file that the build has put into the archive."""
    return name, read(os.path.join(TOP, os.environ.get("OUT", "build/qemu_virt-debug"), "apps", name))


def test_periods(models):
    """Three applications with models of different periods, one-shots in between, one of which takes so long that periods are dropped. The time is that of
    the machine (-icount): it passes quickly when nothing is to do."""
    script = "\n".join([f"start {name} {model} {ms} {SECONDS}" for name, model, ms in CLOCKS]
                       + ["test_mlpriority mlloop mlloop 4 1500"] + ["sleep 3300", "test_mlexecute digits digits"] * 5
                       + ["test_mlexecute mlloop mlloop", "sleep 8000", "models", "test_mloutput mlloop mlloop"]) + "\n"
    files = [builtin(f"{name}.app") for name, _, _ in CLOCKS] + [builtin("mladd.model"), builtin("mlloop.model"), ("clock.repl", script.encode())]
    with System([models("digits"), models("keywords")], files=files, extra=["-icount", "shift=4,sleep=off"]) as system:
        console = system.console
        for name in ("mladd", "mlloop"):
            system.install(name)
        for name, _, _ in CLOCKS:
            console.install(name)
        console.send("source clock.repl\r")
        for _ in CLOCKS:
            console.expect(r"DONE!", timeout=300)
        said = console.transcript()
    assert "Job 1 faulted: cause 0x80000007" in said
    dropped = 0
    for name, model, ms in CLOCKS:
        runs, periods, late = map(int, re.search(rf"\[{name}\]::{model}: Ok, (\d+) runs in (\d+) periods, the last (-?\d+) us late", said).groups())
        drops = int(re.search(rf"^{name} +{model} .* (\d+) drops", said, re.M)[1])
        assert periods == (SECONDS * 1000 + ms // 2 + ms - 1) // ms
        assert runs + drops == periods
        assert abs(late) < 40000
        dropped += drops
    assert re.search(r"^digits +digits .* 5 runs +0 faults +0 drops", said, re.M)
    assert dropped >= 3
