# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
RUST_APPS += fibonacci
