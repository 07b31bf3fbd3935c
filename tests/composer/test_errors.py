# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Every mistake is told with its file and line."""

import pytest

# (what is replaced, by what, file, line, part of the message)
ADL_ERRORS = [
    ("import \"greeter.idl4\"", "import \"none.idl4\"", 1, "\"none.idl4\" not found"),
    ("emits Interrupt irq;", "emits Interrupt irq", 6, "expected ';' after 'emits', found '}'"),
    ("    hardware;", "    hardware; $", 3, "unexpected character '$'"),
    ("    control;", "    controls;", 13, "unknown declaration 'controls' in component App"),
    ("component App {", "component Server {", 12, "component Server is already defined at a.camkes:7"),
    ("uses Greeter g;", "uses Nothing g;", 14, "unknown procedure Nothing"),
    ("uses Greeter g;", "uses Greeter g; uses Other g;", 14, "'g' is already declared at a.camkes:14"),
    ("uses Greeter g;", "uses Greeter g; provides Other o;", 14, "has a control thread and cannot serve"),
    ("uses Greeter g;", "uses Greeter g; uses Other o;", 20, "app.o (uses Other, declared at a.camkes:14) is not connected"),
    ("consumes Interrupt irq;", "consumes Event irq;", 10, "unknown event type Event"),
    ("dataport Buf(4096) regs;\n    emits", "dataport Ring(4096) regs;\n    emits", 4, "unknown dataport type 'Ring'"),
    ("dataport Buf(4096) regs;\n    emits", "dataport Buf(SIZE) regs;\n    emits", 4, "SIZE is not defined"),
    ("dataport Buf(4096) regs;\n    consumes", "dataport Buf(8192) regs;\n    consumes", 21, "server.regs has 8192 bytes, but hw.regs only 4096"),
    ("component App app;", "component Ap app;", 20, "unknown component type Ap"),
    ("component App app;", "component App server;", 20, "instance server is already declared at a.camkes:19"),
    ("seL4RPCCall c", "seL4Call c", 23, "unknown connector type seL4Call"),
    ("seL4RPCCall c", "seL4RPCCall i", 23, "connection i is already declared at a.camkes:22"),
    ("from app.g, to", "from ap.g, to", 23, "unknown instance ap"),
    ("from app.g, to", "from app.h, to", 23, "component App has no interface h"),
    ("from app.g, to server.g", "from server.g, to app.g", 23, "seL4RPCCall cannot connect server.g: it is declared 'provides', not 'uses'"),
    ("from app.g, to server.g", "from app.g", 23, "connection c needs at least one 'from' and one 'to' end"),
    ("from app.g, to server.g", "from app.g, from app.g, to server.g", 23, "app.g is already connected by c"),
    ("from app.g, to server.g", "from app.g to server.g", 23, "expected ',' or ')', found 'to'"),
    ("        connection seL4RPCCall c(from app.g, to server.g);\n", "", 19, "server.g (provides Greeter, declared at a.camkes:8) is not connected"),
    ("uses Greeter g;", "uses Other g;", 23, "type mismatch: app.g uses Other, but server.g provides Greeter"),
    ("hw.irq_irq_number = 10;", "hw.irq_number = 10;", 28, "unknown attribute irq_number of hw"),
    ("        hw.irq_irq_number = 10;\n", "", 22, "attribute hw.irq_irq_number is not set"),
    ("hw.regs_paddr = 0x10000000;", "hw.regs_paddr = 0x10000010;", 21, "is not page aligned"),
    ("server.priority = 200;", "server.prio = 200;", 29, "unknown attribute prio of server (component Server)"),
    ("server.priority = 200;", "server.priority = \"high\";", 29, "server.priority must be of type int"),
    ("server.priority = 200;", "server.priority = 0200;", 29, "0200: a decimal number does not begin with 0"),
    ("server.priority = 200;", "server.priority = 256;", 29, "server.priority = 256 is outside 0..255"),
    ("server.priority = 200;", "sever.priority = 200;", 29, "unknown instance sever"),
    ("app.priority = 100;", "app.priority = 100; app.priority = 90;", 30, "app.priority is already set at a.camkes:30"),
    ("server.priority = 200;", "server.priority = 100;", 29, "server (priority 100) serves app.g (priority 100): a server's priority must be above"),
    ("server.priority = 200;", "server.priority = 200; server.budget_us = 20000;", 29, "the budget is longer than the period"),
    ("server.priority = 200;", "server.priority = 200; app.supervisor = true;", 23, "app handles the faults of all components and must not call one"),
    ("server.priority = 200;", "server.priority = 200; server.supervisor = true; app.supervisor = true;", 29,
     "supervisor: already given to server"),
    ("server.priority = 200;", "server.priority = 200; server.ticker = true; app.ticker = true;", 29, "ticker: already given to server"),
    ("server.priority = 200;", "server.priority = 200; server.client_cnodes = \"x\";", 29, "server does not provide an interface 'x'"),
]


