/*
 * nvls_tree: on two nodes the switches inside them add and copy (NCCL's NVLSTree, from Hopper on). With g ranks on
 * each, rank p of a node owns the p-th part of the buffer: it reads the sum of its node's copies through the switch,
 * sends it to rank p of the first node or adds what comes from there, gets the whole sum, and writes it to all ranks of
 * its node through the switch. All of that is one pipeline: a port carries (g+1)/g of the buffer each way, where a ring
 * over both nodes carries 2 (n-1)/n, and the NICs of a node carry it once, where a ring puts 2 (n-1)/n on them. So 8
 * H100 on each node reach 478 GB/s of bus bandwidth over 8 NICs of 400 Gbit/s, and 161 over 8 of 100 (all_reduce of 8
 * GiB on p5.48xlarge, crazyguitar/aws-gpu-communication-benchmark; NVIDIA/nccl-tests issue 153).
 *
 * Limit: two nodes. On more a NIC carries the buffer twice either way, as a ring's does, and NCCL's tuner expects about
 * as much of NVLSTree as of a tree: double_binary_tree stands for it there.
 */
#include "models/communication/collective.h"
#include "models/communication/collective_layout.h"

enum { STEP_ADD, STEP_SCATTER, STEP_OVER, STEP_BACK, STEP_STORE, STEP_COPY, STEPS };

static const char *nvls_tree_needs(const CollectiveCall *call) {
    int width = collective_ranks_on_first_node(call);
    if (call->kind != COLLECTIVE_ALL_REDUCE)
        return "an all_reduce";
    if (!call->in_network_reduction)
        return "a node whose switch reduces: in_network_reduction";
    bool both = width > 1 && call->ranks == 2 * width && collective_fills_nodes(call);
    return both ? NULL : "two nodes with equally many ranks, several on each";
}

static int nvls_tree_phases(const CollectiveCall *call, CollectivePhase *phases) {
    /* Up and down, as the tree on two nodes. */
    phases[0] = (CollectivePhase){
        .steps = STEPS, .pipelined = true, .in_network = true, .more_ramps = 1, .channels = call->ranks / 2};
    return 1;
}

/* The part of a place in a node, or the whole buffer. */
static CollectiveSend part_to(const CollectiveCall *call, int to_rank, int place) {
    return (CollectiveSend){.to_rank = to_rank,
                            .bytes = call->bytes * 2 / call->ranks,
                            .first_chunk = 2 * place,
                            .chunks = 2,
                            .chunk_stride = 1};
}

static CollectiveSend all_to(const CollectiveCall *call, int to_rank) {
    return (CollectiveSend){.to_rank = to_rank, .bytes = call->bytes, .chunks = call->ranks, .chunk_stride = 1};
}

static int sends_of_switch(const CollectiveCall *call, int step, int node, CollectiveSend *sends) {
    int width = call->ranks / 2;
    if (step != STEP_SCATTER && step != STEP_COPY)
        return 0;
    for (int place = 0; place < width; place++) {
        int to = node * width + place;
        sends[place] = step == STEP_COPY ? all_to(call, to) : part_to(call, to, place);
    }
    return width;
}

static int sends_of_rank(const CollectiveCall *call, int step, int rank, CollectiveSend *sends) {
    int width = call->ranks / 2, place = rank % width, node = rank / width, own_switch = call->ranks + node;
    if (step == STEP_ADD)
        sends[0] = all_to(call, own_switch);
    else if (step == STEP_STORE)
        sends[0] = part_to(call, own_switch, place);
    else if ((step == STEP_OVER && node == 1) || (step == STEP_BACK && node == 0))
        sends[0] = part_to(call, (rank + width) % call->ranks, place);
    else
        return 0;
    sends[0].reduces = step == STEP_ADD || step == STEP_OVER;
    return 1;
}

static int nvls_tree_sends(const CollectiveCall *call, int phase, int step, int rank, CollectiveSend *sends) {
    (void)phase;
    if (rank >= call->ranks)
        return sends_of_switch(call, step, rank - call->ranks, sends);
    return sends_of_rank(call, step, rank, sends);
}

const CollectiveAlgorithm collective_nvls_tree = {
    .name = "nvls_tree",
    .summary = "the switches of two nodes add and copy; fewest bytes on ports and NICs",
    .source = "NVIDIA/nccl, src/device/all_reduce.h (NVLSTree); NVIDIA H100 white paper: third-generation NVSwitch",
    .automatic = {[COLLECTIVE_ALL_REDUCE] = true},
    .needs = nvls_tree_needs,
    .phases = nvls_tree_phases,
    .sends = nvls_tree_sends,
};
