#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Files of models with mistakes: the model compiler must accept them, and then so must the device, or say what is wrong where.

usage: model.py SECONDS [SEED]      random changes of generated .tflite and .onnx files and of compiled images, one after the other
The last line is "inputs N accepted A refused R findings F"."""
import os
import pathlib
import random
import re
import resource
import struct
import sys
import tempfile
import time
import traceback

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(TOP / path) for path in ("tools/model", "tools/packer", "tests/model")]
sys.dont_write_bytecode = True

import build            # noqa: E402
import draw             # noqa: E402
import image            # noqa: E402
import nets             # noqa: E402
import onnx_net         # noqa: E402
import runner           # noqa: E402
from errors import ModelError   # noqa: E402

# An error names one of these, or is about the file as a whole.
PLACE = re.compile(r"offset 0x[0-9a-f]+: |(tensor|operator|node|buffer|layer|initializer|subgraph|attribute) |(in|out)put '|'[^']*': shape|"
                   r"(\d+ (subgraphs|tensors|operators|layers|inputs))|schema version|the model (has|needs)|more than \d+ tensors|neither a|"
                   r"inputs of the model|outputs of the model|an input of the model|output tensor|input tensor|strings: |version \d+ is not")
INTERESTING = (0, 1, 2, 4, 127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe)
SECONDS_EACH = 10
MEMORY = 2 << 30
SEEN = set()                # images that were tried
RUN = 1 << 16               # larger accepted images are only checked, not run


def change(data, rng):
    """One to four places changed; sometimes the end cut off, or a piece moved."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        if len(data) < 8:
            break
        at, kind = rng.randrange(len(data)), rng.randrange(10)
        if kind < 3:
            data[at] = rng.randrange(rng.choice((16, 256)))     # small numbers are types and counts
        elif kind < 4:
            data[at] ^= 1 << rng.randrange(8)
        elif kind < 7:
            at = min(at & ~3, len(data) - 4)
            old = struct.unpack_from("<I", data, at)[0]
            struct.pack_into("<I", data, at, rng.choice((rng.choice(INTERESTING), old + rng.randint(-8, 8), rng.randrange(len(data)))) & 0xffffffff)
        elif kind < 8:
            del data[at:at + rng.randint(1, 8)]
        elif kind < 9:
            other = rng.randrange(len(data))
            data[at:at + 4] = data[other:other + 4]
        else:
            del data[at:]
    return bytes(data)


def seeds(rng):
    """Files to begin with: name and bytes."""
    for op in nets.OPERATORS:
        yield f"{op}.tflite", nets.single(op, rng)
    for op in onnx_net.COUNTING:
        yield f"{op}.onnx", onnx_net.counting(op)
    for number in range(12):
        yield f"chain{number}.tflite", nets.chain(rng, 6)
        yield f"net{number}.onnx", onnx_net.network(rng, number % 4)[0]
        yield f"chain{number}.model", image.encode(build.build(build.read(nets.chain(rng, 4), "x.tflite"))[0])


def small_enough(model):
    return max(model.arena, model.window("input"), model.window("output"), model.macs()) <= RUN


def try_source(data, name):
    """True: accepted by the compiler and then by the device. False: refused with a place."""
    try:
        made = image.encode(build.build(build.read(data, name))[0])
    except ModelError as error:
        if not PLACE.search(str(error)):
            raise AssertionError(f"no place in: {error}") from error
        return False
    if made in SEEN:                # most changes change nothing
        return True
    if len(SEEN) > 1000:
        SEEN.clear()
    SEEN.add(made)
    model = image.decode(made)
    draw.table(model)
    if small_enough(model):
        runner.run(made, bytes(model.window("input")))
    else:
        runner.check(made)
    return True


def try_image(data, _name):
    """A compiled model with changes: shown, or refused; the hash is made right, so that the rest is looked at."""
    data = image.rehashed(data)
    try:
        model = image.decode(data)
        draw.table(model)
    except ModelError as error:
        if not PLACE.search(str(error)) and "hash" not in str(error):
            raise AssertionError(f"no place in: {error}") from error
        return False
    try:
        runner.check(data)
    except ModelError as error:
        if not re.match(r"(header|tensor|layer) \d+: ", str(error)):
            raise AssertionError(f"the device says: {error}") from error
        return False
    given, got = struct.unpack_from("<II", data, 84)
    if small_enough(model) and max(given, got) <= RUN:
        runner.run(data, bytes(given))
    return True


def attempt(data, name):
    return (try_image if name.endswith(".model") else try_source)(data, name)


def main():
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rng = random.Random(seed)
    count = {"accepted": 0, "refused": 0, "findings": 0}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MODEL_HOST"] = f"{folder}/model-host"
        runner.compile_program(os.environ["MODEL_HOST"], ["-g", "-O1", "-fsanitize=undefined", "-fno-sanitize-recover=all"])
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        files = list(seeds(rng))
        for name, data in files:
            assert attempt(data, name), f"{name} is refused as it is"
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            name, data = rng.choice(files)
            changed = change(data, rng)
            started = time.monotonic()
            try:
                count["accepted" if attempt(changed, name) else "refused"] += 1
                assert time.monotonic() - started < SECONDS_EACH, f"it took more than {SECONDS_EACH} seconds"
            except Exception:           # whatever it is, it is a finding
                count["findings"] += 1
                print(f"--- finding in {name}:\n{traceback.format_exc()}", flush=True)
                pathlib.Path(tempfile.gettempdir(), f"model-finding-{count['findings']}-{name}").write_bytes(changed)
    print("inputs", sum(count.values()), *(f"{k} {v}" for k, v in count.items()))
    return 1 if count["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
