#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Runs models on the bare target, scalar and vector, at three vector lengths: every layer must be equal, and within the gates.

usage: bench.py [--layers] [--only NAME] [--json FILE] [NAME=FILE...]     files: images of data models, instead of models/*.tflite and the built-in shapes
Environment: QEMU_COMMAND (without -cpu and model), MODEL_AT (address), EXECUTOR (linked without anything else).
The last line counts comparisons, of layers and with gates."""
import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from elftools.elf.elffile import ELFFile

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/nn"), str(TOP / "tools/model")]
import build as compiler  # noqa: E402
import image as images  # noqa: E402
import shapes  # noqa: E402

VLENS = (128, 256, 512)
LAYER = re.compile(r"layer (\d+) op (\d+) in (\d+)x(\d+)x(\d+) out (\d+)x(\d+)x(\d+) kernel (\d+)x(\d+) stride (\d+) macs (\d+) "
                   r"scalar (\d+) vector (\d+) wrong (\d+)")
TOTAL = re.compile(r"total layers (\d+) macs (\d+) scalar (\d+) vector (\d+) arena (\d+) wrong (\d+)")
# Instructions at VLEN 128, 256, 512: whole models; and by multiply-accumulate, over the built-in ones.
MODEL_GATES = {"kws": (550e3, 290e3, 180e3), "ic": (2.0e6, 1.45e6, 1.2e6), "vww": (1.65e6, 0.95e6, 0.65e6), "ad": (55e3, 28e3, 15e3)}
MODEL_GATES |= {"keywords": MODEL_GATES["kws"], "anomaly": MODEL_GATES["ad"]}       # the same shapes
KERNEL_GATES = {"1x1 and fc, 64 channels up": (0.15, 0.08, 0.05), "3x3, 16 channels up": (0.16, 0.12, 0.10),
                "depthwise 3x3": (0.65, 0.35, 0.20), "depthwise 3x3 stride 2": (0.65, 0.35, 0.25), "first layers": (0.246, 0.146, 0.111)}
TEXT_GATE = 16384
ARENAS = {"kws": 28096, "ic": 67648, "vww": 93712, "ad": 768, "sww": 6656, "keywords": 16000, "anomaly": 768, "digits": 2432}


def run(image, vlen):
    with tempfile.NamedTemporaryFile(suffix=".model") as file:
        file.write(image)
        file.flush()
        command = shlex.split(os.environ["QEMU_COMMAND"]) + [
            "-cpu", f"rv32,v=true,vlen={vlen},elen=64,vext_spec=v1.0", "-device",
            f"loader,file={file.name},addr={os.environ['MODEL_AT']},force-raw=on"]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    total = TOTAL.search(result.stdout)
    if not total:
        sys.exit(f"bench.py: no result at VLEN {vlen}:\n{result.stdout[-2000:]}{result.stderr[-500:]}")
    return [list(map(int, m.groups())) for m in LAYER.finditer(result.stdout)], list(map(int, total.groups()))


def kind(layer):
    op, in_c, out_c, kernel, stride = layer[1], layer[4], layer[7], layer[8:10], layer[10]
    if op == shapes.DEPTHWISE:
        square = "depthwise 3x3" if kernel == [3, 3] else "depthwise other"
        return square if stride == 1 else square + " stride 2"
    if op == shapes.FC or kernel == [1, 1]:
        return "1x1 and fc, 64 channels up" if min(in_c, out_c) >= 64 else "1x1 and fc, fewer"
    return "first layers" if in_c < 16 else "3x3, 16 channels up" if kernel == [3, 3] else "conv other"


class Report:
    """counted: the models of which the figures by kernel are."""

    def __init__(self, kernel_gates, counted):
        self.kernel_gates, self.counted = kernel_gates, counted
        self.failed = []
        self.passed = 0
        self.kinds = {}
        self.rows = {}

    def expect(self, good, complaint):
        if good:
            self.passed += 1
        else:
            self.failed.append(complaint)

    def gate(self, name, vlen, value, gates):
        limit = gates.get(name)
        if limit:
            most = limit[VLENS.index(vlen)]
            self.expect(value <= most, f"{name} at VLEN {vlen}: {value:.4g} above {most:.4g}")

    def add(self, name, image, layers_too):
        runs = {vlen: run(image, vlen) for vlen in VLENS}
        first = runs[VLENS[0]]
        for index, layer in enumerate(first[0]):
            for vlen in VLENS:
                here = runs[vlen][0][index]
                self.expect(not here[14], f"{name} layer {index} op {here[1]} at VLEN {vlen}: {here[14]} bytes differ ({here})")
                if layer[11] and name in self.counted:
                    sums = self.kinds.setdefault(kind(layer), {v: [0, 0, 0] for v in VLENS})[vlen]
                    for i, value in enumerate(here[11:14]):
                        sums[i] += value
            if layers_too:
                shape = f"{layer[2]}x{layer[3]}x{layer[4]} -> {layer[5]}x{layer[6]}x{layer[7]} {layer[8]}x{layer[9]}/{layer[10]}"
                counts = [runs[v][0][index][13] for v in VLENS]
                each = " ".join(f"{n / layer[11]:.3f}" for n in counts) if layer[11] else ""
                print(f"  {index:3} op {layer[1]:2} {shape:40} {layer[12]:10}", *(f"{n:9}" for n in counts), each)
        layers, macs, scalar, _, arena, _ = first[1]
        counts = [runs[v][1][3] for v in VLENS]
        each = [f"{scalar / macs:7.2f}", *(f"{n / macs:7.3f}" for n in counts)] if macs else [f"{'-':>7}"] * 4
        print(f"{name:10} {macs:10} {scalar:11}", *(f"{n:9}" for n in counts), " ", *each, f"{arena:8}", flush=True)
        for vlen, count in zip(VLENS, counts):
            self.gate(name, vlen, count, MODEL_GATES)
        if name in ARENAS:
            self.expect(arena <= ARENAS[name], f"{name}: arena of {arena} bytes above {ARENAS[name]}")
        if name not in shapes.ODD:
            self.rows.update({f"nn.{name}.scalar": scalar, **{f"nn.{name}.v{v}": n for v, n in zip(VLENS, counts)}})

    def text(self, path):
        with open(path, "rb") as file:
            size = sum(s["sh_size"] for s in ELFFile(file).iter_sections() if s["sh_flags"] & 2 and not s["sh_flags"] & 1)
        print(f"\nexecutor, code and constants: {size} bytes")
        self.rows["nn.text"] = size
        self.expect(size <= TEXT_GATE, f"executor of {size} bytes above {TEXT_GATE}")

    def finish(self):
        print("\ninstructions per multiply-accumulate, by kernel (networks with MLPerf Tiny's shapes)")
        print("kernel                                     MACs    scalar " + " ".join(f"{v:7}" for v in VLENS))
        for name, sums in sorted(self.kinds.items()):
            macs, scalar, _ = sums[VLENS[0]]
            each = [sums[v][2] / macs for v in VLENS]
            key = f"nn.{name.replace(' ', '_')}.milli_per_mac"
            self.rows.update({f"{key}.scalar": round(1000 * scalar / macs), **{f"{key}.v{v}": round(1000 * e) for v, e in zip(VLENS, each)}})
            print(f"{name:36} {macs:12} {scalar / macs:8.2f}  ", *(f"{e:7.3f}" for e in each))
            for vlen, value in zip(VLENS, each):
                self.gate(name, vlen, value, self.kernel_gates)
        for line in self.failed:
            print("FAILED", line)
        print(f"{self.passed} passed, {len(self.failed)} failed")
        return 1 if self.failed else 0


def own_models():
    """The committed ones, as the build makes them."""
    return {path.stem: lambda path=path: images.encode(compiler.build(compiler.read(path.read_bytes(), path.name))[0])
            for path in sorted((TOP / "models").glob("*.tflite"))}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--layers", action="store_true")
    options.add_argument("--only", action="append")
    options.add_argument("--json", metavar="FILE")
    options.add_argument("models", nargs="*", metavar="NAME=FILE")
    args = options.parse_args()
    if args.models:
        models = {name: Path(file).read_bytes() for name, file in (m.split("=", 1) for m in args.models)}
    else:
        builtin = {**shapes.NETWORKS, **shapes.ODD}
        every = {**own_models(), **{name: lambda make=make: make().image() for name, make in builtin.items()}}
        models = {name: make() for name, make in every.items() if not args.only or name in args.only}
    print("instructions per inference, and per multiply-accumulate; own models, then networks with the shapes of MLPerf Tiny's, then odd ones")
    print(f"{'model':10} {'MACs':>10} {'scalar':>11}", *(f"{'V' + str(v):>9}" for v in VLENS), f"{'scalar':>9}", *(f"{'V' + str(v):>7}" for v in VLENS),
          f"{'arena':>8}")
    report = Report({} if args.models or args.only else KERNEL_GATES, models if args.models else shapes.NETWORKS)
    for name, image in models.items():
        report.add(name, image, args.layers)
    report.text(os.environ["EXECUTOR"])
    code = report.finish()
    if args.json:
        Path(args.json).write_text(json.dumps(report.rows, indent=2) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
