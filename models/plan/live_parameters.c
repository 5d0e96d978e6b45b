#include "models/plan/live_parameters.h"

#include "models/plan/layer_weights.h"
#include "models/plan/training_flop.h"

/* Whether a weight of a layer of that kind reaches the limit. */
static bool reaches_limit(const TrainingSpec *training) {
    int64_t count = layer_weights_count(training);
    for (int64_t i = 0; i < count; i++)
        if (layer_weights_at(training, i) >= (double)training->plan.max_live_parameters)
            return true;
    return false;
}

int64_t live_parameters_prefetch_layers(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    const TrainingSpec dense = training_with_mlp(training, MLP_DENSE);
    int64_t layers = training->model.layers, experts = transformer_expert_layers(&training->model, 0, layers);
    if (plan->zero_list_collectives)
        return 0;
    if (plan->max_live_parameters == 0)
        return plan->prefetch_layers;
    bool reached = (experts > 0 && reaches_limit(training)) || (experts < layers && reaches_limit(&dense));
    return reached ? 0 : plan->prefetch_layers;
}

double live_parameters_again_fraction(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double behind = 0, again = 0;
    if (plan->zero_list_collectives && plan->recompute == RECOMPUTE_FULL)
        return plan->recompute_share;
    if (plan->max_live_parameters == 0 || plan->recompute != RECOMPUTE_FULL)
        return 0;
    for (int64_t i = layer_weights_count(training) - 1; i >= 0; i--) {
        double weight = layer_weights_at(training, i);
        again += 2 * behind >= (double)plan->max_live_parameters ? weight : 0;
        behind += weight;
    }
    return plan->recompute_share * again / behind;
}
