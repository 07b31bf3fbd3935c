# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""From linked components to specification and boot image, with a golden small assembly."""

import json
import shutil
import struct
import subprocess
import zlib

import pytest

from conftest import COMPOSER

pytestmark = pytest.mark.skipif(not shutil.which("riscv64-unknown-elf-gcc"), reason="no cross compiler")

# Stands in for runtime and services: the symbols the composer looks for, and a word of data.
COMPONENT = r"""
__asm__(".pushsection .stack,\"aw\",@nobits\n.space 4096\n.popsection");
__asm__(".pushsection .regions,\"aw\",@nobits\n.balign 4096\n.globl regs\nregs: .space 4096\n.popsection");
char camkes_ipc_buffer[512] __attribute__((aligned(512)));
void _start(void) { for (;;) { } }
"""
ROOTSERVER = "SECTIONS { . = 0x10000; .text : { *(.text) } rootserver_spec = ALIGN(4096); }"


class Linker:
    def __init__(self, shop):
        self.shop = shop
        shop.write("component.c", COMPONENT)
        shop.write("rootserver.ld", ROOTSERVER)
        self.gcc = ["riscv64-unknown-elf-gcc", "-march=rv32imac", "-mabi=ilp32", "-nostdlib", "-static", "-ffreestanding", "-Os", "-fno-common",
                    "-Wl,--no-warn-rwx-segments", "-Wl,-z,max-page-size=4096", "-Wl,--build-id=none"]

    def link(self, name):
        subprocess.run([*self.gcc, "-Wl,--defsym=COMPONENT_BASE=0x10000", "-T", f"{COMPOSER}/component.ld", "component.c", "-o", f"{name}.elf"],
                       cwd=self.shop.folder, check=True)

    def rootserver(self):
        self.shop.write("r.c", "void _start(void) { for (;;) { } }")
        subprocess.run([*self.gcc, "-T", "rootserver.ld", "r.c", "-o", "rootserver.elf"], cwd=self.shop.folder, check=True)

    def image(self):
        result = self.shop.run("image", "--elf-dir", ".", "--image", "user.img", "--spec", "spec.bin", "--cdl", "spec.cdl", "--mk", "user.mk",
                               "--json", "c.json")
        assert result.returncode == 0, result.stderr
        return (self.shop.folder / "user.img").read_bytes()


@pytest.fixture
def linker(shop):
    linker = Linker(shop)
    linker.rootserver()
    linker.link("server")
    linker.link("app")
    return linker


GOLDEN = """arch riscv32

objects {

server_vspace = pt (level: 0)
app_vspace = pt (level: 0)
server_pt_0 = pt
server_stack = frame (4k)
server_bss = frame (4k)
app_pt_0 = pt
app_stack = frame (4k)
app_bss = frame (4k)
server_tcb = tcb (addr: 0x13000, ip: 0x10000, sp: 0x13000, prio: 200, max_prio: 200, init: [0x0], resume: true)
app_tcb = tcb (addr: 0x13000, ip: 0x10000, sp: 0x13000, prio: 100, max_prio: 100, init: [0x0], resume: true)
server_sc = sc (7 bits, budget: 10000, period: 10000, data: 0, extra_refills: 0, flags: 0)
app_sc = sc (7 bits, budget: 10000, period: 10000, data: 0, extra_refills: 0, flags: 0)
server_cnode = cnode (2 bits)
server_ntfn = notification
app_cnode = cnode (1 bits)
server_ep = ep
server_reply = rtreply
server_regs = frame (4k, paddr: 0x10000000)
irq_10 = irq (trigger: level)
server_text = frame (4k, image: 0x12000)
app_text = frame (4k, image: 0x13000)

} caps {

server_vspace {
  0x0: server_pt_0
}
app_vspace {
  0x0: app_pt_0
}
server_pt_0 {
  0x10: server_text (RX)
  0x12: server_stack (RW)
  0x13: server_bss (RW)
  0x15: server_regs (RW)
}
app_pt_0 {
  0x10: app_text (RX)
  0x12: app_stack (RW)
  0x13: app_bss (RW)
}
server_tcb {
  cspace: server_cnode (guard word: 0xf0)
  vspace: server_vspace
  ipc_buffer_slot: server_bss
  sc_slot: server_sc
  bound_notification: server_ntfn (RWGP)
}
app_tcb {
  cspace: app_cnode (guard word: 0xf8)
  vspace: app_vspace
  ipc_buffer_slot: app_bss
  sc_slot: app_sc
}
server_cnode {
  0x1: server_ep (R)
  0x2: server_reply
  0x3: irq_10
}
app_cnode {
  0x1: server_ep (WP, badge: 0x1)
}
irq_10 {
  0x0: server_ntfn (W, badge: 0x8000001)
}

} irq maps {

10: irq_10

}
"""


