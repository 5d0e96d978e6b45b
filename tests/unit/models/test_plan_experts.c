/* Layout of experts: sizes of groups, and every mistake with its text. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/plan/plan_experts.h"
#include "models/plan/training_parameters.h"
#include "models/plan/weight_owners.h"
#include "models/spec_resolve.h"
#include "tests/unit/models/small_experts.h"

static PlanSpec plan_of(int64_t data, int64_t context, int64_t experts) {
    PlanSpec plan = plan_default();
    plan.data_parallel = data;
    plan.context_parallel = context;
    plan.expert_parallel = experts;
    return plan;
}

Test(plan_experts, a_block_of_replicas_holds_whole_groups) {
    const struct {
        int64_t data, context, experts, replicas;
    } cases[] = {{8, 1, 1, 1}, {8, 1, 4, 4}, {8, 2, 2, 1}, {8, 2, 8, 4}, {8, 3, 2, 2}, {4, 4, 2, 1}, {6, 4, 12, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PlanSpec plan = plan_of(cases[i].data, cases[i].context, cases[i].experts);
        cr_expect(eq(i64, plan_expert_replicas(&plan), cases[i].replicas), "case %zu", i);
        cr_expect(eq(i64, plan.data_parallel % plan_expert_replicas(&plan), 0), "case %zu", i);
    }
}

Test(plan_experts, an_expert_has_fewer_copies_and_shares_its_optimizer_state_among_them) {
    PlanSpec plan = plan_of(8, 2, 4);
    cr_expect(eq(i64, plan_expert_copies(&plan), 4));
    cr_expect(eq(i64, plan_expert_shard_size(&plan), 1));
    plan.distributed_optimizer = true;
    cr_expect(eq(i64, plan_expert_shard_size(&plan), 4));
    plan.expert_parallel = 1;
    plan.zero_shard_size = 8;
    cr_expect(eq(i64, plan_expert_shard_size(&plan), 8));
}

Test(plan_experts, experts_are_split_over_their_group_and_other_weights_are_not) {
    Arena *arena = arena_create();
    SimulationSpec one = small_experts(arena, 2, 4), four = small_experts(arena, 2, 4);
    four.jobs[0].training.plan.expert_parallel = 4;
    four.jobs[0].training.plan.distributed_optimizer = true;
    small_cluster_resolve(arena, &one);
    small_cluster_resolve(arena, &four);
    const TrainingSpec *whole = &one.jobs[0].training, *part = &four.jobs[0].training;
    double experts = 8 * 8 * 3 * 1024 * 640.0; /* layers, experts, matrices, hidden, features */
    double rest = training_stage_parameters(whole, 0) - experts;
    cr_expect(eq(dbl, training_stage_expert_parameters(whole, 0), 0));
    cr_expect(eq(dbl, training_stage_expert_parameters(part, 0), experts / 4));
    cr_expect(eq(dbl, training_stage_parameters(part, 0), rest + experts / 4));
    cr_expect(eq(dbl, weight_owners_parameters(whole, 0), rest + experts));
    cr_expect_float_eq(weight_owners_parameters(part, 0), rest / 8 + experts / 4 / 2, 1e-3);
    arena_destroy(arena);
}

static void expect_error(void (*change)(TrainingSpec *), const char *path, const char *text) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_experts(arena, 2, 4);
    change(&spec.jobs[0].training);
    small_cluster_expect_error(&spec, path, text);
    arena_destroy(arena);
}

static void make_dense(TrainingSpec *training) {
    training->model.experts = training->model.experts_per_token = training->model.expert_ffn_hidden = 0;
    training->plan.expert_parallel = 2;
}

static void step_over_nothing(TrainingSpec *training) {
    training->model.experts = training->model.experts_per_token = training->model.expert_ffn_hidden = 0;
    training->model.expert_step = 2;
}

static void leave_none(TrainingSpec *training) {
    training->model.dense_first = 8;
}

static void step_too_far(TrainingSpec *training) {
    training->model.expert_step = 9;
}

static void want_too_many(TrainingSpec *training) {
    training->model.experts_per_token = 9;
}

static void want_none(TrainingSpec *training) {
    training->model.experts_per_token = 0;
}

static void split_features(TrainingSpec *training) {
    training->model.expert_ffn_hidden = 641;
    training->plan.tensor_parallel = 2;
    training->plan.sequence_parallel = true;
}

static void forget_sequences(TrainingSpec *training) {
    training->plan.tensor_parallel = 2;
}

static void cut_experts(TrainingSpec *training) {
    training->model.experts = 6;
    training->plan.expert_parallel = 4;
}

static void cut_copies(TrainingSpec *training) {
    training->plan.tensor_parallel = 2;
    training->plan.sequence_parallel = true;
    training->plan.expert_parallel = 8;
}

static void list_weights(TrainingSpec *training) {
    training->plan.zero_list_collectives = true;
    training->plan.expert_parallel = 2;
    training->plan.zero_stage = 3;
}

static void shard_few(TrainingSpec *training) {
    training->plan.expert_parallel = 2;
    training->plan.zero_stage = 1;
    training->plan.zero_shard_size = 4;
}

static void load_one(TrainingSpec *training) {
    training->plan.expert_parallel = 2;
    training->plan.routing.imbalance = 2.385;
}

static void pad_nothing(TrainingSpec *training) {
    training->plan.routing.pads = true;
}

Test(plan_experts, what_cannot_be_is_said) {
    expect_error(make_dense, "jobs[0].plan.expert_parallel",
                 "found it for a dense model, expected num_experts in the model");
    expect_error(step_over_nothing, "jobs[0].model.interleave_moe_layer_step",
                 "found it for a dense model, expected num_experts in the model");
    expect_error(leave_none, "jobs[0].model.first_k_dense_replace",
                 "found no layer of 8 that has experts, expected at least one");
    expect_error(step_too_far, "jobs[0].model.interleave_moe_layer_step",
                 "found no layer of 8 that has experts, expected at least one");
    expect_error(want_too_many, "jobs[0].model.num_experts_per_tok", "found 9, expected 1 to the model's 8 experts");
    expect_error(want_none, "jobs[0].model.num_experts_per_tok", "found 0, expected 1 to the model's 8 experts");
    expect_error(split_features, "jobs[0].plan.tensor_parallel",
                 "found 2, expected a divisor of the 641 features inside an expert");
    expect_error(forget_sequences, "jobs[0].plan.sequence_parallel",
                 "found false with experts and tensor_parallel 2, expected true");
    expect_error(cut_experts, "jobs[0].plan.expert_parallel", "found 4, expected a divisor of the model's 6 experts");
    expect_error(cut_copies, "jobs[0].plan.expert_parallel", "found 8, expected a divisor of data_parallel 4");
    expect_error(list_weights, "jobs[0].plan.zero_list_collectives",
                 "found true with expert_parallel 2, expected false");
    expect_error(shard_few, "jobs[0].plan.zero_shard_size",
                 "found 4 with expert_parallel 2, expected all 8 copies of the weights");
    expect_error(load_one, "jobs[0].plan.expert_imbalance", "found 2.385, expected at most expert_parallel 2");
    expect_error(pad_nothing, "jobs[0].plan.pad_to_capacity",
                 "found true without a capacity, expected capacity_factor too");
}
