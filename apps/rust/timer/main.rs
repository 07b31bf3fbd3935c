// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! Every timer call, right and wrong, and two periodic timers at once.
#![no_std]
#![no_main]

use kata_sdk::{log, timer, Result};

kata_sdk::main!(run);

fn expect_error(call: &str, result: Result<()>, when: &str) {
    assert!(result.is_err(), "{} succeeded {}", call, when);
    log!("{} returned {:?} {}", call, result, when);
}

fn start(id: u32, result: Result<()>) {
    result.expect("start");
    log!("Timer {} started", id);
}

/// `ms`: what the completions of timer 1, which has a period of 75 ms, add up to.
fn completions(number: u32, ms: &mut u32) {
    for _ in 0..number {
        let mask = timer::wait().expect("wait");
        if mask & 1 << 1 != 0 {
            *ms += 75;
        }
        log!("Timer completed: mask {:#05b} ms {}", mask, ms);
    }
}

fn cancel(id: u32) {
    timer::cancel(id).expect("cancel");
    log!("Timer {} canceled", id);
}

fn run() {
    let mut ms = 0;
    expect_error("sdk_timer_cancel", timer::cancel(0), "with nothing running");
    log!("sdk_timer_poll returned {:?} with nothing running", timer::poll());
    expect_error("sdk_timer_oneshot", timer::oneshot(99, 100), "with an invalid timer id");

    start(0, timer::oneshot(0, 100));
    assert_eq!(timer::wait(), Ok(1 << 0));
    log!("Timer 0 completed");

    start(1, timer::periodic(1, 75));
    expect_error("sdk_timer_periodic", timer::periodic(1, 75), "with the timer running");
    completions(10, &mut ms);
    cancel(1);

    start(1, timer::periodic(1, 75));
    start(2, timer::periodic(2, 150));
    completions(21, &mut ms);
    cancel(1);
    cancel(2);
    log!("DONE!");
}
