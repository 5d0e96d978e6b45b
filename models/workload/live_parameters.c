#include "models/workload/live_parameters.h"

enum { WEIGHTS = LIVE_PARAMETERS_WEIGHTS };

void live_parameters_list_weights(const TrainingSpec *training, double *weights) {
    const TransformerSpec *model = &training->model;
    double hidden = (double)model->hidden / (double)training->plan.tensor_parallel;
    double head_dim = (double)transformer_head_dim(model), query = (double)model->heads * head_dim;
    double ffn = (double)transformer_ffn_hidden(model);
    weights[0] = hidden * (query + 2 * (double)transformer_kv_heads(model) * head_dim);
    weights[1] = hidden * query;
    weights[2] = hidden * ffn * (model->gated ? 2 : 1);
    weights[3] = hidden * ffn;
}

int64_t live_parameters_prefetch_layers(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double weights[WEIGHTS];
    if (plan->zero_list_collectives)
        return 0;
    live_parameters_list_weights(training, weights);
    for (int i = 0; i < WEIGHTS && plan->max_live_parameters > 0; i++)
        if (weights[i] >= (double)plan->max_live_parameters)
            return 0;
    return plan->prefetch_layers;
}

double live_parameters_again_fraction(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double weights[WEIGHTS], behind = 0, again = 0;
    if (plan->zero_list_collectives && plan->recompute == RECOMPUTE_FULL)
        return 1;
    if (plan->max_live_parameters == 0 || plan->recompute != RECOMPUTE_FULL)
        return 0;
    live_parameters_list_weights(training, weights);
    for (int i = WEIGHTS - 1; i >= 0; i--) {
        again += 2 * behind >= (double)plan->max_live_parameters ? weights[i] : 0;
        behind += weights[i];
    }
    return again / behind;
}
