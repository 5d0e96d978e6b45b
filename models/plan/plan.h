/*
 * plan: how a training job is laid out over its GPUs: tensor, sequence, pipeline and data parallelism, micro-batches,
 * recomputation, ZeRO and FSDP, precision and schedule. What is left open, and what cannot be, is plan_resolve.h's.
 *
 * ZeRO (Rajbhandari et al. 2020, arXiv 1910.02054) splits over a shard group the optimizer state (1), the gradients
 * too (2), the parameters too (3, which is PyTorch's FSDP FULL_SHARD). Shard groups are neighbouring replicas; with
 * several of them (PyTorch's HYBRID_SHARD, DeepSpeed's MiCS, MaxText's FSDP x DP) gradients are also summed between
 * them. When it is moved, and what pipeline stages change about it: plan_sharding.h.
 *
 * Context parallelism splits the tokens of a sequence over a ring of GPUs with equal weights (training_context.h), so
 * gradients are reduced, and ZeRO splits, over data x context copies of the weights.
 *
 * Expert parallelism splits the experts of a layer over neighbouring GPUs of a stage (plan_experts.h).
 *
 * Ranks are numbered as in Megatron-LM (the order "tp-cp-ep-dp-pp" of core/parallel_state.py): tensor fastest, then
 * context, data, pipeline; rank = ((stage * dp + replica) * cp + context) * tp + tensor.
 */
#ifndef MODELS_PLAN_PLAN_H
#define MODELS_PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "models/hardware/attention_kernel.h"
#include "models/hardware/gpu.h"
#include "models/plan/expert_routing.h"
#include "models/plan/layer_list_run.h"
#include "models/plan/lora.h"
#include "models/plan/optimizer.h"
#include "models/plan/pipeline.h"
#include "models/plan/transformer.h"
#include "sim/engine/error.h"

/* SELECTIVE: the inside of attention; BY_OPERATOR: what recompute.h says; FULL: a layer from its input. */
typedef enum Recompute { RECOMPUTE_NONE, RECOMPUTE_SELECTIVE, RECOMPUTE_BY_OPERATOR, RECOMPUTE_FULL } Recompute;

/* Of recompute: full with recompute_num_layers, as in Megatron-LM. BLOCK: so many layers of a chunk are computed again,
 * the others keep everything. UNIFORM: all are, in groups of so many layers, of which only the first input is kept. */
typedef enum RecomputeMethod { RECOMPUTE_BLOCK, RECOMPUTE_UNIFORM } RecomputeMethod;

/* Of recompute: full, what a layer keeps beside its input: nothing, or the outputs of the products of queries, keys and
 * values, and of the projection (recompute.h). */
typedef enum RecomputeKeeps { RECOMPUTE_KEEPS_INPUT, RECOMPUTE_KEEPS_QKV, RECOMPUTE_KEEPS_QKV_OUT } RecomputeKeeps;

/* How tokens travel to their experts (expert_dispatch.h). */
typedef enum ExpertDispatcher { EXPERT_ALL_TO_ALL, EXPERT_DEEPEP, EXPERT_DISPATCHER_COUNT } ExpertDispatcher;

/* When ZeRO-2 and 3 move what they split (plan_sharding.h). */
typedef enum ZeroSync { ZERO_SYNC_AUTO, ZERO_SYNC_MICRO_BATCH, ZERO_SYNC_STEP } ZeroSync;

/* How layers are dealt out over the chunks where no number of the plan says it: EVEN; ENDS: with embedding and head
 * each in the place of a layer; COST: by what they cost (stage_split.h). */
typedef enum StageSplit { STAGE_SPLIT_EVEN, STAGE_SPLIT_ENDS, STAGE_SPLIT_COST } StageSplit;

