#include "scenarios/experiment/remedy.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/memory/training_memory.h"
#include "models/simulation.h"
#include "models/spec_resolve.h"
#include "sim/engine/engine.h"

/* Takes one step further in its direction and returns how a scenario says where it is now; NULL past the last. */
typedef const char *PlanChange(const ClusterSpec *cluster, TrainingSpec *training, Arena *arena);

static const char *use_flash_attention(const ClusterSpec *cluster, TrainingSpec *training, Arena *arena) {
    (void)cluster, (void)arena;
    if (training->plan.flash_attention)
        return NULL;
    training->plan.flash_attention = true;
    training->plan.attention_kernel = ATTENTION_AUTO;
    return "flash_attention: true";
}

/* Fused attention has nothing left for selective recomputation. */
static const char *recompute_more(const ClusterSpec *cluster, TrainingSpec *training, Arena *arena) {
    (void)cluster, (void)arena;
    PlanSpec *plan = &training->plan;
    if (plan->recompute == RECOMPUTE_FULL)
        return NULL;
    bool selective = plan->recompute == RECOMPUTE_NONE && !plan->flash_attention;
    plan->recompute = selective ? RECOMPUTE_SELECTIVE : RECOMPUTE_FULL;
    return selective ? "recompute: selective" : "recompute: full";
}

static const char *use_sequence_parallel(const ClusterSpec *cluster, TrainingSpec *training, Arena *arena) {
    (void)cluster, (void)arena;
    if (training->plan.sequence_parallel || training->plan.tensor_parallel == 1)
        return NULL;
    training->plan.sequence_parallel = true;
    return "sequence_parallel: true";
}

static const char *raise_zero_stage(const ClusterSpec *cluster, TrainingSpec *training, Arena *arena) {
    (void)cluster;
    PlanSpec *plan = &training->plan;
    int stage = plan_zero_stage(plan) + 1;
    if (stage > 3 || plan_weight_copies(plan) == 1 || (stage > 1 && plan->pipeline_parallel > 1))
        return NULL;
    plan->zero_stage = stage;
    return stage == 1 ? "distributed_optimizer: true" : arena_format(arena, "zero_stage: %d", stage);
}

/* Halves are tried while there are any, then thirds and so on: what divided the batch still does. */
static const char *shrink_micro_batch(const ClusterSpec *cluster, TrainingSpec *training, Arena *arena) {
    (void)cluster;
    int64_t *sequences = &training->plan.micro_batch_seqs;
    int64_t divisor = 2;
    if (*sequences == 1)
        return NULL;
    while (*sequences % divisor != 0)
        divisor++;
    *sequences /= divisor;
    return arena_format(arena, "micro_batch: %" PRId64, *sequences);
}

static const char *double_tensor_parallel(const ClusterSpec *cluster, TrainingSpec *training, Arena *arena) {
    int64_t *gpus = &training->plan.tensor_parallel;
    if (!cluster_nodes_divide_by(cluster, 2 * *gpus))
        return NULL;
    *gpus *= 2;
    return arena_format(arena, "tensor_parallel: %" PRId64, *gpus);
}

/* The next number of GPUs that the experts can be spread over. */
static const char *spread_experts(const ClusterSpec *cluster, TrainingSpec *training, Arena *arena) {
    (void)cluster;
    int64_t experts = training->model.experts, *gpus = &training->plan.expert_parallel;
    if (*gpus >= experts)
        return NULL;
    do
        ++*gpus;
    while (experts % *gpus != 0);
    return arena_format(arena, "expert_parallel: %" PRId64, *gpus);
}

static const char *double_pipeline_parallel(const ClusterSpec *cluster, TrainingSpec *training, Arena *arena) {
    (void)cluster;
    int64_t *stages = &training->plan.pipeline_parallel;
    if (2 * *stages > training->model.layers)
        return NULL;
    *stages *= 2;
    return arena_format(arena, "pipeline_parallel: %" PRId64, *stages);
}

static const char *drop_virtual_stages(const ClusterSpec *cluster, TrainingSpec *training, Arena *arena) {
    (void)cluster, (void)arena;
    if (training->plan.virtual_stages == 1)
        return NULL;
    training->plan.virtual_stages = 1;
    training->plan.schedule = "1f1b";
    return "virtual_stages: 1, schedule: 1f1b";
}

static PlanChange *const CHANGES[] = {
    use_flash_attention, recompute_more,         use_sequence_parallel,    raise_zero_stage,    shrink_micro_batch,
    spread_experts,      double_tensor_parallel, double_pipeline_parallel, drop_virtual_stages,
};
enum { CHANGE_COUNT = sizeof CHANGES / sizeof *CHANGES, MOST_TOGETHER = 3, MOST_FOUND = 1000 };

/* A changed spec; those that are kept fit. */
typedef struct Candidate {
    const char *sentence;    /* "" = nothing changed */
    int steps[CHANGE_COUNT]; /* how far each change went */
    SimulationSpec spec;
    double total_bytes; /* of the fullest GPU */
    SimTime step;
} Candidate;

