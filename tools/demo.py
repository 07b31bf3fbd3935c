#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The device hears words: makes a sound file (espeak-ng voices in noise), boots the system with it as the microphone, starts the keyword application and
prints what was said and what was heard; then a hundred words, of which the share that was found.

usage: demo.py --out FOLDER [--seed N] [--hundred-seed N] [--short]       QEMU_COMMAND: of a system with a microphone"""
import argparse
import pathlib
import re
import subprocess
import sys
import wave

TOP = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP / "tests/system"), str(TOP / "tools/audio")]
sys.dont_write_bytecode = True

import kata     # noqa: E402
import words    # noqa: E402

HEARD = re.compile(r"\]::heard (\w+) (\d+) % at (\d+\.\d+) s")
NOTE = "The voices are espeak-ng's, the noise is made: this shows that all parts work together, and nothing about how well people are understood."


def speak(folder, name, each, others, seed):
    """Sound file and list of what is said in it."""
    folder.mkdir(parents=True, exist_ok=True)
    sound, said = folder / f"{name}.wav", folder / f"{name}.txt"
    subprocess.run([TOP / "tools/audio/speak.py", "-o", sound, "--list", said, "--each", str(each), "--others", str(others), "--seed", str(seed)], check=True)
    return sound, words.read_list(said)


def seconds_of(sound):
    with wave.open(str(sound)) as file:
        return file.getnframes() // file.getframerate()


def hear(command, sound):
    """What the application says, and how many samples it lost. Virtual time, a nanosecond for an instruction: the same in every run."""
    microphone = ["-icount", "shift=0,sleep=off", "-device", f"loader,file={sound},addr=0x81000000,force-raw=on"]
    console = kata.Console(command=[*command, *microphone])
    for package in ("keywords.model", "keyword.app"):
        answer = console.run(f"install {package}")
        if "installed" not in answer:
            sys.exit(f"demo.py: {package}: {answer}")
    console.send(f"start keyword {seconds_of(sound)}\r")
    lost = console.expect(r"(\d+) samples lost|panicked.*", timeout=600).group(1)
    text = console.transcript()
    console.close()
    if lost is None:
        sys.exit(f"demo.py: the application failed:\n{text[-2000:]}")
    return [(word, int(sure), float(at)) for word, sure, at in HEARD.findall(text)], int(lost)


def transcript(said, heard):
    found = words.matched(said, heard)
    lines = [(begin, f"{begin:7.2f} s  said  {word:9}", f"heard {heard[n][0]:6} {heard[n][1]:3} % at {heard[n][2]:.2f} s" if n is not None else
              "" if word not in words.speech.WORDS else "not heard") for (begin, _, word), n in zip(said, found)]
    lines += [(at, f"{at:7.2f} s  nothing of it   ", f"heard {word:6} {sure:3} %") for n, (word, sure, at) in enumerate(heard) if n not in found]
    for _, left, right in sorted(lines):
        print(f"{left}  {right}".rstrip())


def figures(said, heard, lost):
    found = words.matched(said, heard)
    keywords = [n for (_, _, word), n in zip(said, found) if word in words.speech.WORDS]
    hits = sum(n is not None for n in keywords)
    print(f"{hits} of {len(keywords)} words found ({100 * hits / len(keywords):.0f} %), {len(heard) - hits} heard that nobody said or as another, "
          f"{len(said) - len(keywords)} other words spoken, {lost} samples lost")


def show(command, folder, name, each, others, seed, whole):
    sound, said = speak(folder, name, each, others, seed)
    print(f"\n{name}: {len(said)} words in {seconds_of(sound)} s, by voices that the model was not trained with (seed {seed})")
    heard, lost = hear(command, sound)
    if whole:
        transcript(said, heard)
    figures(said, heard, lost)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hundred-seed", type=int, default=3)
    parser.add_argument("--short", action="store_true", help="the first part alone")
    args = parser.parse_args()
    command = kata.without_traces(kata.qemu_command())
    show(command, args.out, "demo", 1, 3, args.seed, True)
    if not args.short:
        show(command, args.out, "hundred", 10, 30, args.hundred_seed, False)
    print("\n" + NOTE)


if __name__ == "__main__":
    main()
