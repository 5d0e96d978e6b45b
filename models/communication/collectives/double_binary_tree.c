/*
 * double_binary_tree: two trees over the nodes, each for half of the buffer, chosen so that a node that passes on in
 * one is a leaf in the other: all links are busy, and a buffer crosses in log2 of the nodes (Sanders, Speck, Traeff:
 * Two-tree algorithms for full bandwidth broadcast, reduction and scan, Parallel Computing 35, 2009). As in NCCL the
 * ranks of one node form a chain with its first rank at the head. With m nodes of g ranks a pass up or down takes g - 1
 * + ceil(log2 m) steps, through which the buffer streams; each rank but the root sends or receives it once.
 *
 * An all_reduce is a pass up and one down; in NCCL sums go down while later pieces still come up. On four nodes and
 * more a node in the middle of a tree sends the buffer twice either way, so that the passes may as well follow each
 * other. On two nodes with equally many ranks they are one pipeline: a NIC direction carries the buffer once, where a
 * ring puts 2 (n-1)/n of it, and a port in the node 2 (g-1)/g. There a chain starts at every rank, as NCCL's channels
 * do, each for its part of the buffer; rank r of the second node sends its sums to rank r of the first. Source: NVIDIA,
 * Massively Scale Your Deep Learning Training with NCCL 2.4, 2019; NCCL's maintainers in NVIDIA/nccl issues 320, 812
 * and 946.
 *
 * Rank 0 is the root of both trees; the others are numbered 1 .. n. The in-order tree has the odd numbers as leaves,
 * and a number with z trailing zero bits on level z. The second tree is its mirror image for even n, shifted by one for
 * odd n. Inside one node it would be the chain of a ring's broadcast, and more bytes than a ring's all_reduce, so it is
 * not run.
 *
 * On more than two nodes it fills 0.74 of the NICs' line at most, where a ring fills 0.9 and more: 150 of 200 GB/s of
 * bus bandwidth on 5 nodes of H100 with 4 RoCE of 400 Gbit/s (a ring 190; nccl-tests, NVIDIA/nccl issue 1368), 36.8 of
 * 50 on 8 nodes behind one InfiniBand switch (a ring 43.6; issue 319). A NIC gets from two children at once and sends
 * to one. Limits: on three nodes at once would be a quarter less; an odd number of ranks does not halve the chunks, the
 * second tree has one more.
 */
#include <math.h>

#include "models/communication/collective.h"
#include "models/communication/collective_layout.h"

static const double LINE_FRACTION = 0.74; /* see above */

/* Nodes as blocks of as many ranks as the first has; blocks that straddle nodes work, only slower. */
typedef struct Trees {
    int width;  /* ranks in a block; the last may have fewer */
    int others; /* blocks without the root's */
    int levels;
    bool at_once; /* an all_reduce on two nodes with equally many ranks */
} Trees;

static Trees trees_of(const CollectiveCall *call) {
    int width = collective_ranks_on_first_node(call), others = (call->ranks + width - 1) / width - 1;
    Trees trees = {.width = width, .others = others};
    trees.levels = others > 0 ? ilogb(others) + 1 : 0;
    trees.at_once =
        call->kind == COLLECTIVE_ALL_REDUCE && call->ranks == 2 * width &&
        call->rank_gpu[width] / call->gpus_per_node == call->rank_gpu[call->ranks - 1] / call->gpus_per_node;
    return trees;
}

static const char *double_binary_tree_needs(const CollectiveCall *call) {
    bool runs =
        call->kind == COLLECTIVE_ALL_REDUCE || call->kind == COLLECTIVE_BROADCAST || call->kind == COLLECTIVE_REDUCE;
    if (!runs)
        return "an all_reduce, broadcast or reduce";
    bool inside = call->ranks > 1 && collective_ranks_on_first_node(call) == call->ranks;
    return inside ? "ranks on several nodes; inside one it is a chain" : NULL;
}

static int double_binary_tree_phases(const CollectiveCall *call, CollectivePhase *phases) {
    Trees trees = trees_of(call);
    CollectivePhase pass = {.steps = trees.width - 1 + trees.levels, .pipelined = true};
    if (call->ranks == 1)
        return 0;
    if (trees.at_once) {
        phases[0] =
            (CollectivePhase){.steps = 2 * pass.steps, .pipelined = true, .more_ramps = 1, .channels = trees.width};
        return 1;
    }
    pass.line_fraction = trees.others > 1 ? LINE_FRACTION : 0;
    phases[0] = phases[1] = pass;
    return call->kind == COLLECTIVE_ALL_REDUCE ? 2 : 1;
}

/* The number of a block in tree 0 or 1. */
static int number_of(const Trees *trees, int tree, int block) {
    if (tree == 0 || block == 0)
        return block;
    return trees->others % 2 == 0 ? trees->others + 1 - block : block % trees->others + 1;
}

static int block_of(const Trees *trees, int tree, int number) {
    if (tree == 0 || number == 0)
        return number;
    return trees->others % 2 == 0 ? trees->others + 1 - number : (number + trees->others - 2) % trees->others + 1;
}

