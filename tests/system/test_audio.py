# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""A system with a microphone (make AUDIO=true): what is in the sound file arrives at the application, whole, in order, at the clock's speed."""
import os
import re
import shlex
import shutil
import struct
import subprocess
import sys
import wave

import pytest

import kata
from kata import TOP, Console

BUILD = "release" if "release" in os.environ.get("OUT", "") else "debug"
HOP, SECOND = 320, 16000


def sample(number):
    return (number * 7919 + number // 5) % 65536 - 32768


@pytest.fixture(scope="module")
def command():
    make = ["make", "--no-print-directory", "-s", "-f", "mk/main.mk", f"BUILD={BUILD}", "AUDIO=true"]
    environment = {k: v for k, v in os.environ.items() if k not in ("OUT", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "QEMU_COMMAND")}
    subprocess.run([*make, "all", "factory"], cwd=TOP, env=environment, check=True, capture_output=True)
    line = subprocess.run([*make, "qemu-command"], cwd=TOP, env=environment, check=True, capture_output=True, text=True).stdout
    return kata.without_traces(shlex.split(line))


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "sound.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SECOND)
        file.writeframes(b"".join(struct.pack("<h", sample(n)) for n in range(4 * SECOND)))
    return path


def hears(command, path):
    return [*command, "-device", f"loader,file={path},addr=0x81000000,force-raw=on"]


def sum_of(first):
    total = 1
    for number in range(first, first + SECOND):
        total = (total * 31 + (sample(number) & 0xffff)) % 2 ** 32
    return f"sum 0x{total:08x}"


def lines_of(console, timeout=60):
    console.run("install audio.app")
    console.send("start audio\r")
    console.expect(r"DONE!|start: SDKNoPlatformSupport", timeout=timeout)
    return console.transcript()


def test_sound_arrives(command, sound):
    console = Console(command=[*hears(command, sound), "-icount", "shift=0,sleep=off"])
    text = lines_of(console)
    for said in ("read before start: SDKNotRecording", "stop before start: SDKNotRecording", "another rate: SDKNoPlatformSupport", "still off: SDKNotRecording",
                 "start: Ok", "too many: SDKSerializeFailed", "none: SDKSerializeFailed", "poll: SDKTimedOut", "late: Ok", "lost most of a second", "stop: Ok",
                 "stop: SDKNotRecording"):
        assert said in text
    seconds = re.findall(r"16000 samples in (\d+) ms, (sum 0x\w+), (\d+) lost", text)
    assert [found[1:] for found in seconds] == [(sum_of(n * SECOND), "0") for n in range(3)]
    assert all(960 <= int(found[0]) <= 1040 for found in seconds[:2])
    console.close()


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed (make demo installs it)")
def test_words(command, tmp_path):
    """The short form of `make demo`: what the device hears is what specification, scalar executor and decision say on the host, word for word."""
    pytest.importorskip("numpy")
    sys.path[:0] = [os.path.join(TOP, "tools"), os.path.join(TOP, "tools/audio")]
    import demo
    import words
    sound, said = demo.speak(tmp_path, "demo", 1, 3, 1)
    heard, lost = demo.hear(command, sound)
    assert lost == 0
    assert heard == words.heard(sound, demo.seconds_of(sound))
    found = words.matched(said, heard)
    assert sum(n is not None for n in found) >= 8           # of ten; another version of espeak-ng has other voices


def test_without_a_microphone(command):
    console = Console(command=command)
    assert "start: SDKNoPlatformSupport" in lines_of(console)
    console.close()
