#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Lists what the security core's store holds in the raw image of a flash: objects, counters, blocks. Changes nothing.

Written from docs/flash-store-spec.md alone, as a check of that page; numbers in comments are its sections.
"""
import argparse
import json
import os
import struct
import sys
import zlib

MAGIC, VERSION, NUMBERS_END = b"KSTO", 1, 0x7FFFFF00
HEADER_SIZE, HEADERS_SIZE, SLOT_SIZE, SLOT_BODY = 32, 64, 52, 16
HEAD, DELETE, COMMIT, COLLECT, BAD, MEMBER, FRAGMENT, RESERVE = range(1, 9)
COUNTER, SECRET = 4, 5
KINDS = {1: "application", 2: "model", 3: "key", COUNTER: "counter", SECRET: "secret", 6: "boot", 7: "recovery"}
IN_DOUBT_MOST = FINISHED_MOST = 8


class FlashError(Exception):
    """What is wrong with the image, for the user."""


def crc(data):
    return zlib.crc32(data) & 0xFFFFFFFF


def padded(n):
    return (n + 3) & ~3


def is_set(word):                       # 4.2
    return 32 - bin(word).count("1") >= 16


def _effects():
    """What inverting each bit of a slot's body does to its CRC."""
    size = SLOT_SIZE - SLOT_BODY
    zero = crc(bytes(size))
    return {crc(bytes(1 << bit % 8 if at == bit // 8 else 0 for at in range(size))) ^ zero: bit for bit in range(8 * size)}


EFFECTS = _effects()


class Geometry:                         # 2
    def __init__(self, block_size, blocks):
        self.block_size, self.blocks = block_size, blocks
        self.fragment = (block_size - 704) // 4 & ~3
        self.largest = min(16 << 20, 257 * self.fragment - 1)


class Slot:                             # 4
    FIELDS = ("type", "kind", "bundle_length", "name_length", "serial", "transaction", "offset", "length", "crc", "size", "other", "hash")

    def __init__(self, states, body, block, index):
        for name, value in zip(self.FIELDS, struct.unpack("<4B8I", body)):
            setattr(self, name, value)
        self.settled, self.confirmed, self.dead = map(is_set, states)
        self.settled = self.settled or self.confirmed
        self.block, self.index = block, index
        self.in_doubt = False

    commits = property(lambda self: HEAD <= self.type <= BAD)

    def sensible(self, geometry):
        size = geometry.block_size
        if self.serial >= NUMBERS_END or self.transaction >= NUMBERS_END:
            return False
        if self.length and (self.offset % 4 or self.offset < HEADERS_SIZE + SLOT_SIZE * (self.index + 1) or self.offset + padded(self.length) > size):
            return False
        if self.type in (HEAD, MEMBER):
            return self.bundle_length <= 63 and self.name_length <= 63 and self.size <= geometry.largest \
                and self.length == self.bundle_length + self.name_length + self.size % geometry.fragment
        if self.type == FRAGMENT:
            return self.length == geometry.fragment and self.size <= 255
        if self.type == COMMIT:
            return self.length == 4 * self.size and self.size <= size // 4
        if self.type in (COLLECT, BAD):
            return self.length == 0 and self.size < geometry.blocks
        return self.type == RESERVE or (self.type == DELETE and self.length == 0)


class Block:
    def __init__(self, index, header):
        self.index, self.header = index, header
        self.erases, self.number, self.session = header if header else (0, 0, 0)
        self.bad = self.collected = False
        self.slots, self.count, self.low = [], 0, 0

    counts = property(lambda self: self.header is not None and not self.bad and not self.collected)


class Object:
    """A HEAD or MEMBER with its fragments."""
    def __init__(self, slot, data):
        self.slot, self.data, self.fragments = slot, data, {}
        self.kind, self.serial, self.size = slot.kind, slot.serial, slot.size
        bundle, name = data[:slot.bundle_length], data[slot.bundle_length:slot.bundle_length + slot.name_length]
        identity = crc(bundle) << 16 & 0xFFFFFFFF | crc(bytes([slot.kind]) + name) & 0xFFFF         # 4.3
        self.bundle, self.name = (bundle, name) if identity == slot.hash else (None, None)


class Flash:
    """objects, blocks, session, number, in_doubt: what an opening of the image finds."""
    def __init__(self, image, block_size):
        if not 2048 <= block_size <= 1 << 20 or block_size % 1024:
            raise FlashError(f"{block_size} bytes are no block size: 2048 to 1048576, a multiple of 1024")
        blocks, rest = divmod(len(image), block_size)
        if rest or not 5 <= blocks <= 128:
            raise FlashError(f"an image of {len(image)} bytes is not 5 to 128 blocks of {block_size} bytes (--block-size){self.hint(image)}")
        self.image, self.geometry = image, Geometry(block_size, blocks)
        self.read_headers()
        self.session = max(b.session for b in self.blocks)
        self.number = max(b.number for b in self.blocks)
        for block in self.blocks:
            if block.header:
                self.read_extent(block)
        self.in_doubt = self.find_in_doubt()
        self.finished, self.kept = [], []
        self.each_slot(self.visit_commit)
        self.by_serial = {}
        self.each_slot(self.visit_object)
        self.each_slot(self.visit_fragment)
        self.each_slot(self.visit_consequence)
        self.remove_doubles()
        self.objects = sorted(self.by_serial.values(), key=lambda o: (o.kind, o.bundle or b"", o.name or b"", o.serial))

    @staticmethod
    def hint(image):
        for at in range(0, len(image) - HEADERS_SIZE, 1024):
            raw = image[at:at + HEADER_SIZE]
            if raw[:4] == MAGIC and crc(raw[:28]) == struct.unpack_from("<I", raw, 28)[0]:
                size, index, blocks = struct.unpack_from("<IHH", raw, 8)
                return f"; at {at} it says: block {index} of {blocks} of {size} bytes"
        return ""

    def data(self, slot):
        start = slot.block * self.geometry.block_size + slot.offset
        return self.image[start:start + slot.length] if slot.length else b""

    # --- 3

    def header(self, index, at):
        """What one copy says, or None."""
        raw = self.image[at:at + HEADER_SIZE]
        magic, version, size, number_of, blocks, erases, number, session, check = struct.unpack("<4sIIHHIIII", raw)
        if magic != MAGIC or check != crc(raw[:28]):
            return None
        if version != VERSION:
            raise FlashError(f"block {index}: version {version} of the format, this tool knows {VERSION}")
        if (size, blocks) != (self.geometry.block_size, self.geometry.blocks):
            raise FlashError(f"block {index}: written for {blocks} blocks of {size} bytes, the image is read as {self.geometry.blocks} of "
                             f"{self.geometry.block_size} (--block-size)")
        if number_of != index or number >= NUMBERS_END or session >= NUMBERS_END:
            return None
        return erases, number, session

    def read_headers(self):
        self.blocks = []
        for index in range(self.geometry.blocks):
            at = index * self.geometry.block_size
            copies = [self.header(index, at), self.header(index, at + HEADER_SIZE)]
            self.blocks.append(Block(index, copies[0] or copies[1]))
        known = [b.erases for b in self.blocks if b.header]
        if not known:
            raise FlashError(f"no block has a header of the store: it was never opened on this flash{self.hint(self.image)}")
        for block in self.blocks:
            if not block.header:
                block.erases = sum(known) // len(known)

    # --- 4.2

    def slot(self, block, index):
        """None: erased. False: unreadable."""
        at = block * self.geometry.block_size + HEADERS_SIZE + index * SLOT_SIZE
        raw = self.image[at:at + SLOT_SIZE]
        if raw == b"\xff" * SLOT_SIZE:
            return None
        *states, check = struct.unpack_from("<4I", raw)
        body = bytearray(raw[SLOT_BODY:])
        syndrome = check ^ crc(body)
        if syndrome & (syndrome - 1):
            if syndrome not in EFFECTS:
                return False
            bit = EFFECTS[syndrome]
            body[bit // 8] ^= 1 << bit % 8
        slot = Slot(states, body, block, index)
        return slot if slot.sensible(self.geometry) else False

    # --- 7

    def read_extent(self, block):
        block.low = self.geometry.block_size
        while HEADERS_SIZE + SLOT_SIZE * (block.count + 1) <= block.low:
            slot = self.slot(block.index, block.count)
            if slot is None:
                break
            block.count += 1
            if not slot:
                continue
            block.slots.append(slot)
            if slot.length and slot.offset < block.low:
                block.low = slot.offset
            self.number = max(self.number, slot.serial, slot.transaction)
            if slot.type == RESERVE and slot.settled:
                self.session = max(self.session, slot.transaction)

    def each_slot(self, visit):
        for block in self.blocks:
            for slot in block.slots:
                if not block.counts:
                    break
                visit(slot)

    def find_in_doubt(self):
        slots = [s for b in self.blocks if b.counts for s in b.slots
                 if s.commits and s.transaction > self.session and not s.settled]
        for slot in slots[:IN_DOUBT_MOST]:
            slot.in_doubt = True
        return slots[:IN_DOUBT_MOST]

    def valid(self, slot):
        """Does a record that commits count?"""
        return slot.confirmed or (slot.transaction > self.session and not slot.in_doubt)

    def visit_commit(self, slot):
        if not slot.commits or not self.valid(slot):
            return
        if slot.type == BAD:
            self.blocks[slot.size].bad = True
            self.kept.append(slot)
        if slot.type not in (COMMIT, COLLECT) or slot.confirmed or len(self.finished) == FINISHED_MOST:
            return
        if slot.type == COMMIT and crc(self.data(slot)) != slot.crc:
            return
        self.finished.append(slot.transaction)
        if slot.type == COLLECT and slot.size != slot.block:
            block = self.blocks[slot.size]
            block.collected = block.collected or (block.header is not None and block.erases == slot.other)

    def visit_object(self, slot):
        if slot.type not in (HEAD, MEMBER) or slot.dead or slot.serial in self.by_serial:
            return
        if self.valid(slot) if slot.type == HEAD else slot.confirmed or (slot.settled and slot.transaction in self.finished):
            self.by_serial[slot.serial] = Object(slot, self.data(slot))

    def visit_fragment(self, slot):
        owner = self.by_serial.get(slot.serial)
        if slot.type == FRAGMENT and slot.settled and owner:
            other = owner.fragments.get(slot.size)
            if other is None or slot.transaction < other.transaction:
                owner.fragments[slot.size] = slot

    def visit_consequence(self, slot):
        given_up = slot.dead and slot.kind == SECRET
        if not slot.commits or slot.transaction <= self.session or slot.confirmed or given_up or not self.valid(slot):
            return
        dead = []
        if slot.type in (DELETE, HEAD):
            dead = [slot.other]
        elif slot.type == COMMIT and slot.transaction in self.finished:
            dead = [serial for serial, in struct.iter_unpack("<I", self.data(slot))]
        for serial in dead:
            victim = self.by_serial.pop(serial, None)
            if victim:
                victim.slot.dead = True

    def remove_doubles(self):
        newest = {}
        for thing in sorted(self.by_serial.values(), key=lambda o: o.serial):
            if thing.name is not None:
                older = newest.get((thing.kind, thing.bundle, thing.name))
                if older:
                    del self.by_serial[older.serial]
                newest[thing.kind, thing.bundle, thing.name] = thing

    # --- 5

    def value(self, thing):
        """The value's bytes, or None if a part is not what was written."""
        pieces = []
        for index in range(thing.size // self.geometry.fragment):
            slot = thing.fragments.get(index)
            if slot is None or crc(self.data(slot)) != slot.crc:
                return None
            pieces.append(self.data(slot))
        if crc(thing.data) != thing.slot.crc:
            return None
        return b"".join(pieces) + thing.data[thing.slot.bundle_length + thing.slot.name_length:]

    def live(self, block):
        """Bytes of a block that records in use take, their slots included."""
        slots = [slot for thing in self.objects for slot in (thing.slot, *thing.fragments.values())] + self.kept
        return sum(SLOT_SIZE + padded(slot.length) for slot in slots if slot.block == block.index)

    def find(self, kind, bundle, name):
        for thing in self.objects:
            if (thing.kind, thing.bundle, thing.name) == (kind, bundle, name):
                return thing
        return None


# --- output

def text(name):
    """Quoted, and safe for any terminal."""
    return json.dumps(name.decode("utf-8", "surrogateescape"))


def kind_name(kind):
    return KINDS.get(kind, str(kind))


def state_of(block):
    if block.bad:
        return "bad"
    if not block.header:
        return "unformatted"
    return "collected" if block.collected else "good"


def show(flash, out):
    geometry = flash.geometry
    print(f"{geometry.blocks} blocks of {geometry.block_size} bytes, session {flash.session}, highest number {flash.number}", file=out)
    for slot in flash.in_doubt:
        print(f"in doubt: block {slot.block}, slot {slot.index}, type {slot.type}, number {slot.transaction}: not settled when power failed", file=out)
    print(f"\n{len(flash.objects)} objects\n{'kind':11} {'serial':>10} {'size':>9}  bundle name", file=out)
    for thing in flash.objects:
        names = f"{text(thing.bundle)} {text(thing.name)}" if thing.name is not None else "?"
        corrupt = "" if thing.name is not None and flash.value(thing) is not None else "  CORRUPT"
        print(f"{kind_name(thing.kind):11} {thing.serial:10} {thing.size:9}  {names}{corrupt}", file=out)
    counters = [thing for thing in flash.objects if thing.kind == COUNTER and thing.name is not None]
    print(f"\n{len(counters)} counters", file=out)
    for thing in counters:
        value = flash.value(thing)
        number = struct.unpack("<Q", value)[0] if value is not None and len(value) == 8 else "CORRUPT"
        print(f"{text(thing.bundle)} {text(thing.name)} = {number}", file=out)
    print(f"\n{'block':>5} {'state':11} {'erasures':>10} {'slots':>6} {'live':>8} {'free':>8}", file=out)
    for block in flash.blocks:
        live = flash.live(block)
        free = max(0, block.low - HEADERS_SIZE - SLOT_SIZE * block.count) if block.counts else 0
        print(f"{block.index:5} {state_of(block):11} {block.erases:10} {block.count:6} {live:8} {free:8}", file=out)


def kind_number(name):
    numbers = {text: number for number, text in KINDS.items()}
    if name in numbers:
        return numbers[name]
    if name.isdigit() and 1 <= int(name) <= 255:
        return int(name)
    raise FlashError(f"{name}: no kind; {', '.join(numbers)}, or a number")


def extract(flash, kind, bundle, name):
    thing = flash.find(kind_number(kind), os.fsencode(bundle), os.fsencode(name))
    if thing is None:
        raise FlashError(f"no {kind} {text(os.fsencode(bundle))} {text(os.fsencode(name))} in this flash")
    value = flash.value(thing)
    if value is None:
        raise FlashError("its bytes are not those that were written")
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", help="raw image of the flash, as QEMU keeps it (32 MiB)")
    parser.add_argument("--block-size", type=lambda text: int(text, 0), default=256 << 10, metavar="BYTES", help="of an erase block; 262144")
    parser.add_argument("--extract", nargs=3, metavar=("KIND", "BUNDLE", "NAME"), help="write an object's value to the standard output")
    args = parser.parse_args()
    try:
        with open(args.image, "rb") as file:
            flash = Flash(file.read((128 << 20) + 1), args.block_size)
        if args.extract:
            sys.stdout.buffer.write(extract(flash, *args.extract))
        else:
            show(flash, sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except (FlashError, OSError) as error:
        sys.exit(f"flash_show: {args.image}: {error}" if isinstance(error, FlashError) else f"flash_show: {error}")


if __name__ == "__main__":
    main()
