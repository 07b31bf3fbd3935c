# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Packer, archive writer and the corpus of malformed bundles, against the validation code that runs on the target (built for
the host with sanitizers)."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/packer"))
sys.dont_write_bytecode = True

import bundle                           # noqa: E402
import cpio                             # noqa: E402
import malform                          # noqa: E402

CROSS = "riscv64-unknown-elf-gcc"
ARCH = ["-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32"]


@pytest.fixture(scope="session")
def check(tmp_path_factory):
    """Message of the target's validation for image bytes."""
    folder = tmp_path_factory.mktemp("check")
    tool = folder / "bundle-check"
    sources = [*sorted((ROOT / "common/bundle/src").glob("*.c")), ROOT / "common/crc32/src/crc32.c",
               ROOT / "tools/packer/bundle_check.c"]
    subprocess.run(["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-g", "-fsanitize=address,undefined",
                    "-fno-sanitize-recover=all", f"-I{ROOT}/common/bundle/include", f"-I{ROOT}/common/crc32/include",
                    *map(str, sources), "-o", str(tool)], check=True)

    def run(data):
        path = folder / "image.app"
        path.write_bytes(data)
        done = subprocess.run([str(tool), str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        assert done.returncode in (0, 1), done.stderr.decode()
        return done.stdout.decode().rstrip("\n").split("\t")[1]
    return run


def build(folder, source, *flags):
    """A program linked like an application, without the SDK."""
    (folder / "p.S").write_text(source)
    subprocess.run([CROSS, *ARCH, "-nostdlib", "-static", "-Wl,--build-id=none", "-Wl,-z,max-page-size=4096",
                    "-Wl,--no-warn-rwx-segments", *flags, str(folder / "p.S"), "-o", str(folder / "p.elf")], check=True)
    return folder / "p.elf"


def pack(*arguments):
    return subprocess.run([sys.executable, str(ROOT / "tools/packer/pack.py"), *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


PROGRAM = """
    .globl _start
    .text
_start: la a0, word
    ebreak
    .section .rodata
    .asciz "constant"
    .data
word: .word 1234
    .bss
    .space 10000
"""


@pytest.mark.parametrize("name,message,data", malform.corpus(), ids=lambda v: v if isinstance(v, str) and "-" in v else "")
def test_malformed_is_refused_with_its_message(check, name, message, data):
    assert check(data) == message


@pytest.mark.parametrize("name,data", malform.accepted(), ids=lambda v: v if isinstance(v, str) else "")
def test_odd_but_right_is_accepted(check, name, data):
    assert check(data) == "image is valid"


def test_every_error_text_is_covered():
    """Each reason for a refusal has a file in the corpus; reading failures need no file, and test_sign.py has what takes a key to see."""
    texts = set(re.findall(r'"([^"]+)"', (ROOT / "common/bundle/src/error.c").read_text().split("bundle_error_text")[0]))
    texts -= {"image is valid", "image could not be read", "image is not signed", "signed with an unknown key", "wrong signature",
              "signed for another name", "version lower than one installed before", "section is not the signed one"}
    assert texts == {message for _, message, _ in malform.corpus()}


@pytest.mark.parametrize("size", [65536, 1 << 20])
def test_sized_images(check, size):
    data = malform.sized(size)
    assert len(data) == size and check(data) == "image is valid"


def test_pack(tmp_path, check):
    elf = build(tmp_path, PROGRAM, "-T", str(ROOT / "sdk/app.ld"))
    done = pack(elf, "-o", tmp_path / "p.app")
    assert done.returncode == 0, done.stderr
    data = (tmp_path / "p.app").read_bytes()
    assert check(data) == "image is valid"
    text, rodata, rw = bundle.parse(data)
    assert (text.vaddr, text.rights(), text.entry) == (0x10000, "R-X", 0x10000)
    assert rodata.rights() == "R--" and rodata.data == b"constant"
    assert rw.rights() == "RW-" and rw.data.startswith(b"\xd2\x04") and rw.msize >= 10004
    assert [bool(s.flags & bundle.MORE) for s in (text, rodata, rw)] == [True, True, False]
    assert "R-X" in pack("--list", tmp_path / "p.app").stdout


def test_pack_refuses_writable_text(tmp_path):
    elf = build(tmp_path, PROGRAM, "-Wl,-N")
    done = pack(elf, "-o", tmp_path / "p.app")
    assert done.returncode == 1 and "writable and executable" in done.stderr
    assert not (tmp_path / "p.app").exists()


def test_pack_refuses_what_is_no_program(tmp_path):
    (tmp_path / "text").write_text("no program")
    done = pack(tmp_path / "text", "-o", tmp_path / "p.app")
    assert done.returncode == 1 and done.stderr.startswith("pack.py: ")
    done = pack("/bin/true", "-o", tmp_path / "p.app")
    assert done.returncode == 1 and "not a RISC-V program" in done.stderr


def test_archive(tmp_path):
    files = {"a.app": b"x", "b.repl": b"", "odd-name.bin": bytes(range(251))}
    data = cpio.archive(files.items())
    assert data == cpio.archive(files.items()) and len(data) % 4 == 0
    at, seen = 0, {}
    while True:
        assert data[at:at + 6] == b"070701"
        size, name_size = (int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in (6, 11))
        name = data[at + 110:at + 110 + name_size - 1].decode()
        start = at + (110 + name_size + 3) // 4 * 4
        if name == "TRAILER!!!":
            break
        seen[name] = data[start:start + size]
        at = start + (size + 3) // 4 * 4
    assert seen == files
    with pytest.raises(ValueError):
        cpio.archive([("a", b""), ("a", b"")])


def test_template_builds(tmp_path):
    """sdk/new-app in a copy of the folder it writes into."""
    (tmp_path / "sdk").mkdir()
    (tmp_path / "sdk/new-app").write_bytes((ROOT / "sdk/new-app").read_bytes())
    os.chmod(tmp_path / "sdk/new-app", 0o755)
    run = [str(tmp_path / "sdk/new-app"), "blink-2"]
    assert subprocess.run(run, stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert subprocess.run(run, stderr=subprocess.DEVNULL, check=False).returncode == 1
    assert subprocess.run([run[0], "a b"], stderr=subprocess.DEVNULL, check=False).returncode == 2
    subprocess.run([CROSS, *ARCH, "-std=c11", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-Os", f"-I{ROOT}/sdk/include",
                    f"-I{ROOT}/common/libc/include", f"-I{ROOT}/common/sdk_abi/include", "-c",
                    str(tmp_path / "apps/c/blink-2/main.c"), "-o", str(tmp_path / "main.o")], check=True)
    checker = manifest_checker(tmp_path)
    manifest = str(tmp_path / "apps/c/blink-2/manifest")
    assert subprocess.run([checker, "blink-2", manifest], check=False).returncode == 0
    wrong = subprocess.run([checker, "blink-3", manifest], stderr=subprocess.PIPE, text=True, check=False)
    assert wrong.returncode == 1 and wrong.stderr == f"{manifest}:3: name of another bundle\n"


def manifest_checker(folder):
    tool = folder / "manifest-check"
    subprocess.run(["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/common/manifest/include", f"-I{ROOT}/common/sdk_abi/include",
                    *map(str, sorted((ROOT / "common/manifest/src").glob("*.c"))), str(ROOT / "tools/packer/manifest_check.c"),
                    "-o", str(tool)], check=True)
    return str(tool)


def test_manifest_is_packed_and_shown(tmp_path, check):
    program = build(tmp_path, PROGRAM)
    (tmp_path / "manifest").write_text("name = p\nheap = 4K\n")
    assert pack(program, "-o", tmp_path / "p.app", "--manifest", tmp_path / "manifest").returncode == 0
    assert check((tmp_path / "p.app").read_bytes()) == "image is valid"
    assert "  manifest:\n    name = p\n    heap = 4K\n" in pack("--list", tmp_path / "p.app").stdout
