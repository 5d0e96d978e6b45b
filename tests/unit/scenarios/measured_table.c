#include "tests/unit/scenarios/measured_table.h"

#include <criterion/criterion.h>
#include <string.h>

enum { MOST_CELLS = 40 };

static const char *const USUAL[][2] = {
    {"release", "2021-04"},
    {"model", "GPT 7.5B"},
    {"params_b", "7.5"},
    {"hidden", "4096"},
    {"layers", "36"},
    {"heads", "32"},
    {"kv_heads", "32"},
    {"ffn_hidden", "16384"},
    {"vocab", "51200"},
    {"seq_tokens", "2048"},
    {"gpu", "A100-SXM4-80GB"},
    {"gpus", "16"},
    {"gpus_per_node", "8"},
    {"interconnect", "8x200Gb HDR IB per node"},
    {"precision", "fp16"},
    {"tp", "4"},
    {"pp", "2"},
    {"vp", "1"},
    {"cp", "1"},
    {"dp", "2"},
    {"ep", ""},
    {"sharding", ""},
    {"micro_batch_seqs", "2"},
    {"grad_accum", "8"},
    {"global_batch_seqs", "32"},
    {"recompute", "full"},
    {"step_time_s", "2.385"},
};

typedef struct Cells {
    const char *names[MOST_CELLS];
    const char *values[MOST_CELLS];
    int count;
} Cells;

static void set_cell(Cells *cells, const char *name, const char *value) {
    int index = 0;
    while (index < cells->count && strcmp(cells->names[index], name) != 0)
        index++;
    cr_assert_lt(index, MOST_CELLS);
    cells->names[index] = name;
    cells->values[index] = value;
    cells->count = index == cells->count ? index + 1 : cells->count;
}

static void change_cells(Cells *cells, char *changes) {
    char *rest = NULL;
    for (char *change = strtok_r(changes, "|", &rest); change != NULL; change = strtok_r(NULL, "|", &rest)) {
        char *equals = strchr(change, '=');
        *equals = '\0';
        set_cell(cells, change, equals + 1);
    }
}

const CsvTable *measured_table(Reading *reading, const char *changes) {
    Cells cells = {.count = 0};
    for (size_t i = 0; i < sizeof USUAL / sizeof *USUAL; i++)
        set_cell(&cells, USUAL[i][0], USUAL[i][1]);
    change_cells(&cells, arena_text(reading->arena, changes));
    const char *head = "", *row = "";
    for (int i = 0; i < cells.count; i++) {
        const char *comma = i > 0 ? "," : "";
        head = arena_format(reading->arena, "%s%s%s", head, comma, cells.names[i]);
        row = arena_format(reading->arena, "%s%s\"%s\"", row, comma, cells.values[i]);
    }
    const char *text = arena_format(reading->arena, "%s\n%s\n", head, row);
    const CsvTable *table = csv_read_text(text, strlen(text), "t.csv", reading->arena, &reading->errors);
    cr_assert_not_null(table);
    return table;
}

MeasuredRun measured_table_run(Reading *reading, const char *changes) {
    static const char *const ROOTS[] = {"scenarios"};
    Catalogue catalogue = {.roots = ROOTS, .root_count = 1};
    return measured_run_read(measured_table(reading, changes), 0, &catalogue, reading->arena);
}

PlanSpec measured_table_plan(const char *changes) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, changes);
    cr_assert_null(run.reason, "%s: %s", changes, run.reason);
    PlanSpec plan = run.spec.jobs[0].training.plan;
    reading_destroy(reading);
    return plan;
}

bool measured_table_assumes(const MeasuredRun *run, const char *sentence) {
    for (int i = 0; i < run->assumption_count; i++)
        if (strcmp(run->assumptions[i], sentence) == 0)
            return true;
    return false;
}

void expect_reason(const char *changes, const char *reason) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, changes);
    cr_assert_not_null(run.reason, "\"%s\" has no reason, expected %s", changes, reason);
    cr_assert_str_eq(run.reason, reason);
    reading_destroy(reading);
}

void expect_assumption(const char *changes, const char *sentence) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, changes);
    cr_assert_null(run.reason, "\"%s\": %s", changes, run.reason);
    cr_assert(measured_table_assumes(&run, sentence), "\"%s\" does not assume: %s", changes, sentence);
    reading_destroy(reading);
}
