/*
 * layer_list_run: a list of layers (layer_list.h) written out in the order of the forward pass, where it may be cut
 * into stages, and what crosses such a cut. It knows no plan and no time.
 *
 * A piece is what no cut goes through: a layer, one repeat of a block, or, where a sum of several tensors stands
 * outside of blocks, all layers from the last pool, block or sum on up to it: branches that a residual joins. So
 * torchgpipe and DeepSpeed's PipelineModule cut between the modules of a sequence, never inside one.
 *
 * What crosses a cut is the output of the layer before it. Pooled vectors of embedding bags that an interaction joins
 * later are carried on until then, beside the output of the layers that were fed by samples.
 *
 * Limits: a skip connection that goes further back than the last pool, block or sum is not seen: put all of it into a
 * block.
 */
#ifndef MODELS_PLAN_LAYER_LIST_RUN_H
#define MODELS_PLAN_LAYER_LIST_RUN_H

#include "models/plan/layer_list.h"
#include "sim/engine/arena.h"

/* Layers of one sample one after the other, no block among them. */
typedef struct LayerRun {
    const LayerSpec **layers;
    int count;
    int first_product;     /* whose inputs are samples: `count` when there is none */
    const int *piece_ends; /* [piece_count]: layers before the end of a piece, ascending, the last one `count` */
    int piece_count;
    const double *live_elements; /* [count + 1]: what of one sample crosses a cut before that layer; 0 at both ends */
} LayerRun;

/* Layers first .. end - 1 of a run as a chunk of a stage holds them; of one sample, each >= 0. */
typedef struct ListChunk {
    int first;
    int end;
    double parameters; /* of weights that every GPU has */
    double sharded_parameters;
    double kept_elements; /* until the backward pass, what is sent to it included */
    double exchanged_elements;
    double in_elements; /* that the chunk before sends; 0 = it is the first */
} ListChunk;

/* Where the exchange of pooled vectors belongs in the layers of a chunk (layer_list_plan.h). */
typedef struct ListExchange {
    int looked_up; /* layers before it are done when it may start */
    int joined;    /* layers from it on wait for it; the end of the chunk = what is sent waits for it */
} ListExchange;

/* The list with its repeats and blocks written out. */
LayerRun layer_list_run(const LayerListSpec *list, Arena *arena);

/* Pieces of a list. */
int64_t layer_list_piece_count(const LayerListSpec *list);

ListChunk layer_run_chunk(const LayerRun *run, int first, int end);

/* Both are 0 for a chunk without sharded tables. */
ListExchange layer_run_exchange(const LayerRun *run, const ListChunk *chunk);

#endif
