#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Proves that the kernel stack is large enough: the longest path through the call graph.

  kernel_stack.py GRAPH.ci --size BYTES                     the graph that GCC writes (-fcallgraph-info=su)
  kernel_stack.py FRAMES.su --code kernel.elf --size BYTES  frames as -fstack-usage lists them, calls from the linked code

Fails on recursion (but for functions given with --bounded), frames of variable size, calls through pointers, and when the longest
path does not fit."""

import argparse
import re
import subprocess
import sys

NODE = re.compile(r'node: \{ title: "([^"]+)" label: "[^"]*?(?:(\d+) bytes \((\w+)[^"]*)?"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')


def read(path):
    """(frame bytes by function, callees by function)"""
    frames, calls = {}, {}
    with open(path, encoding="utf-8") as graph:
        for line in graph:
            if node := NODE.match(line):
                if node[3] not in (None, "static"):
                    sys.exit(f"kernel_stack: {node[1]}: the frame's size is not constant")
                frames[node[1]] = int(node[2] or 0)
            elif edge := EDGE.match(line):
                calls.setdefault(edge[1], set()).add(edge[2])
    return frames, calls


FUNCTION = re.compile(r"^[0-9a-f]+ <([^>]+)>:$")
# Jumps and calls with the function they end in; a jump to another function is a tail call.
JUMP = re.compile(r"\t(?:c\.)?(?:j|jal|call|tail|b\w+|jalr|jr)\t.*<([^>+]+)(?:\+0x[0-9a-f]+)?>")
THROUGH_REGISTER = re.compile(r"\t(?:c\.)?(?:jr|jalr)\t(?!.*<)")


def read_code(usage, code, objdump):
    """The same from -fstack-usage and the linked code. Functions without a frame size are assembly and use none."""
    frames, calls, function = {}, {}, None
    for line in open(usage, encoding="utf-8"):
        where, size, kind = line.rstrip("\n").split("\t")
        if kind != "static":
            sys.exit(f"kernel_stack: {short(where)}: the frame's size is not constant")
        frames[short(where)] = int(size)
    text = subprocess.run([objdump, "-d", code], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    for line in text.splitlines():
        if start := FUNCTION.match(line):
            function = start[1]
            frames.setdefault(function, 0)
        elif (jump := JUMP.search(line)) and jump[1] != function:
            calls.setdefault(function, set()).add(jump[1])
        elif THROUGH_REGISTER.search(line):
            calls.setdefault(function, set()).add("indirect")
    return frames, calls


def short(name):
    """Function name without the file that GCC puts in front of static ones."""
    return name.split(":")[-1]


class Depth:
    """Longest chains, remembered by function and by what is left of the allowed recursion."""

    def __init__(self, frames, calls, bounds):
        self.frames, self.calls, self.bounds = frames, calls, bounds
        self.known = {}

    def deepest(self, name, active):
        """(bytes, path) of the deepest call chain that starts in `name`, called along `active`."""
        if "indirect" in name:
            sys.exit("kernel_stack: a call through a pointer in " + active[-1])
        if name in active:
            if not self.on_bounded_cycle(name, active):
                sys.exit("kernel_stack: recursion: " + " -> ".join(map(short, active[active.index(name):] + [name])))
            if active.count(name) >= max(self.bounds.values()):
                return 0, []
        key = name, tuple(min(active.count(member), 2) for member in self.cycle_members())
        if key not in self.known:
            below = max((self.deepest(callee, active + [name]) for callee in self.calls.get(name, ())), default=(0, []))
            self.known[key] = below[0] + self.frames.get(name, 0), [name] + below[1]
        return self.known[key]

    def cycle_members(self):
        """Functions whose repeated appearance is allowed."""
        return [name for name in self.frames if short(name) in self.bounds]

    def on_bounded_cycle(self, name, active):
        """The cycle that closes at `name` runs through a function of bounded recursion."""
        return any(short(member) in self.bounds for member in active[active.index(name):])


def bound(text):
    name, _, count = text.partition("=")
    return name, int(count)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("graph", help="what the compiler wrote")
    parser.add_argument("--code", help="the linked kernel, whose calls count")
    parser.add_argument("--objdump", default="riscv64-unknown-elf-objdump")
    parser.add_argument("--size", type=int, required=True, help="bytes of stack there are")
    parser.add_argument("--bounded", type=bound, action="append", default=[], metavar="FUNCTION=N",
                        help="a function known to be active at most N times at once")
    args = parser.parse_args()
    frames, calls = read_code(args.graph, args.code, args.objdump) if args.code else read(args.graph)
    depth = Depth(frames, calls, dict(args.bounded))
    used, path = max(depth.deepest(name, []) for name in frames)
    print(f"  STACK kernel: {used} of {args.size} bytes")
    if used > args.size:
        sys.exit("kernel_stack: too deep: " + " -> ".join(map(short, path)))


if __name__ == "__main__":
    main()