typedef struct PlanSpec {
    int64_t tensor_parallel;        /* GPUs that share one layer, >= 1 */
    int64_t context_parallel;       /* GPUs that share the tokens of a sequence, >= 1 */
    int64_t expert_parallel;        /* GPUs that have different experts, >= 1 (plan_experts.h) */
    int64_t expert_tensor_parallel; /* GPUs that share one expert: tensor_parallel or 1; 0 = tensor_parallel */
    ExpertRouting routing;          /* of tokens to experts */
    ExpertDispatcher expert_dispatcher;
    bool fused_routing;            /* router and permutation in kernels of their own (expert_kernels.h) */
    bool grouped_experts;          /* one product for all experts of a GPU, otherwise one after the other */
    int64_t pipeline_parallel;     /* stages, >= 1 */
    int64_t data_parallel;         /* replicas; 0 = gpus / (tensor * context * pipeline) */
    int64_t virtual_stages;        /* model chunks per stage, >= 1; above 1 needs interleaved_1f1b */
    int64_t micro_batch_seqs;      /* sequences per micro-batch and replica, >= 1 */
    int64_t global_batch_seqs;     /* sequences per step; 0 = micro_batch * gradient_accumulation * data_parallel */
    int64_t gradient_accumulation; /* micro-batches per replica and step; 0 = from the global batch */
    LoraSpec lora;                 /* adapters beside frozen weights */
    bool sequence_parallel;        /* norms and dropout split over the tensor group (Korthikanti et al. 2022) */
    bool distributed_optimizer;    /* ZeRO-1: a zero_stage of 0 counts as 1 (plan_zero_stage) */
    int64_t zero_stage;            /* 0..3, what is split over a shard group */
    int64_t zero_shard_size;       /* copies of a shard group, a divisor of plan_weight_copies; 0 = all of them */
    ZeroSync zero_sync;            /* auto = micro_batch, but step for ZeRO-3 with several stages or chunks */
    int64_t prefetch_layers;       /* >= 0, layers whose parameters are gathered ahead of the one that computes */
    int64_t gradient_bucket_parameters; /* >= 0, most whose gradients one data-parallel collective takes; 0 = all that
                                           are ready */
    int64_t max_live_parameters;        /* >= 0; DeepSpeed's limit on whole parameters (live_parameters.h); 0 = none */
    bool zero_list_collectives; /* ZeRO-2 and 3 move every weight by itself, as lists of a view per GPU that the host
                                   issues one by one, nothing ahead: DeepSpeed before 2022 (shard_lists.h) */
    bool zero_whole_weights;    /* ZeRO-1 cuts no weight: each has an owner, which broadcasts it (weight_owners.h), and
                                   gradients are all-reduced */
    bool zero_all_reduce;       /* ZeRO-1 all-reduces whole gradients before it gathers weights */
    bool torch_fsdp;            /* ZeRO-3 keeps its weights as PyTorch's FSDP does (fsdp_memory.h) */
    bool fsdp_copies;           /* it is FSDP2, which copies what it gathers and reduces (fsdp_copies.h) */
    bool zero_copies;           /* ZeRO-2 and 3 copy what they gather and reduce as DeepSpeed does (zero_copies.h) */
    bool reshard_after_forward; /* ZeRO-3 drops gathered parameters after the forward pass and gathers them again */
    double
        offload_activations_fraction; /* 0..1, of what layers keep for the backward pass: in host memory (offload.h) */
    OptimizerSpec optimizer;          /* what it keeps of every parameter */
    bool offload_optimizer;           /* its state is in host memory, and the CPUs update it (offload.h) */
    bool overlap_grad_reduce;         /* data-parallel collectives run under the backward pass */
    bool overlap_param_gather;        /* ZeRO-1 gathers parameters under the next forward pass (training_gather.h) */
    bool overlap_expert_comm;         /* tokens travel to their experts beside the passes of other micro-batches
                                         (pass_order.h) */
    bool overlap_p2p;                 /* a stage computes while it sends; otherwise it waits for its sends */
    bool async_tensor_allreduce;      /* backward sums of the tensor group run beside weight gradients
                                         (tensor_overlap.h) */
    bool tp_gathers_in_16_bit;        /* in fp8 too: what the tensor group gathers is cast behind that */
    bool tp_comm_overlap;             /* collectives of the tensor group run beside its products (tensor_overlap.h) */
    bool overlap_slowdown;            /* compute and the collectives beside it slow each other (overlap_slowdown.h) */
    bool flash_attention;             /* fused attention that never writes the score matrix */
    AttentionKernel attention_kernel; /* a fused one makes flash_attention true */
    bool fused_optimizer;             /* one kernel updates; otherwise one per operation (ends_cost.h) */
    bool gradient_bucket_copies;      /* gradients are copied into buckets, scaled, and copied back (training_end.h) */
    bool autocast;                    /* weights and the residual are in fp32, products cast to the plan's precision
                                         (autocast_cost.h) */
    bool norm_in_fp32;                /* norms read a copy of their input in fp32 (norm_cost.h) */
    bool eager_layers;                /* an operation of RMSNorm, rotary positions and softmax is a kernel (norm_cost.h,
                                         rotary_cost.h, score_cost.h), unless `compile` fuses them */
    bool norm_fusion;                 /* with eager_layers an RMSNorm is one kernel all the same */
    bool rope_fusion;                 /* with eager_layers positions are one kernel all the same */
    bool bias_dropout_fusion;         /* bias, dropout and residual are one kernel; otherwise one each, and heads are
                                         copied (unfused_cost.h), unless `compile` fuses them */
    bool fp8_activation_input;        /* dense MLPs keep the input of their activation in fp8 (layer_cost.h) */
    bool gelu_fusion;                 /* GELU is one kernel; otherwise its tanh is written out (unfused_cost.h) */
    bool recompute_core_attn;         /* with selective recomputation fused attention is computed again too */
    bool recompute_norms;             /* norms are computed again instead of stored (norm_cost.h) */
    bool recompute_mlp;               /* computed again as in Megatron-Core's modules (recompute_modules.h) */
    bool recompute_moe;
    bool recompute_moe_act;
    bool recompute_mla_up_proj;
    bool swiglu_fusion;        /* gate and up of a gated MLP are one product, its activation one kernel */
    bool fused_cross_entropy;  /* the loss is one kernel on logits of 16 bit, without a copy of them in fp32 */
    bool eager_cross_entropy;  /* it runs operator by operator, compiled layers or not (loss_memory.h) */
    int64_t train_metrics;     /* >= 0; metrics that walk the logits in fp32 beside the loss of every micro-batch */
    bool gradient_noise_scale; /* AdaptDL's statistics of the gradients of every step (gradient_noise.h) */
    bool compile;              /* a compiler fuses what is not a matrix product (layer_cost.h) */
    bool cuda_graphs;          /* kernels are captured once and replayed: the host issues graphs, not kernels */
    bool grad_reduce_in_fp32;  /* gradients are kept and reduced in fp32 (4 bytes), otherwise in the plan's precision */
    bool gradient_accumulation_fusion; /* the weight-gradient product adds into the gradient; otherwise a kernel of its
                                          own does */
    int64_t first_stage_layers;        /* layers on the first stage, 0 = as many as on the others */
    int64_t last_stage_layers;         /* layers on the last stage, 0 = as many as on the others */
    const int64_t *layers_per_stage;   /* of every chunk in the order of a forward pass: [plan_virtual_stage] */
    int64_t layers_per_stage_count;    /* 0 = not listed, as the fields around say */
    StageSplit stage_split;
    const int64_t *split_layers;  /* of STAGE_SPLIT_COST, as layers_per_stage; NULL = not resolved yet */
    const ListChunk *list_chunks; /* of a list of layers, what they are; NULL = one chunk, or not resolved yet */
    bool embedding_as_layer;      /* the first chunk holds a layer less than the others */
    bool head_as_layer;           /* the last chunk holds a layer less than the others */
    Recompute recompute;          /* what of the forward pass the backward pass computes again */
    RecomputeMethod recompute_method;
    RecomputeKeeps recompute_keeps;
    int64_t recompute_num_layers; /* >= 0; 0 = all layers, each from its own input */
    double recompute_share;       /* 0..1, of the layers those that are computed again in full (recompute_resolve) */
    Precision precision;          /* of weights and activations in the matrix products */
    const char *schedule; /* name in pipelines/table.h; "auto" = interleaved_1f1b when virtual_stages > 1, else 1f1b */
    const char *collective; /* name in collectives/table.h, or "auto" */
} PlanSpec;

