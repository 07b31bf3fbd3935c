// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! One message to the SDK runtime and its answer: arguments are written into the IPC buffer, or into the message area when they can be
//! long; results are read from the same place.
use crate::{abi, error, start, Error, Result};
use core::arch::asm;

const WORD: usize = core::mem::size_of::<usize>();
const MESSAGE_WORDS: usize = 120;
const CALL: isize = -1;
const LABEL_SHIFT: usize = 12;
const LENGTH_MASK: usize = 0x7f;

/// Arguments in the making.
pub(crate) struct Request {
    number: usize,
    words: Words,
}

impl Request {
    /// With its arguments in message registers.
    pub fn new(number: usize) -> Self {
        Request { number, words: Words::message(MESSAGE_WORDS) }
    }

    /// With its arguments in the message area.
    pub fn long(number: usize) -> Self {
        Request { number: number | abi::IN_AREA, words: Words::area(abi::AREA_BYTES / WORD) }
    }

    pub fn word(mut self, value: u32) -> Self {
        self.words.put(value as usize);
        self
    }

    /// A string or byte array: its length, then its bytes padded to words.
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.words.put(bytes.len());
        for chunk in bytes.chunks(WORD) {
            let mut word = [0; WORD];
            word[..chunk.len()].copy_from_slice(chunk);
            self.words.put(usize::from_le_bytes(word));
        }
        self
    }

    /// Sends it and waits for the answer.
    pub fn call(self) -> Result<Answer> {
        if self.words.bad {
            return Err(Error::SDKSerializeFailed);
        }
        let in_area = self.number & abi::IN_AREA != 0;
        let mut registers = Words::message(MESSAGE_WORDS);
        let length = if in_area { registers.put(self.words.at); 1 } else { self.words.at };
        let info = system_call(start::get().endpoint, self.number << LABEL_SHIFT | length);
        error::check(info >> LABEL_SHIFT)?;
        let length = info & LENGTH_MASK;
        if !in_area {
            return Ok(Answer { words: Words::message(length) });
        }
        let used = if length == 0 { 0 } else { Words::message(1).get()? };
        if used > abi::AREA_BYTES / WORD {
            return Err(Error::SDKUnknownResponse);
        }
        Ok(Answer { words: Words::area(used) })
    }
}

/// Makes a call that waits; again when the runtime died in it, which ends the call but loses nothing.
pub(crate) fn again(call: impl Fn() -> Result<Answer>) -> Result<Answer> {
    loop {
        match call() {
            Err(Error::SDKServiceRestarted) => continue,
            answer => return answer,
        }
    }
}

/// Results that are being read.
pub(crate) struct Answer {
    words: Words,
}

impl Answer {
    pub fn word(&mut self) -> Result<u32> {
        self.words.get().map(|word| word as u32)
    }

    /// A 64-bit number: two words where a word has 32 bits.
    pub fn long(&mut self) -> Result<u64> {
        let low = self.words.get()? as u64;
        if WORD == 8 {
            return Ok(low);
        }
        Ok((self.words.get()? as u64) << 32 | low)
    }

    /// Copies a byte array; what does not fit is dropped. Returns its whole length.
    pub fn bytes(&mut self, to: &mut [u8]) -> Result<usize> {
        let length = self.words.get()?;
        for at in (0..length).step_by(WORD) {
            let word = self.words.get()?.to_le_bytes();
            for (i, byte) in word.iter().enumerate().take(length - at) {
                if let Some(place) = to.get_mut(at + i) {
                    *place = *byte;
                }
            }
        }
        Ok(length)
    }
}

/// Words in the page of the IPC buffer, written or read one after the other.
struct Words {
    base: *mut usize,
    at: usize,
    end: usize,
    bad: bool,
}

impl Words {
    /// The message registers: behind the tag, the first word of the buffer.
    fn message(words: usize) -> Self {
        // SAFETY: the buffer has 1 + 120 words of tag and message.
        Words { base: unsafe { start::get().buffer.add(1) }, at: 0, end: words.min(MESSAGE_WORDS), bad: false }
    }

    fn area(words: usize) -> Self {
        // SAFETY: the area is part of the buffer's page.
        Words { base: unsafe { start::get().buffer.add(abi::AREA_OFFSET / WORD) }, at: 0, end: words, bad: false }
    }

    fn put(&mut self, word: usize) {
        self.bad |= self.at >= self.end;
        if !self.bad {
            // SAFETY: at < end, and base has end words.
            unsafe { self.base.add(self.at).write_volatile(word) };
            self.at += 1;
        }
    }

    fn get(&mut self) -> Result<usize> {
        if self.at >= self.end {
            return Err(Error::SDKUnknownResponse);
        }
        self.at += 1;
        // SAFETY: at - 1 < end, and base has end words.
        Ok(unsafe { self.base.add(self.at - 1).read_volatile() })
    }
}

/// seL4_Call: the first four message registers travel in processor registers, the rest in the buffer.
fn system_call(endpoint: usize, info: usize) -> usize {
    let result;
    // SAFETY: the buffer has these words; the kernel changes what is listed and the buffer.
    unsafe {
        let message = start::get().buffer.add(1);
        let (mut m0, mut m1, mut m2, mut m3) = (*message, *message.add(1), *message.add(2), *message.add(3));
        asm!("ecall", inout("a0") endpoint => _, inout("a1") info => result, inout("a2") m0, inout("a3") m1, inout("a4") m2,
             inout("a5") m3, in("a6") 0, in("a7") CALL);
        *message = m0;
        *message.add(1) = m1;
        *message.add(2) = m2;
        *message.add(3) = m3;
    }
    result
}
