#include "sim/commands/plan_words.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "models/plan/plan_experts.h"
#include "models/plan/plan_stages.h"
#include "models/plan/training_flop.h"
#include "plots/text_layout.h"

static double gib(double bytes) {
    return bytes / 0x1p30;
}

/* "18,414" */
static const char *count_text(int count, Arena *arena) {
    return count < 1000 ? arena_format(arena, "%d", count) : arena_format(arena, "%d,%03d", count / 1000, count % 1000);
}

double plan_words_mfu_fraction(const PlanSearch *search, const PlanCandidate *candidate) {
    TrainingSpec training = search->space->spec->jobs[0].training;
    training.plan = candidate->point->plan;
    double flop = training_sequence_flop(&training) * (double)training.plan.global_batch_seqs;
    return flop / plan_candidate_cost_gpu_s(candidate, candidate->step_s) / candidate->peak_flop_per_s;
}

double plan_words_gpu_hours_per_gtoken(const PlanSearch *search, const PlanCandidate *candidate) {
    double tokens = (double)candidate->point->plan.global_batch_seqs *
                    (double)search->space->spec->jobs[0].training.sequence_tokens;
    return plan_candidate_cost_gpu_s(candidate, candidate->step_s) / 3600 / tokens * 1e9;
}

const char *plan_words_unit(const PlanSearch *search) {
    return training_family(&search->space->spec->jobs[0].training) == FAMILY_LAYERS ? "samples" : "tokens";
}

enum { SPLIT_DIMENSIONS = 5 };

/* Dimensions behind those of the split that can be chosen; of `other`, if any, only those in which it differs. */
static const char *rest_of(const PlanCandidate *candidate, const PlanCandidate *other, Arena *arena) {
    const char *text = "";
    for (int i = SPLIT_DIMENSIONS; i < plan_dimension_count(); i++) {
        const PlanDimension *dimension = plan_dimension_at(i);
        const char *value = plan_dimension_text(dimension, &candidate->point->plan, arena);
        bool differs = other == NULL || strcmp(value, plan_dimension_text(dimension, &other->point->plan, arena)) != 0;
        if (differs)
            text = arena_format(arena, "%s, %s %s", text, dimension->key, value);
    }
    return text;
}

static const char *split_of(const PlanCandidate *candidate, Arena *arena) {
    const PlanSpec *plan = &candidate->point->plan;
    const char *context =
        plan->context_parallel > 1 ? arena_format(arena, " x context %" PRId64, plan->context_parallel) : "";
    const char *expert =
        plan->expert_parallel > 1 ? arena_format(arena, ", expert groups of %" PRId64, plan->expert_parallel) : "";
    const char *whole =
        plan_expert_tensor(plan) < plan->tensor_parallel && plan->expert_parallel > 1 ? " with whole experts" : "";
    return arena_format(arena, "tensor %" PRId64 "%s x pipeline %" PRId64 " x data %" PRId64 "%s%s",
                        plan->tensor_parallel, context, plan->pipeline_parallel, plan->data_parallel, expert, whole);
}

const char *plan_words_of(const PlanCandidate *candidate, Arena *arena) {
    return arena_format(arena, "%s%s", split_of(candidate, arena), rest_of(candidate, NULL, arena));
}

/* What tells a plan from another: its split when that differs, and the other keys that do. */
static const char *difference(const PlanCandidate *candidate, const PlanCandidate *other, Arena *arena) {
    const PlanSpec *one = &candidate->point->plan, *two = &other->point->plan;
    bool same = one->tensor_parallel == two->tensor_parallel && one->pipeline_parallel == two->pipeline_parallel &&
                one->context_parallel == two->context_parallel && one->expert_parallel == two->expert_parallel &&
                one->expert_tensor_parallel == two->expert_tensor_parallel && one->data_parallel == two->data_parallel;
    const char *rest = rest_of(candidate, other, arena);
    if (!same)
        return arena_format(arena, "%s%s", split_of(candidate, arena), rest);
    return *rest != '\0' ? rest + 2 : "an equal one";
}

static double category_s(const PlanCandidate *candidate, LedgerCategory category) {
    return (double)candidate->ledger.ns[category] * 1e-9 / (double)candidate->point->gpus;
}

/* The category's title inside a sentence. */
static const char *title_of(LedgerCategory category, Arena *arena) {
    char *title = arena_text(arena, ledger_category_title(category));
    title[0] = (char)tolower((unsigned char)title[0]);
    return title;
}

/* Where the next plan spends most of the time that it takes longer. */
static const char *reason_of(const PlanCandidate *best, const PlanCandidate *next, Arena *arena) {
    LedgerCategory most = LEDGER_IDLE;
    double most_s = 0;
    for (int i = 0; i < LEDGER_COUNT; i++) {
        double more_s = category_s(next, (LedgerCategory)i) - category_s(best, (LedgerCategory)i);
        if (more_s <= most_s)
            continue;
        most = (LedgerCategory)i;
        most_s = more_s;
    }
    char figure[TEXT_FIGURE_BYTES];
    return most_s > 0 ? arena_format(arena, "; it spends %s more on %s", text_layout_figure(most_s, "s", figure),
                                     title_of(most, arena))
                      : "";
}

static const char *next_text(const PlanSearch *search, Arena *arena) {
    if (search->top_count < 2)
        return search->fates[PLAN_SIMULATED] + search->fates[PLAN_DOMINATED] > 1 ? "no other plan is faster"
                                                                                 : "no other plan fits";
    const PlanCandidate *best = &search->candidates[search->top[0]], *next = &search->candidates[search->top[1]];
    char more[TEXT_FIGURE_BYTES];
    double more_s = next->step_s - best->step_s;
    return arena_format(arena, "the next (%s) takes %s (%.1f %%) longer%s", difference(next, best, arena),
                        text_layout_figure(more_s, "s", more), 100 * more_s / best->step_s,
                        reason_of(best, next, arena));
}

