#include "scenarios/reader/schema_plan_foreign.h"

/* Megatron-LM's, PyTorch FSDP's and DeepSpeed's. */
const SchemaForeign SCHEMA_PLAN_FOREIGN[] = {
    {"sharding_strategy", "zero_stage: 3 for FULL_SHARD, with zero_shard_size for HYBRID_SHARD, with "
                          "reshard_after_forward: false for SHARD_GRAD_OP"},
    {"fsdp_reshard_after_forward", "zero_sync: step for default or never with stages, otherwise reshard_after_forward"},
    {"backward_prefetch", "prefetch_layers: 1 for BACKWARD_PRE, 0 for no prefetch"},
    {"forward_prefetch", "prefetch_layers"},
    {"stage3_prefetch_bucket_size", "prefetch_layers, which is the bucket / parameters of a layer"},
    {"data_parallel_replicate_degree", "zero_shard_size, which is data_parallel / data_parallel_replicate_degree"},
    {"num_distributed_optimizer_instances",
     "zero_shard_size, which is data_parallel / num_distributed_optimizer_instances"},
    {"num_layers_per_virtual_pipeline_stage",
     "virtual_stages, which is layers / (pipeline_parallel * num_layers_per_virtual_pipeline_stage)"},
    {"pipeline_model_parallel_layout", "layers_per_stage: [3, 2, 2, 0] for \"Et*3|tt|tt|L\""},
    {"cp_comm_type", "context_parallel, whose ring is p2p"},
    {"moe_token_dispatcher_type", "expert_dispatcher: alltoall, or deepep for flex"},
    {"store_param_remainders", "main_params_dtype: remainder"},
    {"use_precision_aware_optimizer", "exp_avg_dtype, exp_avg_sq_dtype and main_params_dtype, which need no switch"},
    {"main_grads_dtype", "grad_reduce_in_fp32"},
    {"bf16", "precision: bf16"},
    {"fp16", "precision: fp16"},
    {"fp8", "precision: fp8"},
    {"fp8_format", "precision: fp8"},
    {"recompute_activations", "recompute: selective"},
    {"recompute_modules", "recompute: selective and recompute_core_attn for core_attn, recompute_norms for layernorm, "
                          "recompute_mlp, recompute_moe, recompute_moe_act and recompute_mla_up_proj"},
    {"selective_ac_option", "recompute: by_operator for op, recompute: full with recompute_num_layers for a number"},
    {"no_gradient_accumulation_fusion", "gradient_accumulation_fusion: false"},
    {NULL, NULL},
};
