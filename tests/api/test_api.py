# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The generated API against the numbers of sel4-abi (written down here a second time, by hand), and the registers with
which the user library really enters the kernel, on both word sizes."""
import json
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
ARCH_FLAGS = {32: ["-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32"], 64: ["-march=rv64imac", "-misa-spec=2.2", "-mabi=lp64", "-mcmodel=medany"]}

# sel4-abi 3.3, MCS column; (message registers rv64, rv32, extra capabilities) of 3.4 and 3.5
LABELS = {
    "UntypedRetype": (6, 6, 1), "TCBReadRegisters": (2, 2, 0), "TCBWriteRegisters": (2, 2, 0), "TCBCopyRegisters": (1, 1, 1),
    "TCBConfigure": (3, 3, 3), "TCBSetPriority": (1, 1, 1), "TCBSetMCPriority": (1, 1, 1), "TCBSetSchedParams": (2, 2, 3),
    "TCBSetTimeoutEndpoint": (0, 0, 1), "TCBSetIPCBuffer": (1, 1, 1), "TCBSetSpace": (2, 2, 3), "TCBSuspend": (0, 0, 0),
    "TCBResume": (0, 0, 0), "TCBBindNotification": (0, 0, 1), "TCBUnbindNotification": (0, 0, 0), "TCBSetTLSBase": (1, 1, 0),
    "TCBSetFlags": (2, 2, 0), "CNodeRevoke": (2, 2, 0), "CNodeDelete": (2, 2, 0), "CNodeCancelBadgedSends": (2, 2, 0),
    "CNodeCopy": (5, 5, 1), "CNodeMint": (6, 6, 1), "CNodeMove": (4, 4, 1), "CNodeMutate": (5, 5, 1), "CNodeRotate": (8, 8, 2),
    "IRQIssueIRQHandler": (3, 3, 1), "IRQAckIRQ": (0, 0, 0), "IRQSetIRQHandler": (0, 0, 1), "IRQClearIRQHandler": (0, 0, 0),
    "DomainSetSet": (1, 1, 1), "DomainScheduleConfigure": (3, 4, 0), "DomainScheduleSetStart": (1, 1, 0),
    "SchedControlConfigureFlags": (5, 7, 1), "SchedContextBind": (0, 0, 1), "SchedContextUnbind": (0, 0, 0),
    "SchedContextUnbindObject": (0, 0, 1), "SchedContextConsumed": (0, 0, 0), "SchedContextYieldTo": (0, 0, 0),
    "RISCVPageTableMap": (2, 2, 1), "RISCVPageTableUnmap": (0, 0, 0), "RISCVPageMap": (3, 3, 1), "RISCVPageUnmap": (0, 0, 0),
    "RISCVPageGetAddress": (0, 0, 0), "RISCVASIDControlMakePool": (2, 2, 2), "RISCVASIDPoolAssign": (0, 0, 1),
    "RISCVIRQIssueIRQHandlerTrigger": (4, 4, 1),
}
OBJECTS = ["UntypedObject", "TCBObject", "EndpointObject", "NotificationObject", "CapTableObject", "SchedContextObject", "ReplyObject",
           "RISCV_Giga_Page", "RISCV_4K_Page", "RISCV_Mega_Page", "RISCV_PageTableObject"]
SYSCALLS = ["Call", "ReplyRecv", "NBSendRecv", "NBSendWait", "Send", "NBSend", "Recv", "NBRecv", "Wait", "NBWait", "Yield",
            "DebugPutChar", "DebugDumpScheduler", "DebugHalt", "DebugCapIdentify", "DebugSnapshot", "DebugNameThread"]


@pytest.fixture(scope="module", params=[32, 64])
def generated(request, tmp_path_factory):
    """(word size, folder) of a generated API with an empty kernel configuration."""
    out = tmp_path_factory.mktemp(f"api{request.param}")
    subprocess.run([sys.executable, str(ROOT / "tools/apigen.py"), "--arch", f"riscv{request.param}", "--out", str(out)], check=True)
    (out / "include/kernel").mkdir()
    (out / "include/kernel/gen_config.h").write_text("")
    return request.param, out


def constants(out):
    """Name -> value of all enumerators and simple macros in the numbers header."""
    text = (out / "include/sel4/invocation_gen.h").read_text()
    return {n: int(v, 0) for n, v in re.findall(r"^\s+(\w+) = (-?\w+),", text, re.M)}


def test_labels(generated):
    word, out = generated
    assert json.loads((out / "invocations_all.json").read_text()) == {name: n for n, name in enumerate(LABELS, 1)}
    numbers = constants(out)
    assert all(numbers[name] == n for n, name in enumerate(LABELS, 1))


def test_request_sizes(generated):
    word, out = generated
    text = (out / "include/sel4/invocation_gen.h").read_text()
    found = {n: (int(m), int(c)) for n, m, c in re.findall(r"X\((\w+), (\d+), (\d+)\)", text)}
    assert found == {n: (m[0 if word == 64 else 1], m[2]) for n, m in LABELS.items()}


def test_numbers(generated):
    word, out = generated
    numbers = constants(out)
    objects = [o for o in OBJECTS if word == 64 or "Giga" not in o]
    assert all(numbers["seL4_" + o] == n for n, o in enumerate(objects))
    assert all(numbers["seL4_Sys" + s] == -n for n, s in enumerate(SYSCALLS, 1))
    assert numbers["seL4_NotEnoughMemory"] == 10 and numbers["seL4_Fault_VMFault"] == 6 and numbers["seL4_CapInitThreadSC"] == 14


def test_reference_page_names_every_stub(generated):
    _, out = generated
    page = (out / "kernel-api.md").read_text()
    stubs = re.findall(r"^static inline \w+ (seL4_\w+)\(", (out / "include/sel4/stubs_gen.h").read_text(), re.M)
    assert len(stubs) == len(LABELS) and all(f"### {s}\n" in page for s in stubs)


# ---- registers ----------------------------------------------------------------------------------------------------

def info(label, caps, length):
    return label << 12 | caps << 7 | length


def label(name):
    return list(LABELS).index(name) + 1


def run_registers(word, out):
    """Lines that the program prints: name -> (registers a0..a7 t0, capabilities, message registers from 4 on)."""
    elf = out / "registers.elf"
    sources = [HERE / "start.S", HERE / "registers.c", ROOT / "common/sel4_sys/src/invoke.c", ROOT / "common/sel4_sys/src/syscalls.c"]
    subprocess.run(["riscv64-unknown-elf-gcc", *ARCH_FLAGS[word], "-std=c11", "-Os", "-Wall", "-Wextra", "-Werror", "-Wconversion",
                    "-ffreestanding", "-nostdlib", "-static", "-msmall-data-limit=0", "-Wl,-Ttext=0x80000000", "-Wl,--build-id=none",
                    "-Wl,--no-warn-rwx-segments", f"-I{ROOT}/common/sel4_sys/include", f"-I{out}/include", *map(str, sources), "-lgcc", "-o", str(elf)],
                   check=True)
    run = subprocess.run([f"qemu-system-riscv{word}", "-M", "virt", "-bios", "none", "-nographic", "-kernel", str(elf)],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=20)
    lines = {}
    for line in run.stdout.decode().splitlines():
        name, _, rest = line.partition(": ")
        lines[name] = [[int(v, 16) for v in part.split()] for part in rest.split("|")]
    return lines


@pytest.fixture(scope="module")
def registers(generated):
    word, out = generated
    if not shutil.which(f"qemu-system-riscv{word}"):
        pytest.skip("no QEMU for this word size")
    return word, run_registers(word, out)


def test_system_calls(registers):
    word, lines = registers
    minus = lambda n: 2 ** word - n
    first = info(0x55, 1, 4)
    answer = info(0x66, 0, 4)
    regs = {name: parts[0] for name, parts in lines.items()}
    assert regs["Send"][:6] == [1, first, 0x10, 0x11, 0x12, 0x13] and regs["Send"][7] == minus(5)
    assert regs["ReplyRecv"][:8] == [2, first, 0x10, 0x11, 0x12, 0x13, 3, minus(2)]
    assert regs["ReplyRecv values"] == [answer, 0xb, 0xa2, 0xa3, 0xa4, 0xa5]
    for name, number, reply in (("Recv", 7, 3), ("NBRecv", 8, 3)):
        assert (regs[name][0], regs[name][6], regs[name][7]) == (2, reply, minus(number))
    assert (regs["Wait"][0], regs["Wait"][7]) == (2, minus(9)) and (regs["Poll"][0], regs["Poll"][7]) == (2, minus(10))
    assert regs["NBSend"][:2] == [1, answer] and regs["NBSend"][7] == minus(6)
    assert regs["NBSendRecv"] == [2, answer, 0xa2, 0xa3, 0xa4, 0xa5, 3, minus(3), 1]
    assert regs["NBSendWait"][:8] == [2, answer, 0xa2, 0xa3, 0xa4, 0xa5, 1, minus(4)]
    assert (regs["Signal"][:2], regs["Signal"][7]) == ([9, 0], minus(5)) and regs["Yield"][7] == minus(11)
    assert regs["CallWithMRs"][:6] == [1, answer, 0x20, 0, 0, 0x23] and regs["CallWithMRs"][7] == minus(1)
    assert regs["CallWithMRs values"][:2] == [0xa2, 0xa5]
    assert (regs["NBSendWaitWithMRs"][0], regs["NBSendWaitWithMRs"][6], regs["NBSendWaitWithMRs"][7]) == (2, 1, minus(4))


# stub -> label, message registers in registers, capabilities, message registers in the buffer, length
def expected(word):
    times = [4, 3, 6, 5] if word == 32 else [0x300000004, 0x500000006]
    flags = times + [7, 8, 1]
    return {
        "Retype": ("UntypedRetype", [2, 3, 5, 6], [4], [7, 8], 6),
        "Configure": ("TCBConfigure", [3, 5, 6], [2, 4, 7], [], 3),
        "SetSchedParams": ("TCBSetSchedParams", [3, 4], [2, 5, 6], [], 2),
        "SetSpace": ("TCBSetSpace", [4, 6], [2, 3, 5], [], 2),
        "CopyRegisters": ("TCBCopyRegisters", [0x800d], [2], [], 1),
        "WriteRegisters": ("TCBWriteRegisters", [1, 32, 0x100, 0x101], [], list(range(0x102, 0x120)), 34),
        "Mint": ("CNodeMint", [2, 0x20, 5, 6], [4], [1, 8], 6),
        "Rotate": ("CNodeRotate", [2, 3, 4, 6], [5, 9], [7, 8, 10, 11], 8),
        "IRQGet": ("IRQIssueIRQHandler", [2, 4, 5], [3], [], 3),
        "IRQGetTrigger": ("RISCVIRQIssueIRQHandlerTrigger", [2, 1, 4, 5], [3], [], 4),
        "ConfigureFlags": ("SchedControlConfigureFlags", flags[:4], [2], flags[4:], len(flags)),
        "PageMap": ("RISCVPageMap", [0x3000, 3, 1], [2], [], 3),
        "MakePool": ("RISCVASIDControlMakePool", [4, 5], [2, 3], [], 2),
        "Suspend": ("TCBSuspend", [], [], [], 0),
        "ReadRegisters": ("TCBReadRegisters", [1, 2], [], [], 2),
    }


def test_invocation_requests(registers):
    word, lines = registers
    for name, (label_name, fast, caps, slow, length) in expected(word).items():
        regs, found_caps, found_slow = lines[name]
        assert regs[0] == 1 and regs[7] == 2 ** word - 1, name
        assert regs[1] == info(label(label_name), len(caps), length), name
        assert regs[2:2 + len(fast)] == fast, name
        assert found_caps == caps, name
        assert found_slow[:len(slow)] == slow, name


def test_invocation_results(registers):
    word, lines = registers
    assert lines["Success values"][0][:3] == [0, 0, 0]                       # nothing copied to the buffer
    assert lines["Error values"][0] == [4, 0, 0xa2, 0xa3, 0xa4, 0xa5]        # error details in the buffer
    assert lines["Consumed values"][0][:2] == ([0xa3, 0xa2] if word == 32 else [0, 0xa2])
    assert lines["ReadRegisters values"][0][:2] == [0xa2, 0]                 # two registers were asked for
