#include "scenarios/tables/measured_sharding.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "scenarios/reader/yaml_node.h"
#include "scenarios/tables/measured_remat.h"
#include "scenarios/tables/measured_zero.h"

/* A recipe of dgxc-benchmarking: maxtext/configure.sh, paxml/configure.sh and paxml/paxml_mod_configs.py. */
typedef struct Recipe {
    const char *software; /* in `release` */
    const char *model;    /* in `model`; NULL = any */
    int64_t shard_size;   /* where the row has no number; 0 = all replicas */
    Recompute recompute;
    RecomputeKeeps recompute_keeps;
    const char *recompute_assumption;
    bool overlaps; /* collectives with compute */
} Recipe;

/*
 * With a rematerialisation policy over scanned layers XLA ran the collectives of FSDP on the compute stream
 * (openxla/xla #14397, 2024). MaxText's recipe profiles a run for the scheduler and unrolls the loop by two
 * (xla_gpu_pgle_profile_file_or_directory_path, xla_gpu_enable_while_loop_double_buffering); Paxml's does neither.
 */
static const Recipe RECIPES[] = {
    {"MaxText", NULL, 0, RECOMPUTE_FULL, RECOMPUTE_KEEPS_QKV, "MaxText recipe: remat_policy save_qkv_proj.", true},
    {"Paxml", "175B", 128, RECOMPUTE_FULL, RECOMPUTE_KEEPS_QKV_OUT, "Paxml recipe for 175B: SAVE_QKV_OUT_PROJ.", false},
    {"Paxml", "5B", 8, RECOMPUTE_NONE, RECOMPUTE_KEEPS_INPUT,
     "Paxml recipe for 5B: SAVE_DOT_ONLY is read as no recomputation.", false},
};

/* stage3_max_live_parameters and stage3_max_reuse_distance where a configuration leaves them out. */
static const int64_t DEEPSPEED_LIVE_PARAMETERS = 1000000000;
static const int64_t USUAL_NODE_GPUS = 8;

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const Recipe *find_recipe(const MeasuredRow *row) {
    const char *release = measured_row_text(row, "release"), *model = measured_row_text(row, "model");
    for (size_t i = 0; i < COUNT_OF(RECIPES); i++)
        if (measured_row_has_words(release, RECIPES[i].software) &&
            (RECIPES[i].model == NULL || measured_row_has_words(model, RECIPES[i].model)))
            return &RECIPES[i];
    return NULL;
}

bool measured_sharding_recompute(MeasuredRow *row, PlanSpec *plan) {
    const Recipe *recipe = find_recipe(row);
    if (measured_remat_is_named(row))
        return true;
    if (recipe == NULL)
        return false;
    plan->recompute = recipe->recompute;
    if (measured_row_has_words(measured_row_text(row, "note"), "remat_policy full")) {
        measured_row_assume(row, "remat_policy full by the note.");
        return true;
    }
    plan->recompute_keeps = recipe->recompute_keeps;
    measured_row_assume(row, "%s", recipe->recompute_assumption);
    return true;
}

/* PyTorch's HYBRID_SHARD without a mesh shards inside a node (torch.distributed.fsdp, ShardingStrategy). */
static void read_node_shard(MeasuredRow *row, const char *shown, PlanSpec *plan) {
    int64_t gpus = measured_row_count(row, "gpus_per_node");
    plan->zero_shard_size = gpus > 0 ? gpus : USUAL_NODE_GPUS;
    measured_row_assume(row, "sharding \"%s\" is read as ZeRO-3 over the %" PRId64 " GPUs of a node.", shown,
                        plan->zero_shard_size);
}

static void read_shard_size(MeasuredRow *row, const MeasuredZero *zero, const char *shown, PlanSpec *plan) {
    int64_t shard = zero->shard, groups = zero->groups;
    int read = zero->numbers;
    const Recipe *recipe = find_recipe(row);
    if (read == 0 && recipe != NULL && recipe->shard_size > 0) {
        plan->zero_shard_size = recipe->shard_size;
        measured_row_assume(row,
                            "sharding \"%s\" is read as ZeRO-%" PRId64 " over %" PRId64 " GPUs, as the recipe says.",
                            shown, plan->zero_stage, recipe->shard_size);
    } else if (read == 0 && zero->is_in_node) {
        read_node_shard(row, shown, plan);
    } else if (read == 0) {
        measured_row_assume(row, "sharding \"%s\" is read as ZeRO-%" PRId64 " over all replicas.", shown,
                            plan->zero_stage);
    } else {
        plan->zero_shard_size = shard;
    }
    bool divides = shard > 0 && plan->data_parallel % shard == 0;
    bool fits = plan->data_parallel == 0 || (divides && (read == 1 || plan->data_parallel / shard == groups));
    if (read > 0 && (shard < 1 || !fits))
        measured_row_refuse(row, "sharding: found \"%s\", expected a %s of dp %" PRId64, shown,
                            read == 2 ? "product" : "divisor", plan->data_parallel);
}

