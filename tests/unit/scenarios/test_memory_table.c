#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "scenarios/validation/memory_table.h"
#include "tests/unit/scenarios/reading.h"

static const char HEAD[] = "model,mode,params_optimizer_gib,activations_gib,activation_pct_of_none\n";

static const MemoryTable *run_text(Reading *reading, const char *rows) {
    const char *text = arena_format(reading->arena, "%s%s", HEAD, rows);
    const CsvTable *table = csv_read_text(text, strlen(text), "m.csv", reading->arena, &reading->errors);
    cr_assert_not_null(table);
    cr_assert(memory_table_is_one(table));
    return memory_table_run(table, reading->arena);
}

/* Equation 2 of Korthikanti et al.: s b h (34 + 5 a s / h) / t bytes a layer, with sequence parallelism. */
Test(memory_table, activations_and_state_are_compared_in_gib) {
    Reading *reading = reading_create();
    const MemoryTable *memory = run_text(reading, "GPT 22B,sequence parallel,40,30,\n");
    double layer = 2048.0 * 4 * 6144 * (34 + 5.0 * 64 * 2048 / 6144) / 8;
    cr_assert_float_eq(memory->rows[0].ours, 48 * layer / 0x1p30, 1e-9);
    cr_assert_float_eq(memory->rows[0].error_fraction, memory->rows[0].ours / 30 - 1, 1e-12);
    /* 18 bytes a parameter of layers, 12 h^2 and 13 h for biases and norms, without embedding and head. */
    double parameters = 48 * (12 * 6144.0 * 6144 + 13 * 6144.0);
    cr_assert_float_eq(memory->rows[0].state_error_fraction, 18 * parameters / 8 / 0x1p30 / 40 - 1, 1e-9);
    cr_assert_eq(memory->activations.rows, 1);
    cr_assert_eq(memory->compared, 1);
    reading_destroy(reading);
}

Test(memory_table, percents_are_of_the_same_model_without_recomputation) {
    Reading *reading = reading_create();
    const MemoryTable *memory = run_text(reading, "GPT 175B,none,,,100\nGPT 175B,full recompute,,,8.71\n");
    cr_assert(memory->rows[0].is_percent && isnan(memory->rows[0].error_fraction));
    cr_assert_float_eq(memory->rows[1].ours, 200.0 / (10 + 24 / 8.0 + 5 * 96 * 2048 / (12288 * 8.0)), 1e-9);
    cr_assert_eq(memory->activations.rows, 1, "what the percents are of is not compared");
    cr_assert(isnan(memory->rows[1].state_error_fraction));
    reading_destroy(reading);
}

Test(memory_table, a_model_whose_plan_is_not_known_has_a_reason) {
    Reading *reading = reading_create();
    const MemoryTable *memory = run_text(reading, "GPT 13B,none,40,30,\n");
    cr_assert_str_eq(memory->rows[0].reason, "its plan is not known: GPT 22B, 175B, 530B and 1T are");
    cr_assert_eq(memory->compared, 0);
    reading_destroy(reading);
}
