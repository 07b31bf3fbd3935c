# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Small faults for source code in C: where they can be made, and a deterministic selection of them.

A fault changes one line's text and never its number, so that compiler messages and assertions keep their lines.
"""

import dataclasses
import random
import re

# kind -> [(what, what instead)]; every match is a place
SIMPLE = {
    "relation": [(r" == ", " != "), (r" != ", " == "), (r" < ", " <= "), (r" < ", " >= "), (r" <= ", " < "), (r" <= ", " > "),
                 (r" > ", " >= "), (r" > ", " <= "), (r" >= ", " > "), (r" >= ", " < ")],
    "logic": [(r" && ", " || "), (r" \|\| ", " && ")],
    "arithmetic": [(r" \+ (?=[\w(])", " - "), (r" - (?=[\w(])", " + "), (r" << ", " >> "), (r" >> ", " << "), (r" \+= ", " -= "),
                   (r" -= ", " += "), (r" \* (?=[\w(])", " / "), (r"\+ 1\b", "+ 0"), (r"- 1\b", "- 0")],
    "bits": [(r" \| (?=[\w(~])", " & "), (r" & (?=[\w(~])", " | "), (r" \|= ", " = "), (r" &= ", " = "), (r"& ~", "& ")],
    "boolean": [(r"\btrue\b", "false"), (r"\bfalse\b", "true")],
    "number": [(r"(?<![\w.])0(?![\w.])", "1"), (r"(?<![\w.])1(u?)(?![\w.])", r"2\1"), (r"(?<![\w.])([2-9])(u?)(?![\w.])", None)],
    "link": [(r"\bnext\b", "prev"), (r"\bprev\b", "next"), (r"_next\(", "_prev("), (r"_prev\(", "_next("), (r"at_head\b", "!at_head"),
             (r"enqueue_head\(", "enqueue_tail("), (r"enqueue_tail\(", "enqueue_head(")],
    "rights": [(r"\(\w+ & (RIGHT_\w+|\(RIGHT_\w+(?: \| RIGHT_\w+)*\))\)", "(1)"),
               (r"\(\w+_cap_rights\([\w>.\-]+\) & (RIGHT_\w+|\(RIGHT_\w+(?: \| RIGHT_\w+)*\))\)", "(1)")],
}
# constants that are mistaken for one another
FAMILIES = [
    ["RIGHT_WRITE", "RIGHT_READ", "RIGHT_GRANT", "RIGHT_GRANT_REPLY"],
    ["seL4_IllegalOperation", "seL4_DeleteFirst", "seL4_RevokeFirst", "seL4_TruncatedMessage", "seL4_AlignmentError"],
    ["seL4_InvalidRoot", "seL4_MissingCapability", "seL4_DepthMismatch", "seL4_GuardMismatch"],
    ["THREAD_INACTIVE", "THREAD_BLOCKED_RECV", "THREAD_BLOCKED_SEND", "THREAD_BLOCKED_REPLY", "THREAD_BLOCKED_NTFN", "THREAD_RUNNING",
     "THREAD_RESTART"],
    ["ENDPOINT_IDLE", "ENDPOINT_SENDING", "ENDPOINT_RECEIVING"],
    ["NTFN_IDLE", "NTFN_WAITING", "NTFN_ACTIVE"],
    ["QUEUE_NONE", "QUEUE_READY", "QUEUE_RELEASE", "QUEUE_IPC"],
    ["TCB_CSPACE", "TCB_VSPACE", "TCB_BUFFER", "TCB_FAULT_HANDLER", "TCB_TIMEOUT_HANDLER"],
    ["REG_BADGE", "REG_INFO", "REG_MESSAGE", "REG_REPLY", "REG_PC", "REG_NEXT_PC"],
    ["SCHED_KEEP", "SCHED_CANDIDATE", "SCHED_CHOOSE"],
    ["PTE_R", "PTE_W", "PTE_X", "PTE_U", "PTE_G"],
    ["seL4_Fault_NullFault", "seL4_Fault_CapFault", "seL4_Fault_UnknownSyscall", "seL4_Fault_UserException", "seL4_Fault_Timeout"],
    ["DONE", "FAILED", "PREEMPTED"],
]
FAMILY_OF = {name: family for family in FAMILIES for name in family}
STATEMENT = re.compile(r"^(\s+)([a-z_]\w*\(.*\)|[^=;(){}]+(?:\([^=;]*\))?[^=;(){}]* [-+|&]?= [^;]*|[\w>.\-]+\+\+|[\w>.\-]+--);\s*(?://.*|/\*.*)?$")
CONDITION = re.compile(r"\b(if|while) \(")
CALL = re.compile(r"(?<=[\s(!])(\w+)\(([\w>.\-&]+), ([\w>.\-&]+)\)")
SKIPPED = re.compile(r"kassert|kprintf|_Static_assert|__attribute__|^\s*[A-Z_]+\(|^#")


@dataclasses.dataclass(frozen=True)
class Fault:
    path: str
    line: int      # from 0
    kind: str
    old: str       # the whole line
    new: str

    def __str__(self):
        return f"{self.path}:{self.line + 1}: {self.kind}: `{self.old.strip()}` -> `{self.new.strip()}`"


def code_of(text):
    """The lines with comments and string literals blanked out (same lengths)."""
    blank = lambda m: re.sub(r"[^\n]", " ", m.group())
    return re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\])'", blank, text, flags=re.S).split("\n")


def closing(line, start):
    """Index of the parenthesis that closes the one at start, or None if it is not on this line."""
    depth = 0
    for i in range(start, len(line)):
        depth += {"(": 1, ")": -1}.get(line[i], 0)
        if depth == 0:
            return i
    return None


def changes(code):
    """(kind, start, end, replacement) of every fault that one line of code can have."""
    for kind, patterns in SIMPLE.items():
        for pattern, instead in patterns:
            for m in re.finditer(pattern, code):
                yield kind, m.start(), m.end(), str(int(m.group(1)) + 1) + m.group(2) if instead is None else m.expand(instead)
    for m in re.finditer(r"\b\w+\b", code):
        family = FAMILY_OF.get(m.group(), [])
        for other in family:
            if other != m.group():
                yield "constant", m.start(), m.end(), other
    for m in CONDITION.finditer(code):
        end = closing(code, m.end() - 1)
        if end is not None:
            inner = code[m.end():end]
            yield "negated", m.end(), end, f"!({inner})"
            yield "never", m.end(), end, f"0 && ({inner})"
            if m.group(1) == "if":
                yield "always", m.end(), end, f"1 || ({inner})"
    for m in CALL.finditer(code):
        if m.group(2) != m.group(3) and m.group(1) not in ("if", "while", "for"):
            yield "swapped", m.start(2), m.end(3), f"{m.group(3)}, {m.group(2)}"
    m = STATEMENT.match(code)
    if m and not re.match(r"\s+(return|const|static|struct|word_t \w+;|else)\b", code):
        # a declaration keeps its variable: only assignments and calls go
        if not re.match(r"\s+\w+ \**\w+(\[.*\])? =", code):
            yield "dropped", m.start(2), m.end(2), ""


def faults_of(root, path):
    """All faults of a file, in order."""
    text = (root / path).read_text(encoding="utf-8")
    found, preprocessor = [], False
    for number, (line, code) in enumerate(zip(text.split("\n"), code_of(text))):
        continued = preprocessor
        preprocessor = (continued or line.startswith("#")) and line.endswith("\\")
        if continued or SKIPPED.search(code) or not re.match(r"\s|INLINE", code):
            continue
        for kind, start, end, new in changes(code):
            found.append(Fault(path, number, kind, line, line[:start] + new + line[end:]))
    return list(dict.fromkeys(found))


def choose(root, paths, seed):
    """An endless supply without repetition, in an order that the seed determines: first one per file, then larger files more often; all kinds alike."""
    chance = random.Random(seed)
    left = {path: faults for path in paths if (faults := faults_of(root, path))}
    weights = {path: len(faults) ** 0.7 for path, faults in left.items()}
    first = sorted(left)
    chance.shuffle(first)
    while left:
        path = first.pop() if first else chance.choices(list(left), [weights[p] for p in left])[0]
        kind = chance.choice(sorted({f.kind for f in left[path]}))
        fault = chance.choice([f for f in left[path] if f.kind == kind])
        left[path].remove(fault)
        if not left[path]:
            del left[path]
        yield fault
