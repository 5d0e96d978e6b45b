/* What theory knows of collectives: least bytes, conservation, composition, and the bounds of time. */
#include "models/communication/collective_loads.h"

#include <criterion/criterion.h>
#include <math.h>

enum { RANKS_MAX = 24, GPUS_PER_NODE = 6 };

static const double BYTES = 2.385e7;
static const FabricSpec FABRIC = {.topology = "leaf_spine",
                                  .nodes_per_leaf = 2,
                                  .oversubscription = 3,
                                  .hop_latency_s = 0.3e-6,
                                  .efficiency_fraction = 0.9};
static const NodeSpec NODE = {
    .gpus = GPUS_PER_NODE,
    .nics = 3,
    .nvlink = {.bytes_per_s = 310e9, .latency_s = 1.7e-6, .efficiency_fraction = 0.7, .ramp_s = 3e-5},
    .nic = {.bytes_per_s = 23e9, .latency_s = 5.9e-6, .efficiency_fraction = 0.8, .ramp_s = 4e-5},
};

static CollectiveCall packed(CollectiveKind kind, int ranks, int *rank_gpu) {
    for (int rank = 0; rank < ranks; rank++)
        rank_gpu[rank] = rank;
    return (CollectiveCall){
        .kind = kind, .bytes = BYTES, .ranks = ranks, .rank_gpu = rank_gpu, .gpus_per_node = GPUS_PER_NODE};
}

/* To one rank, or to all with -1. */
static double bytes_sent_to(const CollectiveAlgorithm *algorithm, const CollectiveCall *call, int rank, int to) {
    CollectivePhase phases[COLLECTIVE_PHASES_MAX];
    CollectiveSend sends[RANKS_MAX];
    int count = algorithm->phases(call, phases);
    double bytes = 0;
    for (int phase = 0; phase < count; phase++)
        for (int step = 0; step < phases[phase].steps; step++)
            for (int i = algorithm->sends(call, phase, step, rank, sends) - 1; i >= 0; i--)
                bytes += to < 0 || sends[i].to_rank == to ? sends[i].bytes : 0;
    return bytes;
}

static double bytes_sent_by(const CollectiveAlgorithm *algorithm, const CollectiveCall *call, int rank) {
    return bytes_sent_to(algorithm, call, rank, -1);
}

static double seconds_of(const CollectiveCall *call, const char *name, const FabricSpec *fabric) {
    Network network = network_build(&NODE, fabric, 4);
    Arena *arena = arena_create();
    CollectiveLoads loads;
    collective_loads(call, collective_find(name), &network, arena, &loads);
    double seconds = collective_alone_seconds(&loads, &network);
    arena_destroy(arena);
    return seconds;
}

Test(collectives, an_all_reduce_sends_twice_the_buffer_less_one_share_per_rank) {
    int gpus[RANKS_MAX];
    const char *optimal[] = {"ring", "hierarchical", "direct"};
    for (int i = 0; i < 3; i++)
        for (int n = 1; n <= RANKS_MAX; n++) {
            CollectiveCall call = packed(COLLECTIVE_ALL_REDUCE, n, gpus);
            if (collective_find(optimal[i])->needs(&call))
                continue;
            for (int rank = 0; rank < n; rank++) {
                double bytes = bytes_sent_by(collective_find(optimal[i]), &call, rank);
                cr_assert_float_eq(bytes, 2.0 * (n - 1) / n * BYTES, 1e-6, "%s, rank %d of %d", optimal[i], rank, n);
            }
        }
}

Test(collectives, gathering_or_scattering_sends_half_of_an_all_reduce) {
    int gpus[RANKS_MAX];
    for (int n = 1; n <= RANKS_MAX; n++)
        for (int kind = COLLECTIVE_ALL_GATHER; kind <= COLLECTIVE_REDUCE_SCATTER; kind++) {
            CollectiveCall call = packed((CollectiveKind)kind, n, gpus);
            double bytes = bytes_sent_by(collective_find("ring"), &call, n / 2);
            cr_assert_float_eq(bytes, (n - 1.0) / n * BYTES, 1e-6, "%d ranks", n);
        }
}

Test(collectives, halving_and_doubling_sends_as_little_as_a_ring_between_a_power_of_two) {
    int gpus[RANKS_MAX];
    for (int n = 1; n <= 16; n *= 2)
        for (int kind = COLLECTIVE_ALL_REDUCE; kind <= COLLECTIVE_REDUCE_SCATTER; kind++) {
            CollectiveCall call = packed((CollectiveKind)kind, n, gpus);
            for (int rank = 0; rank < n; rank++) {
                double bytes = bytes_sent_by(collective_find("halving_doubling"), &call, rank);
                cr_assert_float_eq(bytes, bytes_sent_by(collective_find("ring"), &call, rank), 1e-6, "%d ranks", n);
            }
        }
}