/* The candidate that misses the memory by least; NULL when none does. */
static const PlanCandidate *nearest(const PlanSearch *search) {
    const PlanCandidate *found = NULL;
    for (int i = 0; i < search->class_count; i++) {
        if (search->classes[i].nearest < 0)
            continue;
        const PlanCandidate *candidate = &search->candidates[search->classes[i].nearest];
        found = found == NULL || candidate->missing_bytes < found->missing_bytes ? candidate : found;
    }
    return found;
}

static const char *failure(const PlanSearch *search, const char *plans, Arena *arena) {
    const PlanCandidate *near = nearest(search);
    if (near != NULL)
        return arena_format(arena, "none of %s fits; the nearest, %s, misses by %.1f GiB", plans,
                            plan_words_of(near, arena), gib(near->missing_bytes));
    if (search->candidates != NULL && search->fates[PLAN_REFUSED] > 0) {
        const PlanPoint *first = search->candidates[0].point;
        return arena_format(arena, "none of %s can be; the first: %s: %s", plans, first->key, first->reason);
    }
    return arena_format(arena, "the step of none of %s ends", plans);
}

/* "a100-80", of several types "GPUs". */
static const char *gpu_name(const ClusterSpec *cluster) {
    return cluster->mix == NULL ? cluster->node.gpu.name : "GPUs";
}

/* "76.9 of 80.0 GiB" */
static const char *memory_text(const PlanCandidate *candidate, const ClusterSpec *cluster, Arena *arena) {
    const char *of = cluster->mix == NULL ? arena_format(arena, " of %.1f", gib(cluster->node.gpu.hbm_bytes)) : "";
    return arena_format(arena, "%.1f%s GiB", gib(candidate->memory_bytes), of);
}

static const char *count_of_plans(const PlanSearch *search, Arena *arena) {
    return arena_format(arena, "%s%s plans", search->cut ? "the first " : "", count_text(search->count, arena));
}

const char *plan_words_best(const PlanSearch *search, Arena *arena) {
    const SimulationSpec *spec = search->space->spec;
    const char *plans = count_of_plans(search, arena);
    const char *model = spec->jobs[0].training.model.name;
    const char *who = model != NULL && *model != '\0' ? model : spec->jobs[0].name;
    if (search->top_count == 0)
        return arena_format(arena, "%s on %s: %s", who, gpu_name(&spec->cluster), failure(search, plans, arena));
    const PlanCandidate *best = &search->candidates[search->top[0]];
    char step[TEXT_FIGURE_BYTES];
    return arena_format(arena, "%s on %" PRId64 " %s: the best of %s is %s: a step takes %s, %.1f %% of peak, in %s",
                        who, best->point->gpus, gpu_name(&spec->cluster), plans, plan_words_of(best, arena),
                        text_layout_figure(best->step_s, "s", step), 100 * plan_words_mfu_fraction(search, best),
                        memory_text(best, &spec->cluster, arena));
}

const char *plan_words_verdict(const PlanSearch *search, Arena *arena) {
    const char *best = plan_words_best(search, arena);
    return search->top_count == 0 ? arena_format(arena, "%s.", best)
                                  : arena_format(arena, "%s; %s.", best, next_text(search, arena));
}

const char *plan_words_layers(const PlanSearch *search, Arena *arena) {
    const PlanPoint *best = search->candidates[search->top[0]].point;
    TrainingSpec training = search->space->spec->jobs[0].training;
    training.plan = best->plan;
    if (training.plan.pipeline_parallel == 1)
        return "";
    return arena_format(arena, "Layers of the best plan, chunk by chunk in the order of a forward pass: %s.",
                        plan_stages_text(&training, arena));
}

const char *plan_words_cheapest(const PlanSearch *search, Arena *arena) {
    const PlanCandidate *cheapest = NULL;
    double least = INFINITY;
    for (int i = 0; i < search->front_count; i++) {
        const PlanCandidate *candidate = &search->candidates[search->front[i]];
        double cost = plan_candidate_cost_gpu_s(candidate, candidate->step_s);
        cheapest = cost < least ? candidate : cheapest;
        least = fmin(least, cost);
    }
    char step[TEXT_FIGURE_BYTES];
    return cheapest == NULL
               ? ""
               : arena_format(arena,
                              "The cheapest takes %.4g GPU-hours for 1e9 %s: %s on %" PRId64 " GPUs, a step of %s.",
                              plan_words_gpu_hours_per_gtoken(search, cheapest), plan_words_unit(search),
                              plan_words_of(cheapest, arena), cheapest->point->gpus,
                              text_layout_figure(cheapest->step_s, "s", step));
}

static bool is_in_class(const PlanClass *class, const int *candidates, int count) {
    bool found = false;
    for (int i = 0; i < count && !found; i++)
        found = candidates[i] >= class->first && candidates[i] < class->first + class->count;
    return found;
}

const char *plan_words_rejection(const PlanSearch *search, const PlanClass *class) {
    if (class->fates[PLAN_REFUSED] == class->count)
        return "cannot be";
    if (class->fates[PLAN_REFUSED] + class->fates[PLAN_TOO_BIG] == class->count)
        return "does not fit";
    if (is_in_class(class, search->top, search->top_count) || is_in_class(class, search->front, search->front_count))
        return "";
    return "dominated";
}
