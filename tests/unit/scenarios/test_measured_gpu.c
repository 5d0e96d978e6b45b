#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/tables/measured_gpu.h"
#include "tests/unit/scenarios/measured_table.h"

static void expect_words(const char *text, const char *words) {
    Arena *arena = arena_create();
    cr_expect_str_eq(measured_gpu_words(text, arena), words);
    arena_destroy(arena);
}

/* The node of a GPU text. */
static void expect_node(const char *gpu, const char *node) {
    Arena *arena = arena_create();
    const char *entry = measured_gpu_find(measured_gpu_words(gpu, arena)).entry;
    cr_expect(entry != NULL && strcmp(entry, node) == 0, "\"%s\": %s", gpu, entry != NULL ? entry : "none");
    arena_destroy(arena);
}

Test(measured_gpu, counts_form_factors_and_memory_are_words_of_their_own) {
    expect_words("8xH100", "8x H100");
    expect_words("H100x8", "H100 x8");
    expect_words("H100SXM5-80GB", "H100 SXM5 80GB");
    expect_words("A100 40 GB", "A100 40GB");
    expect_words("a100_80g", "a100 80GB");
    expect_words("RTX4090 (24 GiB)", "RTX 4090 24GB ");
    expect_words("H100 at 900 GB/s", "H100 at 900 GB s");
    expect_words("MI300X", "MI300X");
    expect_words("a100-pcie-40", "a100 pcie 40GB");
    expect_words("V100-16", "V100 16GB");
    expect_words("A100-32", "A100 32");
    expect_words("H100-80.5", "H100 80 5");
}

Test(measured_gpu, names_as_people_write_them_are_nodes_of_the_catalogue) {
    expect_node("DGX-GB300", "gb300-nvl72");
    expect_node("8xH100", "dgx-h100");
    expect_node("H100x8", "dgx-h100");
    expect_node("H100SXM5-80GB", "dgx-h100");
    expect_node("H100NVL", "pcie-h100-nvl");
    expect_node("A100 40 GB", "dgx-a100-40");
    expect_node("a100_40gb", "dgx-a100-40");
    expect_node("A100PCIe-40G", "pcie-a100-40");
    expect_node("A100-40", "dgx-a100-40");
    expect_node("DGX-1", "dgx-1-v100");
    expect_node("GH200", "gh200");
    expect_node("H20", "hgx-h20");
    expect_node("B300", "dgx-b300");
    expect_node("MI325X", "nd-mi325x");
    expect_node("AMD Instinct MI355X", "nd-mi355x");
    expect_node("MI350X", "oam-mi350x");
    expect_node("H100 (a3-megagpu-8g)", "a3-megagpu-8g");
    expect_node("A3 Ultra", "a3-ultragpu-8g");
    expect_node("ND H100 v5", "nd-h100-v5");
    expect_node("MI250", "hgx-mi250");
    expect_node("RTX A6000", "pcie-a6000");
    expect_node("RTX 6000 Ada", "pcie-rtx6000-ada");
    expect_node("RTX3090", "pcie-rtx3090");
    expect_node("A10G", "g5-48xlarge");
    expect_node("NVIDIA A10 24GB", "pcie-a10");
    expect_node("RTX5090", "pcie-rtx5090");
    expect_node("V100-PCIE-16GB", "pcie-v100");
    expect_node("AMD Instinct MI210 PCIe", "pcie-mi210");
    expect_node("L4", "g6-48xlarge");
    expect_node("L40", "pcie-l40");
    expect_node("A30 PCIe", "pcie-a30");
    expect_node("AWS p4de.24xlarge", "p4de-24xlarge");
    expect_node("NDm A100 v4 80GB", "dgx-a100-80");
    expect_node("NVIDIA RTX PRO 6000 Blackwell", "pcie-rtx-pro-6000");
}

Test(measured_gpu, what_the_catalogue_has_not_is_none) {
    static const char *const NONE[] = {"P100",     "K80",     "Gaudi 2",   "H1000",     "A1000",
                                       "GTX 1080", "TITAN V", "A800 PCIe", "RTX 4090 D"};
    Arena *arena = arena_create();
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
        cr_expect_null(measured_gpu_find(measured_gpu_words(NONE[i], arena)).entry, "%s", NONE[i]);
    arena_destroy(arena);
    expect_reason("gpu=MI250X|gpus_per_node=4",
                  "gpus_per_node: found 4, expected 8 with MI250X, a module of which is two GPUs");
}

Test(measured_gpu, a_gpu_text_may_say_another_board_than_the_entry) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, "gpu=H100 96GB HBM2e 2.4 TB/s, 500 W");
    cr_assert_eq(run.spec.cluster.node.gpu.hbm_bytes, 96.0 * 1073741824);
    cr_assert_eq(run.spec.cluster.node.gpu.hbm_bytes_per_s, 2.4e12);
    MeasuredRun all = measured_table_run(reading, "gpu=H100 640GB at 3.35 TB/s");
    cr_assert_eq(all.spec.cluster.node.gpu.hbm_bytes, 80.0 * 1073741824);
    cr_assert_eq(all.spec.cluster.node.gpu.hbm_bytes_per_s, 3.35e12);
    reading_destroy(reading);
}

