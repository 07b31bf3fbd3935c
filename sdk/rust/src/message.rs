// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! Messages between applications that name each other in their manifests.
use crate::{abi, call::{again, Request}, Error, Result};

/// Bytes of a message at most.
pub const MAX: usize = abi::MESSAGE_MAX;
/// Bytes of a sender's name at most.
pub const NAME_MAX: usize = abi::NAME_MAX;
/// Milliseconds that never end.
pub const FOREVER: u32 = abi::FOREVER;

/// Queues a message for `peer`.
pub fn send(peer: &str, message: &[u8]) -> Result<()> {
    Request::long(abi::SEND).bytes(peer.as_bytes()).bytes(message).call().map(|_| ())
}

/// Takes the oldest message, waiting up to `ms` milliseconds for one: the sender's name (in `name`) and the bytes in `message`.
pub fn receive<'a>(ms: u32, name: &'a mut [u8; NAME_MAX], message: &mut [u8]) -> Result<(&'a str, usize)> {
    let mut answer = again(|| Request::long(abi::RECEIVE).word(ms).call())?;
    let length = answer.bytes(name)?.min(NAME_MAX);
    let bytes = answer.bytes(message)?;
    let name = core::str::from_utf8(&name[..length]).map_err(|_| Error::SDKUnknownResponse)?;
    Ok((name, bytes))
}
