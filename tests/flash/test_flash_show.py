# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""tools/flash_show.py, written from docs/flash-store-spec.md alone, finds what the store finds: in flashes after power cuts, with rotten bits
and failed blocks (show_main.c makes them, and says what store_open() has found)."""
import io
import pathlib
import random
import struct
import subprocess
import sys
import zlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools/flash_show.py"
sys.path.insert(0, str(ROOT / "tools"))
sys.dont_write_bytecode = True

import flash_show                       # noqa: E402


@pytest.fixture(scope="session")
def flashes(tmp_path_factory):
    """Folder with the images, and how many there are."""
    folder = tmp_path_factory.mktemp("flash")
    subprocess.run(["make", "-s", "-f", "mk/main.mk", "build/host/flash/show"], cwd=ROOT, check=True)
    done = subprocess.run([ROOT / "build/host/flash/show", folder], stdout=subprocess.PIPE, check=True)
    return folder, int(done.stdout)


def said(folder, number):
    """The store's account: {first word: [the others]}."""
    account = {"object": [], "counter": [], "block": []}
    for line in (folder / f"{number}.txt").read_text().splitlines():
        word, rest = line.split(" ", 1)
        account.setdefault(word, []).append(rest)
    return account


def read(folder, number, kind):
    size = int(said(folder, number)["geometry"][0].split()[0])
    return flash_show.Flash((folder / f"{number}.{kind}").read_bytes(), size)


def object_line(flash, thing):
    """As show_main.c prints it."""
    value = flash.value(thing) if thing.name is not None else None
    error, bundle, name = (0, thing.bundle.hex(), thing.name.hex()) if thing.name is not None else (-5, "", "")
    return f"{error} {thing.kind} {thing.serial} ={bundle} ={name} {thing.size} " \
           + (f"whole {zlib.crc32(value):08x}" if value is not None else "corrupt 00000000")


def test_same_objects(flashes):
    folder, count = flashes
    whole = corrupt = doubt = fragments = bad = 0
    for number in range(count):
        account = said(folder, number)
        for kind in "cut", "open":
            flash = read(folder, number, kind)
            listed = sorted(object_line(flash, thing) for thing in flash.objects)
            assert listed == sorted(account["object"]), f"image {number}, {kind}"
            shown = io.StringIO()
            flash_show.show(flash, shown)
            for line in account["counter"]:
                assert line in shown.getvalue().splitlines(), f"image {number}, {kind}"
            doubt += bool(flash.in_doubt)
            fragments += sum(len(thing.fragments) for thing in flash.objects)
            bad += sum(block.bad for block in flash.blocks)
        whole += sum(" whole " in line for line in listed)
        corrupt += sum(" corrupt " in line for line in listed)
    print(f"{count} flashes: {whole} objects whole, {corrupt} corrupt; {fragments} fragments, {bad} bad blocks, {doubt} with records in doubt")
    assert whole > 500 and corrupt > 0 and fragments > 100 and bad > 0 and doubt > 0


def test_same_blocks(flashes):
    """Once the store is open: before, it has still to erase, and to void. Of free space it may see less: it remembers what a record that it has voided
    would have taken. Rotten bits behind the slots are slots to the reader, and not to the store that has just written them."""
    folder, count = flashes
    compared = 0
    for number in range(count):
        account = said(folder, number)
        flash = read(folder, number, "open")
        for line in account["block"]:
            index, state, erases, slots, live, free = line.split()
            block = flash.blocks[int(index)]
            assert block.bad == (state == "bad"), f"image {number}, block {index}"
            if state == "good" and account["result"] == ["0 0"] and account["rotten"] == ["0"]:
                assert (block.erases, block.count, flash.live(block)) == (int(erases), int(slots), int(live)), f"image {number}, block {index}"
                assert int(free) <= max(0, block.low - 64 - 52 * block.count), f"image {number}, block {index}"
                compared += 1
    assert compared > 500


