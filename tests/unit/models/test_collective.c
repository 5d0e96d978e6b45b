/* The contract of every algorithm in the menu, on groups of 1 to 17 ranks in several shapes. */
#include "models/communication/collective.h"
#include "models/communication/collective_layout.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { RANKS_MAX = 17, CHUNKS_MAX = RANKS_MAX * RANKS_MAX, GPUS_PER_NODE = 8, SHAPES = 6 };

/* Who is in the sum that a rank holds of a chunk: bit r = rank r; 0 = it holds nothing of it. Past the ranks are the
 * switches. */
typedef struct Holdings {
    uint32_t sum[2 * RANKS_MAX][CHUNKS_MAX];
} Holdings;

/* Packed; one rank per node; two per node; three per node; dealt out over three nodes, never neighbours; all on one
 * node. The switches of all of them reduce. */
static int place(int shape, int rank) {
    switch (shape) {
    case 0:
        return rank;
    case 1:
        return rank * GPUS_PER_NODE + 5;
    case 2:
        return rank / 2 * GPUS_PER_NODE + rank % 2;
    case 3:
        return rank / 3 * GPUS_PER_NODE + rank % 3 * 2;
    case 5:
        return rank;
    default:
        return rank % 3 * GPUS_PER_NODE + rank / 3;
    }
}

static CollectiveCall call_of(CollectiveKind kind, int shape, int ranks, int *rank_gpu) {
    for (int rank = 0; rank < ranks; rank++)
        rank_gpu[rank] = place(shape, rank);
    bool switched = shape == SHAPES - 1;
    return (CollectiveCall){.kind = kind,
                            .bytes = 2385,
                            .ranks = ranks,
                            .rank_gpu = rank_gpu,
                            .gpus_per_node = switched ? RANKS_MAX : GPUS_PER_NODE,
                            .in_network_reduction = true};
}

static bool has_at_start(const CollectiveCall *call, int rank, int chunk) {
    switch (call->kind) {
    case COLLECTIVE_ALL_GATHER:
        return chunk == rank;
    case COLLECTIVE_ALL_TO_ALL:
        return chunk / call->ranks == rank;
    case COLLECTIVE_SEND_RECV:
    case COLLECTIVE_BROADCAST:
        return rank == 0;
    case COLLECTIVE_ALL_REDUCE:
    case COLLECTIVE_REDUCE_SCATTER:
    case COLLECTIVE_REDUCE:
    case COLLECTIVE_KIND_COUNT:
        break;
    }
    return true;
}

/* Who must be in the sum at the end, 0 = anyone. */
static uint32_t wanted_at_end(const CollectiveCall *call, int rank, int chunk) {
    uint32_t all = (1U << call->ranks) - 1;
    switch (call->kind) {
    case COLLECTIVE_ALL_REDUCE:
        return all;
    case COLLECTIVE_ALL_GATHER:
        return 1U << chunk;
    case COLLECTIVE_REDUCE_SCATTER:
        return chunk == rank ? all : 0;
    case COLLECTIVE_SEND_RECV:
    case COLLECTIVE_BROADCAST:
        return 1;
    case COLLECTIVE_REDUCE:
        return rank == 0 ? all : 0;
    case COLLECTIVE_ALL_TO_ALL:
        return chunk % call->ranks == rank ? 1U << (chunk / call->ranks) : 0;
    case COLLECTIVE_KIND_COUNT:
        break;
    }
    return 0;
}

static void fill_start(const CollectiveCall *call, Holdings *holdings) {
    *holdings = (Holdings){0};
    for (int rank = 0; rank < call->ranks; rank++)
        for (int chunk = 0; chunk < collective_chunk_count(call); chunk++)
            holdings->sum[rank][chunk] = has_at_start(call, rank, chunk) ? 1U << rank : 0;
}

static void expect_end(const CollectiveCall *call, const Holdings *holdings, const char *name) {
    for (int rank = 0; rank < call->ranks; rank++)
        for (int chunk = 0; chunk < collective_chunk_count(call); chunk++) {
            uint32_t wanted = wanted_at_end(call, rank, chunk);
            if (wanted)
                cr_assert_eq(holdings->sum[rank][chunk], wanted, "%s: %s of %d ranks: rank %d, chunk %d", name,
                             collective_kind_name(call->kind), call->ranks, rank, chunk);
        }
}

