#include "models/cost/layer_list_split.h"

#include <math.h>

#include "models/cost/layer_run_cost.h"
#include "models/plan/element_bytes.h"

/* A list that is being split. */
typedef struct Split {
    const PlanSpec *plan;
    const NodeSpec *node;
    int pieces;
    int chunks;
    WorkCost *forward; /* [pieces + 1]: of all pieces before */
    WorkCost *backward;
    const double *sent_bytes; /* [pieces + 1]: over a cut before the piece, one way */
    double limit_s;           /* INFINITY = as short as can be; otherwise that, with the least to send */
} Split;

static double between_s(const WorkCost *sums, int first, int end) {
    WorkCost cost = sums[end];
    work_cost_add(&cost, &sums[first], -1);
    return work_cost_seconds(&cost);
}

/* Whether the GPUs of the stages on both sides of the cut before a chunk share a node. */
static bool is_inside_a_node(const Split *split, int chunk) {
    int64_t stages = split->plan->pipeline_parallel, replicas = split->plan->data_parallel;
    int64_t stage = chunk % stages, before = (chunk - 1) % stages;
    int64_t first = stage < before ? stage : before, last = stage < before ? before : stage;
    return first * replicas / split->node->gpus == ((last + 1) * replicas - 1) / split->node->gpus;
}

/* Of a message over the cut before `piece`, which is before `chunk`. */
static double message_s(const Split *split, int chunk, int piece) {
    const NodeSpec *node = split->node;
    if (chunk == 0 || chunk == split->chunks || split->plan->pipeline_parallel < 2)
        return 0;
    bool inside = is_inside_a_node(split, chunk);
    LinkSpec link = !inside ? node->nic : node->nvlink.bytes_per_s > 0 ? node->nvlink : node->pcie;
    double share = inside || node->nics >= node->gpus ? 1 : (double)node->nics / node->gpus;
    double rate = link.bytes_per_s * link.efficiency_fraction * share;
    return rate > 0 ? link.latency_s + split->sent_bytes[piece] / rate : 0;
}

static double compute_s(const Split *split, int first, int end) {
    return between_s(split->forward, first, end) + between_s(split->backward, first, end);
}

/* A chunk of the pieces first .. end - 1. */
static double chunk_s(const Split *split, int chunk, int first, int end) {
    double work_s = compute_s(split, first, end);
    double send_s = message_s(split, chunk, first) + message_s(split, chunk + 1, end);
    return split->plan->overlap_p2p ? fmax(work_s, send_s) : work_s + send_s;
}

/* What all chunks so far come to with one more. */
static double with_chunk(const Split *split, double before, int chunk, int first, int end) {
    double seconds = chunk_s(split, chunk, first, end);
    if (isinf(split->limit_s))
        return fmax(before, seconds);
    return seconds <= split->limit_s ? before + message_s(split, chunk, first) : INFINITY;
}

/* The best that the chunks up to `chunk` can do with the pieces before each end, and where the last of them begins. */
static void deal_chunk(const Split *split, int chunk, const double *before, double *best, int *begins) {
    int left = split->chunks - 1 - chunk;
    for (int end = 0; end <= split->pieces; end++) {
        best[end] = INFINITY;
        begins[end] = chunk;
        for (int first = end - 1; first >= chunk && end <= split->pieces - left; first--) {
            double limit_s = isinf(split->limit_s) ? best[end] : split->limit_s;
            if (compute_s(split, first, end) > limit_s)
                break; /* even longer from further back */
            double value = with_chunk(split, before[first], chunk, first, end);
            begins[end] = value < best[end] ? first : begins[end];
            best[end] = fmin(value, best[end]);
        }
    }
}

/* Fills `held`; returns what the best split comes to. */
static double deal(const Split *split, int64_t *held, Arena *arena) {
    int width = split->pieces + 1;
    double *rows = ARENA_ARRAY(arena, 2 * width, double);
    int *begins = ARENA_ARRAY(arena, split->chunks * width, int);
    for (int piece = 1; piece <= split->pieces; piece++)
        rows[width + piece] = INFINITY; /* no chunk holds no piece */
    for (int chunk = 0; chunk < split->chunks; chunk++)
        deal_chunk(split, chunk, &rows[(chunk + 1) % 2 * width], &rows[chunk % 2 * width], &begins[chunk * width]);
    int end = split->pieces;
    for (int chunk = split->chunks - 1; chunk >= 0; chunk--) {
        int first = chunk > 0 ? begins[chunk * width + end] : 0;
        held[chunk] = end - first;
        end = first;
    }
    return rows[(split->chunks - 1) % 2 * width + split->pieces];
}

/* Sums of costs up to the end of every piece. */
static WorkCost *sums_of(const LayerRun *run, const WorkCost *costs, Arena *arena) {
    WorkCost *sums = ARENA_ARRAY(arena, run->piece_count + 1, WorkCost);
    for (int piece = 0, layer = 0; piece < run->piece_count; piece++) {
        sums[piece + 1] = sums[piece];
        for (; layer < run->piece_ends[piece]; layer++)
            work_cost_add(&sums[piece + 1], &costs[layer], 1);
    }
    return sums;
}

static const double *sent_bytes(const TrainingSpec *training, const LayerRun *run, Arena *arena) {
    const PlanSpec *plan = &training->plan;
    double *bytes = ARENA_ARRAY(arena, run->piece_count + 1, double);
    for (int piece = 0; piece < run->piece_count; piece++)
        bytes[piece + 1] = (double)plan->micro_batch_seqs * run->live_elements[run->piece_ends[piece]] *
                           activation_bytes(plan->precision);
    return bytes;
}

void layer_list_split_resolve(TrainingSpec *training, const NodeSpec *node, Arena *arena) {
    PlanSpec *plan = &training->plan;
    GpuSpec gpu = plan_gpu(plan, &node->gpu);
    LayerRun run = layer_list_run(&training->list, arena);
    LayerRunCosts costs = layer_run_costs(training, &run, &gpu, arena);
    Split split = {.plan = plan,
                   .node = node,
                   .pieces = run.piece_count,
                   .chunks = (int)(plan->pipeline_parallel * plan->virtual_stages),
                   .forward = sums_of(&run, costs.forward, arena),
                   .backward = sums_of(&run, costs.backward, arena),
                   .sent_bytes = sent_bytes(training, &run, arena),
                   .limit_s = INFINITY};
    int64_t *held = ARENA_ARRAY(arena, split.chunks, int64_t);
    split.limit_s = deal(&split, held, arena);
    deal(&split, held, arena);
    plan->split_layers = held;
}
