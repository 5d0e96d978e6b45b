#include "sim/commands/plan_folder.h"

#include <inttypes.h>
#include <math.h>

#include "plots/dat_set.h"
#include "plots/script_head.h"
#include "scenarios/reader/yaml_block.h"
#include "scenarios/search/plan_scenario.h"
#include "sim/commands/plan_table.h"
#include "sim/commands/plan_text.h"
#include "sim/commands/plan_words.h"
#include "sim/engine/check.h"

enum { SHOWN_LABELS = 6 };

static const double WIDE_STEPS = 6; /* the longest step over the shortest, from where on axes are logarithmic */

static void write_summary(FILE *out, const void *search) {
    plan_text_write(out, search);
}

static void write_plans(FILE *out, const void *search) {
    plan_table_csv(out, search);
}

static void write_best(FILE *out, const void *context) {
    const PlanSearch *search = context;
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    const PlanCandidate *best = &search->candidates[search->top[0]];
    const YamlNode *scenario = plan_scenario_of(search->space, best->point, &errors);
    fprintf(out, "# %s.\n", plan_words_best(search, arena));
    CHECK(scenario != NULL);
    yaml_block_write(out, scenario);
    arena_destroy(arena);
}

/* "8 x 16 x 8", "8 x 16 x 4, context 2, expert 4": what a point is called in the picture. */
static const char *label_of(const PlanCandidate *candidate, Arena *arena) {
    const PlanSpec *plan = &candidate->point->plan;
    const char *context =
        plan->context_parallel > 1 ? arena_format(arena, ", context %" PRId64, plan->context_parallel) : "";
    const char *expert =
        plan->expert_parallel > 1 ? arena_format(arena, ", expert %" PRId64, plan->expert_parallel) : "";
    return arena_format(arena, "%" PRId64 " x %" PRId64 " x %" PRId64 "%s%s", plan->tensor_parallel,
                        plan->pipeline_parallel, plan->data_parallel, context, expert);
}

static void write_point(DatSet *set, const PlanSearch *search, int index, const char *label) {
    const PlanCandidate *candidate = &search->candidates[index];
    const double row[] = {candidate->memory_bytes / 0x1p30, candidate->step_s,
                          plan_words_gpu_hours_per_gtoken(search, candidate)};
    dat_set_row(set, row, 3);
    dat_set_text(set, label);
    dat_set_end_row(set);
}

/* As many labels as a line has room for, evenly over the front. */
static void write_front(FILE *out, const PlanSearch *search, Arena *arena) {
    DatSet set = dat_set_open(out, "front", 4);
    int every = (search->front_count + SHOWN_LABELS - 1) / SHOWN_LABELS;
    for (int i = 0; i < search->front_count; i++)
        write_point(&set, search, search->front[i],
                    i % every == 0 ? label_of(&search->candidates[search->front[i]], arena) : "");
    dat_set_close(&set);
}

static void write_series(FILE *out, const void *context) {
    const PlanSearch *search = context;
    Arena *arena = arena_create();
    dat_set_file_head(out, "plans that were run, and the Pareto front of step time and memory",
                      "memory_gib step_s gpu_hours_per_gtoken label");
    write_front(out, search, arena);
    DatSet set = dat_set_open(out, "run", 4);
    for (int i = 0; i < search->count; i++)
        if (search->candidates[i].fate == PLAN_SIMULATED)
            write_point(&set, search, i, "");
    dat_set_close(&set);
    arena_destroy(arena);
}

/* What the step axis shows: the front, and beaten plans up to a third above it, so that one far off hides nothing. */
typedef struct StepAxis {
    double low_s;
    double high_s;
    int above; /* plans that ran and are slower than it shows */
} StepAxis;

static StepAxis step_axis(const PlanSearch *search) {
    double longest_s = 0;
    StepAxis axis = {INFINITY, 0, 0};
    for (int i = 0; i < search->front_count; i++)
        axis.high_s = fmax(axis.high_s, 1.33 * search->candidates[search->front[i]].step_s);
    for (int i = 0; i < search->count; i++) {
        const PlanCandidate *candidate = &search->candidates[i];
        longest_s = fmax(longest_s, candidate->step_s);
        axis.low_s = fmin(axis.low_s, 0.95 * candidate->step_s);
        axis.above += candidate->fate == PLAN_SIMULATED && candidate->step_s > axis.high_s;
    }
    axis.high_s = fmin(axis.high_s, 1.05 * longest_s);
    return longest_s > 0 ? axis : (StepAxis){0, 1, 0};
}

/* Of the front, which has the smallest plan. */
static double least_memory_gib(const PlanSearch *search) {
    double least_bytes = INFINITY;
    for (int i = 0; i < search->front_count; i++)
        least_bytes = fmin(least_bytes, search->candidates[search->front[i]].memory_bytes);
    return isfinite(least_bytes) ? least_bytes / 0x1p30 : 1;
}

static void write_head(FILE *out, Arena *arena, const void *context) {
    const PlanSearch *search = context;
    StepAxis axis = step_axis(search);
    double capacity_gib = search->space->spec->cluster.node.gpu.hbm_bytes / 0x1p30;
    script_head_number(out, "capacity_gib", capacity_gib);
    script_head_text(out, "capacity_title", arena_format(arena, "capacity (%.1f GiB)", capacity_gib));
    script_head_number(out, "one_size", search->space->gpus.count <= 1);
    script_head_number(out, "is_wide", axis.high_s > WIDE_STEPS * axis.low_s);
    script_head_number(out, "memory_low", 0.9 * least_memory_gib(search));
    script_head_number(out, "step_low", axis.low_s);
    script_head_number(out, "step_high", axis.high_s);
    script_head_text(out, "beaten_title",
                     axis.above > 0 ? arena_format(arena, "run, but beaten (%d slower not shown)", axis.above)
                                    : "run, but beaten");
}

bool plan_folder_write(const ReportTarget *target, const PlanSearch *search, ErrorList *errors) {
    static const ReportFile FILES[] = {{"summary.txt", write_summary},
                                       {"plans.csv", write_plans},
                                       {"series/plans.dat", write_series},
                                       {"best.yaml", write_best}};
    const SimulationSpec *spec = search->space->spec;
    ReportBook book = {.kind = "plan",
                       .name = spec->name,
                       .lesson = spec->lesson,
                       .verdict = arena_format(errors->arena, "%s.", plan_words_best(search, errors->arena)),
                       .files = FILES,
                       .file_count = sizeof FILES / sizeof *FILES - (search->top_count == 0),
                       .picture = "plans",
                       .write_head = write_head,
                       .context = search};
    return report_write_book(target, &book, errors);
}