def test_golden_specification(linker):
    image = linker.image()
    text = linker.shop.read("spec.cdl")
    assert text.split("\n", 1)[1] == GOLDEN
    # rootserver, specification, text of server, text of app
    assert len(image) == 4 * 4096


def test_compact_form(linker):
    image = linker.image()
    spec = (linker.shop.folder / "spec.bin").read_bytes()
    assert image[4096:4096 + len(spec)] == spec
    magic, version, word_bits, _, total, crc, objects, caps, tcbs, scs, names, ids, first = struct.unpack_from("<IHBBIIHHHHIHH", spec)
    assert (magic, version, word_bits, total) == (0x4C44434B, 1, 32, len(spec))
    assert crc == zlib.crc32(spec[16:])
    assert (objects, tcbs, scs, ids, first) == (21, 2, 2, 19, 2)
    assert 32 + 20 * objects + 12 * caps + 20 * tcbs + 16 * scs + names == total


def test_same_input_same_image(linker):
    assert linker.image() == linker.image()


def test_small_stack_shares_a_page_with_the_data(linker):
    linker.shop.edit(".space 4096", ".space 2048", "component.c")
    linker.shop.edit("void _start", "int word = 0x600d1dea;\nvoid _start", "component.c")
    linker.link("app")
    image = linker.image()
    text = linker.shop.read("spec.cdl")
    assert "app_data = frame (4k, image: 0x14000)" in text
    assert "app_stack" not in text and "app_bss" not in text
    assert image[-4096:][2048:2052] == struct.pack("<I", 0x600D1DEA)
    assert image[-4096:][:2048] == bytes(2048)


def test_report_adds_up(linker):
    linker.image()
    report = json.loads(linker.shop.read("c.json"))
    server = report["components"]["server"]
    assert server["pages"] == {"stack": 1, "bss": 1, "text": 1}
    assert server["objects"] == {"pt": 8192, "tcb": 512, "sc": 128, "cnode": 64, "notification": 32, "ep": 16, "rtreply": 16}
    assert server["bytes"] == 3 * 4096 + sum(server["objects"].values())
    assert server["capabilities"] == {"1": "endpoint", "2": "reply", "3": "irq"}
    assert report["total_bytes"] == sum(c["bytes"] for c in report["components"].values())
    assert report["boot"]["rootserver_pages"] == 1 and report["boot"]["spec_pages"] == 1
    assert report["allow_unsigned"] is False


def test_report_says_whether_unsigned_packages_are_accepted(linker):
    linker.shop.edit("server.priority = 200;", "server.priority = 200; server.allow_unsigned = true;")
    linker.image()
    assert json.loads(linker.shop.read("c.json"))["allow_unsigned"] is True


def test_missing_component(linker):
    (linker.shop.folder / "app.elf").unlink()
    result = linker.shop.run("image", "--elf-dir", ".", "--image", "user.img")
    assert result.returncode == 1
    assert "app.elf:1: error: cannot read the file" in result.stderr


def test_missing_symbol(linker):
    linker.shop.edit("camkes_ipc_buffer", "other_buffer", "component.c")
    linker.link("app")
    result = linker.shop.run("image", "--elf-dir", ".", "--image", "user.img")
    assert result.returncode == 1
    assert "app.elf:1: error: symbol camkes_ipc_buffer is missing" in result.stderr
