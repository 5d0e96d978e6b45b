/*
 * layer_list_split: cuts a list of layers into the chunks of its stages so that the longest chunk is as short as can
 * be, and of all cuts that do so takes those over which the least is sent: what PipeDream (Narayanan et al. 2019,
 * section 3.1) and torchgpipe's balance_by_time do, by dynamic programming over the pieces (layer_list_run.h), exactly.
 *
 * A chunk takes its forward and backward kernels for a micro-batch (layer_run_cost.h) and the messages that it sends,
 * which it waits for unless overlap_p2p lets it compute meanwhile: then the longer of both. A message crosses the cut
 * at the speed of a GPU's port or, where the GPUs of two stages are not all in one node when ranks fill nodes in order,
 * at that of its share of the NICs.
 *
 * Limits: exchanges of pooled vectors and reductions of gradients are not counted, nor is memory: a split by cost may
 * not fit where another one does. At most LIST_SPLIT_PIECES_MAX pieces.
 */
#ifndef MODELS_COST_LAYER_LIST_SPLIT_H
#define MODELS_COST_LAYER_LIST_SPLIT_H

#include "models/hardware/node.h"
#include "models/plan/plan.h"

/* Fills split_layers, in the arena, of a plan of STAGE_SPLIT_COST in which all else is resolved, for such nodes. */
void layer_list_split_resolve(TrainingSpec *training, const NodeSpec *node, Arena *arena);

#endif
