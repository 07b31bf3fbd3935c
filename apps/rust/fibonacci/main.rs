// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! A Fibonacci number every 100 ms; after the 80th it begins again, for ever.
#![no_std]
#![no_main]

use kata_sdk::{log, timer};

const INTERVAL_MS: u32 = 100;
const NUMBERS: u32 = 80;

kata_sdk::main!(run);

fn run() {
    let mut time_ms = 0;
    timer::periodic(0, INTERVAL_MS).expect("no timer");
    loop {
        let (mut a, mut b) = (0u64, 1u64);
        for n in 0..NUMBERS {
            log!("[{:2}] {:20}  {}", n, a, time_ms);
            let next = a + b;
            a = b;
            b = next;
            timer::wait().expect("no completion");
            time_ms += INTERVAL_MS;
        }
    }
}
