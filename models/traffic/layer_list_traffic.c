#include "models/traffic/layer_list_traffic.h"

#include "models/plan/layer_list_plan.h"
#include "models/traffic/rank_gpus.h"

/* All replicas of the stage. */
static int open_exchange(CopyTraffic *builder, int stage, int chunk) {
    const ListChunk listed = layer_list_chunk(builder->training, stage, chunk);
    int replicas = (int)builder->plan->data_parallel;
    double bytes = layer_list_exchange_bytes(builder->training, &listed);
    if (bytes <= 0)
        return NO_OPERATION;
    for (int replica = 0; replica < replicas; replica++)
        builder->gpus[replica] = rank_gpus_at(builder->ranks, builder->plan, stage, replica, 0);
    return copy_traffic_add(
        builder,
        (TrafficGroups){.kind = COLLECTIVE_ALL_TO_ALL, .bytes = bytes, .ranks = replicas, .count = 1, .copies = 1});
}

/* As many bytes as cross the cut before chunk `into`. */
static int open_message(CopyTraffic *builder, const ReplicaSet *set, const int stages[2], const ListChunk *into) {
    for (int i = 0; i < set->replica_count; i++)
        for (int end = 0; end < 2; end++)
            builder->gpus[2 * i + end] = rank_gpus_at(builder->ranks, builder->plan, stages[end], set->replicas[i], 0);
    return copy_traffic_add(builder, (TrafficGroups){.kind = COLLECTIVE_SEND_RECV,
                                                     .bytes = layer_list_message_bytes(builder->training, into),
                                                     .ranks = 2,
                                                     .count = set->replica_count,
                                                     .copies = 1});
}

/* From the chunk at a place in the order of a forward pass to the next one, or back to the one before. */
static int open_message_of(CopyTraffic *builder, const ReplicaSet *set, int from, int to) {
    PipelineShape shape = plan_shape(builder->plan);
    int later = from > to ? from : to;
    if (to < 0 || to >= shape.stages * shape.chunks)
        return NO_OPERATION;
    const int stages[] = {pipeline_stage_at(&shape, from), pipeline_stage_at(&shape, to)};
    const ListChunk into =
        layer_list_chunk(builder->training, pipeline_stage_at(&shape, later), pipeline_chunk_at(&shape, later));
    return stages[0] != stages[1] ? open_message(builder, set, stages, &into) : NO_OPERATION;
}

static const int *open_messages(CopyTraffic *builder, int way) {
    PipelineShape shape = plan_shape(builder->plan);
    int sets = builder->ranks->replica_set_count, places = shape.stages * shape.chunks;
    int *messages = ARENA_ARRAY(builder->arena, sets * places, int);
    for (int index = 0; index < sets * places; index++) {
        int stage = index / shape.chunks % shape.stages;
        int place = pipeline_virtual_stage(&shape, stage, index % shape.chunks);
        messages[index] = open_message_of(builder, &builder->ranks->replica_sets[index / places], place, place + way);
    }
    return messages;
}

ListTraffic layer_list_traffic_open(CopyTraffic *builder) {
    int stages = (int)builder->plan->pipeline_parallel, chunks = (int)builder->plan->virtual_stages;
    if (training_family(builder->training) != FAMILY_LAYERS)
        return (ListTraffic){0};
    int *exchange = ARENA_ARRAY(builder->arena, stages * chunks, int);
    for (int index = 0; index < stages * chunks; index++)
        exchange[index] = open_exchange(builder, index / chunks, index % chunks);
    return (ListTraffic){exchange, open_messages(builder, 1), open_messages(builder, -1)};
}

int layer_list_traffic_message(const ListTraffic *traffic, const PipelineShape *shape, int set, int stage,
                               const PipelinePass *pass) {
    const int *messages = pass->kind == PASS_FORWARD ? traffic->forward : traffic->backward;
    return messages[(set * shape->stages + stage) * shape->chunks + pass->chunk];
}