typedef struct Search {
    const SimulationSpec *spec;
    Arena *arena;
    double capacity_bytes; /* of the smallest GPU of the job */
    Candidate found[MOST_FOUND];
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

/* A copy of the candidate with one change taken one step further; false when there is none. */
static bool take_step(const Search *search, int change, const Candidate *before, Candidate *after) {
    JobSpec *job = ARENA_NEW(search->arena, JobSpec);
    *job = after->spec.jobs[0];
    const char *part = CHANGES[change](&search->spec->cluster, &job->training, search->arena);
    if (part == NULL)
        return false;
    after->spec.jobs = job;
    after->steps[change]++;
    after->sentence =
        before->sentence[0] != '\0' ? arena_format(search->arena, "%s, %s", before->sentence, part) : part;
    return true;
}

/* Something that was found already does with less of everything. */
static bool is_more_than_needed(const Search *search, const Candidate *candidate) {
    bool more = false;
    for (int i = 0; i < search->count && !more; i++) {
        more = true;
        for (int change = 0; change < CHANGE_COUNT; change++)
            more = more && candidate->steps[change] >= search->found[i].steps[change];
    }
    return more;
}

/* Keeps a candidate that fits; true when it does. */
static bool keep(Search *search, const Candidate *candidate) {
    Candidate whole = *candidate;
    JobSpec job = candidate->spec.jobs[0];
    whole.spec.jobs = &job;
    if (!resolve(&whole.spec, search->arena))
        return false;
    whole.total_bytes = fullest_bytes(&job.training);
    if (whole.total_bytes > search->capacity_bytes)
        return false;
    if (search->count < MOST_FOUND && !is_more_than_needed(search, candidate)) {
        const PlanSpec *before = &search->spec->jobs[0].training.plan;
        whole.sentence = complete(candidate->sentence, before, &job.training.plan, search->arena);
        whole.spec.jobs = ARENA_NEW(search->arena, JobSpec);
        *whole.spec.jobs = job;
        search->found[search->count++] = whole;
    }
    return true;
}

/* Tries `together` more changes, from `first` on, each step by step until it fits or goes no further. */
static void extend(Search *search, const Candidate *before, int first, int together) {
    for (int change = first; change < CHANGE_COUNT; change++) {
        Candidate candidate = *before;
        while (take_step(search, change, before, &candidate)) {
            if (is_more_than_needed(search, &candidate) || (together == 1 && keep(search, &candidate)))
                break;
            if (together > 1)
                extend(search, &candidate, change + 1, together - 1);
        }
    }
}

/* Pairs join when few single changes fit, and threes when few pairs do. */
static void search_all(Search *search) {
    const Candidate unchanged = {.sentence = "", .spec = *search->spec};
    for (int together = 1; together <= MOST_TOGETHER && search->count < REMEDY_MOST_CHANGES; together++)
        extend(search, &unchanged, 0, together);
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

/* Runs those that save least, folded since a suggestion need not wait for every rank, and leaves those that end in
 * order of their step time. */
static void rank(Search *search) {
    qsort(search->found, (size_t)search->count, sizeof *search->found, most_bytes_first);
    int runs = search->count < REMEDY_MOST_RUNS ? search->count : REMEDY_MOST_RUNS;
    search->count = 0;
    for (int i = 0; i < runs; i++) {
        Arena *run = arena_create();
        search->found[i].spec.fidelity = FIDELITY_FOLDED;
        search->found[i].spec.without_links = search->found[i].spec.only_times = true;
        const Results *results = simulation_run(&search->found[i].spec, run);
        search->found[i].step = results->step;
        if (results->status == RUN_OK)
            search->found[search->count++] = search->found[i];
        arena_destroy(run);
    }
    qsort(search->found, (size_t)search->count, sizeof *search->found, shortest_step_first);
}

/* The spec with the first job that does not fit alone in it. */
static SimulationSpec *spec_of_trouble(const SimulationSpec *spec, const Results *results, Arena *arena) {
    SimulationSpec *alone = ARENA_NEW(arena, SimulationSpec);
    int job = 0;
    while (results->contention && results->contention->jobs[job]->status != RUN_OUT_OF_MEMORY)
        job++;
    *alone = *spec;
    alone->jobs = &spec->jobs[job];
    alone->job_count = 1;
    alone->background_count = alone->link_event_count = 0;
    return alone;
}

/* The memory rows are those of the job that does not fit. */
static double smallest_capacity(const Results *results) {
    double least = results->memory[0].capacity_bytes;
    for (int i = 1; i < results->memory_count; i++)
        least = fmin(least, results->memory[i].capacity_bytes);
    return least;
}

const Results *remedy_add(const SimulationSpec *spec, const Results *results, Arena *arena) {
    if (results->status != RUN_OUT_OF_MEMORY)
        return results;
    Search *search = ARENA_NEW(arena, Search);
    search->spec = spec_of_trouble(spec, results, arena);
    search->arena = arena;
    search->capacity_bytes = smallest_capacity(results);
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
