#include "models/ledger.h"

#include "sim/engine/check.h"

static const struct {
    const char *name;
    const char *title;
} CATEGORIES[LEDGER_COUNT] = {
    [LEDGER_IDEAL_COMPUTE] = {"ideal_compute", "Ideal compute"},
    [LEDGER_KERNEL_INEFFICIENCY] = {"kernel_inefficiency", "Kernel inefficiency"},
    [LEDGER_RECOMPUTATION] = {"recomputation", "Recomputation"},
    [LEDGER_MEMORY_BOUND] = {"memory_bound", "Memory-bound work"},
    [LEDGER_LAUNCH_OVERHEAD] = {"launch_overhead", "Launch overhead"},
    [LEDGER_COMM_TENSOR] = {"comm_tensor", "Tensor-parallel communication"},
    [LEDGER_COMM_CONTEXT] = {"comm_context", "Context-parallel communication"},
    [LEDGER_COMM_EXPERT] = {"comm_expert", "Expert-parallel communication"},
    [LEDGER_COMM_EMBEDDING] = {"comm_embedding", "Embedding exchange"},
    [LEDGER_COMM_PIPELINE] = {"comm_pipeline", "Pipeline communication"},
    [LEDGER_COMM_DATA] = {"comm_data", "Data-parallel communication"},
    [LEDGER_PIPELINE_BUBBLE] = {"pipeline_bubble", "Pipeline bubble"},
    [LEDGER_STRAGGLER] = {"straggler", "Stragglers"},
    [LEDGER_DATA_LOADING] = {"data_loading", "Data loading"},
    [LEDGER_OFFLOAD] = {"offload", "Offload"},
    [LEDGER_CHECKPOINT] = {"checkpoint", "Checkpoints"},
    [LEDGER_LOST_WORK] = {"lost_work", "Lost work and restarts"},
    [LEDGER_IDLE] = {"idle", "Idle"},
};

const char *ledger_category_name(LedgerCategory category) {
    return CATEGORIES[category].name;
}

const char *ledger_category_title(LedgerCategory category) {
    return CATEGORIES[category].title;
}

bool ledger_is_communication(LedgerCategory category) {
    return category >= LEDGER_COMM_TENSOR && category <= LEDGER_COMM_DATA;
}

int64_t ledger_sum(const LedgerRow *row) {
    int64_t sum = 0;
    for (int category = 0; category < LEDGER_COUNT; category++)
        sum += row->ns[category];
    return sum;
}

void ledger_accumulate(LedgerRow *total, const LedgerRow *row, int64_t gpus) {
    for (int category = 0; category < LEDGER_COUNT; category++)
        total->ns[category] += row->ns[category] * gpus;
}

void ledger_check(const LedgerRow *row, int64_t wall_ns) {
    for (int category = 0; category < LEDGER_COUNT; category++)
        CHECK(row->ns[category] >= 0);
    CHECK(ledger_sum(row) == wall_ns);
}
