#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Counts instructions, prints a table and writes OUT/bench.json: name to instructions, flat, of the build in OUT; the other
kernels' under their names.

  kernel   the benchmark root task (tests/bench/README.md), which prints one line per primitive. NAME=FOLDER further builds of
           it: riscv64, and one with two domains, of which only the domain switch is taken
  models   one inference of each own model, on hart 2 in user mode, at three lengths of the vectors: an application runs it, and the console's
           `models` says what the vector core's firmware has counted. What other harts execute meanwhile counts, too, but they sleep. None may be
           above the estimate in the model, from which MlCoordinator takes its time limit
  system   the whole system with a script in its archive that uses the console's `instret` command

Both run under QEMU's -icount shift=0,sleep=off: the figures repeat to the instruction, and each run is made twice to prove
it. QEMU counts the instructions of all harts together. The security core boots first: security_core_measure is what it takes to verify the boot
manifest and to hash every image, while the other harts sleep (boot_measured in its memory); security_core_save, to write the recovery images at the
first start of a version, and security_core_save_later to find them at others. The count starts at 0 when it lets hart 0 go (the boot ROM
writes minstret), and afterwards it sleeps but for a look at its mailbox once a second: boot_to_prompt is hart 0's way from its first instruction to
the prompt, with the security core's answer to MailboxDriver's first words.

The system's command is taken from $QEMU_COMMAND (`make -s qemu-command`). The system is scripted, not typed at: under
sleep=off QEMU does not serve an idle machine's console, and what the host does must not show in the figures."""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from elftools.elf.elffile import ELFFile

import peek
import scripted

sys.path.append(str(Path(__file__).parent / "model"))
import container  # noqa: E402  (needs tools/packer, which scripted has found)
import image  # noqa: E402

ICOUNT = ["-icount", "shift=0,sleep=off"]
KERNEL_LINE = re.compile(r"^bench (\w+) (\d+) (\d+) (\d+)$", re.M)
APP = "hello"
FLASH_LINE = re.compile(r"^since the start: (\d+) programs of (\d+) bytes, (\d+) erasures", re.M)
# Commands of the script, and the names of those whose instructions are reported (the last run of each counts: the first one
# warms nothing up, but it allocates what the second finds again).
ROUND = [("app_install", f"install {APP}.app"), ("app_start", f"start {APP}"), ("app_stop", f"stop {APP}"),
         ("app_uninstall", f"uninstall {APP}")]
KEYS = [("key_write", f"kvwrite {APP} key {'v' * 32}"), ("key_rewrite", f"kvwrite {APP} key {'w' * 32}"), ("key_read", f"kvread {APP} key"),
        ("key_delete", f"kvdelete {APP} key")]
SCRIPT_ROWS = ROUND * 2 + ROUND[:1] + KEYS + [("console_command", "echo")]


VLENS = (128, 256, 512)
# Own models, and applications that may run them.
MODELS = {"digits": "mlclock1", "keywords": "mlclock2", "anomaly": "mlclock3"}


def estimates(out, name):
    """Of the model, at VLENS."""
    return image.decode(container.unwrap((out / "apps" / f"{name}.model").read_bytes())).instructions[1:]


def measure_models(command, out):
    rows = {}
    for name, app in MODELS.items():
        lines = [f"install {name}.model", f"install {app}.app", f"start {app} {name} 500 10", "sleep 3200", "models", "shutdown"]
        for vlen, most in zip(VLENS, estimates(out, name)):
            text = scripted.run_system(command.replace("vlen=128", f"vlen={vlen}"), lines, ICOUNT, [app], models=[name])
            found = re.search(rf"^{app} +{name} .* (\d+) last", text, re.M)
            if not found or not 0 < int(found[1]) <= most:
                raise scripted.RunError(f"{name} at VLEN {vlen}: {found[1] if found else 'no'} instructions, the estimate is {most}:\n{text[-2000:]}")
            rows[f"model_{name}_v{vlen}"] = int(found[1])
    return rows


def measure_kernel(out):
    """name -> median; the worst case as name_max where it differs."""
    text = scripted.run(["sh", str(out / "kbench" / "run.sh")], 120)
    if "kbench done" not in text:
        raise scripted.RunError("kbench did not finish:\n" + text[-2000:])
    rows = {}
    for name, median, _, highest in KERNEL_LINE.findall(text):
        rows[name] = int(median)
        if highest != median:
            rows[name + "_max"] = int(highest)
    return rows


