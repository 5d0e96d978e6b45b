#include "scenarios/reader/schema_plan_parts.h"

static const char *attention_word(int index) {
    return index < ATTENTION_KERNEL_COUNT ? attention_kernel_name((AttentionKernel)index) : NULL;
}

static const SchemaRow KERNEL_ROWS[] = {
    {FLAG_ROW("flash_attention", flash_attention, "false"), .aliases = "use_flash_attn",
     .help = "fused attention that never writes the score matrix"},
    {.key = "attention_kernel",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, attention_kernel),
     .default_text = "auto",
     .help = "release of fused attention, which makes flash_attention true; auto = the GPU's own with flash_attention, "
             "otherwise standard",
     .menu = attention_word},
    {FLAG_ROW("bias_dropout_fusion", bias_dropout_fusion, "true"),
     .help = "bias, dropout and the sum with the residual are one kernel (Megatron-LM); false = one each, and queries, "
             "keys and values of unfused attention are copied into heads (eager PyTorch)"},
    {FLAG_ROW("gelu_fusion", gelu_fusion, "true"), .aliases = "bias_gelu_fusion",
     .help = "GELU of an MLP without gate is one kernel; false = its tanh is written out in eight (gelu_new of Hugging "
             "Face's GPT-2)"},
    {FLAG_ROW("swiglu_fusion", swiglu_fusion, "true"), .aliases = "bias_swiglu_fusion",
     .help = "gate and up of a gated MLP are one product and its activation one kernel (Megatron-LM); false = two "
             "products, and kernels for the activation and the multiplication (eager PyTorch)"},
    {FLAG_ROW("autocast", autocast, "false"),
     .help = "torch.autocast over weights in fp32: they are gathered and kept so, cast for every product, and the "
             "residual is in fp32"},
    {FLAG_ROW("fp8_activation_input", fp8_activation_input, "false"), .aliases = "activation_func_fp8_input_store",
     .help = "dense MLPs keep the input of their activation in fp8, copied there and back (Megatron-Core)"},
    {FLAG_ROW("norm_in_fp32", norm_in_fp32, "false"),
     .help = "norms read a copy of their input in fp32, made by a kernel of its own (InternLM, PyTorch's autocast)"},
    {FLAG_ROW("eager_layers", eager_layers, "false"),
     .help = "RMSNorm, rotary positions and the softmax of unfused attention are a kernel for every operation, as in "
             "Hugging Face's models without torch.compile"},
    {FLAG_ROW("norm_fusion", norm_fusion, "false"), .aliases = "use_fused_rms_norm",
     .help = "with eager_layers: an RMSNorm is one kernel all the same (apex, Paddle)"},
    {FLAG_ROW("rope_fusion", rope_fusion, "false"), .aliases = "apply_rope_fusion use_fused_rope",
     .help = "with eager_layers: rotary positions are one kernel all the same"},
    {FLAG_ROW("fused_cross_entropy", fused_cross_entropy, "false"),
     .help = "the loss is one kernel on logits of 16 bit, without a copy of them in fp32 (flash_attn.losses)"},
    {FLAG_ROW("eager_cross_entropy", eager_cross_entropy, "false"),
     .help = "the loss runs operator by operator on logits in fp32, 12 bytes of each at its peak, also beside compiled "
             "layers (PyTorch's F.cross_entropy)"},
    {PLAN_COUNT("train_metrics", train_metrics, 0, 100), .default_text = "0",
     .help = "metrics that walk the logits in fp32 beside the loss of every micro-batch (Composer has two)"},
    {FLAG_ROW("compile", compile, "false"), .aliases = "torch_compile",
     .help =
         "a compiler fuses norms, residuals, dropout, softmax and the loss, and issues kernels from generated code"},
    {FLAG_ROW("cuda_graphs", cuda_graphs, "false"), .aliases = "enable_cuda_graph",
     .help = "kernels are captured once and replayed: the host issues graphs, not kernels"},
    {FLAG_ROW("overlap_p2p", overlap_p2p, "false"), .aliases = "overlap_p2p_communication",
     .help = "a stage computes while it sends"},
    {FLAG_ROW("async_tensor_allreduce", async_tensor_allreduce, "true"),
     .aliases = "async_tensor_model_parallel_allreduce",
     .help = "in the backward pass the tensor group's sums run beside products of weight gradients (Megatron-LM's "
             "default since 2022)"},
    {FLAG_ROW("tp_gathers_in_16_bit", tp_gathers_in_16_bit, "false"),
     .help = "with precision fp8: what the tensor group gathers is cast behind that, not before (torchtitan's scales "
             "by row)"},
    {FLAG_ROW("tp_comm_overlap", tp_comm_overlap, "false"), .aliases = "ub_tp_comm_overlap",
     .help = "collectives of the tensor group run piece by piece beside its matrix products (Transformer Engine's "
             "userbuffers); needs sequence_parallel"},
    {FLAG_ROW("overlap_slowdown", overlap_slowdown, "true"),
     .help = "data-parallel collectives beside compute take SMs and HBM bandwidth from it, and it takes HBM bandwidth "
             "from them"},
};

const SchemaTable SCHEMA_PLAN_KERNELS = {.name = "plan",
                                         .help = "Kernels, and what runs beside them",
                                         .rows = KERNEL_ROWS,
                                         .row_count = sizeof KERNEL_ROWS / sizeof KERNEL_ROWS[0],
                                         .bytes = sizeof(PlanSpec)};
