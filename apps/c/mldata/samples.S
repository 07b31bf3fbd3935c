/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* What the model is asked, and what it has to answer. */
    .section .rodata.samples, "a", @progbits
    .globl samples, samples_end, outputs
samples:
    .incbin "models/digits.samples.bin"
samples_end:
outputs:
    .incbin "models/digits.outputs.bin"
