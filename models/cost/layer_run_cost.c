#include "models/cost/layer_run_cost.h"

#include "models/cost/layer_list_cost.h"

LayerRunCosts layer_run_costs(const TrainingSpec *training, const LayerRun *run, const GpuSpec *gpu, Arena *arena) {
    LayerRunCosts costs = {ARENA_ARRAY(arena, run->count, WorkCost), ARENA_ARRAY(arena, run->count, WorkCost)};
    for (int i = 0; i < run->count; i++) {
        const LayerSpec *layer = run->layers[i];
        WorkCost *forward = &costs.forward[i], *backward = &costs.backward[i];
        /* Neighbours are often the same layer again. */
        bool again = i > run->first_product + 1 && layer == run->layers[i - 1];
        *forward = again ? forward[-1] : layer_list_forward_cost(training, layer, gpu);
        *backward = again ? backward[-1] : layer_list_backward_cost(training, layer, gpu, i == run->first_product);
    }
    return costs;
}
