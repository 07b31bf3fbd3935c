/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#ifndef NN_EXECUTOR_H
#define NN_EXECUTOR_H

/* How the executor (models/executor) finds a model in the windows of the vector core, agreed with who lays them out (services/ml_coordinator).
 *
 *   window 0  text       the executor
 *          1  constants  the model's image
 *          2  output     header: return code, pc, bytes of output; the outputs from NN_EXECUTOR_OUTPUT_AT on
 *          4  input      the inputs
 *          5  temporary  the stack, then the arena: a stack that is too small ends outside of all windows, not in the arena */

#define NN_EXECUTOR_WINDOW(n)  (0x80000000 + (n) * 0x01000000)
#define NN_EXECUTOR_STACK      4096
#define NN_EXECUTOR_STACK_TOP  (NN_EXECUTOR_WINDOW(5) + NN_EXECUTOR_STACK)
#define NN_EXECUTOR_OUTPUT_AT  64

#endif
