# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Keys, and signing and verifying bundles with them. A key is ECDSA on P-256 in a PEM file. Needs Debian's python3-cryptography."""
import hashlib
import os

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

import bundle
import signature

DIGEST = ec.ECDSA(utils.Prehashed(hashes.SHA256()))


# --- keys ------------------------------------------------------------------------------------------------------------

def new_key(path):
    """Makes a private key; an existing file is never overwritten."""
    key = ec.generate_private_key(ec.SECP256R1())
    data = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    return key


def private_key(path):
    with open(path, "rb") as file:
        key = serialization.load_pem_private_key(file.read(), None)
    return checked(key, path, ec.EllipticCurvePrivateKey)


def public_key(path):
    """From a file with a public or a private key."""
    with open(path, "rb") as file:
        data = file.read()
    if b"PRIVATE KEY" in data:
        return checked(serialization.load_pem_private_key(data, None), path, ec.EllipticCurvePrivateKey).public_key()
    return checked(serialization.load_pem_public_key(data), path, ec.EllipticCurvePublicKey)


def public_pem(key):
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def checked(key, path, kind):
    if not isinstance(key, kind) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError(f"{path}: not a key on P-256")
    return key


def raw(key):
    """A public key as the firmware has it: x || y."""
    numbers = key.public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def from_raw(data):
    """The reverse; ValueError if that is no point of the curve."""
    return ec.EllipticCurvePublicNumbers(int.from_bytes(data[:32], "big"), int.from_bytes(data[32:], "big"), ec.SECP256R1()).public_key()


def key_id(key):
    return hashlib.sha256(raw(key)).digest()[:8]


def sign_digest(digest, key):
    """r || s."""
    r, s = utils.decode_dss_signature(key.sign(digest, DIGEST))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def is_signature(value, digest, key):
    r, s = (int.from_bytes(value[at:at + 32], "big") for at in (0, 32))
    try:
        key.verify(utils.encode_dss_signature(r, s), digest, DIGEST)
    except (InvalidSignature, ValueError):
        return False
    return True


# --- bundles -----------------------------------------------------------------------------------------------------------

def check_name(name):
    if not name or len(name) > 63 or any(not " " < c <= "~" for c in name):
        raise ValueError(f"{name!r} is no name of a bundle")


def sign(sections, key, name, version):
    """The sections behind a new signature section; an old one is dropped."""
    check_name(name)
    if not 0 <= version < 1 << 32:
        raise ValueError("a version is a number from 0 to 4294967295")
    rest = [section for section in sections if section.kind != bundle.SIGNATURE]
    if not 1 <= len(rest) <= signature.MAX_HASHES:
        raise ValueError(f"{len(rest)} sections: cannot be signed")
    bundle.chain(rest)
    made = signature.Signature(version, key_id(key.public_key()), name, [signature.hash_of(section) for section in rest])
    made.signature = sign_digest(signature.digest(made), key)
    return [made.section(), *rest]


def verify(sections, key):
    """The Signature of sections that key has signed; ValueError with the firmware's words otherwise."""
    found = signature.find(sections)
    if found is None:
        raise ValueError("image is not signed")
    if found.key_id != key_id(key):
        raise ValueError("signed with an unknown key")
    if not is_signature(found.signature, signature.digest(found), key):
        raise ValueError("wrong signature")
    if len(found.hashes) != len(sections) - 1:
        raise ValueError("malformed signature section")
    if found.hashes != [signature.hash_of(section) for section in sections[1:]]:
        raise ValueError("section is not the signed one")
    return found
