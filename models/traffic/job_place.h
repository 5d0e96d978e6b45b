/*
 * job_place: where a job is on the cluster and which of its ranks see the same fabric, as plain values. placement.h
 * finds it; rank_classes.h folds by it.
 */
#ifndef MODELS_TRAFFIC_JOB_PLACE_H
#define MODELS_TRAFFIC_JOB_PLACE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct JobPlace {
    const int *rank_gpu;   /* [job's gpus]: GPU of every rank */
    const uint32_t *marks; /* [job's gpus]: of every rank; equal = alike; NULL = nobody is met */
    bool splits_nodes;     /* ranks of one node do not see the same fabric either */
} JobPlace;

#endif
