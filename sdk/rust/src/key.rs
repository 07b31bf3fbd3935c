// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! Keys: a small store of this application's own that survives its end. A key has 1 to 63 bytes.
use crate::{abi, call::Request, Result};

/// Bytes of a value at most.
pub const VALUE_MAX: usize = abi::VALUE_MAX;

/// Copies the value into `value` and returns its length (only the room is filled when it is larger).
pub fn read(key: &str, value: &mut [u8]) -> Result<usize> {
    Request::new(abi::READ_KEY).bytes(key.as_bytes()).call()?.bytes(value)
}

/// Replaces or creates.
pub fn write(key: &str, value: &[u8]) -> Result<()> {
    Request::new(abi::WRITE_KEY).bytes(key.as_bytes()).bytes(value).call().map(|_| ())
}

/// Succeeds also when there is no such key.
pub fn delete(key: &str) -> Result<()> {
    Request::new(abi::DELETE_KEY).bytes(key.as_bytes()).call().map(|_| ())
}