static int parent_of(const Trees *trees, int number) {
    int bit = number & -number, parent = (number ^ bit) | (bit << 1);
    return parent > trees->others ? number ^ bit : parent;
}

/* Of a number that is on a level above. */
static bool is_child(const Trees *trees, int number, int parent) {
    return number >= 1 && number <= trees->others && parent_of(trees, number) == parent;
}

/* The half of a tree, from the first chunk on. */
static CollectiveSend half_to(const CollectiveCall *call, int tree, int to_rank) {
    int first = tree == 0 ? 0 : call->ranks / 2, chunks = tree == 0 ? call->ranks / 2 : call->ranks - first;
    return (CollectiveSend){.to_rank = to_rank,
                            .bytes = call->bytes * chunks / call->ranks,
                            .first_chunk = first,
                            .chunks = chunks,
                            .chunk_stride = 1};
}

static CollectiveSend all_to(const CollectiveCall *call, int to_rank) {
    return (CollectiveSend){.to_rank = to_rank, .bytes = call->bytes, .chunks = call->ranks, .chunk_stride = 1};
}

/* From the ends of the chains to their heads, then level by level to the root. */
static int sends_up(const CollectiveCall *call, const Trees *trees, int step, int rank, CollectiveSend *sends) {
    int place = rank % trees->width, block = rank / trees->width, level = step - (trees->width - 1), count = 0;
    if (level < 0 && place == trees->width - 1 - step)
        sends[count++] = all_to(call, rank - 1);
    for (int tree = 0; tree < 2 && level >= 0 && place == 0 && block > 0; tree++) {
        int number = number_of(trees, tree, block);
        if ((number & -number) == 1 << level)
            sends[count++] = half_to(call, tree, block_of(trees, tree, parent_of(trees, number)) * trees->width);
    }
    for (int i = 0; i < count; i++)
        sends[i].reduces = true;
    return count;
}

static int sends_to_children(const CollectiveCall *call, const Trees *trees, int level, int block,
                             CollectiveSend *sends) {
    int count = 0;
    for (int tree = 0; tree < 2; tree++) {
        int number = number_of(trees, tree, block);
        if (number % (2 << level) != 0)
            continue;
        for (int child = number - (1 << level); child <= number + (1 << level); child += 2 << level)
            if (is_child(trees, child, number))
                sends[count++] = half_to(call, tree, block_of(trees, tree, child) * trees->width);
    }
    return count;
}

static int sends_down(const CollectiveCall *call, const Trees *trees, int step, int rank, CollectiveSend *sends) {
    int place = rank % trees->width, chain_step = step - trees->levels;
    if (chain_step < 0)
        return place == 0 ? sends_to_children(call, trees, trees->levels - 1 - step, rank / trees->width, sends) : 0;
    bool has_next = place + 1 < trees->width && rank + 1 < call->ranks;
    sends[0] = all_to(call, rank + 1);
    return place == chain_step && has_next ? 1 : 0;
}

/* On two nodes: the chain whose head is that far along the ranks of the node from `rank` backwards. */
static CollectiveSend chain_send(const CollectiveCall *call, int rank, int from_head, int to_rank) {
    int width = call->ranks / 2, chain = (rank - from_head + width) % width;
    return (CollectiveSend){
        .to_rank = to_rank, .bytes = call->bytes / width, .first_chunk = 2 * chain, .chunks = 2, .chunk_stride = 1};
}

/* Up the chains, over to the first node and back, down the chains. */
static int sends_at_once(const CollectiveCall *call, int step, int rank, CollectiveSend *sends) {
    int width = call->ranks / 2, place = rank % width, first = rank - place;
    if (step < width - 1)
        sends[0] = chain_send(call, rank, width - 1 - step, first + (place + width - 1) % width);
    else if (step > width)
        sends[0] = chain_send(call, rank, step - width - 1, first + (place + 1) % width);
    else if ((step < width) == (rank < width))
        return 0;
    else
        sends[0] = chain_send(call, rank, 0, (rank + width) % call->ranks);
    sends[0].reduces = step < width;
    return 1;
}

static int double_binary_tree_sends(const CollectiveCall *call, int phase, int step, int rank, CollectiveSend *sends) {
    Trees trees = trees_of(call);
    if (trees.at_once)
        return sends_at_once(call, step, rank, sends);
    bool up = call->kind != COLLECTIVE_BROADCAST && phase == 0;
    return up ? sends_up(call, &trees, step, rank, sends) : sends_down(call, &trees, step, rank, sends);
}

const CollectiveAlgorithm collective_double_binary_tree = {
    .name = "double_binary_tree",
    .summary = "chains inside the nodes, two trees between them; latency grows with the log of the nodes",
    .source = "Sanders, Speck, Traeff: Two-tree algorithms for full bandwidth, Parallel Computing 2009",
    .automatic = {[COLLECTIVE_ALL_REDUCE] = true},
    .needs = double_binary_tree_needs,
    .phases = double_binary_tree_phases,
    .sends = double_binary_tree_sends,
};