def measure_system(command):
    """Boots, installs, starts, stops and uninstalls an application."""
    lines = ["instret", "flash"] + [line for _, command in SCRIPT_ROWS for line in (f"instret {command}", "flash")] + ["shutdown"]
    text = scripted.run_system(command, lines, ICOUNT, [APP])
    boot = re.search(r"^boot: (\d+)", text, re.M)
    counts = [int(n) for n in re.findall(r"^instructions: (\d+)", text, re.M)]
    if not boot or len(counts) != len(SCRIPT_ROWS) or "failed" in text:
        raise scripted.RunError("the console did not run the script:\n" + text[-2000:])
    return {"boot_to_prompt": int(boot.group(1)), **{name: n for (name, _), n in zip(SCRIPT_ROWS, counts)}, **flash_operations(text)}


def flash_operations(text):
    """name_flash_programs, _bytes, _erasures of what changed the flash: differences of what the console's `flash` says."""
    seen = [tuple(map(int, match)) for match in FLASH_LINE.findall(text)]
    if len(seen) != len(SCRIPT_ROWS) + 1:
        raise scripted.RunError("the console did not say what the flash does:\n" + text[-2000:])
    rows = {}
    for (name, _), before, after in zip(SCRIPT_ROWS, seen, seen[1:]):
        if before != after:
            rows |= {f"{name}_flash_{what}": b - a for what, a, b in zip(("programs", "bytes", "erasures"), before, after) if b != a}
    return rows


def measure_security_core(command, out):
    """What the security core does before it lets the other harts go."""
    with open(out / "security_core.elf", "rb") as file:
        symbol = ELFFile(file).get_section_by_name(".symtab").get_symbol_by_name("boot_measured")[0]
    instructions, version, saving = (symbol["st_value"] + offset for offset in (0, 4, 48))
    measure, later = peek.words_when(command, version, [instructions, saving], ICOUNT)
    with tempfile.TemporaryDirectory() as folder:
        empty = f"{folder}/empty.img"
        subprocess.run([Path(__file__).parent / "flash_format.py", empty], check=True)
        first = peek.words_when(re.sub(r"(if=pflash,[^ ]*file=)[^, ]*", rf"\g<1>{empty}", command), version, [saving], ICOUNT)[0]
    return {"security_core_measure": measure, "security_core_save": first, "security_core_save_later": later}


def twice(what, measure):
    first, second = measure(), measure()
    if first != second:
        changed = {k: (first.get(k), second.get(k)) for k in first.keys() | second.keys() if first.get(k) != second.get(k)}
        raise scripted.RunError(f"two runs of {what} differ: {changed}")
    return first


def cell(rows, name):
    """A figure and the worst case, if that is another one."""
    if name not in rows:
        return f"{'-':>12}{'':12}"
    worst = f"(..{rows[name + '_max']:,})" if name + "_max" in rows else ""
    return f"{rows[name]:>12,} {worst:11}"


def show(title, columns):
    """columns: title -> rows."""
    print("\n" + title)
    if any(columns):
        print(f"  {'':32}" + "".join(f"{name:>12}{'':12}" for name in columns).rstrip())
    names = list(dict.fromkeys(name for rows in columns.values() for name in rows if not name.endswith("_max")))
    for name in names:
        print(f"  {name:32}" + "".join(cell(rows, name) for rows in columns.values()).rstrip())


def measure_kernels(out, others):
    """Rows by kernel. Kernels called NAME.domains only say what a domain switch takes, and give it to NAME."""
    kernels = {"riscv32": twice("kbench", lambda: measure_kernel(out))}
    for name, _, folder in (other.partition("=") for other in others):
        rows = twice("kbench " + name, lambda folder=folder: measure_kernel(Path(folder)))
        target, _, kind = name.partition(".")
        if kind == "domains":
            rows = {key: n for key, n in rows.items() if key.startswith("domain_switch")}
        kernels.setdefault(target, {}).update(rows)
    return kernels


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", required=True, type=Path, help="the build folder")
    options.add_argument("--kernel", action="append", default=[], metavar="NAME=FOLDER", help="another build of the benchmark")
    options.add_argument("--kernel-only", action="store_true", help="leave the system out")
    args = options.parse_args()
    try:
        kernels = measure_kernels(args.out, args.kernel)
        system = {}
        if not args.kernel_only:
            command = os.environ["QEMU_COMMAND"]
            system = twice("the security core", lambda: measure_security_core(command, args.out))
            system |= twice("the models", lambda: measure_models(command, args.out))
            system |= twice("the system", lambda: measure_system(command))
    except (scripted.RunError, OSError, KeyError) as error:
        print(f"bench.py: {error}", file=sys.stderr)
        return 1
    print(f"Instructions ({args.out.name}, -icount shift=0,sleep=off; {scripted.kernel_label(args.out)})")
    show("kernel primitives: trap, kernel and return to the first user instruction behind it", kernels)
    if system:
        show("the whole system", {"": system})
    first = kernels.pop("riscv32")
    (args.out / "bench.json").write_text(json.dumps({**system, **first, **kernels}, indent=2) + "\n")
    print(f"\nwritten: {args.out / 'bench.json'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
