# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The command: every subcommand, the signed bundle against the security core's check, and errors without a traceback."""
import os
import random
import subprocess
import sys

import image
import nets
import onnx_net
import pytest
from conftest import ROOT, compiled, to_bytes

TOOL = ROOT / "tools/model.py"
OUT = "build/qemu_virt-debug"


def tool(*arguments, data=None, program=TOOL):
    command = [sys.executable, str(program), *map(str, arguments)]
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


@pytest.fixture
def net(tmp_path):
    """Path of a file with five operators."""
    path = tmp_path / "net.tflite"
    path.write_bytes(nets.chain(random.Random(7), 5))
    return path


def test_compile_show_check_run(net, tmp_path):
    made, outputs = tmp_path / "net.model", tmp_path / "out"
    done = tool("compile", net, "-o", made)
    assert done.returncode == 0, done.stderr
    assert b"arena" in done.stdout and b"lower bound" in done.stdout
    shown = tool("show", made)
    assert shown.returncode == 0 and shown.stdout.splitlines()[0] == b"model         net"
    assert shown.stdout.splitlines()[-1] in done.stdout
    inputs = tmp_path / "in"
    inputs.write_bytes(os.urandom(2 * image.decode(compiled(net.read_bytes())).window("input")))
    assert tool("run", made, inputs, "-o", outputs).returncode == 0
    assert tool("run", net, inputs).stdout == outputs.read_bytes()
    assert tool("check", made, inputs, outputs).returncode == 0
    outputs.write_bytes(bytes([outputs.read_bytes()[0] ^ 1]) + outputs.read_bytes()[1:])
    done = tool("check", made, inputs, outputs)
    assert done.returncode == 1 and b"1 of" in done.stderr and b"the first at 0" in done.stderr


def test_names_and_labels(tmp_path):
    path, labels, made = tmp_path / "a.tflite", tmp_path / "labels", tmp_path / "a.model"
    net, x = nets.begin(random.Random(1), (1, 6))
    path.write_bytes(net.finish(x, net.softmax(x)))
    labels.write_text("one\ntwo\nthree\nfour\nfive\nsix\n")
    assert tool("compile", path, "-o", made, "--name", "numbers", "--labels", labels, "--image").returncode == 0
    model = image.decode(made.read_bytes())
    assert model.name == "numbers" and model.ports[1].labels == ["one", "two", "three", "four", "five", "six"]
    labels.write_text("one\n")
    done = tool("compile", path, "-o", made, "--labels", labels)
    assert done.returncode == 1 and b"1 labels for 6 values" in done.stderr


def test_draw(net, tmp_path):
    assert b"|" in tool("draw", net).stdout
    picture = tmp_path / "plan.svg"
    assert tool("draw", net, "-o", picture).returncode == 0
    assert picture.read_text().startswith("<svg ") and picture.read_text().rstrip().endswith("</svg>")


def test_onnx(tmp_path):
    data, given, _ = onnx_net.network(random.Random(2), 2)
    path = tmp_path / "net.onnx"
    path.write_bytes(data)
    assert tool("check", path).returncode == 0
    assert tool("run", path, "-", data=to_bytes(given)).returncode == 0


def test_signed_package(net, tmp_path):
    """A signed data model is what the security core accepts as a model, and not as an application."""
    made, key = tmp_path / "net.model", tmp_path / "key.pem"
    assert tool("compile", net, "-o", made).returncode == 0
    for arguments in (("key", key), ("sign", key, made, "--name", "demo", "--version", 2)):
        done = tool(*arguments, program=ROOT / "tools/sign.py")
        assert done.returncode == 0, done.stderr
    public = tool("public", key, program=ROOT / "tools/sign.py").stdout.split()[-1].decode()
    checker = f"{OUT}/host/package-check"
    subprocess.run(["make", "-s", "-f", "mk/main.mk", "BUILD=debug", checker], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    def verdict(*options):
        return subprocess.run([ROOT / checker, "-k", public, *options, made], stdout=subprocess.PIPE, check=False).stdout.split(b"\t")[1].strip()
    assert verdict("-m") == b"image is valid"
    assert verdict() == b"wrong type of image"
    assert tool("show", made).returncode == 0
    data = bytearray(made.read_bytes())
    data[-1] ^= 1
    made.write_bytes(data)
    assert verdict("-m") == b"section is not the signed one"


@pytest.mark.parametrize("arguments", [("show", "{}/nowhere"), ("compile", "{}/text", "-o", "{}/x"), ("check", "{}/text"), ("draw", "{}/empty"),
                                       ("run", "{}/net.tflite", "{}/text"), ("compile", "{}/net.tflite", "-o", "{}/no/folder"),
                                       ("show", "/dev/zero")])
def test_errors_are_one_line(net, tmp_path, arguments):
    (tmp_path / "text").write_text("not a model")
    (tmp_path / "empty").write_text("")
    done = tool(*(word.format(tmp_path) for word in arguments))
    assert net.exists() and done.returncode == 1
    assert done.stderr.startswith(b"model.py: ") and done.stderr.count(b"\n") == 1, done.stderr
