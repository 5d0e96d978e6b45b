/*
 * cost_bench: a job on one node of 4 GPUs, of which only sizes count: what a layer or the ends of a model cost.
 */
#ifndef TESTS_UNIT_MODELS_COST_BENCH_H
#define TESTS_UNIT_MODELS_COST_BENCH_H

#include "models/spec.h"

typedef struct CostBench {
    Arena *arena;
    GpuSpec gpu;
    TrainingSpec training;
} CostBench;

/* A GPT of hidden 1536 and 12 heads, sequences of 640, micro-batch 3, on tensor groups of 1, 2 or 4. */
CostBench cost_bench_create(int64_t tensor);

void cost_bench_destroy(CostBench *bench);

/* Bytes that a layer moves through HBM in one direction. */
double cost_bench_moved_bytes(const CostBench *bench, bool backward);

/* To a part in 1e12. */
void expect_near(double value, double expected);

#endif
