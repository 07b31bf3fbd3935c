// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! The crate of this name that rustc adds to every program. What it would hold is linked from libgcc and the SDK's C library.
#![feature(compiler_builtins)]
#![compiler_builtins]
#![no_std]
