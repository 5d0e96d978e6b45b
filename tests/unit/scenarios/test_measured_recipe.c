/* Switches of a published recipe that its row does not tell. */
#include <criterion/criterion.h>

#include "tests/unit/scenarios/measured_table.h"

#define DGXC "source=NVIDIA/dgxc-benchmarking READMEs (git history)|"

Test(measured_recipe, nemo_recipes_without_cudnn_s_attention_have_flash_attention_2) {
    PlanSpec gpt = measured_table_plan(DGXC "release=v24.11.1|model=GPT-3 175B");
    cr_assert_eq(gpt.attention_kernel, ATTENTION_FLASH_2);
    cr_assert(gpt.grouped_experts);
    cr_assert_eq(measured_table_plan(DGXC "release=v24.11.1|model=Nemotron4 340B").attention_kernel, ATTENTION_FLASH_2);
    cr_assert_eq(measured_table_plan(DGXC "release=v24.11.1|model=Nemotron4 15B").attention_kernel, ATTENTION_AUTO);
    cr_assert_eq(measured_table_plan(DGXC "release=v25.02|model=Llama 3.1 8B").attention_kernel, ATTENTION_AUTO);
    expect_assumption(DGXC "release=v24.11.1|model=GPT-3 175B",
                      "The recipe of GPT-3 175B until v25.01: NVTE_FUSED_ATTN=0, FlashAttention 2.");
    cr_assert_eq(measured_table_plan(DGXC "release=v25.02|model=GPT-3 175B").attention_kernel, ATTENTION_AUTO);
    expect_assumption(DGXC "release=v25.02|model=GPT-3 175B",
                      "The recipe of GPT-3 175B of v25.02: NVTE_FUSED_ATTN=1, cuDNN's attention.");
}

Test(measured_recipe, nvidia_s_recipes_on_hopper_hide_tensor_collectives_in_userbuffers) {
    cr_assert(measured_table_plan(DGXC "release=v25.02|gpu=H100-SXM5-80GB").tp_comm_overlap);
    cr_assert_not(measured_table_plan(DGXC "release=v25.02|gpu=H100-SXM5-80GB|tp=1|dp=8|grad_accum=2").tp_comm_overlap);
    cr_assert_not(measured_table_plan(DGXC "release=v25.02|gpu=B200").tp_comm_overlap);
    cr_assert(measured_table_plan(DGXC "release=v25.02|gpu=H100-SXM5-80GB|note=SFT").tp_comm_overlap);
    cr_assert(measured_table_plan(DGXC "release=v25.02|gpu=8xH200SXM-141GB").tp_comm_overlap);
    expect_assumption(DGXC "gpu=H100-SXM5-80GB|note=GPT-2's vocabulary; ub_tp_comm_overlap off",
                      "Tensor collectives are not in userbuffers by the note.");
    cr_assert_not(measured_table_plan(DGXC "gpu=H100-SXM5-80GB|note=ub_tp_comm_overlap off").tp_comm_overlap);
    expect_assumption(DGXC "release=v25.02|gpu=H100-SXM5-80GB|note=LoRA",
                      "NeMo's LoRA: tensor collectives are not in userbuffers.");
    cr_assert_not(measured_table_plan(DGXC "release=v25.02|gpu=H100-SXM5-80GB|note=LoRA").tp_comm_overlap);
    cr_assert_not(measured_table_plan("release=v25.02|gpu=H100-SXM5-80GB").tp_comm_overlap);
}

static double state_bytes(const char *changes) {
    PlanSpec plan = measured_table_plan(changes);
    return optimizer_state_bytes(&plan.optimizer, 2);
}

Test(measured_recipe, nemotron_340b_keeps_states_in_bf16_and_a_copy_only_of_fp8_parameters) {
    cr_assert_eq(state_bytes(DGXC "release=v24.11.1|model=Nemotron4 340B|precision=bf16"), 4);
    cr_assert_eq(state_bytes(DGXC "release=v24.11.1|model=Nemotron4 340B|gpu=H100 SXM5 80GB|precision=fp8"), 6);
    cr_assert_eq(state_bytes(DGXC "release=v24.11.1|model=GPT-3 175B|precision=bf16"), 12);
    cr_assert_eq(state_bytes(DGXC "release=v24.11.1|model=Llama 3.1 8B|precision=bf16"), 12);
}

