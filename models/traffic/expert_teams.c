#include "models/traffic/expert_teams.h"

#include "models/plan/plan_experts.h"

static int *sets_of_replicas(Arena *arena, const RankClasses *ranks, const PlanSpec *plan) {
    int *set_of_replica = ARENA_ARRAY(arena, plan->data_parallel, int);
    for (int set = 0; set < ranks->replica_set_count; set++)
        for (int i = 0; i < ranks->replica_sets[set].replica_count; i++)
            set_of_replica[ranks->replica_sets[set].replicas[i]] = set;
    return set_of_replica;
}

/* Replicas are only in one set when those beside them are alike too: the first one of a set shows who is in its team.
 */
ExpertTeams expert_teams_of(Arena *arena, const RankClasses *ranks, const PlanSpec *plan) {
    int sets = ranks->replica_set_count, block = (int)plan_expert_replicas(plan), placed = 0;
    const int *set_of_replica = sets_of_replicas(arena, ranks, plan);
    int *bounds = ARENA_ARRAY(arena, sets + 1, int), *list = ARENA_ARRAY(arena, sets, int);
    int *team_of_replica = ARENA_ARRAY(arena, plan->data_parallel, int), *team_of_set = ARENA_ARRAY(arena, sets, int);
    ExpertTeams teams = {.bounds = bounds, .sets = list, .team_of_replica = team_of_replica};
    for (int set = 0; set < sets; set++)
        team_of_set[set] = -1;
    for (int set = 0; set < sets; set++) {
        int first = ranks->replica_sets[set].replicas[0] / block * block;
        if (team_of_set[set] >= 0)
            continue;
        for (int replica = first; replica < first + block; replica++) {
            int member = set_of_replica[replica];
            if (team_of_set[member] < 0)
                list[placed++] = member;
            team_of_set[member] = teams.count;
        }
        bounds[++teams.count] = placed;
    }
    for (int replica = 0; replica < plan->data_parallel; replica++)
        team_of_replica[replica] = team_of_set[set_of_replica[replica]];
    return teams;
}
