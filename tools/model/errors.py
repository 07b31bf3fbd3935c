# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What is wrong with a model, in words that name its offset, tensor or operator."""


class ModelError(ValueError):
    """The input is at fault, not the tool."""
