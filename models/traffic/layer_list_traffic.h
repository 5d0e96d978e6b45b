/*
 * layer_list_traffic: the communication operations that only lists of layers have: the all_to_all of pooled vectors
 * between the replicas of a stage (layer_list_plan.h), the same bytes forward and back, and messages between stages,
 * each of what crosses its own cut (layer_list_run.h): with several chunks per stage a pair of stages has as many.
 */
#ifndef MODELS_TRAFFIC_LAYER_LIST_TRAFFIC_H
#define MODELS_TRAFFIC_LAYER_LIST_TRAFFIC_H

#include "models/traffic/copy_traffic.h"

/* NO_OPERATION where there is nothing to move; all NULL for a transformer. */
typedef struct ListTraffic {
    const int *exchange; /* [stage * chunks + chunk] */
    const int *forward;  /* [(set * stages + stage) * chunks + chunk]: from there to the next chunk */
    const int *backward; /* the same to the chunk before */
} ListTraffic;

/* Adds them to the traffic. */
ListTraffic layer_list_traffic_open(CopyTraffic *builder);

/* The message of a pass on a replica set; NO_OPERATION without one. */
int layer_list_traffic_message(const ListTraffic *traffic, const PipelineShape *shape, int set, int stage,
                               const PipelinePass *pass);

#endif
