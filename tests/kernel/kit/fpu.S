/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Floating point registers as data. The tests are compiled without floating point, so nothing else touches them.
 */
    .text
    .option arch, +d
    .option norvc
/* void fpu_put(const struct fpu_file *f); void fpu_get(struct fpu_file *f): f0..f31 and fcsr. */
    .globl fpu_put, fpu_get, fpu_get_site
fpu_put:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fld     f\n, 8 * \n(a0)
    .endr
    lw      t0, 8 * 32(a0)
    fscsr   t0
    ret
fpu_get:
fpu_get_site:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fsd     f\n, 8 * \n(a0)
    .endr
    frcsr   t0
    sw      t0, 8 * 32(a0)
    ret
