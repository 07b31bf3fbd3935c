/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The scalar kernels, for whoever has nothing better for an operator or a shape. */

#include "nn/nn.h"

void nn_scalar_conv(const struct nn_job *job);          /* also FULLY_CONNECTED */
void nn_scalar_depthwise(const struct nn_job *job);
void nn_scalar_average(const struct nn_job *job);
void nn_scalar_max(const struct nn_job *job);
void nn_scalar_add(const struct nn_job *job);
void nn_scalar_mul(const struct nn_job *job);
void nn_scalar_softmax(const struct nn_job *job);
void nn_scalar_mean(const struct nn_job *job);
void nn_scalar_table(const struct nn_job *job);
void nn_scalar_pad(const struct nn_job *job);
void nn_scalar_concatenation(const struct nn_job *job);
void nn_scalar_slice(const struct nn_job *job);
