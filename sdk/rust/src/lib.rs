// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! Applications for KataOS in Rust. An application is a `no_std` program with `kata_sdk::main!(function)`; all that it can do
//! is in this crate. The messages behind it are described in `kata/sdk_abi.h`.
#![no_std]
#![deny(missing_docs)]

mod abi;
mod call;
mod error;
mod start;

pub mod key;
pub mod log;
pub mod message;
pub mod model;
pub mod timer;

pub use error::{Error, Result};
pub use start::{args, exit};

use call::Request;

/// Does nothing: is the runtime there?
pub fn ping() -> Result<()> {
    Request::new(abi::PING).call().map(|_| ())
}

/// Bytes of a statement at most.
pub const STATEMENT_MAX: usize = abi::STATEMENT_MAX;

/// A statement of what this device was started with and what is installed, signed by its security core, for a nonce of 8 to 32 bytes. Returns its
/// length in `statement`.
pub fn attest(nonce: &[u8], statement: &mut [u8; STATEMENT_MAX]) -> Result<usize> {
    let length = Request::long(abi::ATTEST).bytes(nonce).call()?.bytes(statement)?;
    if length > STATEMENT_MAX { Err(Error::SDKUnknownResponse) } else { Ok(length) }
}

/// Microseconds since the system started.
pub fn time_us() -> Result<u64> {
    Request::new(abi::TIME).call()?.long()
}

/// Makes `fn function()` or `fn function() -> i32` (the exit code) the application's beginning.
#[macro_export]
macro_rules! main {
    ($function:path) => {
        #[no_mangle]
        extern "C" fn kata_main() -> i32 {
            $crate::ExitCode::code($function())
        }
    };
}

/// What the function of [`main!`] may return.
pub trait ExitCode {
    /// The exit code that `status` shows.
    fn code(self) -> i32;
}

impl ExitCode for () {
    fn code(self) -> i32 {
        0
    }
}

impl ExitCode for i32 {
    fn code(self) -> i32 {
        self
    }
}
