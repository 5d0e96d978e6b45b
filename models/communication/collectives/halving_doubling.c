/*
 * halving_doubling: pairs exchange halves of what they are responsible for, at half the distance every time, until each
 * rank has the sum of its part; then the same backwards gathers. An all_reduce takes 2 log2 p phases of one step and
 * sends 2 (p-1)/p of the buffer per rank (Rabenseifner: Optimization of collective reduction operations, ICCS 2004).
 *
 * p is the largest power of two up to the number of ranks. The e ranks too many are folded: of ranks 0 .. 2e - 1 each
 * odd one hands all to the rank before it, which works for both and hands the result back. NCCL does not have it, so
 * auto does not take it.
 */
#include "models/communication/collective.h"

typedef struct Halving {
    int participants; /* p, a power of two */
    int excess;
    int levels; /* log2 p */
} Halving;

typedef enum StageKind { STAGE_FOLD, STAGE_HALVE, STAGE_DOUBLE, STAGE_UNFOLD } StageKind;

typedef struct Stage {
    StageKind kind;
    int level; /* partners are 2^level participants apart */
} Stage;

static Halving halving_of(const CollectiveCall *call) {
    Halving halving = {.participants = 1};
    while (halving.participants <= call->ranks / 2) {
        halving.participants *= 2;
        halving.levels++;
    }
    halving.excess = call->ranks - halving.participants;
    return halving;
}

static const char *halving_doubling_needs(const CollectiveCall *call) {
    bool runs = call->kind == COLLECTIVE_ALL_REDUCE || call->kind == COLLECTIVE_ALL_GATHER ||
                call->kind == COLLECTIVE_REDUCE_SCATTER;
    return runs ? NULL : "an all_reduce, all_gather or reduce_scatter";
}

static int halving_doubling_phases(const CollectiveCall *call, CollectivePhase *phases) {
    Halving halving = halving_of(call);
    int count = (call->kind == COLLECTIVE_ALL_REDUCE ? 2 : 1) * halving.levels + (halving.excess ? 2 : 0);
    for (int i = 0; i < count; i++)
        phases[i] = (CollectivePhase){.steps = 1};
    return count;
}

static Stage stage_of(const CollectiveCall *call, const Halving *halving, int phase) {
    if (halving->excess && phase-- == 0)
        return (Stage){.kind = STAGE_FOLD};
    if (call->kind != COLLECTIVE_ALL_GATHER) {
        if (phase < halving->levels)
            return (Stage){STAGE_HALVE, halving->levels - 1 - phase};
        phase -= halving->levels;
    }
    if (call->kind != COLLECTIVE_REDUCE_SCATTER && phase < halving->levels)
        return (Stage){STAGE_DOUBLE, phase};
    return (Stage){.kind = STAGE_UNFOLD};
}

/* The rank of a participant, and the first of its chunks: those of the ranks that it works for. */
static int rank_of(const Halving *halving, int participant) {
    return participant < halving->excess ? 2 * participant : participant + halving->excess;
}

static CollectiveSend chunks_to(const CollectiveCall *call, int to_rank, int first, int end) {
    return (CollectiveSend){.to_rank = to_rank,
                            .bytes = call->bytes * (end - first) / call->ranks,
                            .first_chunk = first,
                            .chunks = end - first,
                            .chunk_stride = 1};
}

/* Between an excess rank and the one before it. */
static int sends_of_pair(const CollectiveCall *call, StageKind kind, int rank, CollectiveSend *sends) {
    bool fold = kind == STAGE_FOLD;
    CollectiveKind one_chunk = fold ? COLLECTIVE_ALL_GATHER : COLLECTIVE_REDUCE_SCATTER;
    int to = fold ? rank - 1 : rank + 1, odd = fold ? rank : rank + 1;
    bool whole = call->kind != one_chunk;
    sends[0] = chunks_to(call, to, whole ? 0 : odd, whole ? call->ranks : odd + 1);
    sends[0].reduces = fold && whole;
    return 1;
}

static int halving_doubling_sends(const CollectiveCall *call, int phase, int step, int rank, CollectiveSend *sends) {
    (void)step;
    Halving halving = halving_of(call);
    Stage stage = stage_of(call, &halving, phase);
    bool paired = rank < 2 * halving.excess, odd = rank % 2 != 0;
    if (stage.kind == STAGE_FOLD || stage.kind == STAGE_UNFOLD)
        return paired && odd == (stage.kind == STAGE_FOLD) ? sends_of_pair(call, stage.kind, rank, sends) : 0;
    if (paired && odd)
        return 0;
    int self = paired ? rank / 2 : rank - halving.excess, partner = self ^ (1 << stage.level);
    /* Halving gives away the partner's part, doubling its own. */
    int part = (stage.kind == STAGE_HALVE ? partner : self) >> stage.level << stage.level;
    sends[0] = chunks_to(call, rank_of(&halving, partner), rank_of(&halving, part),
                         rank_of(&halving, part + (1 << stage.level)));
    sends[0].reduces = stage.kind == STAGE_HALVE;
    return 1;
}

const CollectiveAlgorithm collective_halving_doubling = {
    .name = "halving_doubling",
    .summary = "pairs exchange halves of halves; few steps at the bytes of a ring; best for powers of two",
    .source = "Rabenseifner: Optimization of collective reduction operations, ICCS 2004",
    .needs = halving_doubling_needs,
    .phases = halving_doubling_phases,
    .sends = halving_doubling_sends,
};
