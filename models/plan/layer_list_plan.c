#include "models/plan/layer_list_plan.h"

#include <math.h>

#include "models/plan/element_bytes.h"

/* torch.nn.parallel.DistributedDataParallel, bucket_cap_mb. */
static const double BUCKET_BYTES = 25.0 * 1024 * 1024;

static void append(LayerRun *run, const LayerListSpec *list) {
    for (int64_t i = 0; i < list->count; i++)
        for (int64_t repeat = 0; repeat < list->layers[i].repeat; repeat++) {
            if (list->layers[i].kind == LAYER_BLOCK)
                append(run, &list->layers[i].block);
            else
                run->layers[run->count++] = &list->layers[i];
        }
}

static int find_first_product(const LayerRun *run) {
    int index = 0;
    while (index < run->count && run->layers[index]->kind != LAYER_CONV && run->layers[index]->kind != LAYER_LINEAR)
        index++;
    return index;
}

LayerRun layer_list_run(const LayerListSpec *list, Arena *arena) {
    LayerRun run = {.layers = ARENA_ARRAY(arena, (size_t)layer_list_length(list), const LayerSpec *)};
    append(&run, list);
    run.first_product = find_first_product(&run);
    for (int i = 0; i < run.count; i++)
        if (run.layers[i]->sharded)
            run.looked_up = i + 1;
    run.joined = run.looked_up;
    while (run.looked_up > 0 && run.joined < run.count && run.layers[run.joined]->kind != LAYER_INTERACTION)
        run.joined++;
    /* Nothing joins them later: then they are waited for at once. */
    if (run.joined == run.count)
        run.joined = run.looked_up;
    return run;
}

double layer_list_replicated_parameters(const TrainingSpec *training) {
    return layer_list_parameters(&training->list) - layer_list_sharded_parameters(&training->list);
}

double layer_list_shard_parameters(const TrainingSpec *training) {
    return layer_list_sharded_parameters(&training->list) / (double)training->plan.data_parallel;
}

int layer_list_slices(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double gradient_bytes = plan->grad_reduce_in_fp32 ? 4 : activation_bytes(plan->precision);
    double buckets = ceil(layer_list_replicated_parameters(training) * gradient_bytes / BUCKET_BYTES);
    if (!plan->overlap_grad_reduce || plan->data_parallel < 2)
        return 1;
    return buckets < LAYER_LIST_SLICES_MAX ? (int)fmax(buckets, 1) : LAYER_LIST_SLICES_MAX;
}

int layer_list_slice_end(const TrainingSpec *training, const LayerRun *run, int slice) {
    double wanted = layer_list_replicated_parameters(training) * (slice + 1) / layer_list_slices(training), sum = 0;
    int index = run->count;
    if (slice == layer_list_slices(training) - 1)
        return 0;
    while (index > 0 && sum < wanted) {
        index--;
        sum += run->layers[index]->sharded ? 0 : layer_parameters(run->layers[index]);
    }
    return index;
}

double layer_list_kept_bytes(const TrainingSpec *training) {
    return (double)training->plan.micro_batch_seqs * layer_list_kept_elements(&training->list) *
           activation_bytes(training->plan.precision);
}

double layer_list_exchange_bytes(const TrainingSpec *training) {
    if (training->plan.data_parallel < 2)
        return 0;
    return (double)training->plan.micro_batch_seqs * layer_list_exchanged_elements(&training->list) *
           activation_bytes(training->plan.precision);
}
