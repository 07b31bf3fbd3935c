# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The real system composes, keeps the rules of the house, and can be drawn."""

import shutil

import pytest

import glue
import graph
from check import resolve
from conftest import ROOT
from layout import BADGE_NOTIFICATION, GRANT, READ, reply_count
from loader import Loader
from rules import check_rules


@pytest.fixture(scope="module", params=["system", "headless", "system polled", "headless polled"])
def system(request):
    loader = Loader([f"{ROOT}/platforms/qemu_virt", f"{ROOT}/interfaces"])
    for name in request.param.split():
        loader.read(f"{ROOT}/system/{name}.camkes")
    system = resolve(loader.source, {"BUILTINS_SIZE": 65000, "TCM_SIZE": 0x400000})
    check_rules(system)
    return system


def test_every_client_has_its_own_badge(system):
    for node in system:
        badges = [p.badge(c.index) for p in node.provided for c in p.clients]
        assert len(badges) == len(set(badges))
        assert all(0 < b < BADGE_NOTIFICATION >> 1 for b in badges), "bits 26 and 27 belong to dynamic clients and notifications"


def test_slots_are_used_once_and_fit(system):
    for name, space in glue.build_all(system, 10).items():
        slots = [s.slot for s in space.slots]
        assert len(slots) == len(set(slots)), name
        assert 0 not in slots and max(slots) < 1 << space.bits
        if space.boot:
            assert min(slots) >= 1024 - 64


def test_clients_cannot_receive_on_or_grant_through_servers(system):
    """But through the one interface that attribute grants names."""
    spaces = glue.build_all(system, 10)
    for node in system:
        granting = {used.server.node.name + "_ep" for used in node.used if used.server and used.name == node.get("grants")}
        for slot in spaces[node.name].slots:
            if slot.target.endswith("_ep") and not slot.target.startswith(node.name):
                forbidden = READ if slot.target in granting else READ | GRANT
                assert slot.rights & forbidden == 0, f"{node.name}: {slot.target}"
                assert slot.badge != 0, "an endpoint of another component is always badged"


def test_drawing_names_every_component_and_edge(system):
    text = graph.dot(system)
    for node in system:
        assert f"{node.name} [label=" in text
        for used, server in node.callees:
            assert f"{node.name} -> {server.name} [label=\"{used.name}\"" in text


def test_authority_table_lists_every_capability(system):
    lines = graph.authority(system, 10).splitlines()
    expected = sum(len(s.slots) for s in glue.build_all(system, 10).values()) + sum(len(n.mmio) for n in system) + len(system.supervised)
    assert len(lines) == expected + 1


def test_supervisor_holds_what_it_needs_for_every_component(system):
    """Thread, scheduling context and all reply objects of each, without a gap; and nobody else holds a thread but its own."""
    if not system.supervisor:
        return
    spaces = glue.build_all(system, 10)
    space = spaces[system.supervisor.name]
    targets = {s.slot: s.target for s in space.slots}
    for node in system.supervised:
        first = space.symbols[f"supervised.{node.name}"]
        wanted = [f"{node.name}_tcb", f"{node.name}_sc"] + [f"{node.name}_reply[{i}]" for i in range(reply_count(node))]
        assert [targets[first + i] for i in range(len(wanted))] == wanted
        for other in system.supervised:
            assert other is node or not any(s.target == f"{node.name}_tcb" for s in spaces[other.name].slots)


@pytest.mark.skipif(not shutil.which("dot"), reason="no graphviz")
def test_svg(system):
    assert b"</svg>" in graph._render(graph.dot(system))
