// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! First and last instructions.
use crate::{abi, log};
use core::arch::{asm, global_asm};
use core::panic::PanicInfo;

global_asm!(
    ".section .text.start, \"ax\"",
    ".globl _start",
    "_start:",
    ".option push",
    ".option norelax",
    "la gp, __global_pointer$",
    ".option pop",
    "j kata_begin", // a0..a3 are its arguments
);

/// What the application gets at its start (registers a0..a3).
#[derive(Clone, Copy)]
pub(crate) struct Start {
    pub buffer: *mut usize,
    pub endpoint: usize,
    argc: usize,
    argv: *const *const u8,
}

static mut START: Start = Start { buffer: core::ptr::null_mut(), endpoint: 0, argc: 0, argv: core::ptr::null() };

extern "C" {
    fn kata_main() -> i32; // main!
}

#[no_mangle]
unsafe extern "C" fn kata_begin(buffer: *mut usize, endpoint: usize, argc: usize, argv: *const *const u8) -> ! {
    START = Start { buffer, endpoint, argc, argv };
    exit(kata_main())
}

pub(crate) fn get() -> Start {
    // SAFETY: written once, before anything else runs; an application has one thread.
    unsafe { START }
}

/// The arguments of the start; the first one is the bundle's name. Those that are not UTF-8 are left out.
pub fn args() -> impl Iterator<Item = &'static str> {
    let start = get();
    (0..start.argc).filter_map(move |i| {
        // SAFETY: the loader put argc pointers to NUL-terminated strings there, and they stay.
        let bytes = unsafe {
            let text = *start.argv.add(i);
            let length = (0..).take_while(|&n| *text.add(n) != 0).count();
            core::slice::from_raw_parts(text, length)
        };
        core::str::from_utf8(bytes).ok()
    })
}

/// Ends the application.
pub fn exit(code: i32) -> ! {
    // SAFETY: the system call does not return.
    unsafe { asm!("ecall", "ebreak", in("a0") code, in("a7") abi::EXIT_SYSCALL, options(noreturn)) }
}

/// A panic is one line in the log and exit code 101.
#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    log::line(format_args!("{}", info));
    exit(abi::EXIT_PANIC)
}
