# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The configuration block: which attributes exist, what values they take, what they default to."""

from errors import ComposeError

STANDARD = {    # attribute -> (type, lowest, highest)
    "priority": (int, 0, 255),
    "max_priority": (int, 0, 255),
    "budget_us": (int, 20, 0xFFFFFFFF),
    "period_us": (int, 20, 0xFFFFFFFF),
    "stack_size": (int, 512, 65536),
    "cnode_headroom": (int, 0, 4096),
    "spare_replies": (int, 0, 64),
    "boot_cnode": (bool,),
    "boot_vspace": (bool,),
    "asid_pool": (bool,),
    "sched_ctrl": (bool,),
    "self_endpoint": (bool,),
    "supervisor": (bool,),
    "ticker": (bool,),
    "allow_unsigned": (bool,),
    "client_cnodes": (str,),
    "memory_quota": (int, 0, 0xFFFFFFFF),
    "grants": (str,),
}
DEFAULTS = {"priority": 100, "budget_us": 10000, "period_us": 10000, "stack_size": 4096}


def constant(value, defines):
    """The number behind a value of the source: itself, or a token (literal or name of a definition)."""
    if not hasattr(value, "kind"):
        return value
    if value.kind == "number":
        return int(value.text, 0)
    if value.text not in defines:
        raise ComposeError(value.loc, f"{value.text} is not defined (no -D {value.text}=... or --size-of {value.text}=FILE)")
    return defines[value.text]


def apply_settings(source, defines):
    """Moves the settings into their instances, checked, on top of the defaults."""
    for instance in source.instances.values():
        if not instance.component.hardware:
            instance.settings.update(DEFAULTS)
            instance.settings.update((a.name, a.default) for a in instance.component.attributes.values() if a.default is not None)
    seen = {}
    for setting in source.settings:
        instance = source.instances.get(setting.instance)
        if not instance:
            raise ComposeError(setting.loc, f"unknown instance {setting.instance}")
        key = (setting.instance, setting.attribute)
        if key in seen:
            raise ComposeError(setting.loc, f"{setting.instance}.{setting.attribute} is already set at {seen[key]}")
        seen[key] = setting.loc
        setting.value = constant(setting.value, defines)
        _check(instance, setting)
        instance.settings[setting.attribute] = setting.value
        instance.settings.setdefault("locs", {})[setting.attribute] = setting.loc


def _check(instance, setting):
    rule = _rule(instance, setting.attribute)
    if not rule:
        raise ComposeError(setting.loc, f"unknown attribute {setting.attribute} of {setting.instance} (component {instance.component.name})")
    if type(setting.value) is not rule[0]:
        raise ComposeError(setting.loc, f"{setting.instance}.{setting.attribute} must be of type {rule[0].__name__}")
    if len(rule) == 3 and not rule[1] <= setting.value <= rule[2]:
        raise ComposeError(setting.loc, f"{setting.instance}.{setting.attribute} = {setting.value} is outside {rule[1]}..{rule[2]}")


def _rule(instance, attribute):
    component = instance.component
    if component.hardware:
        for interface in component.interfaces.values():
            if interface.kind == "dataport" and attribute in (f"{interface.name}_paddr", f"{interface.name}_size"):
                return (int, 0, (1 << 44) - 1)
            if interface.kind == "emits" and attribute == f"{interface.name}_irq_number":
                return (int, 1, 1023)
        return None
    declared = component.attributes.get(attribute)
    if declared:
        return (int if declared.type == "int" else str,)
    return STANDARD.get(attribute)
