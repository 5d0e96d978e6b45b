#include "models/workload/collective_sweep.h"

#include <math.h>

#include "models/workload/collective_choice.h"
#include "models/workload/collective_loads.h"
#include "sim/engine/check.h"

double collective_sweep_bus_factor(CollectiveKind kind, int ranks) {
    double share = (ranks - 1.0) / ranks;
    switch (kind) {
    case COLLECTIVE_ALL_REDUCE:
        return 2 * share;
    case COLLECTIVE_ALL_GATHER:
    case COLLECTIVE_REDUCE_SCATTER:
    case COLLECTIVE_ALL_TO_ALL:
        return share;
    case COLLECTIVE_SEND_RECV:
    case COLLECTIVE_BROADCAST:
    case COLLECTIVE_REDUCE:
        return 1;
    case COLLECTIVE_KIND_COUNT:
        break;
    }
    CHECK(false);
}

double collective_sweep_seconds(const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                const Network *network) {
    Arena *arena = arena_create();
    CollectiveLoads loads;
    collective_loads(call, algorithm, network, arena, &loads);
    double seconds = collective_alone_seconds(&loads, network);
    arena_destroy(arena);
    return seconds;
}

/* Ranks of one node are neighbours. */
static int count_nodes(const CollectiveCall *call) {
    int nodes = 1;
    for (int rank = 1; rank < call->ranks; rank++)
        nodes += call->rank_gpu[rank] / call->gpus_per_node != call->rank_gpu[rank - 1] / call->gpus_per_node;
    return nodes;
}

static CollectiveRow row_of(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network) {
    double seconds = collective_sweep_seconds(call, algorithm, network);
    double bytes_per_s = seconds > 0 ? call->bytes / seconds : NAN;
    return (CollectiveRow){.bytes = call->bytes,
                           .seconds = seconds,
                           .algorithm_bytes_per_s = bytes_per_s,
                           .bus_bytes_per_s = bytes_per_s * collective_sweep_bus_factor(call->kind, call->ranks),
                           .algorithm = algorithm->name};
}

const CollectiveResults *collective_sweep(const CollectiveSweep *sweep, const Network *network, Arena *arena) {
    CollectiveRow *rows = ARENA_ARRAY(arena, sweep->size_count, CollectiveRow);
    CollectiveCall call = sweep->call;
    for (int i = 0; i < sweep->size_count; i++) {
        call.bytes = sweep->sizes_bytes[i];
        const CollectiveAlgorithm *algorithm = collective_select(sweep->algorithm, &call, network);
        if (!algorithm)
            return NULL;
        rows[i] = row_of(&call, algorithm, network);
    }
    CollectiveResults *results = ARENA_NEW(arena, CollectiveResults);
    *results = (CollectiveResults){.name = sweep->name,
                                   .kind = collective_kind_name(call.kind),
                                   .ranks = call.ranks,
                                   .nodes = count_nodes(&call),
                                   .rows = rows,
                                   .row_count = sweep->size_count};
    return results;
}

const double *collective_sweep_sizes(double from_bytes, double to_bytes, double factor, Arena *arena, int *count) {
    static const double ROUNDING = 1 + 1e-9;
    CHECK(factor > 1 && from_bytes > 0);
    int sizes = 0;
    for (double bytes = from_bytes; bytes <= to_bytes * ROUNDING; bytes *= factor)
        sizes++;
    double *list = ARENA_ARRAY(arena, sizes, double);
    double bytes = from_bytes;
    for (int i = 0; i < sizes; i++, bytes *= factor)
        list[i] = bytes;
    *count = sizes;
    return list;
}
