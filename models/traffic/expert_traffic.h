/*
 * expert_traffic: the all-to-alls of expert groups (plan_experts.h): every GPU of a group sends each pair of a token
 * and an expert to the rank that has the expert (dispatch), and gets what the expert makes of it back (combine). All
 * groups of a team and of a stage exchange at the same time. With a busiest rank (expert_routing.h) the first of each
 * group gets more than the others.
 */
#ifndef MODELS_TRAFFIC_EXPERT_TRAFFIC_H
#define MODELS_TRAFFIC_EXPERT_TRAFFIC_H

#include "models/traffic/copy_traffic.h"
#include "models/traffic/expert_teams.h"

/* For one layer and micro-batch; NO_OPERATION without expert parallelism. The same operation when pairs are spread
 * evenly. */
typedef struct ExpertTraffic {
    int dispatch;
    int combine;
} ExpertTraffic;

/* Adds those of a team on a stage to the traffic, which is not sealed yet. */
ExpertTraffic expert_traffic_open(CopyTraffic *builder, const ExpertTeams *teams, int team, int stage);

#endif
