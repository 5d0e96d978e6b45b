#include "scenarios/reader/schema_plan_parts.h"

static const char *lora_word(int index) {
    static const char *const WORDS[] = {[LORA_QKV] = "qkv", [LORA_ATTENTION] = "attention", [LORA_ALL] = "all"};
    return index <= LORA_ALL ? WORDS[index] : NULL;
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

static const SchemaRow OPTIMIZER_ROWS[] = {
    {.key = "optimizer",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, optimizer.kind),
     .default_text = "auto",
     .help = "what it keeps of every parameter: adam and lamb two moments, lion and sgd_momentum one, sgd none; auto = "
             "adam, for layers sgd_momentum",
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
    {FLAG_ROW("fused_optimizer", fused_optimizer, "true"),
     .help =
         "Adam is one kernel over all its parameters; false = a kernel for every operation (torch.optim.AdamW unless "
         "fused)"},
    {FLAG_ROW("offload_optimizer", offload_optimizer, "false"), .aliases = "optimizer_cpu_offload cpu_offload",
     .help = "optimizer state is in host memory, and the CPUs update it (ZeRO-Offload)"},
    {FLAG_ROW("grad_reduce_in_fp32", grad_reduce_in_fp32, "true"), .aliases = "accumulate_allreduce_grads_in_fp32",
     .help = "gradients are kept and reduced in fp32, otherwise in the plan's precision"},
    {FLAG_ROW("overlap_grad_reduce", overlap_grad_reduce, "false"), .aliases = "overlap_comm",
     .help = "gradients are reduced while the backward pass runs"},
    {FLAG_ROW("overlap_param_gather", overlap_param_gather, "false"), .aliases = "overlap_param_sync",
     .help = "zero_stage 1: parameters are gathered while the next step's first forward passes run, layer by layer, or "
             "chunk by chunk with virtual_stages; needs overlap_grad_reduce"},
    {PLAN_COUNT("gradient_bucket_parameters", gradient_bucket_parameters, 0, INT64_C(1000000000000)),
     .default_text = "0", .aliases = "ddp_bucket_size reduce_bucket_size",
     .help = "zero_stage 0 and 1: most parameters whose gradients are reduced by one collective, which decides the "
             "algorithm it takes; 0 = all that are ready at once"},
    {FLAG_ROW("gradient_bucket_copies", gradient_bucket_copies, "false"),
     .help =
         "zero_stage 0 and 1: gradients are copied into buckets, divided by the replicas, and copied back (InternLM; "
         "PyTorch's DDP without gradient_as_bucket_view)"},
    {FLAG_ROW("gradient_accumulation_fusion", gradient_accumulation_fusion, "true"),
     .help = "the weight-gradient product adds into the gradient, without a kernel of its own"},
    {FLAG_ROW("gradient_noise_scale", gradient_noise_scale, "false"),
     .help = "AdaptDL's statistics of every step's gradients, read by the host (AdaScale); for a model of layers"},
    {PLAN_COUNT("lora_rank", lora.rank, 0, 1000000), .default_text = "0", .aliases = "lora_dim",
     .help =
         "features of low-rank adapters beside frozen weights, which alone are trained (LoRA); 0 = all weights are"},
    {.key = "lora_targets",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, lora.targets),
     .default_text = "qkv",
     .help = "products with an adapter: query, key and value; attention: the projection too; all: the MLP's too",
     .menu = lora_word},
    {FLAG_ROW("lora_fp8_weights", lora.fp8_weights, "false"),
     .help = "with lora_rank and precision fp8: layers keep their frozen weights in fp8 alone (NeMo's fp8_params)"},
};

const SchemaTable SCHEMA_PLAN_OPTIMIZER = {.name = "plan",
                                           .help = "Gradients, optimizer, adapters",
                                           .rows = OPTIMIZER_ROWS,
                                           .row_count = sizeof OPTIMIZER_ROWS / sizeof OPTIMIZER_ROWS[0],
                                           .bytes = sizeof(PlanSpec),
                                           .more = &SCHEMA_PLAN_RECOMPUTE};
