#include "tests/unit/models/small_list.h"

#include "tests/unit/models/small_cluster.h"

static const LayerSpec BLOCK_LAYERS[] = {
    {.kind = LAYER_CONV, .repeat = 2, .in_channels = 96, .out_channels = 96, .kernel_size = 3, .height = 14},
    {.kind = LAYER_ELEMENT_WISE, .repeat = 1, .elements = 96 * 14 * 14, .inputs = 2, .relu = true},
};

static const LayerSpec CONV_NET[] = {
    {.kind = LAYER_CONV,
     .repeat = 1,
     .in_channels = 3,
     .out_channels = 96,
     .kernel_size = 7,
     .stride = 2,
     .height = 55,
     .batch_norm = true,
     .relu = true},
    {.kind = LAYER_POOL, .repeat = 1, .in_channels = 96, .kernel_size = 2, .height = 28},
    {.kind = LAYER_BLOCK, .repeat = 3, .block = {BLOCK_LAYERS, 2, false}},
    {.kind = LAYER_LINEAR, .repeat = 1, .in_features = 96, .out_features = 70000, .bias = true},
};

static const LayerSpec RECOMMENDER[] = {
    {.kind = LAYER_EMBEDDING_BAG,
     .repeat = 1,
     .tables = 7,
     .num_embeddings = 130000,
     .embedding_dim = 48,
     .lookups = 5,
     .sharded = true},
    {.kind = LAYER_LINEAR, .repeat = 1, .in_features = 13, .out_features = 520, .bias = true, .relu = true},
    {.kind = LAYER_LINEAR, .repeat = 1, .in_features = 520, .out_features = 48, .bias = true, .relu = true},
    {.kind = LAYER_INTERACTION, .repeat = 1, .vectors = 8, .embedding_dim = 48},
    {.kind = LAYER_LINEAR, .repeat = 1, .in_features = 76, .out_features = 2500, .bias = true, .relu = true},
    {.kind = LAYER_LINEAR, .repeat = 1, .in_features = 2500, .out_features = 1, .bias = true},
};

static SimulationSpec small_list(Arena *arena, int nodes, LayerListSpec list) {
    SimulationSpec spec = small_cluster(arena, nodes, 4);
    TrainingSpec *training = &spec.jobs[0].training;
    training->model = (TransformerSpec){.name = "small"};
    training->list = list;
    training->sequence_tokens = 0;
    training->plan.overlap_grad_reduce = true;
    return spec;
}

SimulationSpec small_conv_net(Arena *arena, int nodes) {
    SimulationSpec spec = small_list(arena, nodes, (LayerListSpec){CONV_NET, sizeof CONV_NET / sizeof *CONV_NET, true});
    spec.jobs[0].training.plan.micro_batch_seqs = 17;
    return spec;
}

SimulationSpec small_recommender(Arena *arena, int nodes) {
    SimulationSpec spec =
        small_list(arena, nodes, (LayerListSpec){RECOMMENDER, sizeof RECOMMENDER / sizeof *RECOMMENDER, false});
    spec.jobs[0].training.plan.micro_batch_seqs = 20011;
    return spec;
}
