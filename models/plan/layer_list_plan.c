#include "models/plan/layer_list_plan.h"

#include <math.h>

#include "models/plan/element_bytes.h"

/* torch.nn.parallel.DistributedDataParallel, bucket_cap_mb. */
static const double BUCKET_BYTES = 25.0 * 1024 * 1024;

static ListChunk whole(const LayerListSpec *list) {
    double sharded = layer_list_sharded_parameters(list);
    return (ListChunk){.end = (int)layer_list_length(list),
                       .parameters = layer_list_parameters(list) - sharded,
                       .sharded_parameters = sharded,
                       .kept_elements = layer_list_kept_elements(list),
                       .exchanged_elements = layer_list_exchanged_elements(list)};
}

ListChunk layer_list_chunk(const TrainingSpec *training, int stage, int chunk) {
    if (training->plan.list_chunks == NULL)
        return whole(&training->list);
    return training->plan.list_chunks[plan_virtual_stage(&training->plan, stage, chunk)];
}

double layer_list_shard_parameters(const TrainingSpec *training, int stage) {
    double parameters = 0;
    for (int chunk = 0; chunk < training->plan.virtual_stages; chunk++)
        parameters += layer_list_chunk(training, stage, chunk).sharded_parameters;
    return parameters / (double)training->plan.data_parallel;
}

int layer_list_slices(const TrainingSpec *training, int stage) {
    const PlanSpec *plan = &training->plan;
    double gradient_bytes = plan->grad_reduce_in_fp32 ? 4 : activation_bytes(plan->precision), most = 1;
    if (!plan->overlap_grad_reduce || plan->data_parallel < 2)
        return 1;
    for (int chunk = 0; chunk < plan->virtual_stages; chunk++) {
        double parameters = layer_list_chunk(training, stage, chunk).parameters;
        most = fmax(most, ceil(parameters * gradient_bytes / BUCKET_BYTES));
    }
    return most < LAYER_LIST_SLICES_MAX ? (int)most : LAYER_LIST_SLICES_MAX;
}

int layer_list_slice_end(const LayerRun *run, const ListChunk *chunk, int slice, int slices) {
    double wanted = chunk->parameters * (slice + 1) / slices, sum = 0;
    int index = chunk->end;
    if (slice == slices - 1 || chunk->parameters <= 0)
        return chunk->first;
    while (index > chunk->first && sum < wanted) {
        index--;
        sum += run->layers[index]->sharded ? 0 : layer_parameters(run->layers[index]);
    }
    return index;
}

static double micro_batch_bytes(const TrainingSpec *training, double elements) {
    return (double)training->plan.micro_batch_seqs * elements * activation_bytes(training->plan.precision);
}

double layer_list_kept_bytes(const TrainingSpec *training, const ListChunk *chunk) {
    return micro_batch_bytes(training, chunk->kept_elements);
}

double layer_list_exchange_bytes(const TrainingSpec *training, const ListChunk *chunk) {
    return training->plan.data_parallel < 2 ? 0 : micro_batch_bytes(training, chunk->exchanged_elements);
}

double layer_list_message_bytes(const TrainingSpec *training, const ListChunk *chunk) {
    return micro_batch_bytes(training, chunk->in_elements);
}
