#include "models/workload/collective_sweep.h"

#include <criterion/criterion.h>
#include <math.h>

static const NodeSpec NODE = {
    .gpus = 4,
    .nics = 4,
    .nvlink = {.bytes_per_s = 200e9, .latency_s = 2e-6, .efficiency_fraction = 0.5},
    .nic = {.bytes_per_s = 20e9, .latency_s = 7e-6, .efficiency_fraction = 0.8},
};
static const FabricSpec FABRIC = {
    .topology = "single_switch", .oversubscription = 1, .hop_latency_s = 0.5e-6, .efficiency_fraction = 1};
static const int GPUS[8] = {0, 1, 2, 3, 4, 5, 6, 7};
static const double SIZES[2] = {4e6, 2.385e9};

static CollectiveSweep sweep_of(CollectiveKind kind, int ranks) {
    return (CollectiveSweep){.name = "tune",
                             .call = {.kind = kind, .ranks = ranks, .rank_gpu = GPUS, .gpus_per_node = 4},
                             .algorithm = "auto",
                             .sizes_bytes = SIZES,
                             .size_count = 2};
}

Test(collective_sweep, bus_factors_are_those_of_nccl_tests) {
    cr_assert_float_eq(collective_sweep_bus_factor(COLLECTIVE_ALL_REDUCE, 5), 1.6, 1e-12);
    cr_assert_float_eq(collective_sweep_bus_factor(COLLECTIVE_ALL_GATHER, 5), 0.8, 1e-12);
    cr_assert_float_eq(collective_sweep_bus_factor(COLLECTIVE_REDUCE_SCATTER, 5), 0.8, 1e-12);
    cr_assert_float_eq(collective_sweep_bus_factor(COLLECTIVE_ALL_TO_ALL, 5), 0.8, 1e-12);
    cr_assert_eq(collective_sweep_bus_factor(COLLECTIVE_BROADCAST, 5), 1);
    cr_assert_eq(collective_sweep_bus_factor(COLLECTIVE_REDUCE, 5), 1);
    cr_assert_eq(collective_sweep_bus_factor(COLLECTIVE_SEND_RECV, 2), 1);
}

Test(collective_sweep, a_row_has_the_time_and_both_bandwidths) {
    Arena *arena = arena_create();
    Network network = network_build(&NODE, &FABRIC, 2);
    CollectiveSweep sweep = sweep_of(COLLECTIVE_ALL_REDUCE, 4);
    const CollectiveResults *results = collective_sweep(&sweep, &network, arena);
    double seconds = 5e-6 + 6 * 2e-6 + 6 * 1e6 / 100e9;
    cr_assert_eq(results->row_count, 2);
    cr_assert_float_eq(results->rows[0].seconds, seconds, 1e-12);
    cr_assert_float_eq(results->rows[0].algorithm_bytes_per_s, 4e6 / seconds, 1e-2);
    cr_assert_float_eq(results->rows[0].bus_bytes_per_s, 1.5 * 4e6 / seconds, 1e-2);
    cr_assert_str_eq(results->rows[0].algorithm, "ring");
    cr_assert_str_eq(results->kind, "all_reduce");
    cr_assert_eq(results->nodes, 1);
    arena_destroy(arena);
}

Test(collective_sweep, the_bus_bandwidth_of_large_messages_is_that_of_the_links) {
    Arena *arena = arena_create();
    Network network = network_build(&NODE, &FABRIC, 2);
    for (int kind = COLLECTIVE_ALL_REDUCE; kind <= COLLECTIVE_REDUCE_SCATTER; kind++) {
        CollectiveSweep sweep = sweep_of((CollectiveKind)kind, 8);
        const CollectiveResults *results = collective_sweep(&sweep, &network, arena);
        cr_assert_eq(results->nodes, 2);
        cr_assert_float_eq(results->rows[1].bus_bytes_per_s / (4 * 16e9), 1, 2e-3);
    }
    arena_destroy(arena);
}

Test(collective_sweep, one_rank_has_no_bandwidth) {
    Arena *arena = arena_create();
    Network network = network_build(&NODE, &FABRIC, 2);
    CollectiveSweep sweep = sweep_of(COLLECTIVE_ALL_REDUCE, 1);
    const CollectiveRow *row = &collective_sweep(&sweep, &network, arena)->rows[0];
    cr_assert_eq(row->seconds, 0);
    cr_assert(isnan(row->algorithm_bytes_per_s) && isnan(row->bus_bytes_per_s));
    arena_destroy(arena);
}

Test(collective_sweep, an_unknown_algorithm_gives_nothing) {
    Arena *arena = arena_create();
    Network network = network_build(&NODE, &FABRIC, 2);
    CollectiveSweep sweep = sweep_of(COLLECTIVE_ALL_REDUCE, 4);
    sweep.algorithm = "rign";
    cr_assert_null(collective_sweep(&sweep, &network, arena));
    arena_destroy(arena);
}

Test(collective_sweep, sizes_grow_by_their_factor_up_to_the_largest) {
    Arena *arena = arena_create();
    int count;
    const double *sizes = collective_sweep_sizes(8, 128, 2, arena, &count);
    cr_assert_eq(count, 5);
    cr_assert_eq(sizes[0], 8);
    cr_assert_eq(sizes[4], 128);
    collective_sweep_sizes(8, 127, 2, arena, &count);
    cr_assert_eq(count, 4);
    arena_destroy(arena);
}
