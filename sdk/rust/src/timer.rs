// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! Timers: every application has the ids 0 to 30.
use crate::{abi, call::{again, Request}, Result};

/// Completes once, after `ms` milliseconds.
pub fn oneshot(id: u32, ms: u32) -> Result<()> {
    Request::new(abi::TIMER_ONESHOT).word(id).word(ms).call().map(|_| ())
}

/// Completes every `ms` milliseconds.
pub fn periodic(id: u32, ms: u32) -> Result<()> {
    Request::new(abi::TIMER_PERIODIC).word(id).word(ms).call().map(|_| ())
}

/// Stops a timer. A completion that was not reported yet is forgotten.
pub fn cancel(id: u32) -> Result<()> {
    Request::new(abi::TIMER_CANCEL).word(id).call().map(|_| ())
}

/// Waits until a timer completes; bit n is timer n. 0 at once when no timer is running.
pub fn wait() -> Result<u32> {
    again(|| Request::new(abi::TIMER_WAIT).call())?.word()
}

/// The same without waiting; 0 when nothing has completed.
pub fn poll() -> Result<u32> {
    Request::new(abi::TIMER_POLL).call()?.word()
}
