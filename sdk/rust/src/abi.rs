// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! Numbers of `kata/sdk_abi.h`; a test compares them with that file.

pub const PING: usize = 64;
pub const LOG: usize = 65;
pub const READ_KEY: usize = 66;
pub const WRITE_KEY: usize = 67;
pub const DELETE_KEY: usize = 68;
pub const TIMER_ONESHOT: usize = 69;
pub const TIMER_PERIODIC: usize = 70;
pub const TIMER_CANCEL: usize = 71;
pub const TIMER_WAIT: usize = 72;
pub const TIMER_POLL: usize = 73;
pub const MODEL_ONESHOT: usize = 74;
pub const MODEL_PERIODIC: usize = 75;
pub const MODEL_CANCEL: usize = 76;
pub const MODEL_WAIT: usize = 77;
pub const MODEL_POLL: usize = 78;
pub const MODEL_OUTPUT: usize = 79;
pub const MODEL_INPUT_PARAMS: usize = 80;
pub const MODEL_SET_INPUT: usize = 81;
pub const TIME: usize = 96;
pub const SEND: usize = 97;
pub const RECEIVE: usize = 98;
pub const NEXT_KEY: usize = 99;
pub const READ_KEY_PART: usize = 100;
pub const WRITE_KEY_PART: usize = 101;
pub const ATTEST: usize = 102;
pub const MODEL_TENSOR: usize = 103;
pub const MODEL_LABEL: usize = 104;

pub const IN_AREA: usize = 0x100;
pub const AREA_OFFSET: usize = 1024;
pub const AREA_BYTES: usize = 3072;
pub const FOREVER: u32 = 0xffff_ffff;

pub const KEY_MAX: usize = 63;
pub const VALUE_MAX: usize = 4096;
pub const PART_MAX: usize = 1024;
pub const LOG_MAX: usize = 360;
pub const STATEMENT_MAX: usize = 1024;
pub const NAME_MAX: usize = 63;
pub const MESSAGE_MAX: usize = 1024;
pub const MODEL_INPUT_MAX: usize = 256;

pub const EXIT_SYSCALL: usize = 0x4b45_5854;
pub const EXIT_PANIC: i32 = 101;
