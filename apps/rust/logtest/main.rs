// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
#![no_std]
#![no_main]

kata_sdk::main!(run);

fn run() -> i32 {
    if kata_sdk::ping().is_err() {
        return 1;
    }
    kata_sdk::log!("ping!");
    kata_sdk::log::line(format_args!("DONE"));
    0
}
