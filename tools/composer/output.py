# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Writing of generated files: an unchanged file keeps its time, so that make does not rebuild what follows from it."""

import os


def write(path, content):
    """content: str or bytes."""
    data = content.encode() if isinstance(content, str) else bytes(content)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    try:
        with open(path, "rb") as file:
            if file.read() == data:
                return
    except OSError:
        pass
    with open(path, "wb") as file:
        file.write(data)
