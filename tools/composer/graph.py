# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Drawing of the component graph (SVG by graphviz) and the authority table."""

import shutil
import subprocess

import glue
from errors import ComposeError
from layout import GRANT, GRANT_REPLY, READ, WRITE, fault_badge
from output import write

COLOURS = {"seL4RPCCall": "#30506e", "seL4RPCCallSignal": "#2d7d46", "seL4RPCOverMultiSharedData": "#8a4f9e"}


def build(args, system):
    """Command graph."""
    text = dot(system)
    if args.dot:
        write(args.dot, text)
    if args.svg:
        write(args.svg, _render(text))
    if args.authority:
        write(args.authority, authority(system, args.root_cnode_bits, not args.without_sizes))


def _render(text):
    if not shutil.which("dot"):
        raise ComposeError(None, "drawing the graph needs the program 'dot' (Debian package graphviz)")
    return subprocess.run(["dot", "-Tsvg"], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout


def dot(system):
    """Graphviz text: callers above their servers, devices at the bottom."""
    lines = ["digraph system {", '  rankdir=TB; nodesep=0.35; ranksep=0.6; fontname="Helvetica"; bgcolor="transparent";',
             '  node [shape=box style="rounded,filled" fillcolor="#eef3f8" color="#30506e" fontname="Helvetica" fontsize=12];',
             '  edge [fontname="Helvetica" fontsize=9 arrowsize=0.7];']
    for node in system:
        lines.append(f'  {node.name} [label="{node.name}\\npriority {node.get("priority")}"];')
    kinds = {(e.instance, e.interface): c.type for c in system.source.connections.values() for e in c.froms}
    for node in system:
        for used, server in node.callees:
            colour = COLOURS[kinds[(node.name, used.name)]]
            style = " style=dashed" if used.name == "logger" else ""
            lines.append(f'  {node.name} -> {server.name} [label="{used.name}" color="{colour}" fontcolor="{colour}"{style}];')
        for device in sorted({m.hardware.split(".")[0] for m in node.mmio} | {i.hardware.split(".")[0] for i in node.irqs}):
            lines.append(f'  {device} [fillcolor="#f6efe2" color="#8a6d3b" shape=component];')
            lines.append(f'  {node.name} -> {device} [color="#8a6d3b" arrowhead=none];')
    return "\n".join(lines + ["}", ""])


def authority(system, root_bits, sizes=True):
    """Which component holds which capability, and why. The console's copy lies in the archive, whose size it cannot know."""
    spaces = glue.build_all(system, root_bits)
    lines = ["component              slot  object                         rights  badge       why"]
    for node in system:
        for slot in spaces[node.name].slots:
            badge = f"0x{slot.badge:x}" if slot.badge else "-"
            lines.append(f"{node.name:22} {slot.slot:4}  {slot.target:30} {_rights(slot):6}  {badge:10}  {slot.why}")
        if node in system.supervised:
            badge = fault_badge(system.supervised.index(node))
            lines.append(f"{node.name:22}  tcb  {system.supervisor.name + '_ep':30} WP      0x{badge:<8x}  faults and overruns (the kernel sends them)")
        for mmio in node.mmio:
            extent = f"+0x{mmio.size:x}" if sizes else ""
            lines.append(f"{node.name:22}    -  {f'device 0x{mmio.paddr:x}{extent}':30} RW      -           {mmio.hardware}")
    return "\n".join(lines) + "\n"


def _rights(slot):
    if not slot.target.split("[")[0].endswith(("_ep", "_ntfn")):
        return "-"
    return "".join(letter for bit, letter in ((READ, "R"), (WRITE, "W"), (GRANT, "G"), (GRANT_REPLY, "P")) if slot.rights & bit)
