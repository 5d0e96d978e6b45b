#include "models/plan/expert_dispatch.h"

#include <math.h>

static const char *const DISPATCHER_NAMES[] = {"alltoall", "deepep"};

const char *expert_dispatcher_name(ExpertDispatcher dispatcher) {
    return DISPATCHER_NAMES[dispatcher];
}

/* Probability that `count` of `total` things that are chosen evenly are none of `there`. */
static double missed(double total, double there, int64_t count) {
    double fraction = 1;
    for (int64_t i = 0; i < count; i++)
        fraction *= fmax(total - there - (double)i, 0) / (total - (double)i);
    return fraction;
}

static double choices(double total, double count) {
    return lgamma(total + 1) - lgamma(count + 1) - lgamma(total - count + 1);
}

/* Probability that `met` of the `there` groups of a place are among the `most` that a token may go to. */
static double groups_met(double groups, double there, double most, double met) {
    if (most - met > groups - there)
        return 0;
    return exp(choices(there, met) + choices(groups - there, most - met) - choices(groups, most));
}

double expert_dispatch_hit_fraction(const TransformerSpec *model, int64_t experts_there) {
    double experts = (double)model->experts, groups = (double)(model->expert_groups > 0 ? model->expert_groups : 1);
    double most = model->expert_groups_per_token > 0 ? (double)model->expert_groups_per_token : groups;
    double of_group = experts / groups, open = most * of_group, there = (double)experts_there, fraction = 0;
    if (there <= of_group)
        return most / groups * (1 - missed(open, there, model->experts_per_token));
    double groups_there = there / of_group;
    for (double met = 1; met <= fmin(groups_there, most); met++)
        fraction +=
            groups_met(groups, groups_there, most, met) * (1 - missed(open, met * of_group, model->experts_per_token));
    return fraction;
}

/* GPUs of the group in each node, where they are as many in all and in a row; otherwise 0. */
static int64_t gpus_of_node(const int *gpus, int64_t ranks, int gpus_per_node) {
    int64_t together = 1;
    while (together < ranks && gpus[together] / gpus_per_node == gpus[0] / gpus_per_node)
        together++;
    if (ranks % together)
        return 0;
    for (int64_t rank = 1; rank < ranks; rank++) {
        bool moves = gpus[rank] / gpus_per_node != gpus[rank - 1] / gpus_per_node;
        if (moves != (rank % together == 0))
            return 0;
    }
    return together;
}

const double *expert_dispatch_weights(const TrainingSpec *training, const int *gpus, int gpus_per_node, Arena *arena) {
    const TransformerSpec *model = &training->model;
    int64_t ranks = training->plan.expert_parallel, of_rank = model->experts / ranks;
    int64_t together = gpus_of_node(gpus, ranks, gpus_per_node);
    if (training->plan.expert_dispatcher == EXPERT_ALL_TO_ALL || together == 0)
        return NULL;
    /* Of a token, over the share that all of its pairs send to one rank. */
    double token = (double)ranks / (double)model->experts_per_token, nodes = (double)ranks / (double)together;
    double to_node = token * expert_dispatch_hit_fraction(model, of_rank * together);
    double in_node = token * nodes * expert_dispatch_hit_fraction(model, of_rank);
    double *weights = ARENA_ARRAY(arena, ranks * ranks, double);
    for (int64_t from = 0; from < ranks; from++)
        for (int64_t to = 0; to < ranks; to++) {
            bool same_node = from / together == to / together, same_place = from % together == to % together;
            weights[from * ranks + to] = same_node ? in_node : same_place ? to_node : 0;
        }
    return weights;
}
