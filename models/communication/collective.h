/*
 * collective: who sends how many bytes to whom when a group of ranks exchanges data. The contract of an algorithm, and
 * the menu of all of them (collectives/table.h). An algorithm only answers step by step; links, time and contention are
 * collective_loads.h's.
 *
 * The buffer is cut into `ranks` equal chunks and chunk r is rank r's: what it contributes to an all_gather, what it
 * keeps of a reduce_scatter. A send_recv has one chunk, an all_to_all has ranks * ranks: chunk from * ranks + to. Terms
 * are NCCL's.
 *
 * In a phase that is in_network the switches inside the nodes take part as ranks number `ranks`, ranks + 1, ...: that
 * of node b in the order of ranks is ranks + b. A switch starts with nothing, adds up what is sent to it with
 * `reduces`, and sends to the ranks of its node.
 */
#ifndef MODELS_COMMUNICATION_COLLECTIVE_H
#define MODELS_COMMUNICATION_COLLECTIVE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum CollectiveKind {
    COLLECTIVE_ALL_REDUCE,     /* every rank ends with the sum of all buffers */
    COLLECTIVE_ALL_GATHER,     /* every rank ends with the chunks of all ranks */
    COLLECTIVE_REDUCE_SCATTER, /* rank r ends with the sum of all chunks r */
    COLLECTIVE_SEND_RECV,      /* rank 0 sends to rank 1 */
    COLLECTIVE_BROADCAST,      /* every rank ends with the buffer of rank 0 */
    COLLECTIVE_REDUCE,         /* rank 0 ends with the sum of all buffers */
    COLLECTIVE_ALL_TO_ALL,     /* every rank has a chunk for every other; with pair_weights: all_to_all_v */
    COLLECTIVE_KIND_COUNT
} CollectiveKind;

typedef struct CollectiveCall {
    CollectiveKind kind;
    double bytes;        /* >= 0; the full buffer of one rank: before a reduction, after an all_gather, the message */
    int ranks;           /* >= 1; 2 for send_recv */
    const int *rank_gpu; /* GPU of each rank, all different; ranks of one node should be neighbours */
    int gpus_per_node;   /* >= 1; GPU g is in node g / gpus_per_node */
    bool in_network_reduction;  /* the switch inside a node can add and copy: NodeSpec */
    const double *pair_weights; /* of an all_to_all, >= 0, [from * ranks + to]; NULL = 1 for every pair */
} CollectiveCall;

/*
 * A run of steps; the next phase starts when it is over. Its steps carry the same bytes over the same links, unless it
 * is pipelined: then they differ, and small pieces stream through all of them, so that they use their links at once.
 */
typedef struct CollectivePhase {
    int steps; /* >= 1 */
    bool pipelined;
    bool in_network;
    int more_ramps;       /* >= 0; of a pipeline of two passes: how often its ramp is paid beyond the first */
    int channels;         /* of which a send is one, as far as its ramp goes; 0 = 1 */
    double line_fraction; /* (0, 1]; of the NICs' line that it fills at most; 0 = what large messages reach */
    bool repeats; /* it has as many steps, and they carry the same bytes over the same links, as the phase before */
} CollectivePhase;

enum { COLLECTIVE_PHASES_MAX = 64 };

/* One message: chunks first_chunk, first_chunk + chunk_stride, ... */
typedef struct CollectiveSend {
    int to_rank;
    double bytes;
    int first_chunk;
    int chunks;       /* >= 1 */
    int chunk_stride; /* >= 1; 1 = neighbours */
    bool reduces;     /* it is added to the receiver's chunks; otherwise it replaces them */
} CollectiveSend;

typedef struct CollectiveAlgorithm {
    const char *name;
    const char *summary;
    const char *source;
    bool automatic[COLLECTIVE_KIND_COUNT]; /* kinds that "auto" considers it for: those that NCCL runs by it */

    /* NULL when the algorithm can run the call, otherwise what it needs: "equally many ranks on every node". */
    const char *(*needs)(const CollectiveCall *call);

    /* Fills phases[0 .. COLLECTIVE_PHASES_MAX - 1] and returns their number; 0 when there is nothing to send. */
    int (*phases)(const CollectiveCall *call, CollectivePhase *phases);

    /* Fills sends[0 .. ranks - 1] with what `rank` sends in a step and returns their number; `rank` may be a switch
     * in a phase that is in_network. */
    int (*sends)(const CollectiveCall *call, int phase, int step, int rank, CollectiveSend *sends);
} CollectiveAlgorithm;

/* The algorithm of that name, NULL when there is none; the menu by index, NULL past its end. */
const CollectiveAlgorithm *collective_find(const char *name);
const CollectiveAlgorithm *collective_at(size_t index);

/* Bus bandwidth over algorithm bandwidth, for ranks >= 1, as nccl-tests define it (doc/PERFORMANCE.md): 2 (n - 1) / n
 * for an all_reduce, 1 for send_recv, broadcast and reduce, (n - 1) / n for the others. */
double collective_bus_factor(CollectiveKind kind, int ranks);

/* What a rank of an all_to_all has for another, or for itself: weight * bytes / ranks. */
double collective_pair_bytes(const CollectiveCall *call, int from, int to);

/* Returns "all_reduce", "all_gather", "reduce_scatter", "send_recv", "broadcast", "reduce" or "all_to_all". */
const char *collective_kind_name(CollectiveKind kind);

#endif
