#include <criterion/criterion.h>

#include "scenarios/tables/measured_zero.h"
#include "tests/unit/scenarios/measured_table.h"

Test(measured_zero, a_stage_is_read_however_it_is_written) {
    static const struct {
        const char *text;
        int stage;
    } CASES[] = {
        {"ZeRO-1", 1},       {"zero2", 2},         {"ZeRO 2", 2},
        {"ZeRO Stage 2", 2}, {"zero_stage 3", 3},  {"stage3", 3},
        {"zero-stage=1", 1}, {"ZeRO-0", 0},        {"DDP", 0},
        {"DP", 0},           {"NO_SHARD", 0},      {"FSDP NO_SHARD", 0},
        {"none", 0},         {"FSDP", 3},          {"FSDP1", 3},
        {"HYBRID_SHARD", 3}, {"fully sharded", 3}, {"Megatron-FSDP", 3},
        {"DDP + zero1", 1},  {"dist-opt", 1},      {"ZeRO-Offload", 2},
        {"ZeRO++", -1},      {"ZeRO", -1},         {"MiCS", -1},
        {"ZeRO-30", -1},     {"FSDP ZeRO-2", 3},   {"sharded optimizer", 1},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        cr_expect_eq(measured_zero_read(CASES[i].text).stage, CASES[i].stage, "%s: %d", CASES[i].text,
                     measured_zero_read(CASES[i].text).stage);
}

Test(measured_zero, a_shard_group_is_a_number_of_its_own) {
    static const struct {
        const char *text;
        int numbers, shard, groups;
    } CASES[] = {{"FSDP 128 x DP 4", 2, 128, 4},
                 {"FSDP 64 x DDP 2", 2, 64, 2},
                 {"ZeRO-1 over 8 ranks", 1, 8, 0},
                 {"HSDP 16", 1, 16, 0},
                 {"FSDP shard size 4", 1, 4, 0},
                 {"HSDP (shard 8, replicate 4)", 1, 8, 0},
                 {"FSDP2", 0, 0, 0},
                 {"ZeRO-1 over all ranks", 0, 0, 0}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        MeasuredZero zero = measured_zero_read(CASES[i].text);
        cr_expect_eq(zero.numbers, CASES[i].numbers, "%s", CASES[i].text);
        cr_expect(zero.shard == CASES[i].shard && zero.groups == CASES[i].groups, "%s", CASES[i].text);
    }
}

#define FSDP "tp=1|pp=1|dp=16|micro_batch_seqs=1|grad_accum=2|recompute=none|"

Test(measured_zero, fsdp2_is_no_shard_group_of_two) {
    cr_expect_eq(measured_table_plan(FSDP "sharding=FSDP2").zero_shard_size,
                 measured_table_plan(FSDP "sharding=FSDP").zero_shard_size);
    cr_expect_eq(measured_table_plan(FSDP "sharding=FSDP HYBRID_SHARD").zero_shard_size, 8);
}

Test(measured_zero, a_number_that_is_not_understood_is_a_reason) {
    expect_reason(
        FSDP "sharding=ZeRO-3 (8 GPUs each)",
        "sharding: found \"ZeRO-3 (8 GPUs each)\", expected a shard group as in \"FSDP 128 x DP 4\", \"ZeRO-1 "
        "over 8 ranks\" or \"HSDP 8\"");
    expect_reason(
        FSDP "sharding=zero3, 8 each",
        "sharding: found \"zero3, 8 each\", expected a shard group as in \"FSDP 128 x DP 4\", \"ZeRO-1 over 8 "
        "ranks\" or \"HSDP 8\"");
}

Test(measured_zero, weights_stay_gathered_where_the_cell_says_so) {
    cr_expect_not(measured_table_plan(FSDP "sharding=FSDP SHARD_GRAD_OP").reshard_after_forward);
    cr_expect(measured_table_plan(FSDP "sharding=FSDP FULL_SHARD").reshard_after_forward);
    expect_assumption(FSDP "sharding=FSDP SHARD_GRAD_OP",
                      "sharding \"FSDP SHARD_GRAD_OP\": weights stay gathered after the forward pass.");
}

Test(measured_zero, offload_of_the_optimizer_is_read_and_of_more_is_a_reason) {
    cr_expect(measured_table_plan(FSDP "sharding=ZeRO-2 offload").offload_optimizer);
    cr_expect_not(measured_table_plan(FSDP "sharding=ZeRO-2").offload_optimizer);
    expect_reason(FSDP "sharding=ZeRO-3 offload_param",
                  "sharding: found \"ZeRO-3 offload_param\", offload of parameters is not modelled");
}
