# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""A reader of protocol buffers that believes nothing: a message becomes its fields, each checked to lie inside of it, errors name the
offset. No schema: the caller says what a field is, and gets an error when it is something else. Fields are bounded in number, because
one of two bytes takes a hundred times as much memory here."""
import struct

from errors import ModelError

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MAX_FIELDS = 1 << 20        # of all messages of a file together
MAX_NUMBERS = 1 << 22       # in lists of numbers; weights come as bytes


class Message:
    """Fields of the bytes from start to end: number -> list of (wire type, value, offset); the value of BYTES is a range."""

    def __init__(self, data, start=0, end=None, what="the file", budget=None):
        """budget: a list of one number, how many more fields there may be; that of the message around it."""
        self.data, self.what, self.fields, self.budget = data, what, {}, budget or [MAX_FIELDS]
        at, end = start, len(data) if end is None else end
        while at < end:
            begin = at
            self.budget[0] -= 1
            if self.budget[0] < 0:
                raise self.error(begin, f"more than {MAX_FIELDS} fields")
            key, at = varint(data, at, end, what)
            kind = key & 7
            if kind == VARINT:
                value, at = varint(data, at, end, what)
            elif kind in (FIXED32, FIXED64):
                size = 4 if kind == FIXED32 else 8
                value, at = range(at, at + size), at + size
            elif kind == BYTES:
                size, at = varint(data, at, end, what)
                value, at = range(at, at + size), at + size
            else:
                raise ModelError(f"offset {begin:#x}: {what}: wire type {kind} is not known")
            if at > end:
                raise ModelError(f"offset {begin:#x}: {what}: field {key >> 3} ends at {at:#x}, outside of it")
            self.fields.setdefault(key >> 3, []).append((kind, value, begin))

    def error(self, at, text):
        return ModelError(f"offset {at:#x}: {self.what}: {text}")

    def last(self, field, kind):
        """The last value of a field, as the format says; None when it is absent."""
        if field not in self.fields:
            return None
        found, value, at = self.fields[field][-1]
        if found != kind:
            raise self.error(at, f"field {field} is of wire type {found}, not {kind}")
        return value

    def integer(self, field, default=0):
        value = self.last(field, VARINT)
        return default if value is None else signed(value)

    def real(self, field, default=0.0):
        place = self.last(field, FIXED32)
        return default if place is None else struct.unpack_from("<f", self.data, place.start)[0]

    def bytes(self, field):
        place = self.last(field, BYTES)
        return memoryview(b"") if place is None else memoryview(self.data)[place.start:place.stop]

    def has(self, field):
        return field in self.fields

    def text(self, field):
        return bytes(self.bytes(field)[:1024]).decode("utf-8", "replace")

    def ranges(self, field):
        for kind, value, at in self.fields.get(field, []):
            if kind != BYTES:
                raise self.error(at, f"field {field} is of wire type {kind}, not {BYTES}")
            yield value

    def texts(self, field):
        return [self.data[place.start:min(place.stop, place.start + 1024)].decode("utf-8", "replace") for place in self.ranges(field)]

    def messages(self, field, what):
        return [Message(self.data, place.start, place.stop, f"{what} {number}", self.budget) for number, place in enumerate(self.ranges(field))]

    def message(self, field, what):
        place = self.last(field, BYTES)
        return None if place is None else Message(self.data, place.start, place.stop, what, self.budget)

    def integers(self, field):
        """A repeated integer, packed or not."""
        found = []
        for kind, value, at in self.fields.get(field, []):
            if kind == VARINT:
                found.append(signed(value))
            elif kind == BYTES:
                place = value.start
                while place < value.stop:
                    number, place = varint(self.data, place, value.stop, self.what)
                    found.append(signed(number))
                    self.limit(found, at)
            else:
                raise self.error(at, f"field {field} is no list of integers")
            self.limit(found, at)
        return found

    def reals(self, field):
        found = []
        for kind, value, at in self.fields.get(field, []):
            if kind not in (FIXED32, BYTES) or len(value) % 4:
                raise self.error(at, f"field {field} is no list of real numbers")
            found += struct.unpack_from(f"<{len(value) // 4}f", self.data, value.start)
            self.limit(found, at)
        return found

    def limit(self, found, at):
        if len(found) > MAX_NUMBERS:
            raise self.error(at, f"more than {MAX_NUMBERS} numbers")


def varint(data, at, end, what):
    """An integer of 7 bits a byte, and where it ends."""
    value = shift = 0
    start = at
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value & 0xffffffffffffffff, at
        shift += 7
    raise ModelError(f"offset {start:#x}: {what}: an integer without an end")


def signed(value):
    return value - (1 << 64) if value >> 63 else value
