#include "models/workload/collective_job.h"

#include <string.h>

#include "models/communication/collective_flows.h"
#include "sim/engine/check.h"

/* A ring of so many ranks has 33,000 messages, and so many ranks that all send to all have 1,000 under way at once. */
enum { FLOW_RANKS_MAX = 128, FLOW_PAIR_RANKS_MAX = 32 };

int collective_size_count(const CollectiveSpec *spec) {
    int count = 0;
    for (double bytes = spec->from_bytes; bytes <= spec->to_bytes && count <= COLLECTIVE_SIZES_MAX;
         bytes *= (double)spec->factor)
        count++;
    return count;
}

static const char *const GATHER = "gather", *const SCATTER = "scatter";

const char *collective_operation_name(int index) {
    if (index < COLLECTIVE_KIND_COUNT)
        return collective_kind_name((CollectiveKind)index);
    return index == COLLECTIVE_KIND_COUNT ? GATHER : index == COLLECTIVE_KIND_COUNT + 1 ? SCATTER : NULL;
}

/* gather and scatter are all_to_alls. */
static CollectiveKind kind_of(const char *operation) {
    for (int kind = 0; kind < COLLECTIVE_KIND_COUNT; kind++)
        if (strcmp(collective_kind_name((CollectiveKind)kind), operation) == 0)
            return (CollectiveKind)kind;
    CHECK(strcmp(operation, GATHER) == 0 || strcmp(operation, SCATTER) == 0);
    return COLLECTIVE_ALL_TO_ALL;
}

double collective_operation_bus_factor(const char *operation, int ranks) {
    return collective_bus_factor(kind_of(operation), ranks);
}

/* As in CollectiveCall; all pairs are alike but in a gather and a scatter. */
static const double *pair_weights(Arena *arena, const char *operation, int ranks) {
    bool gathers = strcmp(operation, GATHER) == 0, scatters = strcmp(operation, SCATTER) == 0;
    if (!gathers && !scatters)
        return NULL;
    double *pairs = ARENA_ARRAY(arena, (size_t)ranks * (size_t)ranks, double);
    for (int rank = 1; rank < ranks; rank++)
        pairs[gathers ? rank * ranks : rank] = 1;
    return pairs;
}

/* True when all nodes that have ranks have equally many. */
static bool fills_nodes_evenly(const int *rank_gpu, int64_t ranks, int gpus_per_node) {
    int64_t first = 0, of_first_node = 0;
    for (int64_t rank = 1; rank <= ranks; rank++) {
        if (rank < ranks && rank_gpu[rank] / gpus_per_node == rank_gpu[first] / gpus_per_node)
            continue;
        if (of_first_node == 0)
            of_first_node = rank - first;
        if (rank - first != of_first_node)
            return false;
        first = rank;
    }
    return true;
}

static bool some_link_fails(const SimulationSpec *spec) {
    for (int64_t i = 0; i < spec->link_event_count; i++)
        if (spec->link_events[i].speed_fraction == 0)
            return true;
    return false;
}

bool collective_runs_as_flows(const SimulationSpec *spec, const JobSpec *job, const int *rank_gpu) {
    if (job->kind != JOB_COLLECTIVE || some_link_fails(spec))
        return false;
    bool all_at_once =
        kind_of(job->collective.operation) == COLLECTIVE_ALL_TO_ALL || strcmp(job->collective.algorithm, "direct") == 0;
    if (job->gpus > (all_at_once ? FLOW_PAIR_RANKS_MAX : FLOW_RANKS_MAX))
        return false;
    return spec->fidelity == FIDELITY_UNFOLDED ||
           !fills_nodes_evenly(rank_gpu, job->gpus, cluster_gpus_per_node(&spec->cluster));
}

CollectiveTraffic collective_traffic_create(Arena *arena, const SimulationSpec *spec, const JobSpec *job,
                                            const RankClasses *ranks, Traffic *traffic) {
    const CollectiveSpec *collective = &job->collective;
    const Network *network = traffic_network(traffic);
    int count = collective_size_count(collective);
    double *bytes = ARENA_ARRAY(arena, count, double), size = collective->from_bytes;
    int *operations = ARENA_ARRAY(arena, count, int);
    CollectiveCall *calls = ARENA_ARRAY(arena, count, CollectiveCall);
    const double *weights = pair_weights(arena, collective->operation, (int)job->gpus);
    for (int i = 0; i < count; i++, size *= (double)collective->factor) {
        bytes[i] = size;
        calls[i] = (CollectiveCall){.kind = kind_of(collective->operation),
                                    .bytes = size,
                                    .ranks = (int)job->gpus,
                                    .rank_gpu = ranks->rank_gpu,
                                    .gpus_per_node = network->gpus_per_node,
                                    .in_network_reduction = network_reduces(network, ranks->rank_gpu, (int)job->gpus),
                                    .pair_weights = weights};
        operations[i] = traffic_add(traffic, &(TrafficGroups){.kind = calls[i].kind,
                                                              .bytes = size,
                                                              .algorithm = collective->algorithm,
                                                              .ranks = calls[i].ranks,
                                                              .count = 1,
                                                              .gpus = ranks->rank_gpu,
                                                              .pair_weights = weights,
                                                              .copies = 1});
    }
    return (CollectiveTraffic){.as_flows = collective_runs_as_flows(spec, job, ranks->rank_gpu),
                               .calls = calls,
                               .alone_s = ARENA_ARRAY(arena, count, double),
                               .size_count = count,
                               .bytes = bytes,
                               .operations = operations};
}

/* A call that is run message by message. */
static void add_run(StepBuilder *builder, StepTask what, const StreamSet *all, const CollectiveTraffic *traffic) {
    const StepGround *ground = &builder->step->ground;
    CollectiveRun *run = ARENA_NEW(ground->arena, CollectiveRun);
    int operation = traffic->operations[what.chunk];
    *run = (CollectiveRun){.network = traffic_network(builder->traffic),
                           .links = traffic_all_links(builder->traffic, ground->share),
                           .step = builder->step,
                           .call = traffic->calls[what.chunk],
                           .algorithm = collective_find(traffic_algorithm(builder->traffic, operation))};
    double *alone_s = &traffic->alone_s[what.chunk];
    if (*alone_s == 0 && fair_share_owner_count(ground->share) > 0)
        *alone_s = collective_flows_alone_seconds(&run->call, run->algorithm, run->network);
    run->alone_s = *alone_s;
    run->next = builder->step->runs;
    builder->step->runs = run;
    run->task = step_builder_hand_over(builder, what, all, operation, collective_run_begin(run));
}

void collective_tasks_add(StepBuilder *builder, const CollectiveTraffic *traffic, const CollectiveSpec *spec) {
    const StreamSet all = {.classes = (const int[]){0}, .count = 1, .stream = STREAM_COMPUTE};
    StepTask what = {.kind = BAR_DATA_COMM, .category = LEDGER_COMM_DATA};
    for (int size = 0; size < traffic->size_count; size++)
        for (int repeat = 0; repeat < spec->repeats; repeat++) {
            what.chunk = size;
            what.micro_batch = repeat;
            if (traffic->as_flows)
                add_run(builder, what, &all, traffic);
            else
                step_builder_communicate(builder, what, &all, traffic->operations[size], 1);
        }
    step_builder_barrier(builder);
}
