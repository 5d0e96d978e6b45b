#include "models/account/verdict_advice.h"

/* What usually helps against a category. */
static const char *const USUAL[LEDGER_COUNT] = {
    [LEDGER_KERNEL_INEFFICIENCY] = "larger matrices: a larger micro-batch",
    [LEDGER_RECOMPUTATION] = "recompute: selective, if memory allows",
    [LEDGER_MEMORY_BOUND] = "a GPU with more HBM bandwidth",
    [LEDGER_LAUNCH_OVERHEAD] = "cuda_graphs: true, or larger micro-batches, so that kernels are longer",
    [LEDGER_COMM_TENSOR] = "lower tensor_parallel",
    [LEDGER_COMM_CONTEXT] = "lower context_parallel",
    [LEDGER_COMM_EXPERT] = "a lower expert_parallel, if memory allows",
    [LEDGER_COMM_EMBEDDING] = "smaller vectors or fewer tables, tables on fewer nodes, or a faster fabric",
    [LEDGER_COMM_PIPELINE] = "overlap_p2p: true, fewer virtual stages, or a faster fabric",
    [LEDGER_COMM_DATA] = "overlap_grad_reduce: true, a larger global batch, or a faster fabric",
    [LEDGER_PIPELINE_BUBBLE] = "more micro-batches per step, more virtual stages, or fewer pipeline stages",
    [LEDGER_STRAGGLER] = "replace or leave out the slow GPU",
    [LEDGER_DATA_LOADING] = "faster storage or more loader processes",
    [LEDGER_OFFLOAD] = "offload_optimizer: false, if memory allows, zero_stage: 1 or more, or a larger global batch",
    [LEDGER_CHECKPOINT] = "rarer or asynchronous checkpoints",
    [LEDGER_LOST_WORK] = "more frequent checkpoints",
    [LEDGER_IDLE] = "balance the stages",
};

/* Of exposed gathers and reductions of every micro-batch. */
static const char *sharding_advice(const PlanSpec *plan, LinkKind link) {
    if (!plan->overlap_grad_reduce)
        return "overlap_grad_reduce: true";
    if (plan_zero_stage(plan) == 3 && plan->prefetch_layers == 0)
        return "prefetch_layers: 1";
    if (link != LINK_NVLINK && plan_shard_size(plan) > 1)
        return "a smaller zero_shard_size or zero_stage, if memory allows, a larger micro-batch, or a faster fabric";
    return "a larger micro-batch, or a smaller zero_stage, if memory allows";
}

/* True when most of the exchange with experts is waiting for the busiest one. */
static bool waits_for_experts(const Results *results) {
    int64_t moved_ns = 0;
    for (int kind = 0; kind < LINK_KIND_COUNT; kind++)
        moved_ns += results->comm_ns[LEDGER_COMM_EXPERT][kind];
    return 2 * moved_ns < results->ledger.ns[LEDGER_COMM_EXPERT];
}

static const char *expert_advice(const PlanSpec *plan, const Results *results) {
    bool between_nodes = results_main_link(results, LEDGER_COMM_EXPERT) != LINK_NVLINK;
    bool splits = plan->tensor_parallel > 1 && plan->expert_tensor_parallel != 1;
    if (waits_for_experts(results))
        return "a router that balances better, or a capacity_factor";
    if (between_nodes && splits)
        return "keep expert groups inside one node: a lower expert_parallel, or expert_tensor_parallel: 1";
    if (between_nodes && plan->expert_dispatcher == EXPERT_ALL_TO_ALL)
        return "keep expert groups inside one node: a lower expert_parallel; expert_dispatcher: deepep";
    bool may_hide = !plan->overlap_expert_comm && !plan_splits_backward(plan);
    if (between_nodes && !may_hide)
        return "keep expert groups inside one node: a lower expert_parallel";
    return may_hide ? "overlap_expert_comm: true, or a lower expert_parallel, if memory allows"
                    : USUAL[LEDGER_COMM_EXPERT];
}

static const char *offload_advice(const PlanSpec *plan) {
    if (plan->offload_activations_fraction > 0)
        return "a smaller offload_activations, or recompute: full, whose activations are few";
    if (plan_zero_stage(plan) > 0)
        return "offload_optimizer: false, if memory allows, or a larger global batch";
    return USUAL[LEDGER_OFFLOAD];
}

/* Parameters of ZeRO-1 are gathered behind the optimizer, and need not be. */
static bool can_hide_gathers(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    bool may = training_family(training) == FAMILY_TRANSFORMER && plan_zero_stage(plan) == 1;
    return may && plan->overlap_grad_reduce && !plan->overlap_param_gather && !plan->offload_optimizer;
}

