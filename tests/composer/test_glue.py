# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Generated C: names, badges, slots; it compiles without a warning."""

import os
import shutil
import subprocess

import pytest

from conftest import ROOT


@pytest.fixture
def glued(shop):
    assert shop.run("glue", "--out", "gen").returncode == 0
    return shop


def test_header_of_a_server(glued):
    text = glued.read("gen/server/camkes.h")
    assert '#define COMPONENT_NAME "server"' in text
    assert "int g_greet(const char *name, uint32_t times, uint32_t *total);" in text
    assert "void irq_handle(void);" in text and "void irq_acknowledge(void);" in text
    assert "extern _Alignas(4096) volatile uint8_t regs[4096];" in text
    assert "SELF_CNODE" not in text, "a component without headroom does not hold its own CNode"


def test_header_of_a_client(glued):
    text = glued.read("gen/app/camkes.h")
    assert "/* g: Greeter of server */" in text
    assert "SELF_" not in text


def test_attributes_give_capabilities(shop):
    shop.edit("server.priority = 200;", "server.priority = 200; server.cnode_headroom = 10; server.self_endpoint = true; server.spare_replies = 2;")
    assert shop.run("glue", "--out", "gen").returncode == 0
    text = shop.read("gen/server/camkes.h")
    # CNode 1, endpoint 2, replies 3..5, interrupt 6, then at least 10 free slots in a CNode of 32
    for line in ("#define SELF_CNODE 1u", "#define SELF_ENDPOINT 2u", "#define SELF_CNODE_BITS 5u", "#define SELF_CNODE_FIRST_SLOT 7u",
                 "#define SELF_CNODE_LAST_SLOT 31u", "void g_bye_reply(camkes_park_t camkes_p);"):
        assert line in text
    assert ".reply_count = 3" in shop.read("gen/server/camkes.c")


def test_quotas_of_the_clients(shop):
    shop.edit("server.priority = 200;", 'server.priority = 200; server.client_cnodes = "g"; app.memory_quota = 0x9000;')
    assert shop.run("glue", "--out", "gen").returncode == 0
    assert "#define g_CLIENT_QUOTAS { 36864u }" in shop.read("gen/server/camkes.h")


TICKER = """component Ticker {
    control;
}
assembly {
    composition {
        component Ticker ticker;
    }
    configuration {
        ticker.ticker = true;
    }
}
"""


def test_a_ticker_in_the_place_of_interrupts(shop):
    """Added to the assembly: no handler is left, its one signal looks like the interrupt."""
    shop.write("polled.camkes", TICKER)
    assert shop.run("glue", "--out", "gen", "--also", "polled.camkes").returncode == 0
    assert "#define TICKED 1u\n#define TICKED_COUNT 1u\n" in shop.read("gen/ticker/camkes.h")
    text = shop.read("gen/server/camkes.c")
    assert "seL4_IRQHandler" not in text and ".irq_count" not in text
    assert "void irq_acknowledge(void) { }" in text and "{ 1u << 0, irq_handle }," in text
    assert shop.run("graph", "--authority", "authority.txt", "--also", "polled.camkes").returncode == 0
    table = shop.read("authority.txt")
    assert "irq_" not in table and "server_ntfn                    W       0x8000001   make server look at its device" in table


def test_unchanged_files_keep_their_time(glued):
    path = glued.folder / "gen/server/camkes.c"
    os.utime(path, (1, 1))
    assert glued.run("glue", "--out", "gen").returncode == 0
    assert path.stat().st_mtime == 1


def test_optional_interface_may_stay_open(shop):
    shop.edit("uses Greeter g;", "uses Greeter g; maybe uses Other o;")
    assert shop.run("glue", "--out", "gen").returncode == 0
    assert "int o_f(void) __attribute__((weak));" in shop.read("gen/app/camkes.h")
    assert "o_f" not in shop.read("gen/app/camkes.c")


def test_two_outputs_over_a_shared_page_are_refused(shop):
    shop.edit("seL4RPCCall c", "seL4RPCOverMultiSharedData c")
    shop.edit("out uint32_t total", "out string a, out uint8_t b[]", "greeter.idl4")
    result = shop.run("glue", "--out", "gen")
    assert result.returncode == 1
    assert "greeter.idl4:2: error: Greeter.greet has more than one output array" in result.stderr


ALL_SHAPES = """procedure Greeter {
    void nothing();
    uint64_t wide(in uint64_t a, out uint64_t b, out uint8_t c);
    int words(in uint8_t a, in int b, out uint32_t c);
    int many(in uint32_t a, in uint32_t b, in uint32_t c, in uint32_t d, in uint32_t e);
    int text(in string a, in uint32_t n, in string b, out string c);
    int bytes(in uint8_t a[], out uint8_t b[]);
    uint32_t numbers(in uint32_t a[], in uint16_t t, out uint64_t b[]);
};
procedure Other {
    int f();
};
"""


@pytest.mark.parametrize("connector", ["seL4RPCCall", "seL4RPCCallSignal", "seL4RPCOverMultiSharedData"])
@pytest.mark.parametrize("word_bits", ["32", "64"])
@pytest.mark.skipif(not shutil.which("riscv64-unknown-elf-gcc"), reason="no cross compiler")
def test_every_shape_of_method_compiles(shop, connector, word_bits):
    shop.write("greeter.idl4", ALL_SHAPES)
    shop.edit("seL4RPCCall c", f"{connector} c")
    shop.edit("server.priority = 200;", "server.priority = 200; server.spare_replies = 1;")
    assert shop.run("glue", "--out", "gen", "--word-bits", word_bits).returncode == 0
    include = shop.folder / "include"
    subprocess.run(["/usr/bin/python3", f"{ROOT}/tools/apigen.py", "--arch", f"riscv{word_bits}", "--out", str(shop.folder)], cwd=ROOT, check=True)
    (include / "kernel").mkdir()
    (include / "kernel" / "gen_config.h").write_text("")
    target = ["-march=rv32imac", "-mabi=ilp32"] if word_bits == "32" else ["-march=rv64imac", "-mabi=lp64", "-mcmodel=medany"]
    for name in ("app", "server"):
        subprocess.run(["riscv64-unknown-elf-gcc", *target, "-std=c11", "-Os", "-Wall", "-Wextra", "-Werror", "-ffreestanding", f"-I{include}",
                        *[f"-I{ROOT}/common/{lib}/include" for lib in ("camkes", "sel4_sys", "libc")], f"-I{shop.folder}/gen/{name}",
                        "-c", f"gen/{name}/camkes.c", "-o", f"{name}.o"], cwd=shop.folder, check=True)
