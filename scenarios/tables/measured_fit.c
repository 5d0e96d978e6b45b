#include "scenarios/tables/measured_fit.h"

#include "models/memory/training_memory.h"
#include "models/spec_resolve.h"

/* From the least to the most. */
static const struct {
    Recompute recompute;
    const char *name;
} RECOMPUTES[] = {{RECOMPUTE_NONE, "none"},
                  {RECOMPUTE_SELECTIVE, "selective"},
                  {RECOMPUTE_BY_OPERATOR, "by_operator"},
                  {RECOMPUTE_FULL, "full"}};

enum { RECOMPUTE_COUNT = sizeof RECOMPUTES / sizeof *RECOMPUTES };

/* A plan that is wrong fits as well: its mistake is told where it is run. */
static bool fits(const MeasuredRow *row, const SimulationSpec *spec, const PlanSpec *plan) {
    ErrorList errors;
    error_list_init(&errors, row->arena);
    SimulationSpec tried = *spec;
    JobSpec job = spec->jobs[0];
    job.training.plan = *plan;
    tried.jobs = &job;
    if (!simulation_spec_resolve(&tried, &errors))
        return true;
    for (int stage = 0; stage < job.training.plan.pipeline_parallel; stage++) {
        StageMemory memory = training_memory_of_stage(&job.training, stage);
        if (stage_memory_total_bytes(&memory) > tried.cluster.node.gpu.hbm_bytes)
            return false;
    }
    return true;
}

static bool is_open(const MeasuredRow *row, const char *column) {
    return measured_row_text(row, column)[0] == '\0';
}

/* Tries the plan with the recomputation: as it is, with its optimizer distributed, with tokens split as well. */
static bool settle_with(const MeasuredRow *row, const SimulationSpec *spec, int level, PlanSpec *plan) {
    PlanSpec tried = *plan;
    tried.recompute = RECOMPUTES[level].recompute;
    bool settled = fits(row, spec, &tried);
    if (!settled && is_open(row, "sharding") && !tried.distributed_optimizer) {
        tried.distributed_optimizer = true;
        settled = fits(row, spec, &tried);
    }
    if (!settled && tried.tensor_parallel > 1 && !tried.sequence_parallel) {
        tried.sequence_parallel = true;
        settled = fits(row, spec, &tried);
    }
    *plan = settled ? tried : *plan;
    return settled;
}

/* By operator is for those whose recipe says so. */
static int next_level(int level) {
    bool skips = level + 1 < RECOMPUTE_COUNT && RECOMPUTES[level + 1].recompute == RECOMPUTE_BY_OPERATOR;
    return level + (skips ? 2 : 1);
}

void measured_fit_settle(MeasuredRow *row, SimulationSpec *spec) {
    PlanSpec *plan = &spec->jobs[0].training.plan, settled = *plan;
    int level = 0;
    while (level < RECOMPUTE_COUNT && RECOMPUTES[level].recompute != plan->recompute)
        level++;
    int last = is_open(row, "recompute") ? RECOMPUTE_COUNT - 1 : level;
    while (level <= last && !settle_with(row, spec, level, &settled))
        level = next_level(level);
    if (level > last)
        return;
    if (settled.distributed_optimizer && !plan->distributed_optimizer)
        measured_row_assume(row, "The run did not fit: distributed optimizer, as sharding is not stated.");
    if (settled.sequence_parallel && !plan->sequence_parallel)
        measured_row_assume(row, "The run did not fit: sequence parallelism, of which a row has no cell.");
    if (settled.recompute != plan->recompute)
        measured_row_assume(row, "The run did not fit: %s recomputation, as recompute is not stated.",
                            RECOMPUTES[level].name);
    *plan = settled;
}
