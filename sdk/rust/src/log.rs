// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! The system's log: lines of up to 360 bytes.
use crate::{abi, call::Request};
use core::fmt::{self, Write};

/// Writes one line `module::text`.
#[macro_export]
macro_rules! log {
    ($($text:tt)*) => {
        $crate::log::line(core::format_args!("{}::{}", core::module_path!(), core::format_args!($($text)*)))
    };
}

struct Line {
    text: [u8; abi::LOG_MAX],
    used: usize,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let bytes = text.as_bytes();
        let n = bytes.len().min(self.text.len() - self.used);
        self.text[self.used..self.used + n].copy_from_slice(&bytes[..n]);
        self.used += n;
        Ok(())
    }
}

/// Writes one line; what is longer is cut. A log that is not there is no reason to fail.
pub fn line(text: fmt::Arguments) {
    let mut line = Line { text: [0; abi::LOG_MAX], used: 0 };
    let _ = line.write_fmt(text);
    let _ = Request::new(abi::LOG).bytes(&line.text[..line.used]).call();
}