Test(measured_recipe, nemotron_15b_reduces_gradients_in_fp32) {
    cr_assert(measured_table_plan(DGXC "release=v24.11.1|model=Nemotron4 15B|precision=bf16").grad_reduce_in_fp32);
    cr_assert_not(measured_table_plan(DGXC "release=v24.11.1|model=Nemotron4 340B|precision=bf16").grad_reduce_in_fp32);
}

Test(measured_recipe, the_experts_of_grok_are_not_grouped) {
    PlanSpec plan = measured_table_plan(DGXC "release=v25.02|model=Grok-1 314B MoE 8 experts top-2|params_b=");
    cr_assert_not(plan.grouped_experts);
    cr_assert_eq(plan.attention_kernel, ATTENTION_FLASH_2);
}

Test(measured_recipe, other_frameworks_and_other_sources_have_recipes_of_their_own) {
    cr_assert_eq(measured_table_plan(DGXC "release=v24.11.1 Paxml|model=GPT-3 175B").attention_kernel, ATTENTION_AUTO);
    cr_assert_eq(measured_table_plan(DGXC "release=v24.11.1 MaxText|model=GPT-3 175B").attention_kernel,
                 ATTENTION_AUTO);
    cr_assert_eq(measured_table_plan("release=v24.11.1|model=GPT-3 175B").attention_kernel, ATTENTION_AUTO);
}

Test(measured_recipe, modules_that_are_recomputed_are_read_from_their_cell) {
    PlanSpec plan = measured_table_plan("recompute=selective (mlp)");
    cr_expect(plan.recompute == RECOMPUTE_SELECTIVE && plan.recompute_mlp && !plan.recompute_norms);
    expect_assumption("recompute=selective (mlp)", "Of the layers MLPs are recomputed as in Megatron-Core's modules.");
    plan = measured_table_plan("recompute=selective: core_attn, layernorm");
    cr_expect(plan.recompute_norms && !plan.recompute_mlp);
    cr_expect_not(measured_table_plan("recompute=full mlp").recompute_mlp);
}

/* What v24.11 and v25.02 said, NeMo 2's scripts of v25.05 do not. */
Test(measured_recipe, a_recipe_holds_for_the_releases_that_had_it) {
    static const char ROW[] = "source=NVIDIA/dgxc-benchmarking|model=GPT-3 175B|release=%s";
    Reading *reading = reading_create();
    MeasuredRun before = measured_table_run(reading, arena_format(reading->arena, ROW, "v24.11.1"));
    MeasuredRun later = measured_table_run(reading, arena_format(reading->arena, ROW, "v25.05"));
    cr_assert_eq(before.spec.jobs[0].training.plan.attention_kernel, ATTENTION_FLASH_2);
    cr_assert_eq(later.spec.jobs[0].training.plan.attention_kernel, ATTENTION_AUTO);
    reading_destroy(reading);
}

#define FSDP   "tp=1|pp=1|dp=16|sharding=FSDP|micro_batch_seqs=1|grad_accum=2|recompute=none|"
#define BRIDGE "source=NVIDIA-NeMo/Megatron-Bridge docs/performance-summary-archive.md|release=NeMo 25.11|" FSDP
#define GB200  "gpu=GB200 (DGX-GB200)|gpus_per_node=4|params_b=|"