static const char *reduction_advice(const TrainingSpec *training, LinkKind link) {
    const PlanSpec *plan = &training->plan;
    if (plan_zero_stage(plan) >= 2)
        return sharding_advice(plan, link);
    if (plan->zero_whole_weights)
        return "zero_shard_size: the GPUs of one node, or zero_whole_weights: false";
    if (can_hide_gathers(training))
        return "overlap_param_gather: true, a larger global batch, or a faster fabric";
    if (plan->overlap_grad_reduce)
        return "a larger global batch, fewer replicas, or a faster fabric";
    return USUAL[LEDGER_COMM_DATA];
}

static const char *launch_advice(const PlanSpec *plan, bool fusible) {
    if (plan->zero_list_collectives)
        return "zero_list_collectives: false (DeepSpeed from 2022 on)";
    if (plan->cuda_graphs)
        return fusible ? "larger micro-batches, or compile: true" : "larger micro-batches";
    if (fusible)
        return "cuda_graphs: true, compile: true, or larger micro-batches, so that kernels are longer";
    return USUAL[LEDGER_LAUNCH_OVERHEAD];
}

/* True when norms and dropout could be split over the tensor group, and are not. */
static bool can_split_sequence(const PlanSpec *plan) {
    return plan->tensor_parallel > 1 && !plan->sequence_parallel;
}

static const char *memory_advice(const PlanSpec *plan) {
    if (!plan->flash_attention)
        return can_split_sequence(plan) ? "flash_attention: true, sequence_parallel: true" : "flash_attention: true";
    if (can_split_sequence(plan))
        return "sequence_parallel: true";
    return plan->compile ? USUAL[LEDGER_MEMORY_BOUND] : "compile: true, or a GPU with more HBM bandwidth";
}

static const char *recomputation_advice(const PlanSpec *plan) {
    if (plan->recompute == RECOMPUTE_SELECTIVE)
        return plan->flash_attention ? "recompute: none, if memory allows"
                                     : "recompute: none or flash_attention: true, if memory allows";
    return can_split_sequence(plan) ? "recompute: selective, if memory allows, with sequence_parallel: true"
                                    : USUAL[LEDGER_RECOMPUTATION];
}

/* Of sums that are waited for. */
static const char *tensor_advice(const PlanSpec *plan, LinkKind link) {
    if (link != LINK_NVLINK)
        return "keep tensor_parallel inside one node";
    return plan->tp_comm_overlap ? USUAL[LEDGER_COMM_TENSOR]
                                 : "tp_comm_overlap: true with sequence_parallel: true, or lower tensor_parallel";
}

static const char *product_advice(const PlanSpec *plan, bool power_limited) {
    if (power_limited)
        return "a higher power_limit, or larger matrices";
    return plan->tensor_parallel > 1 ? "larger matrices: a larger micro-batch or less tensor parallelism"
                                     : USUAL[LEDGER_KERNEL_INEFFICIENCY];
}

const char *verdict_advice(const JobSpec *job, const Results *results, LedgerCategory category) {
    const PlanSpec *plan = &job->training.plan;
    bool is_list = training_family(&job->training) == FAMILY_LAYERS;
    if (job->kind == JOB_COLLECTIVE)
        return "a faster fabric, or another algorithm";
    if (is_list && category == LEDGER_MEMORY_BOUND)
        return "fused kernels, or a GPU with more HBM bandwidth";
    if (category == LEDGER_KERNEL_INEFFICIENCY)
        return product_advice(plan, results->power_limited);
    if (category == LEDGER_COMM_TENSOR)
        return tensor_advice(plan, results_main_link(results, category));
    if (category == LEDGER_COMM_EXPERT)
        return expert_advice(plan, results);
    if (category == LEDGER_RECOMPUTATION)
        return recomputation_advice(plan);
    if (category == LEDGER_STRAGGLER && results->gpu_kinds > 1)
        return "leave out the slower type of node, or give it a job of its own";
    if (category == LEDGER_COMM_DATA)
        return reduction_advice(&job->training, results_main_link(results, category));
    if (category == LEDGER_OFFLOAD)
        return offload_advice(plan);
    if (category == LEDGER_CHECKPOINT && job->checkpoint.asynchronous)
        return "rarer checkpoints, or storage that writes one before the next is due";
    if (category == LEDGER_COMM_PIPELINE && plan->overlap_p2p)
        return "fewer virtual stages, or a faster fabric";
    if (category == LEDGER_PIPELINE_BUBBLE && is_list && plan->split_layers == NULL && !plan->layers_per_stage_count)
        return "stage_split: cost, more micro-batches per step, or fewer pipeline stages";
    bool fusible = !plan->compile && !is_list;
    if (category == LEDGER_LAUNCH_OVERHEAD)
        return launch_advice(plan, fusible);
    if (category == LEDGER_MEMORY_BOUND)
        return memory_advice(plan);
    return USUAL[category];
}
