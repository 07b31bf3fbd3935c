#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Models of neural networks: from .tflite or .onnx files to what the vector core runs (docs/model-format.md).

  model.py compile IN -o OUT.model [--name N] [--labels FILE] [--image]    IN: int8 .tflite, or .onnx in QDQ form; prints memory by layer.
                                                                           OUT is a bundle to be signed by tools/sign.py;
                                                                           --image: the bare image. FILE: a label a line
  model.py show FILE                   what it is: inputs, outputs, layers, memory
  model.py draw FILE [-o OUT.svg]      the memory plan, as a picture or in letters
  model.py run FILE INPUT [-o OUTPUT]  runs it on this computer for all the inputs in INPUT, one behind the other; -: stdin, stdout
  model.py check FILE [INPUT OUTPUT]   would the device accept it? Does it give these outputs?

FILE is a .tflite, an .onnx, a bundle or an image.
"""
import argparse
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(HERE, "model"), os.path.join(HERE, "packer")]
sys.dont_write_bytecode = True

import build            # noqa: E402
import container        # noqa: E402
import draw             # noqa: E402
import image            # noqa: E402
import ir               # noqa: E402
import runner           # noqa: E402
from errors import ModelError   # noqa: E402


def read_file(path):
    with open(0 if path == "-" else path, "rb", closefd=path != "-") as file:
        data = file.read(ir.MAX_FILE + 1)
    if len(data) > ir.MAX_FILE:
        raise ModelError(f"{path}: more than {ir.MAX_FILE} bytes")
    return data


def write_file(path, data):
    if path in (None, "-"):
        sys.stdout.buffer.write(data)
        return
    with open(path, "wb") as file:
        file.write(data)


def load(path):
    """The image of any kind of file."""
    data = read_file(path)
    if container.is_bundle(data):
        data = container.unwrap(data)
    if data[:4] == image.MAGIC.to_bytes(4, "little"):
        return data
    return image.encode(build.build(build.read(data, path))[0])


def compile_model(options):
    labels = read_file(options.labels).decode("utf-8").splitlines() if options.labels else []
    model, bound = build.build(build.read(read_file(options.model), options.model), options.name, labels)
    data = image.encode(model)
    write_file(options.out, data if options.image else container.wrap(data))
    print(f"{draw.summary(model, len(data))}\n{draw.table(model)}, lower bound {bound}")


def show(options):
    data = load(options.model)
    model = image.decode(data)
    print(f"{draw.summary(model, len(data))}\n{draw.table(model)}")


def draw_plan(options):
    model = image.decode(load(options.model))
    if options.out:
        write_file(options.out, draw.svg(model).encode("utf-8"))
    else:
        print(draw.text(model))


def run(options):
    write_file(options.out, runner.run(load(options.model), read_file(options.input)))


def check(options):
    data = load(options.model)
    draw.table(image.decode(data))          # finds layers that read what is not there
    runner.check(data)
    if options.input:
        compare(runner.run(data, read_file(options.input)), read_file(options.output))
    print(f"{options.model}: accepted" + (", outputs are equal" if options.input else ""))


def compare(found, expected):
    if len(found) != len(expected):
        raise ModelError(f"{len(found)} bytes of output, expected are {len(expected)}")
    wrong = [at for at, (a, b) in enumerate(zip(found, expected)) if a != b]
    if wrong:
        first = wrong[0]
        raise ModelError(f"{len(wrong)} of {len(found)} bytes of output are wrong, the first at {first}: "
                         f"{found[first]}, expected is {expected[first]}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)

    def command(name, function):
        made = commands.add_parser(name)
        made.add_argument("model")
        made.set_defaults(run=function)
        return made
    made = command("compile", compile_model)
    made.add_argument("-o", "--out", required=True)
    made.add_argument("--name")
    made.add_argument("--labels")
    made.add_argument("--image", action="store_true")
    command("show", show)
    command("draw", draw_plan).add_argument("-o", "--out")
    made = command("run", run)
    made.add_argument("input")
    made.add_argument("-o", "--out")
    made = command("check", check)
    made.add_argument("input", nargs="?")
    made.add_argument("output", nargs="?")
    options = parser.parse_args()
    if getattr(options, "input", None) and options.run is check and not options.output:
        parser.error("check: INPUT needs OUTPUT")
    return options


def main():
    options = arguments()
    try:
        options.run(options)
        return 0
    except (OSError, ValueError) as error:
        print(f"model.py: {options.model}: {error}", file=sys.stderr)
    except MemoryError:
        print(f"model.py: {options.model}: not enough memory", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
