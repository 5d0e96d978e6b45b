/*
 * small_layout: a small cluster and a plan of it in one row of a table.
 */
#ifndef TESTS_UNIT_MODELS_SMALL_LAYOUT_H
#define TESTS_UNIT_MODELS_SMALL_LAYOUT_H

#include "models/spec.h"

typedef struct SmallLayout {
    const char *schedule;
    int nodes, gpus, tensor, pipeline, chunks, micro_batches;
    bool overlap, distributed; /* of reductions and messages; the optimizer */
} SmallLayout;

/* The job of small_cluster.h laid out so, not yet resolved. */
SimulationSpec small_layout_spec(Arena *arena, const SmallLayout *layout);

#endif