/* Everything 1, fp16, no recomputation, fp32 gradients with fused accumulation, no ZeRO, schedule and collective
 * "auto". Of ZeRO-3: a layer is gathered ahead and parameters are dropped after the forward pass, as PyTorch's FSDP2
 * does. */
PlanSpec plan_default(void);

/*
 * The family of a model answers: parameters (training_parameters.h), FLOPs (training_flop.h), costs (training_costs.h,
 * layer_list_cost.h), memory (training_memory.h), passes with the communication inside them (training_passes.h,
 * layer_list_passes.h) and what a plan may say. Replicas, gradients, ZeRO-1, the optimizer's place, links, accounts and
 * verdict are the same for all.
 */
typedef enum ModelFamily { FAMILY_TRANSFORMER, FAMILY_LAYERS } ModelFamily;

/* What a training job is: a model, the length of its sequences, a plan. */
typedef struct TrainingSpec {
    TransformerSpec model;   /* of a list of layers only the name */
    LayerListSpec list;      /* instead of a transformer */
    int64_t sequence_tokens; /* s, > 0; 1 for a list: a sequence is a sample */
    int64_t document_tokens; /* 0..s; of the documents that a sequence is packed from: each attends to itself alone;
                                0 = one */
    PlanSpec plan;
} TrainingSpec;