Test(measured_recipe, megatron_bridge_offloads_layers_where_it_shards_by_fsdp_and_fuses_the_loss) {
    PlanSpec sharded = measured_table_plan(BRIDGE GB200 "model=Llama 3 70B|layers=64|precision=fp8");
    cr_assert_float_eq(sharded.offload_activations_fraction, 40 / 64.0, 1e-12);
    cr_assert(sharded.fused_cross_entropy);
    cr_assert_eq(measured_table_plan(BRIDGE GB200 "model=Llama 3 8B|precision=fp8").offload_activations_fraction, 0);
    cr_assert_eq(measured_table_plan(BRIDGE GB200 "model=Llama 3 70B|layers=64|precision=fp8|sharding=")
                     .offload_activations_fraction,
                 0);
    cr_assert_eq(measured_table_plan("release=NeMo 25.11|" FSDP "params_b=|model=Llama 3 70B|layers=64|precision=bf16")
                     .offload_activations_fraction,
                 0);
}

Test(measured_recipe, nemotron_340b_of_nemo_24_07_keeps_gradients_and_states_in_bf16) {
    PlanSpec plan =
        measured_table_plan("source=NVIDIA/NeMo performance_summary.md|release=NeMo 24.07|model=Nemotron4 340B|"
                            "precision=bf16");
    cr_assert_not(plan.grad_reduce_in_fp32);
    cr_assert_eq(optimizer_state_bytes(&plan.optimizer, 2), 4);
}

Test(measured_recipe, lora_trains_adapters_as_nemo_s_recipes_do) {
    PlanSpec plan = measured_table_plan(DGXC "release=v25.02|model=Llama 3 8B|note=LoRA");
    cr_assert_eq(plan.lora.rank, 16);
    cr_assert_eq(plan.lora.targets, LORA_QKV);
    cr_assert_eq(measured_table_plan(DGXC "release=v25.02|model=Llama 3 8B|note=SFT").lora.rank, 0);
    expect_assumption(DGXC "release=v25.02|model=Llama 3 8B|note=LoRA",
                      "LoRA: adapters of rank 16 beside query, key and value, as in NeMo's recipes.");
}

static int64_t document_tokens(const char *changes) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, changes);
    cr_assert_null(run.reason, "%s: %s", changes, run.reason);
    int64_t tokens = run.spec.jobs[0].training.document_tokens;
    reading_destroy(reading);
    return tokens;
}

Test(measured_recipe, nemo_s_fine_tuning_packs_squad) {
    cr_assert_eq(document_tokens(DGXC "release=v25.02|model=Llama 3 8B|note=SFT"), 210);
    cr_assert_eq(document_tokens(DGXC "release=v25.02|model=Llama 3 8B|note=LoRA"), 210);
    cr_assert_eq(document_tokens(DGXC "release=v25.02|model=Llama 3 8B"), 0);
    cr_assert_eq(document_tokens("release=v25.02|model=Llama 3 8B|note=LoRA"), 0);
    cr_assert_eq(document_tokens("release=NeMo 25.09|model=Llama 3 8B|note=fine-tuning on SQuAD, packed sequences"),
                 210);
    expect_assumption(DGXC "release=v25.02|model=Llama 3 8B|note=SFT",
                      "NeMo's fine-tuning: sequences packed from SQuAD, 210 tokens each.");
}

Test(measured_recipe, a_note_tells_of_layers_that_are_recomputed_by_block) {
    PlanSpec plan = measured_table_plan("recompute=|note=activations of 2 of the 36 layers recomputed");
    cr_expect(plan.recompute == RECOMPUTE_FULL && plan.recompute_method == RECOMPUTE_BLOCK);
    cr_expect_eq(plan.recompute_num_layers, 2);
    expect_assumption("recompute=|note=activations of 2 of the 36 layers recomputed",
                      "2 of 36 layers are computed again by the note.");
    cr_expect_eq(measured_table_plan("recompute=|note=activations of 37 of the 36 layers recomputed").recompute,
                 RECOMPUTE_NONE);
    cr_expect_eq(measured_table_plan("recompute=|note=activations of all layers").recompute, RECOMPUTE_NONE);
}

Test(measured_recipe, a_note_tells_of_activation_inputs_in_fp8) {
    cr_expect(measured_table_plan("note=activation inputs in fp8 (FP8_ACT=1)").fp8_activation_input);
    cr_expect_not(measured_table_plan("note=no activation inputs in fp8").fp8_activation_input);
}
