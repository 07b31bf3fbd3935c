// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
#![no_std]
#![no_main]

kata_sdk::main!(run);

fn run() {
    panic!("Goodbye, cruel world");
}
