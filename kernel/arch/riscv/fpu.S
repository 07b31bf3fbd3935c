/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Moves the floating point registers between the hart and a struct fpu_state (a0). sstatus.FS is not Off. The rest of the kernel is
 * compiled without floating point. */

#include <kernel/gen_config.h>

#ifdef CONFIG_HAVE_FPU
    .option arch, +d

    .text
    .globl fpu_save, fpu_load
fpu_save:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fsd     f\n, 8 * \n(a0)
    .endr
    frcsr   t0
    sw      t0, 8 * 32(a0)
    ret
fpu_load:
    lw      t0, 8 * 32(a0)
    fscsr   t0
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fld     f\n, 8 * \n(a0)
    .endr
    ret
#endif
