/*
 * element_bytes: bytes of one element of what training keeps in a precision. Counts only: what the products of a
 * precision take is gpu.h's.
 */
#ifndef MODELS_PLAN_ELEMENT_BYTES_H
#define MODELS_PLAN_ELEMENT_BYTES_H

#include "models/hardware/gpu.h"

/* Bytes of an activation: 4 for fp32 and tf32, otherwise 2. */
double activation_bytes(Precision precision);

/* Of the input of a product, kept for its weight gradient as it was multiplied: 1 in fp8, as Transformer Engine does
 * (Float8 of torchao keeps 2). */
double operand_bytes(Precision precision);

/* Of a hidden state in 16 bit, the share that a tensor group moves when it gathers an input, or the gradient of an
 * output: 0.5 in fp8, since it is cast before it is gathered, while sums of outputs stay in 16 bit (Transformer Engine
 * issue 1579; gather_along_first_dim behind the norm and grad_output_preprocess in its modules; torchao's
 * Float8ColwiseParallel likewise). */
double gathered_share(Precision precision);

#endif