def run(*arguments):
    done = subprocess.run(["/usr/bin/python3", TOOL, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert b"Traceback" not in done.stderr
    return done


def test_command(flashes):
    """The last image has QEMU's geometry, the tool's default."""
    folder, count = flashes
    image = folder / f"{count - 1}.open"
    listing = run(image)
    assert listing.returncode == 0 and listing.stderr == b""
    account = said(folder, count - 1)
    assert f"\n{len(account['object'])} objects\n" in listing.stdout.decode()
    kinds = flash_show.KINDS
    for line in account["object"]:
        _, kind, _, bundle, name, size, _, crc = line.split()
        bundle, name = bytes.fromhex(bundle[1:]).decode(), bytes.fromhex(name[1:]).decode()
        value = run(image, "--extract", kinds[int(kind)] if int(kind) % 2 else kind, bundle, name)
        assert value.returncode == 0 and len(value.stdout) == int(size) and zlib.crc32(value.stdout) == int(crc, 16)
    missing = run(image, "--extract", "key", "no such bundle", "")
    assert missing.returncode == 1 and missing.stdout == b"" and b"no key" in missing.stderr
    assert run(image, "--extract", "colour", "", "").returncode == 1


def test_kept_image(tmp_path):
    """The image of version 1 that is kept for later versions."""
    image = bytearray()
    for line in (ROOT / "tests/flash/image-1.hex").read_text().splitlines():
        if line.startswith("geometry"):
            size, blocks, _ = map(int, line.split()[1:])
            image = bytearray(b"\xff" * (size * blocks))
        elif line and line[0] != "#":
            at, data = line.split(":")
            image[int(at, 16):int(at, 16) + len(data) // 2] = bytes.fromhex(data)
    path = tmp_path / "image"
    path.write_bytes(image)
    listing = run(path, "--block-size", 2048)
    assert listing.returncode == 0 and b"\n15 objects\n" in listing.stdout and b'\n"com.example.one" "version" = 379\n' in listing.stdout
    hint = run(path)
    assert hint.returncode == 1 and b"block 0 of 10 of 2048 bytes" in hint.stderr


def other_version(image):
    header = bytearray(image[:28])
    header[4] = 2
    return bytes(header) + struct.pack("<I", zlib.crc32(header)) + image[32:]


@pytest.mark.parametrize("damage, message", [
    (lambda image: b"", "0 bytes"),
    (lambda image: image[:-1], "block-size"),
    (lambda image: image[:3 * 2048], "5 to 128 blocks"),
    (lambda image: image[:6 * 2048], "written for 8 blocks"),
    (lambda image: bytes(len(image)), "no block has a header"),
    (lambda image: b"\xff" * len(image), "no block has a header"),
    (lambda image: bytes(range(256)) * (len(image) // 256), "no block has a header"),
    (other_version, "version 2"),
])
def test_no_store(flashes, tmp_path, damage, message):
    path = tmp_path / "image"
    path.write_bytes(damage((flashes[0] / "0.open").read_bytes()))
    for arguments in [()], [("--extract", "key", "b", "k")]:
        done = run(path, "--block-size", 2048, *arguments[0])
        assert done.returncode == 1 and done.stdout == b""
        assert done.stderr.decode().count("\n") == 1 and message in done.stderr.decode()


def test_no_file(tmp_path):
    for path in tmp_path, tmp_path / "none":
        assert run(path).returncode == 1
    assert run(tmp_path, "--block-size", 1000).returncode == 1
    assert run(tmp_path, "--block-size", "many").returncode == 2


def repaired(image, size):
    """With right CRCs in slots that are not void, so that what they say is looked at."""
    for start in range(0, len(image), size):
        for at in range(start + 64, start + size - 51, 52):
            if any(image[at + 12:at + 16]) and image[at:at + 52] != b"\xff" * 52:
                image[at + 12:at + 16] = struct.pack("<I", zlib.crc32(image[at + 16:at + 52]))
    return image


def test_any_bytes(flashes):
    """Whatever is in the image: a listing, or an error of the tool's own."""
    folder, _ = flashes
    chance = random.Random(1)
    listings = 0
    for turn in range(400):
        image = bytearray((folder / f"{turn % 40}.cut").read_bytes())
        for _ in range(1 << turn % 10):
            start = chance.randrange(0, len(image), 2048)
            image[start + chance.randrange(chance.choice((64, 800, 2048)))] = chance.choice((0, 255, chance.randrange(256)))
        if turn % 2:
            repaired(image, 2048)
        try:
            flash_show.show(flash_show.Flash(bytes(image), 2048), io.StringIO())
            listings += 1
        except flash_show.FlashError:
            pass
    assert listings > 100
