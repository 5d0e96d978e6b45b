#include "models/plan/training_flop.h"

TrainingSpec training_with_mlp(const TrainingSpec *training, MlpKind kind) {
    TrainingSpec view = *training;
    view.model = transformer_with_mlp(&training->model, kind);
    return view;
}

double training_over_layers(const TrainingSpec *training, LayerCount count,
                            double (*of_layer)(const TrainingSpec *training)) {
    if (count.experts == count.layers || training->model.experts == 0)
        return count.layers > 0 ? (double)count.layers * of_layer(training) : 0;
    const TrainingSpec dense = training_with_mlp(training, MLP_DENSE);
    double sum = count.experts > 0 ? (double)count.experts * of_layer(training) : 0;
    return sum + (double)(count.layers - count.experts) * of_layer(&dense);
}

double training_attention_flop(const TrainingSpec *training) {
    double whole = transformer_attention_flop(&training->model, training->sequence_tokens);
    return whole * (double)training_document_tokens(training) / (double)training->sequence_tokens;
}

/* Of one layer, pairs that meet no expert. */
static double dropped_flop(const TrainingSpec *training) {
    if (training->model.experts == 0)
        return 0;
    return expert_routing_dropped_fraction(&training->plan.routing, training->plan.expert_parallel) *
           transformer_expert_flop(&training->model, training->sequence_tokens);
}

double training_layer_flop(const TrainingSpec *training) {
    double whole = transformer_attention_flop(&training->model, training->sequence_tokens);
    double attention = training_attention_flop(training), masked = attention / 2;
    double flop = transformer_layer_flop(&training->model, training->sequence_tokens) - (whole - attention);
    flop -= dropped_flop(training);
    return training->plan.flash_attention ? flop - masked : flop;
}

double training_deferred_flop(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    int64_t tokens = training->sequence_tokens;
    double router = 2 * (double)tokens * (double)model->hidden * (double)model->experts;
    double products = transformer_layer_flop(model, tokens) - transformer_attention_flop(model, tokens);
    return products - dropped_flop(training) - router;
}

double training_layers_flop(const TrainingSpec *training) {
    int64_t layers = training->model.layers;
    LayerCount all = {layers, transformer_expert_layers(&training->model, 0, layers)};
    return training_over_layers(training, all, training_layer_flop);
}

/* As many as make the gradients of all weights of a sequence, of a dense model. */
static double weights_flop(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    int64_t tokens = training->sequence_tokens;
    double layer = transformer_layer_flop(model, tokens) - transformer_attention_flop(model, tokens);
    return (double)model->layers * layer + transformer_head_flop(model, tokens);
}

double training_sequence_flop(const TrainingSpec *training) {
    if (training_family(training) == FAMILY_LAYERS)
        return 3 * layer_list_flop(&training->list);
    double forward =
        training_layers_flop(training) + transformer_head_flop(&training->model, training->sequence_tokens);
    return 3 * forward - (training->plan.lora.rank > 0 ? weights_flop(training) : 0);
}
