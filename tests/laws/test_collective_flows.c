/* A collective as explicit flows and folded takes the same time where the placement is symmetric. */
#include "models/communication/collective_flows.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/communication/collective_loads.h"

enum { RANKS_MAX = 64, GPUS_PER_NODE = 8 };

static const double LIMIT_FRACTION = 0.01;
/* A tree on two nodes whose ports are slower than its NICs: folded, a port is idle until both passes have come to it.
 */
static const double TWO_PASSES_FRACTION = 0.05;
/* Dense where a ring between nodes goes from latency to bandwidth. */
static const double SIZES_BYTES[] = {1024,    65536, 1.3e6, 4e6, 6e6, 9e6, 1.1e7, 1.4e7, 1.7e7,
                                     2.385e7, 2.8e7, 3.4e7, 4e7, 6e7, 8e7, 1e8,   3.3e8, 8e9};
static const int RANKS[] = {2, 4, 8, 16, 32, 64};
static const FabricSpec FABRIC = {.topology = "leaf_spine",
                                  .nodes_per_leaf = 8,
                                  .oversubscription = 1,
                                  .hop_latency_s = 0.3e-6,
                                  .efficiency_fraction = 1};

/* A node as DGX A100 and H100, with a NIC for every `gpus_per_nic` GPUs. */
static NodeSpec node_of(int gpus_per_nic) {
    return (NodeSpec){
        .gpus = GPUS_PER_NODE,
        .nics = GPUS_PER_NODE / gpus_per_nic,
        .nvlink = {.bytes_per_s = 300e9, .latency_s = 1.9e-6, .efficiency_fraction = 0.7, .ramp_s = 41e-6},
        .in_network_reduction = true,
        .nic = {.bytes_per_s = 25e9, .latency_s = 7.3e-6, .efficiency_fraction = 0.64, .ramp_s = 47e-6},
    };
}

typedef struct Worst {
    double fraction; /* largest difference, 0.. */
    char what[128];
    int calls;
} Worst;

static void compare(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network,
                    Worst *worst) {
    double folded_s = collective_seconds(call, algorithm, network);
    double explicit_s = collective_flows_alone_seconds(call, algorithm, network);
    double fraction = fabs(folded_s / explicit_s - 1);
    worst->calls++;
    if (fraction < worst->fraction)
        return;
    worst->fraction = fraction;
    snprintf(worst->what, sizeof worst->what, "%s of %g bytes on %d ranks: %.3f us folded, %.3f us explicit",
             collective_kind_name(call->kind), call->bytes, call->ranks, folded_s * 1e6, explicit_s * 1e6);
}

/* All kinds, sizes and numbers of ranks that the algorithm can run. */
static Worst compare_all(const CollectiveAlgorithm *algorithm, const Network *network) {
    int gpus[RANKS_MAX];
    Worst worst = {0};
    for (int rank = 0; rank < RANKS_MAX; rank++)
        gpus[rank] = rank;
    for (size_t i = 0; i < sizeof RANKS / sizeof *RANKS; i++)
        for (int kind = 0; kind < COLLECTIVE_KIND_COUNT; kind++) {
            CollectiveCall call = {.kind = (CollectiveKind)kind,
                                   .ranks = RANKS[i],
                                   .rank_gpu = gpus,
                                   .gpus_per_node = GPUS_PER_NODE,
                                   .in_network_reduction = true};
            if (algorithm->needs(&call))
                continue;
            for (size_t size = 0; size < sizeof SIZES_BYTES / sizeof *SIZES_BYTES; size++) {
                call.bytes = SIZES_BYTES[size];
                compare(&call, algorithm, network, &worst);
            }
        }
    return worst;
}

/* Prints the worst of each algorithm, all of which must be within their limit. */
static void expect_agreement(const FabricSpec *fabric, int gpus_per_nic) {
    NodeSpec node = node_of(gpus_per_nic);
    Network network = network_build(&node, fabric, RANKS_MAX / GPUS_PER_NODE);
    for (size_t index = 0; collective_at(index); index++) {
        const CollectiveAlgorithm *algorithm = collective_at(index);
        Worst worst = compare_all(algorithm, &network);
        fprintf(stderr, "%s, %d GPUs per NIC, %s: %d calls, worst %.2f %%: %s\n", fabric->topology, gpus_per_nic,
                algorithm->name, worst.calls, 100 * worst.fraction, worst.what);
        cr_expect_gt(worst.calls, 0);
        bool two_passes = gpus_per_nic == 1 && strcmp(algorithm->name, "double_binary_tree") == 0;
        cr_expect_leq(worst.fraction, two_passes ? TWO_PASSES_FRACTION : LIMIT_FRACTION, "%s: %s", algorithm->name,
                      worst.what);
    }
}

Test(collective_flows, explicit_and_folded_agree_with_a_nic_for_every_gpu) {
    expect_agreement(&FABRIC, 1);
}

Test(collective_flows, explicit_and_folded_agree_with_nics_that_gpus_share) {
    expect_agreement(&FABRIC, 2);
    expect_agreement(&FABRIC, 8);
}

Test(collective_flows, explicit_and_folded_agree_where_the_nic_decides_the_way) {
    FabricSpec rails = FABRIC;
    rails.topology = "rail_optimised";
    expect_agreement(&rails, 1);
    FabricSpec sprayed = FABRIC;
    sprayed.nodes_per_leaf = 4;
    sprayed.spines = 4;
    sprayed.routing = ROUTING_SPRAY;
    sprayed.hop_latency_s = 0;
    expect_agreement(&sprayed, 1);
}

/* Ranks spread over nodes unevenly: phases that wait for the slowest rank when folded overlap as explicit flows. */
Test(collective_flows, uneven_placements_end_near_the_folded_time) {
    static const double MOST_FRACTION = 0.25;
    const int counts[] = {3, 5, 7, 11, 13};
    NodeSpec node = node_of(2);
    Network network = network_build(&node, &FABRIC, RANKS_MAX / GPUS_PER_NODE);
    int gpus[13];
    for (int rank = 0; rank < 13; rank++)
        gpus[rank] = 3 * rank + rank / 4;
    for (size_t index = 0; collective_at(index); index++) {
        Worst worst = {0};
        for (int i = 0; i < 5 * COLLECTIVE_KIND_COUNT * 3; i++) {
            CollectiveCall call = {.kind = (CollectiveKind)(i % COLLECTIVE_KIND_COUNT),
                                   .ranks = counts[i / COLLECTIVE_KIND_COUNT % 5],
                                   .bytes = i < 35   ? 2385
                                            : i < 70 ? 2.385e6
                                                     : 2.385e9,
                                   .rank_gpu = gpus,
                                   .gpus_per_node = GPUS_PER_NODE,
                                   .in_network_reduction = true};
            if (!collective_at(index)->needs(&call))
                compare(&call, collective_at(index), &network, &worst);
        }
        fprintf(stderr, "uneven, %s: %d calls, worst %.1f %%: %s\n", collective_at(index)->name, worst.calls,
                100 * worst.fraction, worst.what);
        cr_expect_leq(worst.fraction, MOST_FRACTION, "%s: %s", collective_at(index)->name, worst.what);
    }
}
