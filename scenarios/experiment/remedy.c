#include "scenarios/experiment/remedy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/simulation.h"
#include "models/workload/training_memory.h"
#include "sim/engine/engine.h"

/* Changes the plan and returns how a scenario says so; NULL when it does not apply. */
typedef const char *PlanChange(const ClusterSpec *cluster, PlanSpec *plan, Arena *arena);

static const char *recompute_selective(const ClusterSpec *cluster, PlanSpec *plan, Arena *arena) {
    (void)cluster, (void)arena;
    if (plan->recompute != RECOMPUTE_NONE || plan->flash_attention)
        return NULL;
    plan->recompute = RECOMPUTE_SELECTIVE;
    return "recompute: selective";
}

static const char *recompute_full(const ClusterSpec *cluster, PlanSpec *plan, Arena *arena) {
    (void)cluster, (void)arena;
    if (plan->recompute == RECOMPUTE_FULL)
        return NULL;
    plan->recompute = RECOMPUTE_FULL;
    return "recompute: full";
}

static const char *use_sequence_parallel(const ClusterSpec *cluster, PlanSpec *plan, Arena *arena) {
    (void)cluster, (void)arena;
    if (plan->sequence_parallel || plan->tensor_parallel == 1)
        return NULL;
    plan->sequence_parallel = true;
    return "sequence_parallel: true";
}

static const char *use_distributed_optimizer(const ClusterSpec *cluster, PlanSpec *plan, Arena *arena) {
    (void)cluster, (void)arena;
    if (plan->distributed_optimizer || plan->data_parallel == 1)
        return NULL;
    plan->distributed_optimizer = true;
    return "distributed_optimizer: true";
}

static const char *halve_micro_batch(const ClusterSpec *cluster, PlanSpec *plan, Arena *arena) {
    (void)cluster;
    if (plan->micro_batch_seqs % 2 != 0)
        return NULL;
    plan->micro_batch_seqs /= 2;
    return arena_format(arena, "micro_batch: %" PRId64, plan->micro_batch_seqs);
}

static const char *double_tensor_parallel(const ClusterSpec *cluster, PlanSpec *plan, Arena *arena) {
    if (cluster->node.gpus % (2 * plan->tensor_parallel) != 0)
        return NULL;
    plan->tensor_parallel *= 2;
    return arena_format(arena, "tensor_parallel: %" PRId64, plan->tensor_parallel);
}

static const char *double_pipeline_parallel(const ClusterSpec *cluster, PlanSpec *plan, Arena *arena) {
    (void)cluster;
    plan->pipeline_parallel *= 2;
    return arena_format(arena, "pipeline_parallel: %" PRId64, plan->pipeline_parallel);
}

static const char *drop_virtual_stages(const ClusterSpec *cluster, PlanSpec *plan, Arena *arena) {
    (void)cluster, (void)arena;
    if (plan->virtual_stages == 1)
        return NULL;
    plan->virtual_stages = 1;
    plan->schedule = "1f1b";
    return "virtual_stages: 1, schedule: 1f1b";
}

static const char *use_flash_attention(const ClusterSpec *cluster, PlanSpec *plan, Arena *arena) {
    (void)cluster, (void)arena;
    if (plan->flash_attention)
        return NULL;
    plan->flash_attention = true;
    return "flash_attention: true";
}

static PlanChange *const CHANGES[] = {
    recompute_selective,       recompute_full,      use_sequence_parallel,
    use_distributed_optimizer, halve_micro_batch,   double_tensor_parallel,
    double_pipeline_parallel,  drop_virtual_stages, use_flash_attention,
};
enum { CHANGE_COUNT = sizeof CHANGES / sizeof *CHANGES };

/* A changed spec that fits. */
typedef struct Candidate {
    const char *sentence;
    SimulationSpec spec;
    double total_bytes; /* of the fullest GPU */
    SimTime step;
} Candidate;

typedef struct Search {
    const SimulationSpec *spec;
    Arena *arena;
    Candidate found[CHANGE_COUNT * CHANGE_COUNT];
    int count;
} Search;

static double fullest_bytes(const TrainingSpec *training) {
    double most = 0;
    for (int stage = 0; stage < training->plan.pipeline_parallel; stage++) {
        StageMemory memory = training_memory_of_stage(training, stage);
        double bytes = stage_memory_total_bytes(&memory);
        most = bytes > most ? bytes : most;
    }
    return most;
}

/* What follows from the number of GPUs and the global batch is settled again. */
static bool resolve(SimulationSpec *spec, Arena *arena) {
    ErrorList errors;
    error_list_init(&errors, arena);
    spec->jobs[0].training.plan.data_parallel = 0;
    spec->jobs[0].training.plan.gradient_accumulation = 0;
    return simulation_spec_resolve(spec, &errors);
}