ModelFamily training_family(const TrainingSpec *training);

/* Tokens that attend to each other. */
int64_t training_document_tokens(const TrainingSpec *training);

/* Parameters of the whole model. */
double training_model_parameters(const TrainingSpec *training);

/* The GPU as the kernels of a resolved plan find it: at the clock of long runs, as they follow each other for hours, as
 * slow as the slowest of the job, and in CUDA graphs if the plan has them. */
GpuSpec plan_gpu(const PlanSpec *plan, const GpuSpec *gpu);

/* Place of a chunk of a stage in the order of a forward pass; of two in a V once the schedule says so. */
int plan_virtual_stage(const PlanSpec *plan, int64_t stage, int64_t chunk);

/* Micro-batches per replica and step of a resolved plan. */
int64_t plan_micro_batches(const PlanSpec *plan);

/*
 * What the product of a weight gradient moves per element to add it to the kept one, beyond the result of a plain
 * product, on average over the micro-batches of a resolved plan: it reads the kept one but for the first and writes it
 * instead of the 16 bit of a result. 0 when a kernel of its own adds or there is one micro-batch (layer_cost.h).
 */
double plan_accumulated_bytes(const PlanSpec *plan);

/* The stage that counts, 0..3. */
int plan_zero_stage(const PlanSpec *plan);

/* GPUs of one stage of one replica: tensor * context. Its member m is tensor rank m % tensor of context rank m /
 * tensor.
 */
int64_t plan_stage_gpus(const PlanSpec *plan);

/* GPUs that hold the same weights of a resolved plan: data * context. Copy c is context rank c % context of replica c /
 * context. */
int64_t plan_weight_copies(const PlanSpec *plan);

/* Tokens of a micro-batch on one GPU of the context group. */
int64_t plan_micro_batch_tokens(const TrainingSpec *training);

/* Copies of the weights that share one of what is split, of a resolved plan; 1 without ZeRO. */
int64_t plan_shard_size(const PlanSpec *plan);

/* Bytes of one hidden state of a micro-batch: of its tokens on one GPU of the context group, whole otherwise. */
double plan_hidden_bytes(const TrainingSpec *training);

/* The same as norms, residuals and messages between stages have it: with sequence_parallel a GPU's part of it. */
double plan_rank_hidden_bytes(const TrainingSpec *training);

/* Stages, chunks and micro-batches of a resolved plan. */
PipelineShape plan_shape(const PlanSpec *plan);

/* Whether weight gradients have passes of their own; false while the schedule is open. */
bool plan_splits_backward(const PlanSpec *plan);

const char *recompute_name(Recompute recompute); /* none, selective, by_operator, full */

#endif
