/* How a measured run laid out its experts. */
#include <criterion/criterion.h>

#include "tests/unit/scenarios/measured_table.h"

#define QWEN                                                                                                           \
    "model=Qwen3 30B-A3B MoE 128 experts top-8|params_b=30.5|hidden=2048|layers=48|heads=32|kv_heads=4|"               \
    "ffn_hidden=768|vocab=151936|gpus=16|gpu=H100|precision=bf16|tp=2|pp=1|dp=8|ep=8|grad_accum=|"

static int64_t expert_tensor(const char *changes) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, changes);
    int64_t size = run.spec.jobs[0].training.plan.expert_tensor_parallel;
    cr_assert_null(run.reason, "%s", run.reason);
    reading_destroy(reading);
    return size;
}

Test(measured_experts, a_column_or_the_note_says_how_many_gpus_share_an_expert) {
    cr_expect_eq(expert_tensor(QWEN "source=somebody"), 0);
    cr_expect_eq(expert_tensor(QWEN "source=somebody|note=ETP 1"), 1);
    cr_expect_eq(expert_tensor(QWEN "source=somebody|note=GA as printed; etp=2"), 2);
    cr_expect_eq(expert_tensor(QWEN "source=somebody|note=STEP 1"), 0);
    cr_expect_eq(expert_tensor(QWEN "source=somebody|note=ETP 1|etp=2"), 2);
}

Test(measured_experts, recipes_of_megatron_bridge_have_whole_experts) {
    cr_expect_eq(expert_tensor(QWEN "source=NVIDIA-NeMo/Megatron-Bridge"), 1);
    cr_expect_eq(expert_tensor(QWEN "source=NVIDIA-NeMo/Megatron-Bridge|note=ETP 2"), 2);
    expect_assumption(QWEN "source=NVIDIA-NeMo/Megatron-Bridge",
                      "The recipes of Megatron Bridge: expert_tensor_parallel_size 1.");
    expect_assumption(QWEN "source=somebody", "Tokens are spread evenly over the experts, none is dropped.");
}

static ExpertDispatcher dispatcher(const char *changes) {
    Reading *reading = reading_create();
    ExpertDispatcher found = measured_table_run(reading, changes).spec.jobs[0].training.plan.expert_dispatcher;
    reading_destroy(reading);
    return found;
}

Test(measured_experts, the_note_names_the_dispatcher) {
    cr_expect_eq(dispatcher(QWEN "note=dispatcher DeepEP"), EXPERT_DEEPEP);
    cr_expect_eq(dispatcher(QWEN "note=HybridEP; ETP 1"), EXPERT_DEEPEP);
    cr_expect_eq(dispatcher(QWEN "note=no DeepEP"), EXPERT_ALL_TO_ALL);
    cr_expect_eq(dispatcher(QWEN "note=A2A"), EXPERT_ALL_TO_ALL);
}

Test(measured_experts, the_note_says_that_tokens_travel_beside_compute) {
    Reading *reading = reading_create();
    cr_expect(measured_table_run(reading, QWEN "note=overlap_moe_expert_parallel_comm")
                  .spec.jobs[0]
                  .training.plan.overlap_expert_comm);
    cr_expect_not(measured_table_run(reading, QWEN "note=A2A").spec.jobs[0].training.plan.overlap_expert_comm);
    reading_destroy(reading);
}

Test(measured_experts, without_groups_nothing_is_folded) {
    cr_expect_eq(measured_table_plan("ep=|note=ETP 1").expert_tensor_parallel, 0);
}

#define BRIDGE_30B  "source=NVIDIA-NeMo/Megatron-Bridge|"
#define BRIDGE_235B BRIDGE_30B "model=Qwen3 235B-A22B MoE 128 experts top-8|release=NeMo 26.04|"

static bool overlaps_experts(const char *changes) {
    Reading *reading = reading_create();
    bool overlaps = measured_table_run(reading, changes).spec.jobs[0].training.plan.overlap_expert_comm;
    reading_destroy(reading);
    return overlaps;
}

Test(measured_experts, megatron_bridge_has_hybrid_ep_from_26_04_but_for_the_large_qwen3_in_dgx) {
    cr_expect_eq(dispatcher(QWEN BRIDGE_30B "release=NeMo 26.04"), EXPERT_DEEPEP);
    cr_expect_eq(dispatcher(QWEN BRIDGE_30B "release=NeMo 26.02"), EXPERT_ALL_TO_ALL);
    cr_expect_eq(dispatcher(QWEN "source=somebody|release=NeMo 26.04"), EXPERT_ALL_TO_ALL);
    cr_expect_eq(dispatcher(QWEN BRIDGE_235B "gpu=GB200"), EXPERT_DEEPEP);
    cr_expect_eq(dispatcher(QWEN BRIDGE_235B "gpu=B300"), EXPERT_ALL_TO_ALL);
    cr_expect_not(overlaps_experts(QWEN BRIDGE_235B "gpu=B300"));
    cr_expect_eq(dispatcher(QWEN BRIDGE_235B "gpu=H100"), EXPERT_ALL_TO_ALL);
    cr_expect(overlaps_experts(QWEN BRIDGE_235B "gpu=H100"));
}