Test(collectives, a_pass_of_a_tree_sends_the_buffer_once_to_or_from_every_rank_but_the_root) {
    int gpus[RANKS_MAX];
    for (int n = 1; n <= RANKS_MAX; n++)
        for (int i = 0; i < 3; i++) {
            const CollectiveKind kinds[] = {COLLECTIVE_ALL_REDUCE, COLLECTIVE_BROADCAST, COLLECTIVE_REDUCE};
            CollectiveCall call = packed(kinds[i], n, gpus);
            double bytes = 0;
            for (int rank = 0; rank < n; rank++)
                bytes += bytes_sent_by(collective_find("double_binary_tree"), &call, rank);
            cr_assert_float_eq(bytes, (i == 0 ? 2.0 : 1.0) * (n - 1) * BYTES, 1e-6 * BYTES, "%d ranks", n);
        }
}

Test(collectives, no_rank_of_a_double_tree_sends_more_than_the_buffer_in_a_pass) {
    int gpus[RANKS_MAX];
    for (int n = 2; n <= RANKS_MAX; n += 2) {
        CollectiveCall call = packed(COLLECTIVE_BROADCAST, n, gpus);
        call.gpus_per_node = 1;
        for (int rank = 0; rank < n; rank++)
            cr_assert_leq(bytes_sent_by(collective_find("double_binary_tree"), &call, rank), BYTES * (1 + 1e-12));
    }
}

static int steps_of(const char *name, const CollectiveCall *call) {
    CollectivePhase phases[COLLECTIVE_PHASES_MAX];
    int steps = 0, count = collective_find(name)->phases(call, phases);
    for (int i = 0; i < count; i++)
        steps += phases[i].steps;
    return steps;
}

Test(collectives, trees_and_halving_take_two_steps_per_doubling_of_the_nodes) {
    int gpus[RANKS_MAX];
    for (int n = 1, log_up = 0; n <= RANKS_MAX; n++) {
        log_up += n > 1 << log_up;
        CollectiveCall call = packed(COLLECTIVE_ALL_REDUCE, n, gpus);
        call.gpus_per_node = 1;
        cr_assert_eq(steps_of("double_binary_tree", &call), 2 * log_up, "%d nodes", n);
        bool folds = n != 1 << log_up;
        cr_assert_eq(steps_of("halving_doubling", &call), folds ? 2 * (log_up - 1) + 2 : 2 * log_up, "%d nodes", n);
    }
    CollectiveCall call = packed(COLLECTIVE_ALL_REDUCE, RANKS_MAX, gpus);
    cr_assert_eq(steps_of("double_binary_tree", &call), 2 * (GPUS_PER_NODE - 1 + 2), "chains of 6 on 4 nodes");
}

Test(collectives, a_switch_that_reduces_moves_the_buffer_and_one_share_through_each_port) {
    int gpus[RANKS_MAX];
    const struct {
        CollectiveKind kind;
        double whole, shares;       /* sent by a rank that is not the root */
        double whole_in, shares_in; /* sent by the switch to that rank */
    } theory[] = {{COLLECTIVE_ALL_REDUCE, 1, 1, 1, 1},
                  {COLLECTIVE_REDUCE_SCATTER, 1, 0, 0, 1},
                  {COLLECTIVE_ALL_GATHER, 0, 1, 1, 0},
                  {COLLECTIVE_REDUCE, 1, 0, 0, 0},
                  {COLLECTIVE_BROADCAST, 0, 0, 1, 0}};
    for (int i = 0; i < 5; i++)
        for (int n = 2; n <= GPUS_PER_NODE; n++) {
            CollectiveCall call = packed(theory[i].kind, n, gpus);
            call.in_network_reduction = true;
            double expected = BYTES * (theory[i].whole + theory[i].shares / n);
            cr_assert_float_eq(bytes_sent_by(collective_find("in_network"), &call, n - 1), expected, 1e-6);
            double expected_in = BYTES * (theory[i].whole_in + theory[i].shares_in / n);
            double found_in = bytes_sent_to(collective_find("in_network"), &call, n, n - 1);
            cr_assert_float_eq(found_in, expected_in, 1e-6, "kind %d, %d ranks", i, n);
        }
}

Test(collectives, an_all_to_all_sends_all_but_the_own_chunk) {
    int gpus[RANKS_MAX];
    for (int n = 1; n <= RANKS_MAX; n++) {
        CollectiveCall call = packed(COLLECTIVE_ALL_TO_ALL, n, gpus);
        cr_assert_float_eq(bytes_sent_by(collective_find("direct"), &call, n / 2), (n - 1.0) / n * BYTES, 1e-6);
    }
}

