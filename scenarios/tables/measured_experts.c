#include "scenarios/tables/measured_experts.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "scenarios/tables/measured_release.h"

/* The number behind the word ETP of a note: 0 when there is none. */
static int64_t noted_size(const char *note) {
    int size = 0;
    for (const char *at = note; *at != '\0'; at++) {
        bool starts = at == note || !isalnum((unsigned char)at[-1]);
        if (starts && strncasecmp(at, "ETP", 3) == 0 && sscanf(at + 3, "%*[ =:]%6d", &size) == 1)
            return size;
    }
    return 0;
}

/* DeepEP or HybridEP by the note, and exchanges beside compute by Megatron-Core's name for them; its default is an
 * alltoall that everybody waits for. */
static void read_dispatcher(MeasuredRow *row, PlanSpec *plan) {
    const char *note = measured_row_text(row, "note");
    if (measured_row_affirms(note, "overlap moe expert parallel comm")) {
        plan->overlap_expert_comm = true;
        measured_row_assume(row, "Tokens travel beside the passes of other micro-batches by the note.");
    }
    if (!measured_row_affirms(note, "DeepEP") && !measured_row_affirms(note, "HybridEP"))
        return;
    plan->expert_dispatcher = EXPERT_DEEPEP;
    measured_row_assume(row, "Tokens travel once to each node by the note: DeepEP.");
}

/* scripts/performance/configs/qwen/qwen3_workload_base_configs.py of Megatron Bridge, as its plans of 26.04 are:
 * HybridEP, but for Qwen3 235B in DGX systems, where H100 has moe_a2a_overlap. */
static void read_bridge_dispatcher(MeasuredRow *row, PlanSpec *plan) {
    enum { FIRST_MONTH = 2026 * 12 + 4 - 1 };
    const char *model = measured_row_text(row, "model"), *gpu = measured_row_text(row, "gpu");
    bool has_recipe = measured_row_has_words(measured_row_text(row, "source"), "Megatron Bridge") &&
                      measured_row_has_words(model, "Qwen3") && measured_release_month(row) >= FIRST_MONTH;
    bool is_rack = measured_row_has_words(gpu, "GB200") || measured_row_has_words(gpu, "GB300");
    if (!has_recipe || plan->expert_dispatcher == EXPERT_DEEPEP)
        return;
    if (is_rack || !measured_row_has_words(model, "235B")) {
        plan->expert_dispatcher = EXPERT_DEEPEP;
        measured_row_assume(row, "The recipes of Megatron Bridge from 26.04: HybridEP.");
    } else if (measured_row_has_words(gpu, "H100")) {
        plan->overlap_expert_comm = true;
        measured_row_assume(row, "The recipe of Megatron Bridge from 26.04: moe_a2a_overlap, an alltoall.");
    }
}

static bool is_bridge(const MeasuredRow *row, const PlanSpec *plan) {
    bool folds = plan->tensor_parallel > 1 && plan->expert_parallel % plan->tensor_parallel == 0;
    return folds && measured_row_has_words(measured_row_text(row, "source"), "Megatron Bridge");
}

void measured_experts_read(MeasuredRow *row, PlanSpec *plan) {
    int64_t groups = measured_row_parts(row, "ep"), shared = measured_row_parts(row, "etp");
    plan->expert_parallel = groups > 1 ? groups : 1;
    if (plan->expert_parallel == 1)
        return;
    measured_row_assume(row, "Tokens are spread evenly over the experts, none is dropped.");
    read_dispatcher(row, plan);
    read_bridge_dispatcher(row, plan);
    plan->expert_tensor_parallel = shared > 0 ? shared : noted_size(measured_row_text(row, "note"));
    if (plan->expert_tensor_parallel > 0 || !is_bridge(row, plan))
        return;
    plan->expert_tensor_parallel = 1;
    measured_row_assume(row, "The recipes of Megatron Bridge: expert_tensor_parallel_size 1.");
}