Test(measured_gpu, a_power_limit_is_a_column_or_stands_in_the_gpu_text) {
    Reading *reading = reading_create();
    static const struct {
        const char *changes;
        double watts;
    } READ[] = {{"gpu=H100 500 W", 500},
                {"gpu=H100|power_limit=437.5", 437.5},
                {"gpu=H100 500 W|power_limit=437.5", 437.5},
                {"gpu=H100 700 W", 0},
                {"gpu=H100 12.5 W", 0},
                {"gpu=H100|power_limit=812", 0}};
    for (size_t i = 0; i < sizeof READ / sizeof *READ; i++) {
        MeasuredRun run = measured_table_run(reading, READ[i].changes);
        cr_expect_null(run.reason, "%s", READ[i].changes);
        cr_expect_eq(run.spec.cluster.node.gpu.power_limit_watts, READ[i].watts, "%s", READ[i].changes);
    }
    reading_destroy(reading);
    expect_assumption("gpu=H100 500 W",
                      "At 500 W products and attention run at 0.846 of the clock of the catalogue's h100 at 700 W.");
    expect_assumption("gpu=H100|power_limit=812",
                      "A power limit of 812 W is above the 700 W of the catalogue's h100, at which it runs.");
    expect_reason("gpu=H100|power_limit=174.9", "power_limit: found 174.9 W, expected at least 175 W with h100");
    expect_reason("gpu=H100|power_limit=low", "power_limit: found \"low\", expected a number above 0");
}

/* However many numbers the text has, and whatever they are. */
Test(measured_gpu, a_bandwidth_that_is_not_the_boards_is_left_alone) {
    Reading *reading = reading_create();
    static const char *const TEXTS[] = {"GB200 (NVLink 1.8 TB/s)", "GB200 1e400 TB/s", "GB200 1e-300 TB/s"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        const char *changes = arena_format(reading->arena, "gpu=%s|gpus=4|tp=4|pp=1|dp=1", TEXTS[i]);
        cr_expect_eq(measured_table_run(reading, changes).spec.cluster.node.gpu.hbm_bytes_per_s, 8e12, "%s", TEXTS[i]);
    }
    const char *many = "gpu=A100";
    for (int i = 1; i < 60; i++)
        many = arena_format(reading->arena, "%s %d GB %d.5 TB/s %d W", many, i, i, i);
    cr_expect_null(measured_table_run(reading, many).reason);
    reading_destroy(reading);
    expect_reason("gpu=x8", "the catalogue has no node with the GPU \"x8\"");
    expect_assumption("gpu=H100 (900 GB/s; 0.9 TB/s)",
                      "The 0.9 TB/s of the GPU text are not taken for its memory's: those of the catalogue's h100.");
}

Test(measured_gpu, unknown_gpus_are_a_reason) {
    expect_reason("gpu=", "gpu is not stated");
    expect_reason("gpu=P100-PCIE-16GB", "the catalogue has no node with the GPU \"P100-PCIE-16GB\"");
    expect_reason("gpu=TPU v4", "the catalogue has no node with the GPU \"TPU v4\"");
}

Test(measured_gpu, a_gpu_text_may_say_other_memory_than_the_entry) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, "gpu=V100-SXM2-16GB");
    cr_assert_eq(run.spec.cluster.node.gpu.hbm_bytes, 16.0 * 1073741824);
    MeasuredRun same = measured_table_run(reading, "gpu=L40S 48GB");
    cr_assert_eq(same.spec.cluster.node.gpu.hbm_bytes, 45.0 * 1073741824);
    MeasuredRun doubled = measured_table_run(reading, "gpu=RTX 4090 48GB");
    cr_assert_eq(doubled.spec.cluster.node.gpu.hbm_bytes, 48.0 * 1073741824);
    MeasuredRun module = measured_table_run(reading, "gpu=MI250X 128GB");
    cr_assert_eq(module.spec.cluster.node.gpu.hbm_bytes, 64.0 * 1073741824);
    reading_destroy(reading);
    expect_assumption("gpu=V100-SXM2-16GB", "The 16 GB of the GPU text replace those of the catalogue's v100-32.");
}

/* 256 GPUs are 64 in each of 4 racks, not 4 in each of 64 nodes. */
Test(measured_gpu, trays_of_a_gb200_rack_are_one_nvlink_domain) {
    Reading *reading = reading_create();
    MeasuredRun run =
        measured_table_run(reading, "gpu=GB200|gpus=256|gpus_per_node=4|tp=4|pp=1|dp=64|global_batch_seqs=1024");
    cr_assert_null(run.reason, "%s", run.reason);
    cr_assert_eq(run.spec.cluster.node.gpus, 64);
    cr_assert_eq(run.spec.cluster.node.nics, 64);
    cr_assert_eq(run.spec.cluster.nodes, 4);
    reading_destroy(reading);
}