/* The sentence with what changed along, so that it says all that a scenario must say. */
static const char *complete(const char *sentence, const PlanSpec *before, const PlanSpec *after, Arena *arena) {
    if (after->data_parallel != before->data_parallel)
        sentence = arena_format(arena, "%s, data_parallel: %" PRId64, sentence, after->data_parallel);
    if (after->gradient_accumulation != before->gradient_accumulation)
        sentence = arena_format(arena, "%s, gradient_accumulation: %" PRId64, sentence, after->gradient_accumulation);
    return sentence;
}

/* Tries one change, or two when they differ, and keeps what fits. Two words for one key are no pair. */
static void consider(Search *search, int one, int other) {
    const ClusterSpec *cluster = &search->spec->cluster;
    Candidate candidate = {.spec = *search->spec};
    JobSpec *job = ARENA_NEW(search->arena, JobSpec);
    *job = search->spec->jobs[0];
    candidate.spec.jobs = job;
    candidate.sentence = CHANGES[one](cluster, &job->training.plan, search->arena);
    if (candidate.sentence == NULL)
        return;
    if (CHANGES[one] == recompute_selective && CHANGES[other] == recompute_full)
        return;
    if (other != one) {
        const char *second = CHANGES[other](cluster, &job->training.plan, search->arena);
        if (second == NULL)
            return;
        candidate.sentence = arena_format(search->arena, "%s, %s", candidate.sentence, second);
    }
    if (!resolve(&candidate.spec, search->arena))
        return;
    const PlanSpec *before = &search->spec->jobs[0].training.plan;
    candidate.sentence = complete(candidate.sentence, before, &job->training.plan, search->arena);
    candidate.total_bytes = fullest_bytes(&job->training);
    if (candidate.total_bytes <= cluster->node.gpu.hbm_bytes)
        search->found[search->count++] = candidate;
}

/* Settles ties, so that the order is the same everywhere. */
static int by_sentence(const Candidate *one, const Candidate *other) {
    return strcmp(one->sentence, other->sentence);
}

static int most_bytes_first(const void *left, const void *right) {
    const Candidate *one = left;
    const Candidate *other = right;
    if (one->total_bytes != other->total_bytes)
        return one->total_bytes > other->total_bytes ? -1 : 1;
    return by_sentence(one, other);
}

static int shortest_step_first(const void *left, const void *right) {
    const Candidate *one = left;
    const Candidate *other = right;
    if (one->step != other->step)
        return one->step < other->step ? -1 : 1;
    return by_sentence(one, other);
}

/* Pairs join when few single changes fit; one that fits by itself needs no second. */
static void search_all(Search *search) {
    bool alone[CHANGE_COUNT] = {false};
    for (int i = 0; i < CHANGE_COUNT; i++) {
        int before = search->count;
        consider(search, i, i);
        alone[i] = search->count > before;
    }
    bool enough = search->count >= REMEDY_MOST_CHANGES;
    for (int i = 0; i < CHANGE_COUNT && !enough; i++)
        for (int j = i + 1; j < CHANGE_COUNT; j++)
            if (!alone[i] && !alone[j])
                consider(search, i, j);
}

/* Runs those that save least and leaves them in order of their step time. */
static void rank(Search *search) {
    qsort(search->found, (size_t)search->count, sizeof *search->found, most_bytes_first);
    search->count = search->count > REMEDY_MOST_RUNS ? REMEDY_MOST_RUNS : search->count;
    for (int i = 0; i < search->count; i++) {
        Arena *run = arena_create();
        search->found[i].step = simulation_run(&search->found[i].spec, run)->step;
        arena_destroy(run);
    }
    qsort(search->found, (size_t)search->count, sizeof *search->found, shortest_step_first);
}

const Results *remedy_add(const SimulationSpec *spec, const Results *results, Arena *arena) {
    if (results->status != RUN_OUT_OF_MEMORY)
        return results;
    Search *search = ARENA_NEW(arena, Search);
    search->spec = spec;
    search->arena = arena;
    search_all(search);
    rank(search);
    int count = search->count > REMEDY_MOST_CHANGES ? REMEDY_MOST_CHANGES : search->count;
    FitChange *changes = ARENA_ARRAY(arena, count, FitChange);
    for (int i = 0; i < count; i++)
        changes[i] =
            (FitChange){search->found[i].sentence, search->found[i].total_bytes, sim_time_to_s(search->found[i].step)};
    Results *copy = ARENA_NEW(arena, Results);
    *copy = *results;
    copy->fit_changes = changes;
    copy->fit_change_count = count;
    return copy;
}
