# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Memory by component as JSON: what the size report prints and compares with the running system."""

import json

from spec import BOOT, DEVICE
from system import PAGE


# Words of the command capscan (common/camkes/src/capscan.c) for the objects of a specification.
CAPSCAN = {"ep": "endpoint", "rtreply": "reply", "pt": "pagetable", "sc": "schedctx", "sched_control": "schedctrl", "asid_pool": "asidpool"}


def capabilities(spec, name):
    """slot -> kind of every capability in a component's CNode as the system starts: what capscan must show."""
    cnode = spec.by_name[f"{name}_cnode"]
    return {cap.slot: CAPSCAN.get(cap.target.type, cap.target.type) for cap in cnode.caps}


def composition(spec, system, boot_pages, image_bytes, spec_bytes):
    """Text of composition.json. All figures in bytes of physical memory unless they say pages."""
    components = {node.name: {"priority": node.get("priority"), "pages": {}, "objects": {}, "bytes": 0,
                              "capabilities": capabilities(spec, node.name)} for node in system}
    kernel_made = {}
    for obj in spec.objects:
        size = obj.count << spec.sizes.bits(obj) if spec.sizes.bits(obj) else 0
        if not size or obj.flags & DEVICE:
            continue
        if obj.flags & BOOT:
            kernel_made[obj.name] = size
            continue
        entry = components[obj.owner]
        part = entry["pages"] if obj.type == "frame" else entry["objects"]
        kind = obj.kind if obj.type == "frame" else obj.type
        part[kind] = part.get(kind, 0) + (obj.count if obj.type == "frame" else size)
        entry["bytes"] += size
    document = {
        "components": components,
        "kernel_made": kernel_made,
        "boot": {f"{name}_pages": pages for name, pages in boot_pages.items()} | {
            "bytes": sum(boot_pages.values()) * PAGE, "spec_bytes": spec_bytes, "image_bytes": image_bytes},
        "allow_unsigned": any(node.get("allow_unsigned") for node in system),     # the boot manifest says so
        "total_bytes": sum(c["bytes"] for c in components.values()),
    }
    return json.dumps(document, indent=2) + "\n"
