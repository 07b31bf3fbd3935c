# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Applications in Rust: sent over the serial line, started, heard; a panic is an exit code and a line in the log."""
import os
import pathlib
import re

import pytest

from kata import TOP

APPS = pathlib.Path(os.environ.get("OUT", "build/qemu_virt-debug")) / "apps"

OUTPUT = {
    "hello": [r"hello::ping!", r"hello::I am a Rust app, hear me log!"],
    "logtest": [r"logtest::ping!", r"DONE"],
    "keyval": [r"keyval::read\(foo\) failed as expected", r"keyval::write ok", r"keyval::read returned \[49, 50, 51, 0, 0,[^]]*\]",
               r"keyval::delete ok", r"keyval::delete ok \(for missing key\)"],
    "panic": [r"panicked at 'Goodbye, cruel world', apps/rust/panic/main.rs:\d+:\d+"],
    "fibonacci": [r"fibonacci::\[ 0\] +0  0", r"fibonacci::\[ 1\] +1  100", r"fibonacci::\[ 2\] +1  200"],
    "timer": [r"timer::sdk_timer_cancel returned Err\(SDKInvalidTimer\) with nothing running",
              r"timer::sdk_timer_poll returned Ok\(0\) with nothing running",
              r"timer::sdk_timer_oneshot returned Err\(SDKNoSuchTimer\) with an invalid timer id", r"timer::Timer 0 started",
              r"timer::Timer 0 completed", r"timer::sdk_timer_periodic returned Err\(SDKTimerAlreadyExists\) with the timer running",
              r"timer::Timer completed: mask 0b010 ms 750", r"timer::Timer completed: mask 0b1[01]0 ms", r"timer::DONE!"],
}
END = {"panic": r"Exited \(code 101\)", "fibonacci": r"Running"}


@pytest.mark.parametrize("name", OUTPUT)
def test_life_of_a_rust_application(console, name):
    before = console.mstats()
    bundle = f"rust-{name}"
    output = console.send_file(str(pathlib.Path(TOP) / APPS / f"{bundle}.app"))
    assert f'Bundle "{bundle}" installed' in output, output
    console.send(f"start {bundle}\r")
    for line in OUTPUT[name]:
        console.expect(rf"\[{bundle}\]::{line}", timeout=20)
    console.run("")
    console.wait_status(bundle, END.get(name, r"Exited \(code 0\)"))
    if name == "fibonacci":
        console.stop(bundle)
    console.uninstall(bundle)
    assert console.mstats() == before


def numbers(path, pattern):
    text = pathlib.Path(TOP, path).read_text(encoding="utf-8")
    return {name: int(value.replace("_", "").rstrip("u"), 0) for name, value in re.findall(pattern, text)}


def test_the_crate_has_the_numbers_of_the_abi():
    header = numbers("common/sdk_abi/include/kata/sdk_abi.h", r"\bSDK_(\w+)\s*=?\s+(0x[0-9a-f]+u?|\d+u?)\b")
    crate = numbers("sdk/rust/src/abi.rs", r"pub const (\w+): \w+ = (0x[0-9a-f_]+|\d+);")
    del crate["EXIT_PANIC"]                 # of sdk.h
    assert len(crate) > 20
    for name, value in crate.items():
        assert header.get(name, header.get(f"REQUEST_{name}")) == value, name
    errors = numbers("sdk/rust/src/error.rs", r"\b(SDK\w+) = (\d+),")
    names = {"SDK" + "".join(word.capitalize() for word in name.split("_")): value for name, value in header.items()}
    assert len(errors) == 26
    for name, value in errors.items():
        assert names[name] == value, name