/* Moves one chunk; a reduction must not count a rank twice, a copy must not lose one. */
static void deliver(Holdings *after, uint32_t sent, bool reduces, int to_rank, int chunk) {
    uint32_t *held = &after->sum[to_rank][chunk];
    cr_assert_neq(sent, 0, "sends a chunk that it does not hold");
    if (reduces)
        cr_assert_eq(*held & sent, 0, "counts a rank twice");
    else
        cr_assert_eq(*held & ~sent, 0, "overwrites what the receiver had");
    *held = reduces ? *held | sent : sent;
}

static void play_send(const CollectiveCall *call, const CollectiveSend *send, const uint32_t *held, Holdings *after) {
    int chunks = collective_chunk_count(call), parts = call->kind == COLLECTIVE_SEND_RECV ? 1 : call->ranks;
    cr_assert(send->to_rank >= 0 && send->to_rank < collective_member_count(call));
    cr_assert(send->chunks >= 1 && send->chunk_stride >= 1 && send->first_chunk >= 0);
    cr_assert_lt(send->first_chunk + (send->chunks - 1) * send->chunk_stride, chunks);
    cr_assert_float_eq(send->bytes, call->bytes * send->chunks / parts, 1e-9);
    for (int i = 0; i < send->chunks; i++) {
        int chunk = send->first_chunk + i * send->chunk_stride;
        deliver(after, held[chunk], send->reduces, send->to_rank, chunk);
    }
}

static void play_step(const CollectiveAlgorithm *algorithm, const CollectiveCall *call, const CollectivePhase *phase,
                      const int at[2], Holdings *holdings) {
    CollectiveSend sends[RANKS_MAX];
    Holdings after = *holdings;
    int senders = phase->in_network ? collective_member_count(call) : call->ranks;
    for (int rank = 0; rank < senders; rank++) {
        int messages = algorithm->sends(call, at[0], at[1], rank, sends);
        cr_assert_leq(messages, call->ranks);
        for (int i = 0; i < messages; i++) {
            cr_assert(sends[i].to_rank != rank && sends[i].to_rank < senders);
            play_send(call, &sends[i], holdings->sum[rank], &after);
        }
    }
    *holdings = after;
}

static void play(const CollectiveAlgorithm *algorithm, const CollectiveCall *call) {
    CollectivePhase phases[COLLECTIVE_PHASES_MAX];
    Holdings holdings;
    fill_start(call, &holdings);
    int count = algorithm->phases(call, phases);
    cr_assert(count <= COLLECTIVE_PHASES_MAX && (count > 0 || call->ranks == 1));
    for (int phase = 0; phase < count; phase++) {
        cr_assert_geq(phases[phase].steps, 1);
        for (int step = 0; step < phases[phase].steps; step++)
            play_step(algorithm, call, &phases[phase], (const int[]){phase, step}, &holdings);
    }
    expect_end(call, &holdings, algorithm->name);
}

/* A step by its phase and its number in it. */
typedef struct StepAt {
    int phase;
    int step;
} StepAt;

static void expect_equal(const CollectiveAlgorithm *algorithm, const CollectiveCall *call, StepAt one, StepAt other) {
    CollectiveSend first[RANKS_MAX], sends[RANKS_MAX];
    for (int rank = 0; rank < call->ranks; rank++) {
        int messages = algorithm->sends(call, one.phase, one.step, rank, first);
        cr_assert_eq(algorithm->sends(call, other.phase, other.step, rank, sends), messages);
        for (int i = 0; i < messages; i++)
            cr_assert(sends[i].to_rank == first[i].to_rank && sends[i].bytes == first[i].bytes);
    }
}

/* Every step of a phase that is not pipelined sends the same bytes between the same ranks. */
static void expect_equal_steps(const CollectiveAlgorithm *algorithm, const CollectiveCall *call) {
    CollectivePhase phases[COLLECTIVE_PHASES_MAX];
    int count = algorithm->phases(call, phases);
    for (int phase = 0; phase < count; phase++)
        for (int step = 1; step < phases[phase].steps && !phases[phase].pipelined; step++)
            expect_equal(algorithm, call, (StepAt){phase, 0}, (StepAt){phase, step});
}

static void expect_repeats(const CollectiveAlgorithm *algorithm, const CollectiveCall *call) {
    CollectivePhase phases[COLLECTIVE_PHASES_MAX];
    int count = algorithm->phases(call, phases);
    for (int phase = 0; phase < count; phase++) {
        if (!phases[phase].repeats)
            continue;
        cr_assert_gt(phase, 0);
        cr_assert_eq(phases[phase].steps, phases[phase - 1].steps);
        cr_assert(!phases[phase].pipelined && !phases[phase].in_network);
        expect_equal(algorithm, call, (StepAt){phase - 1, 0}, (StepAt){phase, 0});
    }
}

