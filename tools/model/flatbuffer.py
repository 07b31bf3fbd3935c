# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""A reader of flatbuffers that believes nothing: every offset is checked before it is followed, every error names it.

A field that is absent has its default, as the format says. What is read in all is bounded, because offsets may let a small
file name the same bytes any number of times, and because what is read takes many times the memory that it takes in the file."""
import struct

from errors import ModelError

# What may be read in all, in elements of vectors; a table counts as many, for the memory that it takes here.
MOST, TABLE = 1 << 22, 16
FORMATS = {code: struct.Struct("<" + code) for code in "bBhHiIqQf"}


class Flatbuffer:
    """The file, and how many more elements may be read from it."""

    def __init__(self, data):
        self.data = memoryview(data)
        self.allowed = min(8 * len(data) + 4096, MOST)

    def number(self, at, code, what):
        form = FORMATS[code]
        if at < 0 or at + form.size > len(self.data):
            raise ModelError(f"offset {at:#x}: {what} is outside of the file of {len(self.data)} bytes")
        return form.unpack_from(self.data, at)[0]

    def spend(self, count, at):
        self.allowed -= count
        if self.allowed < 0:
            raise ModelError(f"offset {at:#x}: the file has too much in it, or names the same bytes too often")

    def follow(self, at, what):
        """Where the unsigned offset at `at` leads."""
        to = at + self.number(at, "I", f"offset of {what}")
        if to + 4 > len(self.data):
            raise ModelError(f"offset {at:#x}: {what} would be at {to:#x}, outside of the file of {len(self.data)} bytes")
        return to

    def root(self):
        return Table(self, self.follow(0, "the root table"), "the root table")

    def vector(self, at, size, what):
        """First byte and number of elements, of size bytes each, of the vector that the offset at `at` leads to."""
        start = self.follow(at, what)
        count = self.number(start, "I", f"length of {what}")
        if count * size > len(self.data) - start - 4:
            raise ModelError(f"offset {start:#x}: {what} has {count} elements, more than the file")
        return start + 4, count


class Table:
    """A table, and what it is in words."""

    def __init__(self, file, at, what):
        self.file, self.at, self.what = file, at, what
        self.vtable = at - file.number(at, "i", f"table of {what}")
        if not 0 <= self.vtable <= len(file.data) - 4:
            raise ModelError(f"offset {at:#x}: vtable of {what} would be at {self.vtable:#x}, outside of the file of {len(file.data)} bytes")
        self.slots = file.number(self.vtable, "H", f"vtable of {what}")
        self.size = file.number(self.vtable + 2, "H", f"vtable of {what}")
        if self.slots < 4 or self.slots % 2 or self.vtable + self.slots > len(file.data):
            raise ModelError(f"offset {self.vtable:#x}: vtable of {what} has a wrong size of {self.slots}")
        if self.size < 4 or at + self.size > len(file.data):
            raise ModelError(f"offset {at:#x}: {what} has a wrong size of {self.size}")
        file.spend(TABLE, at)

    def place(self, field, size):
        """Where a field of size bytes is; None when it is absent."""
        slot = 4 + 2 * field
        if slot + 2 > self.slots:
            return None
        offset = self.file.number(self.vtable + slot, "H", f"vtable of {self.what}")
        if offset == 0:
            return None
        if offset < 4 or offset + size > self.size:
            raise ModelError(f"offset {self.vtable + slot:#x}: field {field} of {self.what} is outside of it")
        return self.at + offset

    def has(self, field):
        return self.place(field, 1) is not None

    def number(self, field, code, default=0):
        at = self.place(field, FORMATS[code].size)
        return default if at is None else self.file.number(at, code, f"field {field} of {self.what}")

    def table(self, field, what):
        """The table that a field leads to, or None."""
        at = self.place(field, 4)
        return None if at is None else Table(self.file, self.file.follow(at, what), what)

    def numbers(self, field, code, what):
        """A vector of numbers as a tuple; absent: empty."""
        at = self.place(field, 4)
        if at is None:
            return ()
        start, count = self.file.vector(at, FORMATS[code].size, what)
        self.file.spend(count + 1, at)
        return struct.unpack_from(f"<{count}{code}", self.file.data, start)

    def bytes(self, field, what):
        """A vector of bytes: a view of the file, no copy."""
        at = self.place(field, 4)
        if at is None:
            return b""
        start, count = self.file.vector(at, 1, what)
        return self.file.data[start:start + count]

    def text(self, field, what):
        return bytes(self.bytes(field, what)[:256]).decode("utf-8", "replace")

    def tables(self, field, what):
        """A vector of tables; the name of each is what and its number."""
        at = self.place(field, 4)
        if at is None:
            return []
        start, count = self.file.vector(at, 4, f"list of {what}s")
        self.file.spend(count + 1, at)
        places = range(start, start + 4 * count, 4)
        return [Table(self.file, self.file.follow(place, f"{what} {n}"), f"{what} {n}") for n, place in enumerate(places)]
