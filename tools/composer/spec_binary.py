# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Writes the compact specification: format in common/capdl/include/capdl/capdl.h."""

import struct
import zlib

from errors import ComposeError
from spec import TYPES

MAGIC, VERSION = 0x4C44434B, 1


def encode(spec, image_first):
    """Bytes of the specification. image_first: number of boot image pages in front of the components'."""
    id_count = spec.number()
    index = {id(obj): i for i, obj in enumerate(spec.objects)}
    objects, caps, tcbs, scs, names = b"", b"", b"", b"", b""
    cap_count = 0
    for obj in spec.objects:
        data = obj.data
        if obj.type == "tcb":
            data, tcbs = len(tcbs) // 20, tcbs + struct.pack("<IIIIBBBB", *obj.extra, 0)
        elif obj.type == "sc":
            data, scs = len(scs) // 16, scs + struct.pack("<IIIHH", *obj.extra)
        contents = [_split(cap) for cap in sorted(obj.caps, key=lambda c: c.slot)]
        contents = [part for parts in contents for part in parts]
        objects += struct.pack("<BBHHHHHII", TYPES.index(obj.type), obj.size_bits, obj.flags, obj.count,
                               obj.first_id if obj.has_id else 0, cap_count, len(contents), data, len(names))
        caps += b"".join(struct.pack("<HHHBBI", slot, index[id(c.target)], offset, count, c.rights & 15 | c.flags, c.data)
                         for c, slot, offset, count in contents)
        cap_count += len(contents)
        names += obj.name.encode() + b"\0"
    body = struct.pack("<HHHHIHH", len(spec.objects), cap_count, len(tcbs) // 20, len(scs) // 16, len(names), id_count, image_first)
    body += objects + caps + tcbs + scs + names
    if max(len(spec.objects), cap_count, id_count) > 0xFFFF:
        raise ComposeError(None, "the specification has more than 65535 objects or capabilities")
    return struct.pack("<IHBBII", MAGIC, VERSION, spec.sizes.word_bits, 0, 16 + len(body), zlib.crc32(body)) + body


def _split(cap):
    """A cap record counts to 255."""
    return [(cap, cap.slot + done, cap.offset + done, min(255, cap.count - done)) for done in range(0, cap.count, 255)]
