/*
 * ledger: where every GPU-nanosecond went. Each class of equal GPUs has one row of categories whose sum is the wall
 * time, exactly; the totals are the rows times the number of GPUs that each stands for. ledger_check stops the program
 * when a row does not close.
 */
#ifndef MODELS_LEDGER_H
#define MODELS_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

typedef enum LedgerCategory {
    LEDGER_IDEAL_COMPUTE,       /* model FLOPs at peak */
    LEDGER_KERNEL_INEFFICIENCY, /* matrix products slower than peak */
    LEDGER_RECOMPUTATION,       /* forward work done again for the backward pass */
    LEDGER_MEMORY_BOUND,        /* element-wise work, norms, optimizer: limited by HBM */
    LEDGER_LAUNCH_OVERHEAD,     /* kernel launches and the host-bound floor */
    LEDGER_COMM_TENSOR,         /* exposed communication, by dimension */
    LEDGER_COMM_CONTEXT,
    LEDGER_COMM_EXPERT,
    LEDGER_COMM_EMBEDDING, /* pooled vectors of sharded tables */
    LEDGER_COMM_PIPELINE,
    LEDGER_COMM_DATA,
    LEDGER_PIPELINE_BUBBLE, /* waiting for the work of another stage */
    LEDGER_STRAGGLER,       /* waiting for, or being, a slow GPU */
    LEDGER_DATA_LOADING,
    LEDGER_OFFLOAD,
    LEDGER_CHECKPOINT,
    LEDGER_LOST_WORK,
    LEDGER_IDLE, /* allocated and nothing to do */
    LEDGER_COUNT
} LedgerCategory;

typedef struct LedgerRow {
    int64_t ns[LEDGER_COUNT];
} LedgerRow;

/* "ideal_compute", and "Ideal compute" for people. */
const char *ledger_category_name(LedgerCategory category);
const char *ledger_category_title(LedgerCategory category);

/* True for the exposed communication of a dimension. */
bool ledger_is_communication(LedgerCategory category);

static inline void ledger_add(LedgerRow *row, LedgerCategory category, int64_t ns) {
    row->ns[category] += ns;
}

int64_t ledger_sum(const LedgerRow *row);

/* Adds `row` times `gpus` to `total`. */
void ledger_accumulate(LedgerRow *total, const LedgerRow *row, int64_t gpus);

/* Stops the program unless the row sums to wall_ns and no category is negative. */
void ledger_check(const LedgerRow *row, int64_t wall_ns);

#endif
