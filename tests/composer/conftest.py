# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Helpers: small assemblies, the composer as a program and as a library."""

import os
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COMPOSER = os.path.join(ROOT, "tools", "composer")
sys.path.insert(0, COMPOSER)

IDL = """procedure Greeter {
    int greet(in string name, in uint32_t times, out uint32_t total);
    void bye();
};
procedure Other {
    int f();
};
"""

# Line numbers of this text are part of the tests.
ADL = """import "greeter.idl4";
component Hw {
    hardware;
    dataport Buf(4096) regs;
    emits Interrupt irq;
}
component Server {
    provides Greeter g;
    dataport Buf(4096) regs;
    consumes Interrupt irq;
}
component App {
    control;
    uses Greeter g;
}
assembly {
    composition {
        component Hw hw;
        component Server server;
        component App app;
        connection seL4HardwareMMIO m(from server.regs, to hw.regs);
        connection seL4HardwareInterrupt i(from hw.irq, to server.irq);
        connection seL4RPCCall c(from app.g, to server.g);
    }
    configuration {
        hw.regs_paddr = 0x10000000;
        hw.regs_size = 0x1000;
        hw.irq_irq_number = 10;
        server.priority = 200;
        app.priority = 100;
    }
}
"""


class Workshop:
    """A folder with an assembly in it."""

    def __init__(self, folder):
        self.folder = folder
        self.write("greeter.idl4", IDL)
        self.write("a.camkes", ADL)

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def edit(self, old, new, name="a.camkes"):
        text = (self.folder / name).read_text()
        assert old in text, old
        self.write(name, text.replace(old, new, 1))

    def run(self, command, *arguments):
        return subprocess.run([sys.executable, os.path.join(COMPOSER, "compose.py"), command, "a.camkes", *arguments],
                              cwd=self.folder, capture_output=True, text=True, check=False)

    def error(self, *arguments):
        """The one line of error that `check` gives."""
        result = self.run("check", *arguments)
        assert result.returncode == 1, "no error"
        assert "Traceback" not in result.stderr, result.stderr
        return result.stderr.strip()

    def read(self, name):
        return (self.folder / name).read_text()


@pytest.fixture
def shop(tmp_path):
    return Workshop(tmp_path)
