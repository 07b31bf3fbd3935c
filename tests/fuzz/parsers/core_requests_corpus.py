#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The first inputs of core_requests.c: each request once as it should be, and sequences of them.

usage: core_requests_corpus.py > corpus/core_requests.hex
"""
import struct

(ECHO, INSTALL, INSTALL_APP, INSTALL_MODEL, UNINSTALL, GET_PACKAGES, SIZE_BUFFER, GET_MANIFEST, LOAD_APPLICATION, LOAD_MODEL, READ_KEY, WRITE_KEY,
 DELETE_KEY, TEST_MAILBOX, STATISTICS, INSTALL_DATA, INSTALL_END, INSTALL_ABORT, GET_MODELS, LIST_KEYS, STORE, RESTART, IDLE, PACKAGE) = range(24)
LAST_SESSION, SESSION_BEFORE, DEVELOPMENT, CHANGING = 1, 2, 4, 8
LITTLE, SHORT, LARGE = 0x10, 0x20, 0x30                    # room for results


def record(what, arguments=b"", options=LARGE, changes=0):
    return struct.pack("<BBHB", what, options, len(arguments), changes) + arguments


def word(n):
    return struct.pack("<I", n)


def names(*texts):
    return b"".join(text.encode() + b"\0" for text in texts)


def package(name=2, version=1, options=0, size=10, place=0, piece=255, record_options=LARGE):
    return record(PACKAGE, bytes([name, version, options, size, place, piece]), record_options)


DEMO = package()
KEY = record(WRITE_KEY, names("demo", "key") + b"value")
SEQUENCES = [
    [record(ECHO, b"hello")], [record(STATISTICS)], [record(STORE)], [record(77)],
    [record(TEST_MAILBOX, word(0xdeadbeef) + bytes(60) + word(0xf00dcafe))],
    [DEMO], [package(version=3), package(version=2), package(version=4)], [package(options=2, record_options=LARGE | DEVELOPMENT)], [package(options=2)],
    [package(options=4, place=n) for n in range(0, 6)], [package(name=3, options=1), record(GET_MODELS, word(0) + names("m"))],
    [DEMO, record(GET_PACKAGES, word(0)), record(SIZE_BUFFER, names("demo")), record(GET_MANIFEST, names("demo")),
     record(LOAD_APPLICATION, word(5) + word(700) + names("demo")), record(LIST_KEYS, word(0) + names("demo"))],
    [DEMO, KEY, record(READ_KEY, names("demo", "key")), KEY, record(READ_KEY, names("demo", "key"), SHORT), record(DELETE_KEY, names("demo", "key"))],
    [DEMO, KEY, record(RESTART), record(READ_KEY, names("demo", "key")), record(UNINSTALL, names("demo")), record(IDLE), DEMO],
    [DEMO, KEY, record(WRITE_KEY, names("demo", "other") + bytes(range(200)), LARGE | CHANGING, 1), record(LIST_KEYS, word(0) + names("demo"), LITTLE)],
    [package(name=3, options=1, size=40), record(LOAD_MODEL, word(0) + word(4000) + names("m", "m"), LARGE | CHANGING, 9)],
    [record(INSTALL, word(500)), record(INSTALL_APP, word(600) + names("bb")), record(INSTALL_DATA, word(0) + bytes(48), LARGE | SESSION_BEFORE),
     record(INSTALL_DATA, word(0) + bytes.fromhex("0405195710141955") + bytes(40), LARGE | LAST_SESSION), record(INSTALL_END, word(0), LARGE | LAST_SESSION)],
    [record(INSTALL_MODEL, word(5000) + names("bb", "m")), record(INSTALL_ABORT, word(0), LARGE | LAST_SESSION), record(INSTALL_ABORT, word(0))],
    [DEMO] + [record(WRITE_KEY, names("demo", chr(97 + n)) + bytes([n]) * 150) for n in range(26)] + [record(LIST_KEYS, word(0) + names("demo"), LITTLE)],
    [package(name=n % 4, version=n, size=255) for n in range(1, 12)] + [record(RESTART)],
]

print("# SPDX-License-Identifier: Apache-2.0\n# Copyright The KataOS-C authors\n"
      "# Sequences of requests (tests/fuzz/parsers/core_requests.c); the first ones are core_requests_corpus.py's.")
for sequence in SEQUENCES:
    print(b"".join(sequence).hex())