@pytest.mark.parametrize("old, new, line, message", ADL_ERRORS)
def test_assembly(shop, old, new, line, message):
    shop.edit(old, new)
    error = shop.error()
    assert error.startswith(f"a.camkes:{line}: error: "), error
    assert message in error


IDL_ERRORS = [
    ("procedure Other", "procedure Greeter", 5, "procedure Greeter is already defined at ./greeter.idl4:1"),
    ("void bye();", "void bye()", 4, "expected ';' after the method"),
    ("void bye();", "string bye();", 3, "unknown return type 'string'"),
    ("void bye();", "int greet();", 3, "method greet is declared twice"),
    ("in string name", "string name", 2, "a parameter begins with 'in' or 'out'"),
    ("in string name", "in String name", 2, "unknown type 'String'"),
    ("in string name", "in string name[]", 2, "arrays of strings are not supported"),
    ("in uint32_t times", "in uint32_t name", 2, "parameter name is declared twice"),
]


@pytest.mark.parametrize("old, new, line, message", IDL_ERRORS)
def test_procedures(shop, old, new, line, message):
    shop.edit(old, new, "greeter.idl4")
    error = shop.error()
    assert error.startswith((f"greeter.idl4:{line}: error: ", f"./greeter.idl4:{line}: error: ")), error
    assert message.replace("./", "") in error.replace("./", "")


def test_missing_assembly(shop):
    (shop.folder / "a.camkes").unlink()
    assert "a.camkes:1: error: cannot read the file" in shop.error()


def test_cycle_is_printed(shop):
    shop.edit("    consumes Interrupt irq;\n}", "    consumes Interrupt irq;\n    uses Other o;\n}")
    shop.edit("component App {", "component Middle {\n    provides Other o;\n    uses Greeter g;\n}\ncomponent App {")
    shop.edit("component App app;", "component App app;\n        component Middle middle;")
    shop.edit("c(from app.g, to server.g);", "c(from app.g, from middle.g, to server.g);\n        connection seL4RPCCall d(from server.o, to middle.o);")
    error = shop.error()
    assert "the call graph has a cycle: server.o -> middle.g -> server" in error
    assert error.startswith("a.camkes:29: error: ")


def test_a_component_that_calls_itself_is_a_cycle(shop):
    shop.edit("provides Greeter g;", "provides Greeter g; uses Greeter self;")
    shop.edit("c(from app.g,", "c(from app.g, from server.self,")
    assert "cycle: server.self -> server" in shop.error()


def test_overlapping_devices(shop):
    shop.edit("        component App app;", "        component App app;\n        component Hw hw2;\n        component Server server2;")
    shop.edit("    }\n    configuration {", "        connection seL4HardwareMMIO m2(from server2.regs, to hw2.regs);\n"
              "        connection seL4HardwareInterrupt i2(from hw2.irq, to server2.irq);\n"
              "        connection seL4RPCCall c2(from app.g2, to server2.g);\n    }\n    configuration {\n"
              "        hw2.regs_paddr = 0x10000000;\n        hw2.regs_size = 4096;\n        hw2.irq_irq_number = 11;\n        server2.priority = 190;")
    shop.edit("uses Greeter g;", "uses Greeter g; uses Greeter g2;")
    error = shop.error()
    assert "device memory of server2.regs (0x10000000, 0x1000 bytes) overlaps that of server.regs" in error
    shop.edit("hw2.regs_paddr = 0x10000000;", "hw2.regs_paddr = 0x10001000;")
    shop.edit("hw2.irq_irq_number = 11;", "hw2.irq_irq_number = 10;")
    error = shop.error()
    assert "interrupt 10 of server2.irq already belongs to server.irq (a.camkes:24)" in error
    shop.edit("hw2.irq_irq_number = 10;", "hw2.irq_irq_number = 11;")
    assert shop.run("check").returncode == 0
