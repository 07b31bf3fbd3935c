#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# setup.sh SET...: installs the Debian packages that the named sets need and this machine lacks; says which and why.
# Silent and quick when nothing is missing. Uses sudo when not run as root.
set -eu

packages() {
    case "$1" in
    build) echo "gcc-riscv64-unknown-elf:cross-compiler binutils-riscv64-unknown-elf:cross-linker
                 gcc:compiles-the-checker-of-manifests libc6-dev:host-C-library
                 qemu-system-misc:machine-to-run-on python3:build-tools
                 python3-pyelftools:reads-linked-programs python3-cryptography:signs-bundles
                 xz-utils:unpacks-Debian's-sources patch:applies-Debian's-patches-to-them" ;;
    test)  echo "libcmocka-dev:unit-test-framework python3-numpy:says-what-the-audio-front-end-must-compute
                 python3-pytest:test-runner python3-pexpect:drives-the-console lrzsz:zmodem-sender
                 graphviz:draws-the-component-graph pkgconf:finds-the-installed-SDK" ;;
    sdk)   echo "pkgconf:finds-the-installed-SDK" ;;
    clang) echo "clang-19:second-compiler,-asked-for-with-COMPILER=clang lld-19:its-linker libclang-rt-19-dev:its-sanitizers" ;;
    rust)  echo "rustc:Rust-compiler-for-applications rust-src:source-of-its-core-library" ;;
    debug) echo "gdb-multiarch:debugger" ;;
    train) echo "python3-numpy:trains-models libopenblas0-pthread:multiplies-matrices espeak-ng:speaks-the-words-to-learn" ;;
    demo)  echo "espeak-ng:speaks-the-words-that-the-demo-hears,-which-are-not-in-the-repository python3-numpy:adds-the-noise
                 python3-pexpect:drives-the-console" ;;
    docs)  echo "graphviz:draws-the-component-graph" ;;
    *)     echo "setup.sh: unknown set '$1'" >&2; exit 2 ;;
    esac
}

missing=""
for set in "$@"; do
    for entry in $(packages "$set"); do
        name=${entry%%:*}
        if ! dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed'; then
            missing="$missing $name"
            echo "setup: $name is missing ($(echo "${entry#*:}" | tr - ' '))"
        fi
    done
done
[ -n "$missing" ] || exit 0

sudo=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup: please install as root:$missing" >&2; exit 1; }
    sudo="sudo"
fi
echo "setup: installing from Debian:$missing"
# shellcheck disable=SC2086
install() {
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 install -y -q --no-install-recommends $missing </dev/null
}
$sudo apt-get -q update
install
echo "setup: done"
