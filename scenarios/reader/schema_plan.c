#include "models/communication/collective.h"
#include "models/cost/recompute.h"
#include "models/plan/expert_dispatch.h"
#include "models/plan/pipeline.h"
#include "models/plan/plan_sharding.h"
#include "models/plan/plan_stages.h"
#include "scenarios/reader/schema.h"
#include "scenarios/reader/schema_plan_foreign.h"

/* Bounds far outside anything trained: products of three still fit in int64_t. */
#define MOST_PARALLEL  1000000
#define MOST_SEQUENCES 1000000000

#define PLAN_COUNT(word, field, least, most) SCHEMA_COUNT(PlanSpec, word, field, least, most)
#define FLAG_ROW(word, field, value)         SCHEMA_FLAG(PlanSpec, word, field, value)

static const char *recompute_word(int index) {
    return index <= RECOMPUTE_FULL ? recompute_name((Recompute)index) : NULL;
}

static const char *method_word(int index) {
    return index <= RECOMPUTE_UNIFORM ? recompute_method_name((RecomputeMethod)index) : NULL;
}

static const char *lora_word(int index) {
    static const char *const WORDS[] = {[LORA_QKV] = "qkv", [LORA_ATTENTION] = "attention", [LORA_ALL] = "all"};
    return index <= LORA_ALL ? WORDS[index] : NULL;
}

static const char *precision_word(int index) {
    return index < PRECISION_COUNT ? precision_name((Precision)index) : NULL;
}

static const char *dispatcher_word(int index) {
    return index < EXPERT_DISPATCHER_COUNT ? expert_dispatcher_name((ExpertDispatcher)index) : NULL;
}

static const char *attention_word(int index) {
    return index < ATTENTION_KERNEL_COUNT ? attention_kernel_name((AttentionKernel)index) : NULL;
}

static const char *optimizer_word(int index) {
    return index < OPTIMIZER_KIND_COUNT ? optimizer_kind_name((OptimizerKind)index) : NULL;
}

static const char *main_params_word(int index) {
    return index < MAIN_PARAMS_COUNT ? main_params_name((MainParams)index) : NULL;
}

static const char *moment_word(int index) {
    return index < MOMENT_TYPE_COUNT ? moment_type_name((MomentType)index) : NULL;
}

static const char *zero_sync_word(int index) {
    return index <= ZERO_SYNC_STEP ? zero_sync_name((ZeroSync)index) : NULL;
}

static const char *split_word(int index) {
    return index <= STAGE_SPLIT_COST ? stage_split_name((StageSplit)index) : NULL;
}

static const char *schedule_word(int index) {
    const PipelineSchedule *schedule = index > 0 ? pipeline_at((size_t)index - 1) : NULL;
    if (index == 0)
        return "auto";
    return schedule != NULL ? schedule->name : NULL;
}

static const char *collective_word(int index) {
    const CollectiveAlgorithm *algorithm = index > 0 ? collective_at((size_t)index - 1) : NULL;
    if (index == 0)
        return "auto";
    return algorithm != NULL ? algorithm->name : NULL;
}

