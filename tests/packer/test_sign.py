# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Signed packages: what tools/sign.py makes and says, against the verification of the security core (built for the host with
sanitizers) and against the validation of the management core."""
import os
import pathlib
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/packer"))
sys.dont_write_bytecode = True

import bundle                           # noqa: E402
import malform                          # noqa: E402
import signature                        # noqa: E402
import signing                          # noqa: E402

OUT = "build/qemu_virt-debug"
VALID = "image is valid"
# The private keys 1 and 2: worthless, and for nothing but this.
KEY, OTHER = (ec.derive_private_key(number, ec.SECP256R1()) for number in (1, 2))


@pytest.fixture(scope="session")
def tool():
    path = f"{OUT}/host/package-check"
    subprocess.run(["make", "-s", "-f", "mk/main.mk", "BUILD=debug", path], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return str(ROOT / path)


@pytest.fixture
def check(tool, tmp_path):
    """Messages of the security core for images; keyword arguments are the tool's options."""
    def run(*images, keys=(KEY,), options=()):
        paths = [tmp_path / f"{number}.app" for number in range(len(images))]
        for path, data in zip(paths, images):
            path.write_bytes(data)
        known = [word for key in keys for word in ("-k", signing.raw(key.public_key()).hex())]
        done = subprocess.run([tool, *known, *options, *map(str, paths)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        assert done.returncode in (0, 1), done.stderr.decode()
        return [line.split("\t")[1] for line in done.stdout.decode().splitlines()]
    return run


def sections():
    return [bundle.manifest(b"name = demo\n"), *malform.valid_sections()]


def signed(key=KEY, name="demo", version=3):
    return signing.sign(sections(), key, name, version)


def python_says(data, key=KEY):
    try:
        signing.verify(bundle.parse(data), key.public_key())
        return VALID
    except ValueError as error:
        return str(error)


def test_signed_is_accepted(check):
    image = bundle.image(signed())
    for piece in ("1", "47", "100000"):
        assert check(image, options=("-p", piece, "-n", "demo", "-v", "3")) == [VALID]
    assert python_says(image) == VALID


def test_statements(check):
    image = bundle.image(signed())
    assert check(image, keys=(OTHER, KEY)) == [VALID]
    assert check(image, keys=(OTHER,)) == ["signed with an unknown key"] and python_says(image, OTHER) == "signed with an unknown key"
    assert check(image, keys=()) == ["signed with an unknown key"]
    assert check(image, options=("-n", "demo2")) == ["signed for another name"]
    assert check(image, options=("-v", "4")) == ["version lower than one installed before"]


def test_unsigned(check):
    image = bundle.image(sections())
    assert check(image) == ["image is not signed"] and python_says(image) == "image is not signed"
    assert check(image, options=("-u",)) == [VALID]


def test_signed_by_another_in_its_name(check):
    """The section says KEY, the signature is OTHER's."""
    made = signature.find(signed())
    r_and_s = signature.find(signed(OTHER)).signature
    made.signature = r_and_s
    image = bundle.image([made.section(), *signed()[1:]])
    assert check(image) == ["wrong signature"] and python_says(image) == "wrong signature"


def test_signed_again(check):
    """A signature replaces the one before."""
    again = signing.sign(signed(), OTHER, "demo", 9)
    assert len(again) == len(signed()) and check(bundle.image(again), keys=(OTHER,)) == [VALID]


def test_every_flipped_byte(check):
    """Python refuses the same as the security core; each class of error is where it belongs."""
    image = bundle.image(signed())
    flipped = [image[:at] + bytes([image[at] ^ 1 << at % 8]) + image[at + 1:] for at in range(len(image))]
    messages = check(*flipped)
    assert len(messages) == len(image) and VALID not in messages
    for data in flipped:
        assert python_says(data) != VALID
    start, end = 48, 48 + len(signed()[0].data)
    assert set(messages[start + 4:start + 8]) == {"wrong signature"}                            # version
    assert set(messages[start + 8:start + 16]) == {"signed with an unknown key"}
    assert set(messages[start + 84:end]) == {"wrong signature"}                                 # hashes, signature
    assert set(messages[44:48]) == {"wrong CRC"}
    at = end
    for section in signed()[1:]:
        assert set(messages[at + 48:at + 48 + len(section.data)]) <= {"section is not the signed one"}
        assert set(messages[at + 44:at + 48]) == {"section is not the signed one"}              # CRC
        at += 48 + len(section.data)
    assert at == len(image)


def test_every_length(check):
    image = bundle.image(signed())
    messages = check(*(image[:n] for n in range(len(image))))
    assert set(messages) == {"image is empty", "truncated section header", "truncated section data", "truncated image: a section is missing"}


def test_order(check):
    head, *rest = signed()
    for a in range(len(rest)):
        for b in range(a):
            swapped = list(rest)
            swapped[a], swapped[b] = swapped[b], swapped[a]
            image = bundle.image([head, *swapped])
            assert check(image) != [VALID] and python_says(image) != VALID
    for dropped in range(len(rest)):
        image = bundle.image([head, *rest[:dropped], *rest[dropped + 1:]])
        assert check(image) != [VALID] and python_says(image) != VALID


@pytest.mark.parametrize("name,message,data", malform.corpus(), ids=lambda v: v if isinstance(v, str) and "-" in v else "")
def test_malformed(check, name, message, data):
    """What the management core refuses is no package either, unless it takes the image as a whole to see."""
    whole = {"no executable section", "no entry point", "more than one entry point", "entry point outside the text", "entry point misaligned"}
    says, = check(data, options=("-u",))
    nobody = {"signed with an unknown key"} if name.startswith("sign") else set()
    assert says in {message} | nobody or (message in whole and says == VALID)


# --- the command line --------------------------------------------------------------------------------------------------------

def sign(*arguments):
    return subprocess.run([sys.executable, str(ROOT / "tools/sign.py"), *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


def test_command_line(tmp_path, check):
    key, app = tmp_path / "key.pem", tmp_path / "file.app"
    app.write_bytes(bundle.image(sections()))
    made = sign("key", key)
    assert made.returncode == 0 and key.stat().st_mode & 0o777 == 0o600
    assert sign("key", key).returncode == 1                         # never overwritten
    assert sign("verify", key, app).returncode == 1
    assert sign("show", app).stderr == f"sign.py: {app}: image is not signed\n"
    assert sign("sign", key, app, "--version", "7").returncode == 0
    shown = sign("show", app).stdout
    assert "name     demo\nversion  7\n" in shown and shown.count("section ") == 4
    assert sign("verify", key, app).stdout.startswith(f"{app}: demo, version 7, signed by key ")
    assert sign("public", key, tmp_path / "public.pem").returncode == 0
    assert sign("verify", tmp_path / "public.pem", app).returncode == 0
    assert "PRIVATE" not in (tmp_path / "public.pem").read_text()
    assert check(app.read_bytes(), keys=(signing.private_key(key),)) == [VALID]
    assert sign("sign", key, app, "--name", "a b").returncode == 1
    assert sign("sign", key, app, "--version", "4294967296").returncode == 1
    assert sign("sign", tmp_path / "public.pem", app).returncode == 1


def test_name_is_that_of_the_manifest_or_the_file(tmp_path):
    key, app = tmp_path / "key.pem", tmp_path / "file.app"
    sign("key", key)
    app.write_bytes(bundle.image(malform.valid_sections()))
    sign("sign", key, app)
    assert "name     file\n" in sign("show", app).stdout


def test_key_of_another_curve(tmp_path):
    key = tmp_path / "key.pem"
    key.write_bytes(signing.public_pem(ec.generate_private_key(ec.SECP384R1()).public_key()))
    assert "not a key on P-256" in sign("public", key).stderr


def test_built_bundles_are_signed(check):
    """By the key that the firmware trusts, under their names."""
    apps = sorted((ROOT / os.environ.get("OUT", OUT) / "apps").glob("*.app"))
    assert apps
    key = signing.private_key(ROOT / "build/keys/development.pem")
    for app in apps:
        assert check(app.read_bytes(), keys=(key,), options=("-n", app.stem)) == [VALID]


def test_firmware_header(tmp_path):
    """The C text has the keys, in order."""
    keys = [tmp_path / "a.pem", tmp_path / "b.pem"]
    for key in keys:
        sign("key", key)
    assert sign("firmware", *keys, "-o", tmp_path / "keys.h").returncode == 0
    (tmp_path / "print.c").write_text('#include "keys.h"\n#include <stdio.h>\nstatic const unsigned char keys[][64] = { TRUSTED_KEYS };\n'
                                      "int main(void) { return fwrite(keys, 1, sizeof keys, stdout) != 128; }\n")
    subprocess.run(["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", str(tmp_path / "print.c"), "-o", str(tmp_path / "print")], check=True)
    printed = subprocess.run([str(tmp_path / "print")], stdout=subprocess.PIPE, check=True).stdout
    assert printed == b"".join(signing.raw(signing.public_key(key)) for key in keys)
