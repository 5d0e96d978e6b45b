/*
 * expert_teams: which replica sets (rank_classes.h) exchange tokens with each other. An expert group that reaches over
 * several replicas (plan_expert_replicas) ties their sets into one team, which runs its all-to-alls together. Without
 * such a group every set is a team.
 */
#ifndef MODELS_TRAFFIC_EXPERT_TEAMS_H
#define MODELS_TRAFFIC_EXPERT_TEAMS_H

#include "models/traffic/rank_classes.h"

/* Sets of team t are sets[bounds[t]] .. sets[bounds[t + 1] - 1]. */
typedef struct ExpertTeams {
    int count;                  /* >= 1 */
    const int *bounds;          /* [count + 1] */
    const int *sets;            /* [sets of RankClasses], each in one team */
    const int *team_of_replica; /* [data_parallel] */
} ExpertTeams;

/* The teams of a resolved plan, in the order of their first sets. */
ExpertTeams expert_teams_of(Arena *arena, const RankClasses *ranks, const PlanSpec *plan);

#endif