static int for_every_call(void (*check)(const CollectiveAlgorithm *, const CollectiveCall *)) {
    int rank_gpu[RANKS_MAX], calls = 0;
    for (size_t index = 0; collective_at(index); index++)
        for (int kind = 0; kind < COLLECTIVE_KIND_COUNT; kind++)
            for (int ranks = kind == COLLECTIVE_SEND_RECV ? 2 : 1; ranks <= RANKS_MAX; ranks++)
                for (int shape = 0; shape < SHAPES; shape++) {
                    CollectiveCall call = call_of((CollectiveKind)kind, shape, ranks, rank_gpu);
                    if (!collective_at(index)->needs(&call)) {
                        check(collective_at(index), &call);
                        calls++;
                    }
                }
    return calls;
}

Test(collective, every_algorithm_leaves_every_rank_with_all_it_should_have) {
    cr_assert_gt(for_every_call(play), 1500);
}

Test(collective, all_steps_of_a_phase_are_alike) {
    cr_assert_gt(for_every_call(expect_equal_steps), 1500);
}

Test(collective, a_phase_that_repeats_another_sends_the_same) {
    cr_assert_gt(for_every_call(expect_repeats), 1500);
}

Test(collective, ring_runs_whatever_the_placement) {
    int rank_gpu[RANKS_MAX];
    for (int shape = 0; shape < SHAPES; shape++)
        for (int ranks = 1; ranks <= RANKS_MAX; ranks++) {
            CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, shape, ranks, rank_gpu);
            cr_assert_null(collective_find("ring")->needs(&call));
        }
}

Test(collective, send_recv_is_for_two_ranks) {
    int rank_gpu[RANKS_MAX];
    CollectiveCall call = call_of(COLLECTIVE_SEND_RECV, 0, 3, rank_gpu);
    cr_assert_str_eq(collective_find("ring")->needs(&call), "2 ranks for send_recv");
}

Test(collective, every_kind_has_an_algorithm_that_runs_it_anywhere) {
    int rank_gpu[RANKS_MAX];
    for (int kind = 0; kind < COLLECTIVE_KIND_COUNT; kind++)
        for (int shape = 0; shape < SHAPES; shape++) {
            CollectiveCall call = call_of((CollectiveKind)kind, shape, kind == COLLECTIVE_SEND_RECV ? 2 : 13, rank_gpu);
            const char *name = kind == COLLECTIVE_ALL_TO_ALL ? "direct" : "ring";
            cr_assert_null(collective_find(name)->needs(&call));
            cr_assert(collective_find(name)->automatic[kind]);
        }
}

Test(collective, what_an_algorithm_needs_is_said) {
    int rank_gpu[RANKS_MAX];
    CollectiveCall call = call_of(COLLECTIVE_ALL_TO_ALL, 0, 6, rank_gpu);
    cr_assert_str_eq(collective_find("ring")->needs(&call), "another kind than all_to_all");
    cr_assert_str_eq(collective_find("hierarchical")->needs(&call), "an all_reduce, all_gather or reduce_scatter");
    cr_assert_str_eq(collective_find("halving_doubling")->needs(&call), "an all_reduce, all_gather or reduce_scatter");
    cr_assert_str_eq(collective_find("double_binary_tree")->needs(&call), "an all_reduce, broadcast or reduce");
    cr_assert_str_eq(collective_find("in_network")->needs(&call), "another kind than send_recv and all_to_all");
    call.ranks = 46341;
    cr_assert_str_eq(collective_find("direct")->needs(&call), "at most 46340 ranks for all_to_all");
    call = call_of(COLLECTIVE_BROADCAST, 0, 6, rank_gpu);
    cr_assert_str_eq(collective_find("direct")->needs(&call),
                     "an all_reduce, all_gather, reduce_scatter or all_to_all");
}

Test(collective, a_tree_needs_several_nodes) {
    int rank_gpu[RANKS_MAX];
    const CollectiveAlgorithm *tree = collective_find("double_binary_tree");
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 0, 8, rank_gpu);
    cr_assert_str_eq(tree->needs(&call), "ranks on several nodes; inside one it is a chain");
    call = call_of(COLLECTIVE_ALL_REDUCE, 0, 9, rank_gpu);
    cr_assert_null(tree->needs(&call));
    call.ranks = 1;
    cr_assert_null(tree->needs(&call));
}

