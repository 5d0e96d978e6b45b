#include "models/plan/plan_sharding.h"
#include "scenarios/reader/schema_plan_parts.h"

static const char *zero_sync_word(int index) {
    return index <= ZERO_SYNC_STEP ? zero_sync_name((ZeroSync)index) : NULL;
}

static const SchemaRow SHARDING_ROWS[] = {
    {PLAN_COUNT("zero_stage", zero_stage, 0, 3), .default_text = "0",
     .help =
         "what is split over the replicas: 1 the optimizer state, 2 the gradients too, 3 the parameters too (FSDP)"},
    {FLAG_ROW("distributed_optimizer", distributed_optimizer, "false"), .aliases = "use_distributed_optimizer",
     .help = "zero_stage: 1 in Megatron-LM's words"},
    {PLAN_COUNT("zero_shard_size", zero_shard_size, 1, MOST_PARALLEL),
     .default_text = "(data_parallel * context_parallel)",
     .aliases = "fsdp_shard_size mics_shard_size data_parallel_shard_degree",
     .help = "GPUs with the same weights that share one copy; fewer than data_parallel * context_parallel = hybrid "
             "sharding (HSDP, FSDP x DP, MiCS)"},
    {.key = "zero_sync",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, zero_sync),
     .default_text = "auto",
     .help = "zero_stage 2 and 3: parameters are gathered and gradients reduced in every micro_batch, or once per step "
             "and kept whole between (FSDP under a pipeline); auto = micro_batch, with stages and zero_stage 3 step",
     .menu = zero_sync_word},
    {PLAN_COUNT("prefetch_layers", prefetch_layers, 0, 100000), .default_text = "1",
     .help = "zero_stage 3: layers whose parameters are gathered ahead of the one that computes"},
    {PLAN_COUNT("max_live_parameters", max_live_parameters, 0, 1000000000000000), .default_text = "0",
     .aliases = "stage3_max_live_parameters",
     .help = "zero_stage 3: DeepSpeed's limit on whole parameters; above it nothing is gathered ahead, and recomputed "
             "layers gather again; 0 = none"},
    {FLAG_ROW("zero_list_collectives", zero_list_collectives, "false"),
     .help =
         "zero_stage 2 and 3: a collective for every weight, over lists of a view per GPU, of which the host issues "
         "each; nothing is gathered ahead (DeepSpeed before 2022)"},
    {FLAG_ROW("zero_whole_weights", zero_whole_weights, "false"),
     .help =
         "zero_stage 1: gradients are all-reduced, and every weight is updated by one GPU of the shard group, which "
         "broadcasts it (PyTorch's ZeroRedundancyOptimizer, InternEvo)"},
    {FLAG_ROW("zero_all_reduce", zero_all_reduce, "false"),
     .help = "zero_stage 1: gradients are all-reduced whole, not scattered, before weights are gathered (DeepSpeed's "
             "BF16_Optimizer)"},
    {FLAG_ROW("torch_fsdp", torch_fsdp, "false"),
     .help = "zero_stage 3: weights are kept as PyTorch's FSDP does: shards in fp32 alone, embedding and head gathered "
             "from the first layer to the last gradient; with stages all of them for the step, and every message"},
    {FLAG_ROW("zero_copies", zero_copies, "false"),
     .help = "ZeRO-2 and 3 put gathered weights together and copy gradients into buckets and parts, as DeepSpeed does"},
    {FLAG_ROW("fsdp_copies", fsdp_copies, "false"),
     .help =
         "torch_fsdp is FSDP2 (fully_shard): what is gathered and reduced is copied on the device; otherwise FSDP1, "
         "which copies gradients together"},
    {FLAG_ROW("reshard_after_forward", reshard_after_forward, "true"),
     .help = "zero_stage 3: gathered parameters are dropped after the forward pass and gathered again; false = "
             "SHARD_GRAD_OP"},
};

const SchemaTable SCHEMA_PLAN_SHARDING = {.name = "plan",
                                          .help = "ZeRO and FSDP",
                                          .rows = SHARDING_ROWS,
                                          .row_count = sizeof SHARDING_ROWS / sizeof SHARDING_ROWS[0],
                                          .bytes = sizeof(PlanSpec),
                                          .more = &SCHEMA_PLAN_OPTIMIZER};