/* Sums over all ports or NICs of a network, [0] out or up and [1] in or down. */
static void sum_by_direction(const CollectivePhaseLoads *phase, const Network *network, LinkKind kind, double *sums) {
    sums[0] = sums[1] = 0;
    for (int i = 0; i < phase->load_count; i++)
        if (network_link_kind(network, phase->loads[i].link) == kind)
            sums[phase->loads[i].link % 2] += phase->loads[i].bytes;
}

Test(collectives, what_leaves_some_links_enters_others) {
    int gpus[RANKS_MAX];
    Network network = network_build(&NODE, &FABRIC, 4);
    Arena *arena = arena_create();
    for (size_t index = 0; collective_at(index); index++)
        for (int n = 2; n <= RANKS_MAX; n++) {
            CollectiveCall call = packed(COLLECTIVE_ALL_REDUCE, n, gpus);
            if (collective_at(index)->needs(&call))
                continue;
            CollectiveLoads loads;
            collective_loads(&call, collective_at(index), &network, arena, &loads);
            double moved = 0;
            for (int phase = 0; phase < loads.phase_count; phase++)
                for (int kind = LINK_NVLINK; kind < LINK_KIND_COUNT; kind++) {
                    double sums[2];
                    sum_by_direction(&loads.phases[phase], &network, (LinkKind)kind, sums);
                    cr_assert_float_eq(sums[0], sums[1], 1e-6 * BYTES);
                    moved += kind == LINK_FABRIC ? 0 : sums[0];
                }
            double sent = 0;
            for (int rank = 0; rank < n; rank++)
                sent += bytes_sent_by(collective_at(index), &call, rank);
            cr_assert_float_eq(moved, sent, 1e-6 * BYTES);
        }
    arena_destroy(arena);
}

/* Nothing waits between the two where all hops are equal; where NICs are slower, their last latencies overlap. */
Test(collectives, an_all_reduce_is_a_reduce_scatter_and_an_all_gather) {
    int gpus[RANKS_MAX];
    const double launch_s = 5e-6, longest_latency_s = 5.9e-6 + 3 * 0.3e-6;
    for (int n = 2; n <= RANKS_MAX; n++) {
        CollectiveCall call = packed(COLLECTIVE_ALL_REDUCE, n, gpus);
        double whole_s = seconds_of(&call, "ring", &FABRIC);
        call.kind = COLLECTIVE_REDUCE_SCATTER;
        double halves_s = seconds_of(&call, "ring", &FABRIC);
        call.kind = COLLECTIVE_ALL_GATHER;
        halves_s += seconds_of(&call, "ring", &FABRIC);
        cr_assert_leq(whole_s, halves_s - launch_s + 1e-12, "%d ranks", n);
        cr_assert_geq(whole_s, halves_s - launch_s - (n <= GPUS_PER_NODE ? 1e-12 : 4 * longest_latency_s), "%d ranks",
                      n);
    }
}

Test(collectives, a_large_all_reduce_inside_a_node_reaches_the_bandwidth_of_its_ports) {
    int gpus[RANKS_MAX];
    CollectiveCall call = packed(COLLECTIVE_ALL_REDUCE, 5, gpus);
    call.bytes = 2.385e12;
    double bus_bytes_per_s = 2.0 * 4 / 5 * call.bytes / seconds_of(&call, "ring", &FABRIC);
    cr_assert_float_eq(bus_bytes_per_s / (310e9 * 0.7), 1, 1e-4);
}

Test(collectives, the_uplinks_of_a_leaf_divide_by_the_oversubscription) {
    int gpus[RANKS_MAX];
    CollectiveCall call = packed(COLLECTIVE_ALL_REDUCE, RANKS_MAX, gpus);
    call.bytes = 2.385e12;
    FabricSpec narrow = FABRIC, narrower = FABRIC;
    narrow.oversubscription = 16;
    narrower.oversubscription = 48;
    double ratio = seconds_of(&call, "ring", &narrower) / seconds_of(&call, "ring", &narrow);
    cr_assert_float_eq(ratio, 3, 1e-4);
}

Test(collectives, more_bytes_never_take_less_time) {
    int gpus[RANKS_MAX];
    for (size_t index = 0; collective_at(index); index++) {
        CollectiveCall call = packed(COLLECTIVE_ALL_REDUCE, RANKS_MAX, gpus);
        double before_s = 0;
        if (collective_at(index)->needs(&call))
            continue;
        for (call.bytes = 1; call.bytes < 1e11; call.bytes *= 1.7) {
            double seconds = seconds_of(&call, collective_at(index)->name, &FABRIC);
            cr_assert_gt(seconds, before_s);
            before_s = seconds;
        }
    }
}
