/* Switches of a plan that need others, as a job is resolved with them. */
#include "models/plan/plan_switches.h"

#include <criterion/criterion.h>

#include "models/spec_resolve.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_experts.h"

/* The only error of a spec, "" when there is none. */
static const char *error_of(SimulationSpec *spec, Arena *arena) {
    ErrorList errors;
    error_list_init(&errors, arena);
    simulation_spec_resolve(spec, &errors);
    cr_assert_leq(errors.count, 1, "%d errors", errors.count);
    return errors.count == 0 ? "" : arena_format(arena, "%s: %s", errors.items[0].path, errors.items[0].message);
}

static void expect_error(void (*change)(PlanSpec *), const char *text) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 2, 4);
    change(&spec.jobs[0].training.plan);
    cr_expect_str_eq(error_of(&spec, arena), text);
    arena_destroy(arena);
}

static void without_zero(PlanSpec *plan) {
    plan->zero_whole_weights = true;
}

static void with_zero_1(PlanSpec *plan) {
    plan->zero_whole_weights = plan->distributed_optimizer = true;
}

static void with_zero_3(PlanSpec *plan) {
    plan->zero_whole_weights = true;
    plan->zero_stage = 3;
}

static void offloaded(PlanSpec *plan) {
    plan->zero_whole_weights = plan->distributed_optimizer = plan->offload_optimizer = true;
}

static void gathered_in_16_bit(PlanSpec *plan) {
    plan->tp_gathers_in_16_bit = true;
}

Test(plan_switches, gathers_in_16_bit_are_those_of_fp8) {
    expect_error(gathered_in_16_bit,
                 "jobs[0].plan.tp_gathers_in_16_bit: found true with precision: fp16, expected fp8");
}

Test(plan_switches, whole_weights_are_those_of_zero_1) {
    expect_error(with_zero_1, "");
    expect_error(without_zero,
                 "jobs[0].plan.zero_whole_weights: found true with zero_stage 0, expected zero_stage 1 of a dense "
                 "transformer");
    expect_error(with_zero_3,
                 "jobs[0].plan.zero_whole_weights: found true with zero_stage 3, expected zero_stage 1 of a dense "
                 "transformer");
    expect_error(offloaded, "jobs[0].plan.zero_whole_weights: found true with offload_optimizer, expected one of them");
}

Test(plan_switches, experts_have_no_whole_weights) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_experts(arena, 2, 4);
    with_zero_1(&spec.jobs[0].training.plan);
    cr_expect_str_eq(error_of(&spec, arena), "jobs[0].plan.zero_whole_weights: found true with zero_stage 1 of another "
                                             "model, expected zero_stage 1 of a dense transformer");
    arena_destroy(arena);
}

static void all_reduces(PlanSpec *plan) {
    plan->zero_all_reduce = true;
}

static void all_reduces_with_zero_1(PlanSpec *plan) {
    plan->zero_all_reduce = plan->distributed_optimizer = true;
}

Test(plan_switches, only_zero_1_without_experts_all_reduces_what_it_could_scatter) {
    expect_error(all_reduces_with_zero_1, "");
    expect_error(all_reduces, "jobs[0].plan.zero_all_reduce: found true with zero_stage 0, expected zero_stage 1 "
                              "without experts");
    Arena *arena = arena_create();
    SimulationSpec spec = small_experts(arena, 2, 4);
    all_reduces_with_zero_1(&spec.jobs[0].training.plan);
    cr_expect_str_eq(error_of(&spec, arena), "jobs[0].plan.zero_all_reduce: found true with zero_stage 1 and experts, "
                                             "expected zero_stage 1 without experts");
    arena_destroy(arena);
}

static void norms_again(PlanSpec *plan) {
    plan->recompute_norms = true;
    plan->recompute = RECOMPUTE_SELECTIVE;
}

static void all_again(PlanSpec *plan) {
    plan->recompute_norms = true;
    plan->recompute = RECOMPUTE_FULL;
}

static void cast(PlanSpec *plan) {
    plan->autocast = true;
}

static void cast_and_offloaded(PlanSpec *plan) {
    plan->autocast = plan->offload_optimizer = plan->distributed_optimizer = true;
}

