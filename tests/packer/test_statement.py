# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""tools/attest.py: a statement that is altered, old, another device's or about other images is refused, each with words of its own."""
import pathlib
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/packer"))
sys.dont_write_bytecode = True

import boot_manifest                    # noqa: E402
import signing                          # noqa: E402
import statement                        # noqa: E402

NONCE = bytes(range(16))
# The private keys 1 and 2: worthless, and for nothing but this.
DEVICE, OTHER = (ec.derive_private_key(number, ec.SECP256R1()) for number in (1, 2))
MANIFEST = boot_manifest.Manifest(3, b"12345678", [boot_manifest.RECORD.pack(b"kernel", 0x80000000, 4, bytes(32))], signature=bytes(64))
PACKAGES = [statement.Package(1, statement.SIGNED, 2, 1234, b"abcdefgh", "hello"), statement.Package(2, 0, 0, 99, bytes(8), "hello", "model"),
            statement.Package(1, statement.UNREADABLE, 0, 0, bytes(8), "broken")]


def made(key=DEVICE, **changes):
    found = statement.Statement(signing.raw(key.public_key()), NONCE, MANIFEST.digest(), 3, 2, statement.CONFIRMED, 0, bytes(32), PACKAGES,
                                len(PACKAGES), statement.records_digest(PACKAGES), b"running hello")
    for name, value in changes.items():
        setattr(found, name, value)
    found.signature = signing.sign_digest(found.hash(), key)
    return found


@pytest.fixture
def attest(tmp_path):
    """(exit code, what was said) of the tool for these bytes of a statement."""
    (tmp_path / "manifest.bin").write_bytes(MANIFEST.image())
    (tmp_path / "device.pem").write_bytes(signing.public_pem(DEVICE.public_key()))

    def run(data, *options, nonce=NONCE, command="verify"):
        (tmp_path / "statement").write_bytes(data)
        words = ["/usr/bin/python3", ROOT / "tools/attest.py", command, "statement", *options]
        done = subprocess.run(words + (["--nonce", nonce.hex()] if command == "verify" else []), cwd=tmp_path, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr
    return run


ALL = ("--device-key", "device.pem", "--manifest", "manifest.bin")


def test_good(attest):
    code, text = attest(made().image(), *ALL)
    assert code == 0
    for line in ("version 3, measured " + MANIFEST.digest().hex(), "application hello: version 2, signed by key 6162636465666768, 1234 bytes",
                 "model hello model: not signed, 99 bytes", "application broken: cannot be read", "running hello", "images in memory, confirmed",
                 "the measurement is that of your boot manifest"):
        assert line in text
    code, text = attest(made().image())
    assert code == 0 and "which device that is (--device-key)" in text.split("not proven")[1]


def test_printed_by_a_console(attest):
    data = made().image().hex()
    lines = [data[at:at + 64] for at in range(0, len(data), 64)]
    lines.insert(3, "[hello]::a line of the log")
    text = "\r\n".join(["KATA> attest", statement.BEGIN.decode(), *lines, statement.END.decode(), "KATA> "])
    assert attest(text.encode(), *ALL)[0] == 0


@pytest.mark.parametrize("flags, words", [
    (statement.RECOVERED, "the recovery images: those in memory were refused"), (statement.COUNTER_LOST, "the rollback counter could not be read"),
    (statement.UNSIGNED_ACCEPTED, "without signature are accepted"), (0, "not confirmed yet")])
def test_flags_are_said(attest, flags, words):
    assert words in attest(made(flags=flags).image())[1]


def refused(result, words):
    assert result[0] == 1 and result[1] == f"attest.py: statement: {words}\n"


def test_other_nonce(attest):
    refused(attest(made().image(), *ALL, nonce=bytes(16)), "statement is for another nonce: an old one, or somebody else's")
    refused(attest(made().image(), *ALL, nonce=NONCE[:8]), "statement is for another nonce: an old one, or somebody else's")


def test_other_device(attest):
    refused(attest(made(OTHER).image(), *ALL), "statement is of another device")
    refused(attest(made(OTHER, device=signing.raw(DEVICE.public_key())).image(), *ALL),
            "statement was altered: the signature is not the device's")


def test_other_images(attest):
    refused(attest(made(measurement=bytes(32)).image(), *ALL), "other images run than those of the boot manifest")


def test_list_that_is_not_the_one_of_the_hash(attest):
    refused(attest(made(digest=bytes(32)).image(), *ALL), "statement contradicts itself: list of packages")
    assert attest(made(digest=bytes(32), total=9).image(), *ALL)[0] == 0        # what is not listed cannot be compared


def test_every_byte():
    """In this process: a statement has some hundred bytes."""
    data, key = made().image(), signing.raw(DEVICE.public_key())
    statement.check(statement.read(data), NONCE, key, MANIFEST)
    for at in range(len(data)):
        for bit in (0x01, 0x80):
            changed = bytearray(data)
            changed[at] ^= bit
            for device in (key, None):
                with pytest.raises(ValueError):
                    statement.check(statement.read(bytes(changed)), NONCE, device, MANIFEST)


@pytest.mark.parametrize("cut", [0, 1, 4, 100, 231, 232, 250, -65, -64, -1])
def test_truncated(attest, cut):
    refused(attest(made().image()[:cut], *ALL), "not a statement")


def test_longer(attest):
    refused(attest(made().image() + b"\0", *ALL), "not a statement")


def test_key_of_a_device(attest, tmp_path):
    assert attest(made(OTHER).image(), "other.pem", command="device")[0] == 0
    assert attest(made(OTHER).image(), "--device-key", "other.pem")[0] == 0
    refused(attest(made().image(), "--device-key", "other.pem"), "statement is of another device")
