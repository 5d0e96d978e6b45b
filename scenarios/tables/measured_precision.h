/*
 * measured_precision: what a precision of "fp32" was on the GPU of a measured run. From Ampere on the products of fp32
 * tensors run in TF32 where the software allows it: NVIDIA's containers do whatever PyTorch's release
 * (TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1), PyTorch by itself from 1.7 to 1.11 (torch.backends.cuda.matmul.allow_tf32),
 * TensorFlow and Paddle by cuBLAS's own default. So such rows are read as tf32, which is stored in 4 bytes as well,
 * unless their note denies it: "no TF32", "TF32 off".
 */
#ifndef SCENARIOS_TABLES_MEASURED_PRECISION_H
#define SCENARIOS_TABLES_MEASURED_PRECISION_H

#include "models/plan/plan.h"
#include "scenarios/tables/measured_row.h"

/* Settles the plan's precision by its GPU and notes it as an assumption. */
void measured_precision_settle(MeasuredRow *row, const GpuSpec *gpu, PlanSpec *plan);

#endif