static void cast_in_stages(PlanSpec *plan) {
    plan->autocast = true;
    plan->pipeline_parallel = 2;
}

static void cast_twice(PlanSpec *plan) {
    plan->autocast = plan->norm_in_fp32 = true;
}

Test(plan_switches, autocast_is_of_16_bit_on_one_stage) {
#define EXPECTED ", expected a dense transformer in fp16 or bf16 on one stage, its optimizer on the GPUs"
    expect_error(cast, "");
    expect_error(cast_and_offloaded, "jobs[0].plan.autocast: found true with offload_optimizer" EXPECTED);
    expect_error(cast_in_stages, "jobs[0].plan.autocast: found true with pipeline stages" EXPECTED);
    expect_error(cast_twice, "jobs[0].plan.autocast: found true with norm_in_fp32, expected one of them");
}

Test(plan_switches, norms_are_not_computed_again_where_the_whole_layer_is) {
    expect_error(norms_again, "");
    expect_error(all_again, "jobs[0].plan.recompute_norms: found true with recompute: full, which computes norms again "
                            "too, expected none or selective");
}

static void adam_in_pieces(PlanSpec *plan) {
    plan->fused_optimizer = false;
}

static void sgd_in_pieces(PlanSpec *plan) {
    plan->fused_optimizer = false;
    plan->optimizer.kind = OPTIMIZER_SGD;
}

static void offloaded_in_pieces(PlanSpec *plan) {
    plan->fused_optimizer = false;
    plan->distributed_optimizer = plan->offload_optimizer = true;
}

Test(plan_switches, only_adam_on_the_gpus_runs_in_pieces) {
    expect_error(adam_in_pieces, "");
    expect_error(sgd_in_pieces,
                 "jobs[0].plan.fused_optimizer: found false with sgd, expected optimizer adam on the GPUs");
    expect_error(
        offloaded_in_pieces,
        "jobs[0].plan.fused_optimizer: found false with offload_optimizer, expected optimizer adam on the GPUs");
}

static void copies(PlanSpec *plan) {
    plan->gradient_bucket_copies = true;
}

static void copies_of_shards(PlanSpec *plan) {
    plan->gradient_bucket_copies = true;
    plan->zero_stage = 2;
}

Test(plan_switches, buckets_are_copied_below_zero_2) {
    expect_error(copies, "");
    expect_error(copies_of_shards,
                 "jobs[0].plan.gradient_bucket_copies: found true with zero_stage 2, expected at most 1");
}

static void in_buckets(PlanSpec *plan) {
    plan->gradient_bucket_parameters = 2385;
}

static void buckets_of_zero_3(PlanSpec *plan) {
    in_buckets(plan);
    plan->zero_stage = 3;
}

Test(plan_switches, gradients_that_move_unit_by_unit_have_no_buckets) {
    expect_error(in_buckets, "");
    expect_error(buckets_of_zero_3,
                 "jobs[0].plan.gradient_bucket_parameters: found 2385 with zero_stage 3, expected at most 1");
}

static void core_again(PlanSpec *plan) {
    plan->recompute = RECOMPUTE_SELECTIVE;
    plan->flash_attention = plan->recompute_core_attn = true;
}

static void core_of_full(PlanSpec *plan) {
    core_again(plan);
    plan->recompute = RECOMPUTE_FULL;
}

Test(plan_switches, the_core_of_attention_is_computed_again_with_selective_recomputation) {
    expect_error(core_again, "");
    expect_error(core_of_full, "jobs[0].plan.recompute_core_attn: found true with recompute: full, expected selective");
}

static void activation_input_in_fp8(PlanSpec *plan) {
    plan->fp8_activation_input = true;
}

Test(plan_switches, an_activation_in_pieces_keeps_its_input_as_it_is) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 2, 4);
    activation_input_in_fp8(&spec.jobs[0].training.plan);
    spec.jobs[0].training.model.gated = true;
    cr_expect_str_eq(error_of(&spec, arena), "");
    spec.jobs[0].training.plan.swiglu_fusion = false;
    cr_expect_str_eq(error_of(&spec, arena), "jobs[0].plan.fp8_activation_input: found true with swiglu_fusion: false, "
                                             "expected one fused activation");
    arena_destroy(arena);
}
