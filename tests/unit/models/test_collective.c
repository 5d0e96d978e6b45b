/* The contract of every algorithm in the menu, on groups of 1 to 17 ranks in several shapes. */
#include "models/workload/collective.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { RANKS_MAX = 17, GPUS_PER_NODE = 8, SHAPES = 5 };

/* Who is in the sum that a rank holds of a chunk: bit r = rank r; 0 = it holds nothing of it. */
typedef struct Holdings {
    uint32_t sum[RANKS_MAX][RANKS_MAX];
} Holdings;

/* Packed; one rank per node; two per node; three per node; dealt out over three nodes, never neighbours. */
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
    default:
        return rank % 3 * GPUS_PER_NODE + rank / 3;
    }
}

static CollectiveCall call_of(CollectiveKind kind, int shape, int ranks, int *rank_gpu) {
    for (int rank = 0; rank < ranks; rank++)
        rank_gpu[rank] = place(shape, rank);
    return (CollectiveCall){
        .kind = kind, .bytes = 2385, .ranks = ranks, .rank_gpu = rank_gpu, .gpus_per_node = GPUS_PER_NODE};
}

static Holdings start_of(const CollectiveCall *call) {
    Holdings holdings = {0};
    for (int rank = 0; rank < call->ranks; rank++)
        for (int chunk = 0; chunk < call->ranks; chunk++)
            if (call->kind == COLLECTIVE_SEND_RECV)
                holdings.sum[rank][chunk] = rank == 0 ? 1 : 0;
            else if (call->kind != COLLECTIVE_ALL_GATHER || rank == chunk)
                holdings.sum[rank][chunk] = 1U << rank;
    return holdings;
}

static void expect_end(const CollectiveCall *call, const Holdings *holdings) {
    uint32_t all = (1U << call->ranks) - 1;
    for (int rank = 0; rank < call->ranks; rank++)
        for (int chunk = 0; chunk < call->ranks; chunk++) {
            if (call->kind == COLLECTIVE_REDUCE_SCATTER && chunk != rank)
                continue;
            if (call->kind == COLLECTIVE_SEND_RECV && chunk > 0)
                continue;
            uint32_t expected = call->kind == COLLECTIVE_ALL_GATHER  ? 1U << chunk
                                : call->kind == COLLECTIVE_SEND_RECV ? 1
                                                                     : all;
            cr_assert_eq(holdings->sum[rank][chunk], expected, "%s of %d ranks: rank %d, chunk %d",
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

static void play_send(const CollectiveCall *call, const CollectiveSend *send, bool reduces, const uint32_t *held,
                      Holdings *after) {
    int chunks = call->kind == COLLECTIVE_SEND_RECV ? 1 : call->ranks;
    cr_assert(send->to_rank >= 0 && send->to_rank < call->ranks);
    cr_assert(send->chunks >= 1 && send->chunk_stride >= 1 && send->first_chunk >= 0);
    cr_assert_lt(send->first_chunk + (send->chunks - 1) * send->chunk_stride, chunks);
    cr_assert_float_eq(send->bytes, call->bytes * send->chunks / chunks, 1e-9);
    for (int i = 0; i < send->chunks; i++) {
        int chunk = send->first_chunk + i * send->chunk_stride;
        deliver(after, held[chunk], reduces, send->to_rank, chunk);
    }
}

static void play(const CollectiveAlgorithm *algorithm, const CollectiveCall *call) {
    CollectivePhase phases[COLLECTIVE_PHASES_MAX];
    CollectiveSend sends[RANKS_MAX];
    Holdings holdings = start_of(call);
    int count = algorithm->phases(call, phases);
    cr_assert(count <= COLLECTIVE_PHASES_MAX && (count > 0 || call->ranks == 1));
    for (int phase = 0; phase < count; phase++) {
        cr_assert_geq(phases[phase].steps, 1);
        for (int step = 0; step < phases[phase].steps; step++) {
            Holdings after = holdings;
            for (int rank = 0; rank < call->ranks; rank++) {
                int messages = algorithm->sends(call, phase, step, rank, sends);
                cr_assert_leq(messages, call->ranks);
                for (int i = 0; i < messages; i++)
                    play_send(call, &sends[i], phases[phase].reduces, holdings.sum[rank], &after);
            }
            holdings = after;
        }
    }
    expect_end(call, &holdings);
}

/* Every step of a phase sends the same bytes between the same ranks. */
static void expect_equal_steps(const CollectiveAlgorithm *algorithm, const CollectiveCall *call) {
    CollectivePhase phases[COLLECTIVE_PHASES_MAX];
    CollectiveSend first[RANKS_MAX], sends[RANKS_MAX];
    int count = algorithm->phases(call, phases);
    for (int phase = 0; phase < count; phase++)
        for (int step = 1; step < phases[phase].steps; step++)
            for (int rank = 0; rank < call->ranks; rank++) {
                int messages = algorithm->sends(call, phase, 0, rank, first);
                cr_assert_eq(algorithm->sends(call, phase, step, rank, sends), messages);
                for (int i = 0; i < messages; i++)
                    cr_assert(sends[i].to_rank == first[i].to_rank && sends[i].bytes == first[i].bytes);
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
    cr_assert_gt(for_every_call(play), 200);
}

Test(collective, all_steps_of_a_phase_are_alike) {
    cr_assert_gt(for_every_call(expect_equal_steps), 200);
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
    cr_assert_str_eq(collective_find("hierarchical")->needs(&call), "a collective of all ranks, not send_recv");
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
    const char *names[] = {"all_reduce", "all_gather", "reduce_scatter", "send_recv"};
    for (int kind = 0; kind < COLLECTIVE_KIND_COUNT; kind++)
        cr_assert_str_eq(collective_kind_name((CollectiveKind)kind), names[kind]);
}
