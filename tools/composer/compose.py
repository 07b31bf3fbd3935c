#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The composer: from the assembly (CAmkES ADL) and its procedures (CAmkES IDL) to glue code, capDL and boot image.

  compose.py check  ASSEMBLY                     parse and check only
  compose.py glue   ASSEMBLY --out GEN           before compiling: GEN/<instance>/camkes.h, camkes.c, link.args
  compose.py image  ASSEMBLY --elf-dir OUT ...   after linking: capDL specification, boot image, memory report
  compose.py graph  ASSEMBLY --svg F --authority F   drawing and authority table

Every error is printed as file:line: error: message, and the exit code is 1.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import glue  # noqa: E402
from check import resolve  # noqa: E402
from errors import ComposeError, Loc  # noqa: E402
from loader import Loader  # noqa: E402
from output import write  # noqa: E402
from rules import check_rules  # noqa: E402


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("assembly")
    common.add_argument("--also", action="append", default=[], metavar="ASSEMBLY", help="what it adds to the assembly")
    common.add_argument("-I", dest="include", action="append", default=[], help="folder for imports")
    common.add_argument("-D", dest="define", action="append", default=[], metavar="NAME=NUMBER", help="constant of the assembly")
    common.add_argument("--size-of", action="append", default=[], metavar="NAME=FILE", help="constant: size of a file in bytes")
    common.add_argument("--content", action="append", default=[], metavar="DEVICE=FILE",
                        help="instance.dataport: the file travels in the boot image, the machine does not have this memory")
    common.add_argument("--word-bits", type=int, choices=(32, 64), default=32)
    common.add_argument("--root-cnode-bits", type=int, default=10, help="radix of the boot CNode (kernel configuration)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", parents=[common])
    command = commands.add_parser("glue", parents=[common])
    command.add_argument("--out", required=True)
    command.add_argument("--list", help="make fragment with the names of the instances and the files read")
    command = commands.add_parser("image", parents=[common])
    command.add_argument("--elf-dir", required=True, help="folder of <instance>.elf and rootserver.elf")
    command.add_argument("--rootserver", help="default: <elf-dir>/rootserver.elf")
    command.add_argument("--kernel", help="kernel ELF: the image stands page aligned behind it")
    command.add_argument("--tcb-bits", type=int, help="log2 of the size of a TCB (kernel configuration)")
    command.add_argument("--image", required=True, help="boot image (raw)")
    command.add_argument("--spec", help="compact specification, also part of the image")
    command.add_argument("--cdl", help="specification as text")
    command.add_argument("--mk", help="make fragment with the addresses of the image")
    command.add_argument("--json", help="memory by component")
    command = commands.add_parser("graph", parents=[common])
    command.add_argument("--svg")
    command.add_argument("--dot")
    command.add_argument("--authority", help="table of who holds which capability")
    command.add_argument("--without-sizes", action="store_true", help="leave the sizes of device memory out of it")
    return parser.parse_args(argv)


def definitions(args):
    """Constants of -D and --size-of."""
    defines = {}
    for text in args.define:
        name, _, value = text.partition("=")
        defines[name] = int(value, 0)
    for text in args.size_of:
        name, _, path = text.partition("=")
        defines[name] = os.path.getsize(path)
    return defines


def add_contents(args, system):
    """--content: whoever maps the device gets pages of the boot image with the file's bytes instead."""
    for text in args.content:
        device, _, path = text.partition("=")
        ports = [port for node in system for port in node.mmio if port.hardware == device]
        if not ports:
            raise ComposeError(Loc(args.assembly, 1), f"--content: nobody is connected to {device}")
        with open(path, "rb") as file:
            content = file.read()
        for port in ports:
            port.content = content.ljust(port.size, b"\0")


def load(args):
    """Parsed, resolved and checked system."""
    loader = Loader(args.include)
    for assembly in [args.assembly, *args.also]:
        loader.read(assembly)
    system = resolve(loader.source, definitions(args))
    add_contents(args, system)
    check_rules(system)
    return system


def run_glue(args, system):
    spaces = glue.build_all(system, args.root_cnode_bits)
    for node in system:
        folder = os.path.join(args.out, node.name)
        write(os.path.join(folder, "camkes.h"), glue.header(node, spaces[node.name], system))
        write(os.path.join(folder, "camkes.c"), glue.source(node, spaces[node.name], spaces, system, args.word_bits // 8))
        write(os.path.join(folder, "link.args"), glue.link_arguments(spaces[node.name]))
    if args.list:
        write(args.list, f"COMPOSED_INSTANCES := {' '.join(system.nodes)}\nCOMPOSED_FILES := {' '.join(system.source.files)}\n")


def run_image(args, system):
    import image
    image.build(args, system)


def run_graph(args, system):
    import graph
    graph.build(args, system)


def main(argv):
    args = arguments(argv)
    try:
        system = load(args)
        if args.command != "check":
            {"glue": run_glue, "image": run_image, "graph": run_graph}[args.command](args, system)
    except ComposeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
