/*
 * layer_list_traffic: the one communication operation that only lists of layers have: the all_to_all of pooled vectors
 * (layer_list_plan.h), the same bytes forward and back.
 */
#ifndef MODELS_TRAFFIC_LAYER_LIST_TRAFFIC_H
#define MODELS_TRAFFIC_LAYER_LIST_TRAFFIC_H

#include "models/spec.h"
#include "models/traffic/rank_classes.h"
#include "models/traffic/traffic.h"

/* Adds it to the traffic and returns its number, -1 when there is nothing to exchange. */
int layer_list_exchange_open(const JobSpec *job, const RankClasses *ranks, Traffic *traffic);

#endif
