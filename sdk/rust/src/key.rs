// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! Keys: a small store of this application's own that survives its end, an upgrade of it and power-off, encrypted. A key has 1 to 63 bytes.
use crate::{abi, call::Request, Error, Result};

/// Bytes of a value at most.
pub const VALUE_MAX: usize = abi::VALUE_MAX;

/// Values that travel in parts begin again so often when others have displaced their parts.
const TRIES: usize = 4;

/// Copies the value into `value` and returns its length (only the room is filled when it is larger).
pub fn read(key: &str, value: &mut [u8]) -> Result<usize> {
    match Request::new(abi::READ_KEY).bytes(key.as_bytes()).call() {
        Err(Error::SDKSerializeFailed) => begin_again(|| read_parts(key, value)), // too large for message registers
        answer => answer?.bytes(value),
    }
}

fn read_parts(key: &str, value: &mut [u8]) -> Result<usize> {
    let mut at = 0;
    loop {
        let mut answer = Request::long(abi::READ_KEY_PART).bytes(key.as_bytes()).word(at as u32).call()?;
        let size = answer.word()? as usize;
        let n = answer.bytes(value.get_mut(at..).unwrap_or(&mut []))?;
        at += n;
        if at >= size || at >= value.len() {
            return Ok(size);
        }
        if n == 0 {
            return Err(Error::SDKUnknownResponse);
        }
    }
}

/// Replaces or creates; whatever happens, the key has its old or its new value.
pub fn write(key: &str, value: &[u8]) -> Result<()> {
    if value.len() > VALUE_MAX {
        return Err(Error::SDKSerializeFailed);
    }
    match Request::new(abi::WRITE_KEY).bytes(key.as_bytes()).bytes(value).call() {
        Err(Error::SDKSerializeFailed) => begin_again(|| write_parts(key, value)), // too large for message registers
        answer => answer.map(|_| ()),
    }
}

fn write_parts(key: &str, value: &[u8]) -> Result<()> {
    for (i, part) in value.chunks(abi::PART_MAX).enumerate() {
        let request = Request::long(abi::WRITE_KEY_PART).bytes(key.as_bytes());
        request.word(value.len() as u32).word((i * abi::PART_MAX) as u32).bytes(part).call()?;
    }
    Ok(())
}

fn begin_again<T>(mut transfer: impl FnMut() -> Result<T>) -> Result<T> {
    for _ in 1..TRIES {
        match transfer() {
            Err(Error::SDKServiceRestarted) => continue,
            result => return result,
        }
    }
    transfer()
}

/// Succeeds also when there is no such key.
pub fn delete(key: &str) -> Result<()> {
    Request::new(abi::DELETE_KEY).bytes(key.as_bytes()).call().map(|_| ())
}

/// A key's name.
pub struct Name {
    bytes: [u8; abi::KEY_MAX],
    length: usize,
}

impl Name {
    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// None if another program has given it a name that is not UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        core::str::from_utf8(self.as_bytes()).ok()
    }
}

/// The keys in the order of their bytes, and the length of each one's value. Ends also when a request fails.
pub fn all() -> impl Iterator<Item = (Name, usize)> {
    let mut after = Name { bytes: [0; abi::KEY_MAX], length: 0 };
    core::iter::from_fn(move || {
        let (name, size) = next(&after).ok()?;
        after.bytes = name.bytes;
        after.length = name.length;
        (name.length > 0).then_some((name, size))
    })
}

fn next(after: &Name) -> Result<(Name, usize)> {
    let mut name = Name { bytes: [0; abi::KEY_MAX], length: 0 };
    let mut answer = Request::new(abi::NEXT_KEY).bytes(after.as_bytes()).call()?;
    name.length = answer.bytes(&mut name.bytes)?.min(abi::KEY_MAX);
    Ok((name, answer.word()? as usize))
}
