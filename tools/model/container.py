# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The image of a model as a bundle (common/bundle): one section that is only read."""
import bundle
from errors import ModelError

VADDR = 0x81000000          # the constant data of the original's map


def is_bundle(data):
    return data[:8] == bundle.MAGIC.to_bytes(8, "big")


def wrap(data):
    return bundle.image([bundle.Section(VADDR, bundle.READ, data, kind=bundle.MODEL)])


def unwrap(data):
    """The image in a bundle, signed or not."""
    sections = [section for section in bundle.parse(data) if section.kind == bundle.MODEL]
    if len(sections) != 1:
        raise ModelError(f"a bundle with {len(sections)} data models")
    return sections[0].data
