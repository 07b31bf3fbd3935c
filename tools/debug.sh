#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# debug.sh QEMU_COMMAND OUT NAME: starts the machine stopped, attaches GDB with the kernel's symbols and those of one component
# (or app/NAME for an application). The console is on the pseudo terminal that QEMU names at its start.
set -eu
command=$(echo "$1" | sed 's/-chardev stdio,id=console,[^ ]*/-chardev pty,id=console/')
out=$2
name=$3
case "$name" in
app/*) symbols="$out/apps/${name#app/}.elf" ;;
*)     symbols="$out/$name.elf" ;;
esac
[ -f "$symbols" ] || { echo "debug: there is no $symbols" >&2; exit 2; }
socket="$out/gdb.sock"
rm -f "$socket"
# Control-C is for GDB: the machine has a session of its own, this shell waits.
trap : INT
setsid $command -S -chardev "socket,path=$socket,server=on,wait=off,id=gdb" -gdb chardev:gdb &
qemu=$!
trap 'kill $qemu 2>/dev/null || true' EXIT
trap 'exit 1' HUP TERM
while [ ! -S "$socket" ]; do sleep 0.1; done
KATA_SYMBOLS=$symbols gdb-multiarch -q "$out/kernel.elf" -x "$(dirname "$0")/gdb_component.py" -ex "set confirm off" -ex "add-symbol-file $symbols" -ex "set confirm on" -ex "target remote $socket"