/* Offload of the optimizer's state is all that is modelled. */
static void read_offload(MeasuredRow *row, const MeasuredZero *zero, const char *shown, PlanSpec *plan) {
    if (zero->offloads_more)
        measured_row_refuse(row, "sharding: found \"%s\", offload of parameters is not modelled", shown);
    if (!zero->offloads_optimizer)
        return;
    plan->offload_optimizer = true;
    measured_row_assume(row, "sharding \"%s\": the optimizer's state is in host memory, and the CPUs update it.",
                        shown);
}

/* Stages that text and numbers tell. */
static void read_zero(MeasuredRow *row, const MeasuredZero *zero, const char *shown, PlanSpec *plan) {
    plan->zero_stage = zero->stage;
    if (zero->has_other_numbers)
        measured_row_refuse(row,
                            "sharding: found \"%s\", expected a shard group as in \"FSDP 128 x DP 4\", \"ZeRO-1 "
                            "over 8 ranks\" or \"HSDP 8\"",
                            shown);
    if (zero->stage > 0 && strcasecmp(shown, "distributed optimizer") != 0)
        read_shard_size(row, zero, shown, plan);
    if (zero->keeps_gathered) {
        plan->reshard_after_forward = false;
        measured_row_assume(row, "sharding \"%s\": weights stay gathered after the forward pass.", shown);
    }
    read_offload(row, zero, shown, plan);
}

void measured_sharding_read(MeasuredRow *row, PlanSpec *plan) {
    const char *text = measured_row_text(row, "sharding");
    const char *shown = yaml_node_shown_text(text, row->arena);
    MeasuredZero zero = measured_zero_read(text);
    if (text[0] == '\0')
        return;
    if (zero.stage >= 0)
        read_zero(row, &zero, shown, plan);
    else
        measured_row_refuse(row, "sharding: found \"%s\", expected none, distributed optimizer, ZeRO-1, 2, 3 or FSDP",
                            shown);
}

static bool is_fsdp(const MeasuredRow *row) {
    const char *text = measured_row_text(row, "sharding");
    return measured_row_has_family(text, "FSDP") || measured_row_has_words(text, "HSDP") ||
           measured_row_has_words(text, "SHARD");
}

/*
 * FSDP2 under torch.distributed.pipelining, as torchtitan runs it. Up to PyTorch 2.6 the last backward pass of a chunk
 * ran the reductions of all its gradients and waited for them (stage.py, backward_maybe_with_nosync) before its message
 * was sent; schedules send and receive in one batch and wait for it (schedules.py, _wait_batch_p2p).
 */
static void settle_pipeline(MeasuredRow *row, PlanSpec *plan) {
    plan->overlap_grad_reduce = plan->overlap_p2p = false;
    measured_row_assume(row,
                        "FSDP under torch.distributed.pipelining: parameters are gathered once per step and kept, "
                        "gradients reduced in %s behind the last backward pass of a chunk, whose message waits "
                        "for it; a stage waits for its messages.",
                        plan->grad_reduce_in_fp32 ? "fp32" : "the precision of the weights");
}

/* Below stage 3 overlap_comm is false unless a configuration sets it (deepspeed/runtime/zero/config.py); those of
 * FlagPerf do. */
static bool overlaps_comm(const MeasuredRow *row) {
    return measured_row_affirms(measured_row_text(row, "note"), "overlap comm") ||
           measured_row_names(row, "FlagPerf DeepSpeed");
}

/*
 * deepspeed/runtime/zero/stage_1_and_2.py: with use_multi_rank_bucket_allreduce, the default since 2023, buckets of
 * gradients are all-reduced whole and each GPU keeps its part.
 */
static void settle_stage_1(MeasuredRow *row, int year, PlanSpec *plan) {
    enum { ALL_REDUCES_SINCE = 2023 };
    if (plan->zero_stage != 1 || !measured_row_names(row, "DeepSpeed") || year < ALL_REDUCES_SINCE)
        return;
    plan->zero_all_reduce = true;
    plan->overlap_grad_reduce = overlaps_comm(row);
    measured_row_assume(row, "DeepSpeed's ZeRO-1: gradients are all-reduced whole, %s the backward pass.",
                        plan->overlap_grad_reduce ? "beside" : "overlap_comm is not stated: behind");
}

/* Paddle's GroupShardedStage2 reduces on the stream of the passes. DeepSpeed has no stage 2 under a pipeline: with
 * stages, or by name, it is FSDP's, which overlaps. */
