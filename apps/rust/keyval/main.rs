// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! A key's life: missing, written, read, deleted, deleted again.
#![no_std]
#![no_main]

use kata_sdk::{key, log, Result};

kata_sdk::main!(run);

fn run() -> i32 {
    let mut value = [0; key::VALUE_MAX];
    if key::read("foo", &mut value).is_ok() {
        log!("read(foo) of a missing key failed: Ok");
        return 1;
    }
    log!("read(foo) failed as expected");
    match life() {
        Ok(()) => 0,
        Err(error) => {
            log!("failed: {:?}", error);
            1
        }
    }
}

fn life() -> Result<()> {
    let mut value = [0; key::VALUE_MAX];
    value[..3].copy_from_slice(b"123");
    key::write("foo", &value)?;
    log!("write ok");
    let mut found = [0xff; key::VALUE_MAX];
    let length = key::read("foo", &mut found)?;
    log!("read returned {:?}", &found[..length.min(20)]);
    assert_eq!(found, value);
    key::delete("foo")?;
    log!("delete ok");
    key::delete("foo")?;
    log!("delete ok (for missing key)");
    Ok(())
}
