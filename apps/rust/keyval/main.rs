// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! A key's life: missing, written, read, deleted, deleted again; with a short value and with one as large as it may be.
#![no_std]
#![no_main]

use kata_sdk::{key, log, Result};

kata_sdk::main!(run);

fn run() -> i32 {
    let mut value = [0; 100];
    if key::read("foo", &mut value).is_ok() {
        log!("read(foo) of a missing key failed: Ok");
        return 1;
    }
    log!("read(foo) failed as expected");
    match life().and_then(|_| large()) {
        Ok(()) => 0,
        Err(error) => {
            log!("failed: {:?}", error);
            1
        }
    }
}

fn life() -> Result<()> {
    let mut value = [0; 100];
    value[..3].copy_from_slice(b"123");
    key::write("foo", &value)?;
    log!("write ok");
    let mut found = [0xff; 100];
    let length = key::read("foo", &mut found)?;
    log!("read returned {:?}", &found[..length.min(20)]);
    assert_eq!(found, value);
    key::delete("foo")?;
    log!("delete ok");
    key::delete("foo")?;
    log!("delete ok (for missing key)");
    Ok(())
}

/// Half of the stack, for both buffers.
fn large() -> Result<()> {
    let mut value = [0; key::VALUE_MAX];
    for (i, byte) in value.iter_mut().enumerate() {
        *byte = (i * 7 + (i >> 8)) as u8;
    }
    key::write("large", &value)?;
    key::write("other", b"")?;
    let mut found = [0; key::VALUE_MAX];
    assert_eq!(key::read("large", &mut found)?, value.len());
    assert!(found == value);
    let mut keys = key::all();
    for (name, size) in [("large", key::VALUE_MAX), ("other", 0)] {
        let (found, found_size) = keys.next().unwrap();
        assert_eq!((found.as_str(), found_size), (Some(name), size));
    }
    assert!(keys.next().is_none());
    key::delete("large")?;
    key::delete("other")?;
    log!("large values ok");
    Ok(())
}