static const SchemaRow PLAN_ROWS[] = {
    {PLAN_COUNT("tensor_parallel", tensor_parallel, 1, MOST_PARALLEL), .default_text = "1",
     .aliases = "tensor_model_parallel_size", .help = "GPUs that share one layer"},
    {PLAN_COUNT("context_parallel", context_parallel, 1, MOST_PARALLEL), .default_text = "1",
     .aliases = "context_parallel_size", .help = "GPUs that share the tokens of a sequence; needs flash_attention"},
    {PLAN_COUNT("expert_parallel", expert_parallel, 1, MOST_PARALLEL), .default_text = "1",
     .aliases = "expert_model_parallel_size",
     .help = "GPUs with different experts: neighbours of data_parallel x context_parallel, with expert_tensor_parallel "
             "1 of "
             "x tensor_parallel, that exchange tokens; a tensor group needs sequence_parallel"},
    {PLAN_COUNT("expert_tensor_parallel", expert_tensor_parallel, 1, MOST_PARALLEL),
     .default_text = "(tensor_parallel)", .aliases = "expert_tensor_parallel_size",
     .help =
         "GPUs that share one expert: tensor_parallel, or 1: whole experts, whose groups go over tensor groups too"},
    {.key = "expert_imbalance",
     .type = FIELD_REAL,
     .offset = offsetof(PlanSpec, routing.imbalance),
     .dimension = DIMENSION_COUNT,
     .min = 1,
     .max = MOST_PARALLEL,
     .default_text = "1",
     .help = "tokens of the busiest GPU of an expert group over the mean, for which all wait; 1 = a perfect router, at "
             "most expert_parallel"},
    {.key = "capacity_factor",
     .type = FIELD_REAL,
     .offset = offsetof(PlanSpec, routing.capacity_factor),
     .dimension = DIMENSION_COUNT,
     .above_min = true,
     .max = MOST_PARALLEL,
     .default_text = "(no limit)",
     .aliases = "moe_expert_capacity_factor",
     .help = "most tokens of an expert over its even share; what is above is dropped"},
    {FLAG_ROW("pad_to_capacity", routing.pads, "false"), .aliases = "moe_pad_expert_input_to_capacity",
     .help = "every expert works on its full capacity, padded"},
    {.key = "expert_dispatcher",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, expert_dispatcher),
     .default_text = "alltoall",
     .help = "how tokens travel to their experts: alltoall = once for each expert; deepep = once to each node, from "
             "there once to each GPU (DeepEP, HybridEP)",
     .menu = dispatcher_word},
    {FLAG_ROW("grouped_experts", grouped_experts, "true"), .aliases = "moe_grouped_gemm",
     .help =
         "one matrix product for all experts of a GPU; otherwise one after the other, each with kernels of its own"},
    {FLAG_ROW("fused_routing", fused_routing, "true"), .aliases = "moe_router_fusion",
     .help =
         "router and permutation of tokens in fused kernels: the host issues 79 fewer for a layer (31 of 72 kernels "
         "of the router are left forward)"},
    {PLAN_COUNT("pipeline_parallel", pipeline_parallel, 1, MOST_PARALLEL), .default_text = "1",
     .aliases = "pipeline_model_parallel_size", .help = "stages of the pipeline"},
    {PLAN_COUNT("data_parallel", data_parallel, 1, MOST_PARALLEL),
     .default_text = "(gpus / (tensor_parallel * context_parallel * pipeline_parallel))",
     .aliases = "data_parallel_size", .help = "replicas of the model"},
    {PLAN_COUNT("virtual_stages", virtual_stages, 1, 100000), .default_text = "1",
     .aliases = "virtual_pipeline_model_parallel_size", .help = "model chunks on each stage"},
    {PLAN_COUNT("micro_batch", micro_batch_seqs, 1, MOST_PARALLEL), .default_text = "1", .aliases = "micro_batch_size",
     .help = "sequences of one micro-batch on one replica"},
    {PLAN_COUNT("global_batch", global_batch_seqs, 1, MOST_SEQUENCES),
     .default_text = "(micro_batch * gradient_accumulation * data_parallel)", .aliases = "global_batch_size",
     .help = "sequences of one step"},
    {PLAN_COUNT("gradient_accumulation", gradient_accumulation, 1, MOST_PARALLEL),
     .default_text = "(from global_batch)", .aliases = "gradient_accumulation_steps",
     .help = "micro-batches of one replica in one step"},
    {.key = "recompute",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, recompute),
     .default_text = "none",
     .aliases = "recompute_granularity",
     .help = "what of the forward pass is computed again instead of stored: selective = the inside of attention, "
             "by_operator = all but attention and every second product (torchtitan's selective_ac_option: op)",
     .menu = recompute_word},
    {.key = "recompute_method",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, recompute_method),
     .default_text = "block",
     .help = "with recompute_num_layers: block = so many layers of a chunk are computed again, the others keep "
             "everything; uniform = all are, in groups of so many, which keep one input",
     .menu = method_word},
    {PLAN_COUNT("recompute_num_layers", recompute_num_layers, 0, 100000), .default_text = "0",
     .help = "recompute: full of so many layers of each chunk, or in groups of so many (recompute_method); 0 = of all, "
             "each from its own input"},
    {PLAN_COUNT("lora_rank", lora.rank, 0, 1000000), .default_text = "0", .aliases = "lora_dim",
     .help =
         "features of low-rank adapters beside frozen weights, which alone are trained (LoRA); 0 = all weights are"},
    {FLAG_ROW("lora_fp8_weights", lora.fp8_weights, "false"),
     .help = "with lora_rank and precision fp8: layers keep their frozen weights in fp8 alone (NeMo's fp8_params)"},
    {.key = "lora_targets",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, lora.targets),
     .default_text = "qkv",
     .help = "products with an adapter: query, key and value; attention: the projection too; all: the MLP's too",
     .menu = lora_word},
    {FLAG_ROW("sequence_parallel", sequence_parallel, "false"),
     .help = "norms and dropout are split over the tensor group"},
    {FLAG_ROW("distributed_optimizer", distributed_optimizer, "false"), .aliases = "use_distributed_optimizer",
     .help = "zero_stage: 1 in Megatron-LM's words"},
    {PLAN_COUNT("zero_stage", zero_stage, 0, 3), .default_text = "0",
     .help =
         "what is split over the replicas: 1 the optimizer state, 2 the gradients too, 3 the parameters too (FSDP)"},
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
    {FLAG_ROW("fsdp_copies", fsdp_copies, "false"),
     .help = "torch_fsdp is FSDP2 (fully_shard): what is gathered and reduced is copied on the device"},
    {FLAG_ROW("reshard_after_forward", reshard_after_forward, "true"),
     .help = "zero_stage 3: gathered parameters are dropped after the forward pass and gathered again; false = "
             "SHARD_GRAD_OP"},
    {.key = "offload_activations",
     .type = FIELD_REAL,
     .offset = offsetof(PlanSpec, offload_activations_fraction),
     .dimension = DIMENSION_FRACTION,
     .max = 1,
     .default_text = "0",
     .help = "of what layers keep for the backward pass: goes to host memory and comes back, beside the passes"},
    {.key = "optimizer",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, optimizer.kind),
     .default_text = "auto",
     .help = "what it keeps of every parameter: adam and lamb two moments, lion and sgd_momentum one, sgd none; auto = "
             "adam, for "
             "layers sgd_momentum",
     .menu = optimizer_word},
    {.key = "main_params_dtype",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, optimizer.main_params),
     .default_text = "auto",
     .help = "the optimizer's own copy of the weights; auto = fp32 of narrower ones; remainder = the 16 bits that bf16 "
             "weights lack (store_param_remainders)",
     .menu = main_params_word},
    {.key = "exp_avg_dtype",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, optimizer.exp_avg),
     .default_text = "fp32",
     .help = "of the first moment; int8 with a scale per 256 elements (8-bit Adam)",
     .menu = moment_word},
    {.key = "exp_avg_sq_dtype",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, optimizer.exp_avg_sq),
     .default_text = "fp32",
     .help = "of Adam's second moment",
     .menu = moment_word},
    {FLAG_ROW("offload_optimizer", offload_optimizer, "false"), .aliases = "optimizer_cpu_offload cpu_offload",
     .help = "optimizer state is in host memory, and the CPUs update it (ZeRO-Offload)"},
    {FLAG_ROW("overlap_grad_reduce", overlap_grad_reduce, "false"), .aliases = "overlap_comm",
     .help = "gradients are reduced while the backward pass runs"},
    {FLAG_ROW("overlap_expert_comm", overlap_expert_comm, "false"), .aliases = "overlap_moe_expert_parallel_comm",
     .help = "tokens travel to their experts and back beside the passes of other micro-batches: a forward beside a "
             "backward pass, for one micro-batch more in flight"},
    {FLAG_ROW("overlap_p2p", overlap_p2p, "false"), .aliases = "overlap_p2p_communication",
     .help = "a stage computes while it sends"},
    {FLAG_ROW("async_tensor_allreduce", async_tensor_allreduce, "true"),
     .aliases = "async_tensor_model_parallel_allreduce",
     .help = "in the backward pass the tensor group's sums run beside products of weight gradients (Megatron-LM's "
             "default since 2022)"},
    {FLAG_ROW("tp_comm_overlap", tp_comm_overlap, "false"), .aliases = "ub_tp_comm_overlap",
     .help = "collectives of the tensor group run piece by piece beside its matrix products (Transformer Engine's "
             "userbuffers); needs sequence_parallel"},
    {FLAG_ROW("overlap_slowdown", overlap_slowdown, "true"),
     .help = "data-parallel collectives beside compute take SMs and HBM bandwidth from it, and it takes HBM bandwidth "
             "from them"},
    {FLAG_ROW("flash_attention", flash_attention, "false"), .aliases = "use_flash_attn",
     .help = "fused attention that never writes the score matrix"},
    {.key = "attention_kernel",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, attention_kernel),
     .default_text = "auto",
     .help = "release of fused attention, which makes flash_attention true; auto = the GPU's own with flash_attention, "
             "otherwise standard",
     .menu = attention_word},
    {FLAG_ROW("fused_optimizer", fused_optimizer, "true"),
     .help =
         "Adam is one kernel over all its parameters; false = a kernel for every operation (torch.optim.AdamW unless "
         "fused)"},
    {PLAN_COUNT("gradient_bucket_parameters", gradient_bucket_parameters, 0, INT64_C(1000000000000)),
     .default_text = "0", .aliases = "ddp_bucket_size reduce_bucket_size",
     .help = "zero_stage 0 and 1: most parameters whose gradients are reduced by one collective, which decides the "
             "algorithm it takes; 0 = all that are ready at once"},
    {FLAG_ROW("gradient_bucket_copies", gradient_bucket_copies, "false"),
     .help =
         "zero_stage 0 and 1: gradients are copied into buckets, divided by the replicas, and copied back (InternLM; "
         "PyTorch's DDP without gradient_as_bucket_view)"},
    {FLAG_ROW("norm_in_fp32", norm_in_fp32, "false"),
     .help = "norms read a copy of their input in fp32, made by a kernel of its own (InternLM, PyTorch's autocast)"},
    {FLAG_ROW("eager_layers", eager_layers, "false"),
     .help = "RMSNorm, rotary positions and the softmax of unfused attention are a kernel for every operation, as in "
             "Hugging Face's models without torch.compile"},
    {FLAG_ROW("norm_fusion", norm_fusion, "false"), .aliases = "use_fused_rms_norm",
     .help = "with eager_layers: an RMSNorm is one kernel all the same (apex, Paddle)"},
    {FLAG_ROW("rope_fusion", rope_fusion, "false"), .aliases = "apply_rope_fusion use_fused_rope",
     .help = "with eager_layers: rotary positions are one kernel all the same"},
    {FLAG_ROW("bias_dropout_fusion", bias_dropout_fusion, "true"),
     .help = "bias, dropout and the sum with the residual are one kernel (Megatron-LM); false = one each, and queries, "
             "keys and values of unfused attention are copied into heads (eager PyTorch)"},
    {FLAG_ROW("gelu_fusion", gelu_fusion, "true"), .aliases = "bias_gelu_fusion",
     .help = "GELU of an MLP without gate is one kernel; false = its tanh is written out in eight (gelu_new of Hugging "
             "Face's GPT-2)"},
    {FLAG_ROW("recompute_core_attn", recompute_core_attn, "false"),
     .help = "recompute: selective computes fused attention again too (Megatron-Core's recompute_modules: core_attn, "
             "its default)"},
    {FLAG_ROW("recompute_norms", recompute_norms, "false"),
     .help = "norms are computed again instead of stored (Megatron-Core's recompute_modules: layernorm)"},
    {FLAG_ROW("recompute_mlp", recompute_mlp, "false"),
     .help = "MLPs of dense layers are computed again from their norms' output (recompute_modules: mlp)"},
    {FLAG_ROW("recompute_moe", recompute_moe, "false"),
     .help = "layers of experts are computed again, router and exchanges included (recompute_modules: moe)"},
    {FLAG_ROW("recompute_moe_act", recompute_moe_act, "false"),
     .help = "the activation of routed experts is computed again (recompute_modules: moe_act)"},
    {FLAG_ROW("recompute_mla_up_proj", recompute_mla_up_proj, "false"),
     .help = "queries, keys and values of latent attention are expanded again (recompute_modules: mla_up_proj)"},
    {FLAG_ROW("swiglu_fusion", swiglu_fusion, "true"), .aliases = "bias_swiglu_fusion",
     .help = "gate and up of a gated MLP are one product and its activation one kernel (Megatron-LM); false = two "
             "products, and kernels for the activation and the multiplication (eager PyTorch)"},
    {FLAG_ROW("fused_cross_entropy", fused_cross_entropy, "false"),
     .help = "the loss is one kernel on logits of 16 bit, without a copy of them in fp32 (flash_attn.losses)"},
    {FLAG_ROW("eager_cross_entropy", eager_cross_entropy, "false"),
     .help = "the loss runs operator by operator on logits in fp32, 12 bytes of each at its peak, also beside compiled "
             "layers (PyTorch's F.cross_entropy)"},
    {PLAN_COUNT("train_metrics", train_metrics, 0, 100), .default_text = "0",
     .help = "metrics that walk the logits in fp32 beside the loss of every micro-batch (Composer has two)"},
    {FLAG_ROW("gradient_noise_scale", gradient_noise_scale, "false"),
     .help = "AdaptDL's statistics of every step's gradients, read by the host (AdaScale); for a model of layers"},
    {FLAG_ROW("compile", compile, "false"), .aliases = "torch_compile",
     .help =
         "a compiler fuses norms, residuals, dropout, softmax and the loss, and issues kernels from generated code"},
    {FLAG_ROW("cuda_graphs", cuda_graphs, "false"), .aliases = "enable_cuda_graph",
     .help = "kernels are captured once and replayed: the host issues graphs, not kernels"},
    {FLAG_ROW("grad_reduce_in_fp32", grad_reduce_in_fp32, "true"), .aliases = "accumulate_allreduce_grads_in_fp32",
     .help = "gradients are kept and reduced in fp32, otherwise in the plan's precision"},
    {FLAG_ROW("gradient_accumulation_fusion", gradient_accumulation_fusion, "true"),
     .help = "the weight-gradient product adds into the gradient, without a kernel of its own"},
    {PLAN_COUNT("first_stage_layers", first_stage_layers, 1, 100000), .default_text = "(as many as on the others)",
     .aliases = "decoder_first_pipeline_num_layers", .help = "layers on the first stage"},
    {PLAN_COUNT("last_stage_layers", last_stage_layers, 1, 100000), .default_text = "(as many as on the others)",
     .aliases = "decoder_last_pipeline_num_layers", .help = "layers on the last stage"},
    {.key = "stage_split",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, stage_split),
     .default_text = "even",
     .help = "how layers are dealt out over stages and their chunks: even; ends = embedding and head each in the place "
             "of a layer; cost = so that the longest stage is as short as can be, ends included",
     .menu = split_word},
    {.key = "layers_per_stage",
     .type = FIELD_COUNTS,
     .offset = offsetof(PlanSpec, layers_per_stage),
     .count_offset = offsetof(PlanSpec, layers_per_stage_count),
     .min = 0,
     .max = 100000,
     .default_text = "(as many on each)",
     .help =
         "layers of every stage, as [5, 8, 8, 7]; with virtual stages of every chunk in the order of a forward pass; 0 "
         "for a chunk with the embedding or the head alone"},
    {FLAG_ROW("embedding_as_layer", embedding_as_layer, "false"), .aliases = "account_for_embedding_in_pipeline_split",
     .help = "the embedding takes the place of a layer: the first chunk holds one less"},
    {FLAG_ROW("head_as_layer", head_as_layer, "false"), .aliases = "account_for_loss_in_pipeline_split",
     .help = "the head takes the place of a layer: the last chunk holds one less"},
    {.key = "precision",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, precision),
     .default_text = "fp16",
     .help = "of weights and activations in the matrix products",
     .menu = precision_word},
    {.key = "schedule",
     .type = FIELD_WORD,
     .offset = offsetof(PlanSpec, schedule),
     .default_text = "auto",
     .help = "order of passes in the pipeline",
     .menu = schedule_word},
    {.key = "collective",
     .type = FIELD_WORD,
     .offset = offsetof(PlanSpec, collective),
     .default_text = "auto",
     .help = "algorithm of the collectives; auto = the cheapest that NCCL runs; for what a named one cannot do ring, "
             "in an all_to_all direct; "
             "`list collectives` explains each",
     .menu = collective_word},
};

const SchemaTable SCHEMA_PLAN = {.name = "plan",
                                 .help = "How a training job is laid out; Megatron-LM's argument names are accepted "
                                         "too, and those of DeepSpeed and FSDP that mean the same.",
                                 .rows = PLAN_ROWS,
                                 .row_count = sizeof PLAN_ROWS / sizeof PLAN_ROWS[0],
                                 .bytes = sizeof(PlanSpec),
                                 .foreign = SCHEMA_PLAN_FOREIGN};
