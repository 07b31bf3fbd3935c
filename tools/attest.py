#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Verifies what the console's `attest NONCE` has printed (or an application got from sdk_attest): a statement signed by the security core.

  attest.py nonce                                   a nonce to ask with: use each one once
  attest.py verify STATEMENT --nonce HEX [--device-key FILE.pem] [--manifest boot_manifest.bin] [--firmware security_core.elf]
                                                    exit code 0 only if it is what it says; prints what that proves, and what not
  attest.py show STATEMENT                          what it says (believes it)
  attest.py device STATEMENT OUT.pem                the key of the device that made it, for --device-key: of a device in your hands

STATEMENT is a file with its bytes, or with the console's lines.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "packer"))
sys.dont_write_bytecode = True

try:
    import signing
except ImportError as missing:
    sys.exit(f"attest.py: {missing}: please install Debian's package python3-cryptography")
import boot_manifest        # noqa: E402
import statement            # noqa: E402


def load(path):
    with open(path, "rb") as file:
        return statement.read(statement.extract(file.read()))


def package_line(package):
    name = f"{package.bundle} {package.name}".rstrip()
    kind = statement.KINDS.get(package.kind, f"kind {package.kind}")
    if package.flags & statement.UNREADABLE:
        return f"  {kind} {name}: cannot be read"
    by = f"version {package.version}, signed by key {package.key_id.hex()}" if package.flags & statement.SIGNED else "not signed"
    return f"  {kind} {name}: {by}, {package.size} bytes"


def describe(found):
    claim = found.claim.decode("ascii", "replace")
    print(f"device    key {signing.key_id(signing.from_raw(found.device)).hex()}")
    print(f"started   version {found.version}, measured {found.measurement.hex()}")
    print("          " + ("the recovery images: those in memory were refused" if found.flags & statement.RECOVERED else "the images in memory")
          + (", confirmed" if found.flags & statement.CONFIRMED else ", not confirmed yet"))
    if found.flags & statement.COUNTER_LOST:
        print("          the rollback counter could not be read")
    print(f"lowest    version {found.lowest}")
    print("packages  without signature are " + ("accepted" if found.flags & statement.UNSIGNED_ACCEPTED else "refused"))
    print(f"          {found.total} installed" + (f", {len(found.packages)} of them listed" if len(found.packages) != found.total else ""))
    for package in found.packages:
        print(package_line(package))
    print(f"firmware  {found.firmware.hex()}, started again {found.restarts} times")
    print(f"claim     {''.join(c if c.isprintable() else '.' for c in claim) or '-'}")


def show(options):
    describe(load(options.statement))


def device(options):
    found = load(options.statement)
    if not statement.is_signed(found):
        raise ValueError("statement was altered: the signature is not the device's")
    with open(options.out, "wb") as file:
        file.write(signing.public_pem(signing.from_raw(found.device)))


def conclusions(options):
    """(proven, not proven)"""
    yes = ["who has this device's key signed all of it for this nonce, after the nonce was made",
           "before any of it ran, the security core found the images to be those of the measurement"]
    no = []
    (yes if options.device_key else no).append("that it is the device that you mean" if options.device_key else
                                               "which device that is (--device-key)")
    (yes if options.manifest else no).append("the measurement is that of your boot manifest" if options.manifest else
                                             "which images those are (--manifest)")
    no.append("the security core's own firmware: its hash is what it says of itself" +
              (" (the one that you gave)" if options.firmware else "") + ", no one else has measured it")
    no.append("that the images still do what they did when they were started; the claim is theirs, not the security core's")
    return yes, no


def verify(options):
    found = load(options.statement)
    key = signing.raw(signing.public_key(options.device_key)) if options.device_key else None
    manifest = None
    if options.manifest:
        with open(options.manifest, "rb") as file:
            manifest = boot_manifest.read(file.read())
    firmware = statement.firmware_digest(options.firmware) if options.firmware else None
    statement.check(found, options.nonce, key, manifest, firmware)
    describe(found)
    yes, no = conclusions(options)
    print("\nproven\n" + "".join(f"  {line}\n" for line in yes) + "not proven\n" + "".join(f"  {line}\n" for line in no), end="")


def nonce(_options):
    print(os.urandom(16).hex())


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("nonce")
    command.set_defaults(run=nonce, statement="nonce")
    command = commands.add_parser("verify")
    command.add_argument("statement")
    command.add_argument("--nonce", required=True, type=bytes.fromhex)
    command.add_argument("--device-key")
    command.add_argument("--manifest")
    command.add_argument("--firmware")
    command.set_defaults(run=verify)
    command = commands.add_parser("show")
    command.add_argument("statement")
    command.set_defaults(run=show)
    command = commands.add_parser("device")
    command.add_argument("statement")
    command.add_argument("out")
    command.set_defaults(run=device)
    return parser.parse_args()


def main():
    options = arguments()
    try:
        options.run(options)
        return 0
    except (OSError, ValueError) as error:
        print(f"attest.py: {options.statement}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