Test(collective, in_network_needs_a_switch_that_reduces_and_one_node) {
    int rank_gpu[RANKS_MAX];
    const CollectiveAlgorithm *in_network = collective_find("in_network");
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 0, 8, rank_gpu);
    cr_assert_null(in_network->needs(&call));
    call.in_network_reduction = false;
    cr_assert_str_eq(in_network->needs(&call), "a node whose switch reduces: in_network_reduction");
    call = call_of(COLLECTIVE_ALL_REDUCE, 0, 9, rank_gpu);
    cr_assert_str_eq(in_network->needs(&call), "all ranks on one node");
}

Test(collective, nvls_tree_needs_switches_that_reduce_on_two_nodes_alike) {
    static const char *const TWO = "two nodes with equally many ranks, several on each";
    int rank_gpu[RANKS_MAX];
    const CollectiveAlgorithm *nvls_tree = collective_find("nvls_tree");
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 0, 16, rank_gpu);
    cr_expect_null(nvls_tree->needs(&call));
    call.in_network_reduction = false;
    cr_expect_str_eq(nvls_tree->needs(&call), "a node whose switch reduces: in_network_reduction");
    call = call_of(COLLECTIVE_ALL_GATHER, 0, 16, rank_gpu);
    cr_expect_str_eq(nvls_tree->needs(&call), "an all_reduce");
    const int others[][2] = {{0, 15}, {0, 8}, {1, 2}, {2, 6}, {4, 6}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        call = call_of(COLLECTIVE_ALL_REDUCE, others[i][0], others[i][1], rank_gpu);
        cr_expect_str_eq(nvls_tree->needs(&call), TWO, "shape %d, %d ranks", others[i][0], others[i][1]);
    }
}

Test(collective, pairs_of_an_all_to_all_may_differ) {
    const double weights[9] = {0, 2, 3, 5, 0, 7, 11, 13, 0};
    int rank_gpu[RANKS_MAX];
    CollectiveSend sends[RANKS_MAX];
    CollectiveCall call = call_of(COLLECTIVE_ALL_TO_ALL, 0, 3, rank_gpu);
    call.pair_weights = weights;
    for (int rank = 0; rank < 3; rank++) {
        cr_assert_eq(collective_find("direct")->sends(&call, 0, 0, rank, sends), 2);
        for (int i = 0; i < 2; i++)
            cr_assert_eq(sends[i].bytes, 795 * weights[rank * 3 + sends[i].to_rank]);
    }
}

Test(collective, hierarchical_needs_equally_filled_nodes) {
    int rank_gpu[RANKS_MAX];
    const char *reason = "equally many ranks on every node, neighbours in rank order";
    const CollectiveAlgorithm *hierarchical = collective_find("hierarchical");
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 3, 15, rank_gpu);
    cr_assert_null(hierarchical->needs(&call));
    call.ranks = 14;
    cr_assert_str_eq(hierarchical->needs(&call), reason);
    /* 2 + 1 + 3 ranks: the count divides, the nodes differ. */
    const int uneven[6] = {0, 1, 8, 16, 17, 18};
    call = (CollectiveCall){.bytes = 7, .ranks = 6, .rank_gpu = uneven, .gpus_per_node = 8};
    cr_assert_str_eq(hierarchical->needs(&call), reason);
    const int scattered[6] = {0, 1, 8, 16, 9, 17};
    call.rank_gpu = scattered;
    cr_assert_str_eq(hierarchical->needs(&call), reason);
}

Test(collective, hierarchical_takes_fewer_steps_than_a_ring) {
    int rank_gpu[RANKS_MAX];
    CollectivePhase phases[COLLECTIVE_PHASES_MAX];
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 3, 15, rank_gpu);
    int steps = 0, count = collective_find("hierarchical")->phases(&call, phases);
    for (int i = 0; i < count; i++)
        steps += phases[i].steps;
    cr_assert_eq(steps, 2 * ((3 - 1) + (5 - 1)));
}

Test(collective, the_menu_finds_its_members_by_name) {
    for (size_t index = 0; collective_at(index); index++)
        cr_assert_eq(collective_find(collective_at(index)->name), collective_at(index));
    cr_assert_null(collective_find("rong"));
    cr_assert_null(collective_find("auto"));
}

Test(collective, kinds_have_their_nccl_names) {
    const char *names[] = {"all_reduce", "all_gather", "reduce_scatter", "send_recv",
                           "broadcast",  "reduce",     "all_to_all"};
    for (int kind = 0; kind < COLLECTIVE_KIND_COUNT; kind++)
        cr_assert_str_eq(collective_kind_name((CollectiveKind)kind), names[kind]);
}
