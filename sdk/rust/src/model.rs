// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! Models: those that the manifest names, run on the vector core. Runs and results are this application's alone.
use crate::{abi, call::{again, Request}, Error, Result};

/// What the last run of a model has come to.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Number of the run, from 1.
    pub jobnum: u32,
    /// It was stopped: `return_code` is the cause.
    pub faulted: bool,
    /// The model's word: 0 for success.
    pub return_code: u32,
    /// Where it stopped.
    pub epc: u32,
    /// What it reached for.
    pub address: u32,
    /// Bytes of all output.
    pub size: u32,
}

/// One run, as soon as it is the model's turn. Returns its id, the same in every run.
pub fn oneshot(name: &str) -> Result<u32> {
    Request::new(abi::MODEL_ONESHOT).bytes(name.as_bytes()).call()?.word()
}

/// A run every `ms` milliseconds; one that comes while the last has not ended is dropped.
pub fn periodic(name: &str, ms: u32) -> Result<u32> {
    Request::new(abi::MODEL_PERIODIC).bytes(name.as_bytes()).word(ms).call()?.word()
}

/// At any moment, also while it runs. No error when nothing runs.
pub fn cancel(id: u32) -> Result<()> {
    Request::new(abi::MODEL_CANCEL).word(id).call().map(|_| ())
}

/// Waits until a run has ended; bit n is the model with id n. 0 at once when none runs.
pub fn wait() -> Result<u32> {
    again(|| Request::new(abi::MODEL_WAIT).call())?.word()
}

/// The same without waiting; 0 when none has ended.
pub fn poll() -> Result<u32> {
    Request::new(abi::MODEL_POLL).call()?.word()
}

/// Bytes of a model's input.
pub fn input_params(id: u32) -> Result<u32> {
    Request::new(abi::MODEL_INPUT_PARAMS).word(id).call()?.word()
}

/// An input or output of a model.
#[derive(Clone, Copy, Debug)]
pub struct Tensor {
    /// Numbers are from -128 to 127, not from 0 to 255.
    pub signed: bool,
    /// Where it begins in all of the input or output.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
    /// How many dimensions it has.
    pub rank: u32,
    /// The dimensions; 1 behind the rank.
    pub shape: [u32; 4],
    /// value = scale * (number - zero)
    pub scale: f32,
    /// The number that means 0.
    pub zero: i32,
    /// How many labels there are.
    pub labels: u32,
}

fn tensor(id: u32, kind: u32, index: u32) -> Result<Tensor> {
    let mut answer = Request::new(abi::MODEL_TENSOR).word(id).word(kind).word(index).call()?;
    Ok(Tensor {
        signed: answer.word()? == 0,
        offset: answer.word()?,
        size: answer.word()?,
        rank: answer.word()?,
        shape: [answer.word()?, answer.word()?, answer.word()?, answer.word()?],
        scale: f32::from_bits(answer.word()?),
        zero: answer.word()? as i32,
        labels: answer.word()?,
    })
}

/// The index-th input.
pub fn input_tensor(id: u32, index: u32) -> Result<Tensor> {
    tensor(id, 0, index)
}

/// The index-th output.
pub fn output_tensor(id: u32, index: u32) -> Result<Tensor> {
    tensor(id, 1, index)
}

/// What the index-th number of an output stands for, and how many bytes that are; 0: nothing says so.
pub fn label(id: u32, output: u32, index: u32, text: &mut [u8]) -> Result<usize> {
    Request::new(abi::MODEL_LABEL).word(id).word(output).word(index).call()?.bytes(text)
}

/// Into its input from `offset` on, for the runs that follow. `SDKModelBusy`: it runs, or room is being made for it.
pub fn set_input(id: u32, offset: u32, data: &[u8]) -> Result<()> {
    let mut at = offset;
    for part in data.chunks(abi::MODEL_INPUT_MAX) {
        Request::new(abi::MODEL_SET_INPUT).word(id).word(at).bytes(part).call()?;
        at += part.len() as u32;
    }
    Ok(())
}

/// The last run, and as much of its output as `data` takes. Returns how many bytes that are. `SDKModelBusy`: the next run has ended meanwhile.
pub fn output(id: u32, data: &mut [u8]) -> Result<(Output, usize)> {
    let mut done = 0;
    let mut jobnum = None;
    loop {
        let mut answer = Request::new(abi::MODEL_OUTPUT).word(id).word(done as u32).call()?;
        let output = Output {
            jobnum: answer.word()?,
            faulted: answer.word()? != 0,
            return_code: answer.word()?,
            epc: answer.word()?,
            address: answer.word()?,
            size: answer.word()?,
        };
        if *jobnum.get_or_insert(output.jobnum) != output.jobnum {
            return Err(Error::SDKModelBusy);
        }
        let room = data.len() - done;
        let bytes = answer.bytes(&mut data[done..])?.min(room);
        done += bytes;
        if bytes == 0 || done == data.len() || done >= output.size as usize {
            return Ok((output, done));
        }
    }
}