static void settle_stage_2(MeasuredRow *row, PlanSpec *plan) {
    plan->overlap_grad_reduce = overlaps_comm(row) || plan->pipeline_parallel > 1 || measured_row_names(row, "FSDP");
    measured_row_assume(row, "ZeRO-2: gradients are reduced in every micro-batch, in %s, %s the backward pass.",
                        plan->grad_reduce_in_fp32 ? "fp32" : "the precision of the weights",
                        plan->overlap_grad_reduce ? "beside" : "overlap_comm is not stated: behind");
}

static void settle_overlap(MeasuredRow *row, PlanSpec *plan) {
    const Recipe *recipe = find_recipe(row);
    plan->overlap_grad_reduce = recipe == NULL || recipe->overlaps;
    if (!plan->overlap_grad_reduce) {
        plan->prefetch_layers = 0;
        measured_row_assume(row, "Paxml recipe: no PGLE, no double buffering: the collectives of FSDP run on the "
                                 "compute stream, gradients in the precision of the weights.");
        return;
    }
    measured_row_assume(row,
                        "ZeRO-3 and FSDP: gradients are reduced in %s beside the backward pass, parameters are "
                        "gathered one layer ahead and again for the backward pass.",
                        plan->grad_reduce_in_fp32 ? "fp32 (MP mode DEFAULT, torchtitan's mixed_precision_reduce)"
                                                  : "the precision of the weights");
}

/*
 * deepspeed/runtime/bf16_optimizer.py: with a ZeRO stage of 0 or 1 the state of bf16 weights is split over the
 * replicas, micro-batches' gradients are cast and added to those in fp32 by kernels of their own (update_hp_grads), and
 * _bf16_reduce_grads of runtime/pipe/engine.py all-reduces them whole, with nothing beside.
 */
static void settle_bf16_optimizer(MeasuredRow *row, PlanSpec *plan) {
    bool is_deepspeed = measured_row_names(row, "Megatron-DeepSpeed");
    if (!is_deepspeed || plan->precision != PRECISION_BF16 || plan->zero_stage > 1)
        return;
    plan->zero_stage = 1;
    plan->zero_all_reduce = true;
    plan->grad_reduce_in_fp32 = true;
    plan->gradient_accumulation_fusion = false;
    measured_row_assume(row, "DeepSpeed's BF16_Optimizer: the optimizer's state is split whatever the ZeRO stage is, "
                             "gradients are added up in fp32 by kernels of their own and all-reduced whole.");
}

/*
 * DeepSpeed's overlap_comm is true for ZeRO-3 and FSDP always overlaps; all reduce gradients in the precision of the
 * weights and add up shards, which asks for no kernel of its own. Composer's mixed_precision DEFAULT has a reduce_dtype
 * of fp32, PURE the one of the weights. DeepSpeed's ZeRO-3 of 2021 gathered weight by weight with lists
 * (partition_parameters.py, _allgather_param) and nothing ahead (#1069); #1453 of January 2022 ended both.
 */
void measured_sharding_settle(MeasuredRow *row, int year, PlanSpec *plan) {
    settle_stage_1(row, year, plan);
    settle_bf16_optimizer(row, plan);
    if (plan->zero_stage < 2)
        return;
    plan->gradient_accumulation_fusion = true;
    plan->grad_reduce_in_fp32 = measured_row_has_words(measured_row_text(row, "note"), "MP mode DEFAULT") ||
                                measured_row_has_words(measured_row_text(row, "source"), "torchtitan");
    if (plan->pipeline_parallel > 1 && measured_row_has_words(measured_row_text(row, "source"), "torchtitan"))
        settle_pipeline(row, plan);
    else if (plan->zero_stage == 2)
        settle_stage_2(row, plan);
    else
        settle_overlap(row, plan);
    bool is_deepspeed = plan->zero_stage == 3 && !is_fsdp(row);
    plan->max_live_parameters = is_deepspeed && year >= 2022 ? DEEPSPEED_LIVE_PARAMETERS : 0;
    if (plan->max_live_parameters > 0)
        measured_row_assume(row,
                            "DeepSpeed's ZeRO-3: at most 1e9 parameters are whole, so weights of that size are not "
                            "gathered ahead, and recomputed layers gather theirs again.");
    plan->zero_copies = measured_row_names(row, "DeepSpeed") && !is_fsdp(row) && year >= 2022;
    if (plan->zero_copies)
        measured_row_assume(row, "DeepSpeed copies what ZeRO-%" PRId64 " gathers and reduces.", plan->zero_stage);
    plan->zero_list_collectives = year < 2022 && !is_fsdp(row);
    if (plan->zero_list_collectives)
        measured_row_assume(row,
                            "DeepSpeed before 2022: each weight is moved by itself, by lists of a view per GPU that "
                            "the host issues one by one; nothing is gathered ahead, nothing kept.");
}
