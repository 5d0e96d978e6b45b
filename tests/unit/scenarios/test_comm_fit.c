#include <criterion/criterion.h>
#include <math.h>

#include "scenarios/calibration/comm_fit.h"
#include "scenarios/calibration/comm_model.h"
#include "tests/unit/scenarios/reading.h"

enum { ROWS = 60 };

static const NodeSpec NODE = {
    .name = "small",
    .gpus = 4,
    .nics = 2,
    .nvlink = {.bytes_per_s = 310e9, .latency_s = 1e-6, .efficiency_fraction = 0.9, .ramp_s = 10e-6},
    .nic = {.bytes_per_s = 23e9, .latency_s = 1e-6, .efficiency_fraction = 0.9, .ramp_s = 10e-6},
};

/* What a node with these constants would measure. */
static CommTable measure(const NodeSpec *node, Arena *arena) {
    const int ranks[] = {2, 4, 8};
    CommRow *rows = ARENA_ARRAY(arena, ROWS, CommRow);
    int count = 0;
    for (int i = 0; i < 3; i++)
        for (double bytes = 700; bytes < 1e9; bytes *= 3.1)
            for (int kind = COLLECTIVE_ALL_REDUCE; kind <= COLLECTIVE_ALL_GATHER && count < ROWS; kind++) {
                rows[count] = (CommRow){.kind = (CollectiveKind)kind, .ranks = ranks[i], .bytes = bytes};
                rows[count].is_first = bytes == 700;
                rows[count].line = count + 2;
                rows[count].seconds = comm_model_seconds(node, &rows[count]);
                count++;
            }
    return (CommTable){.file = "t.csv", .rows = rows, .row_count = count};
}

Test(comm_fit, constants_that_made_the_times_are_found_again) {
    Arena *arena = arena_create();
    NodeSpec truth = NODE;
    truth.nvlink.latency_s = 2.385e-6;
    truth.nvlink.efficiency_fraction = 0.61;
    truth.nvlink.ramp_s = 11e-6;
    truth.nic.latency_s = 7.7e-6;
    truth.nic.efficiency_fraction = 0.83;
    truth.nic.ramp_s = 49e-6;
    const CommTable table = measure(&truth, arena), *tables[] = {&table};
    const CommFit *fit = comm_fit(tables, 1, &NODE, arena);
    cr_assert_float_eq(fit->node.nvlink.latency_s / truth.nvlink.latency_s, 1, 0.01);
    cr_assert_float_eq(fit->node.nvlink.efficiency_fraction / truth.nvlink.efficiency_fraction, 1, 0.01);
    cr_assert_float_eq(fit->node.nvlink.ramp_s / truth.nvlink.ramp_s, 1, 0.03);
    cr_assert_float_eq(fit->node.nic.latency_s / truth.nic.latency_s, 1, 0.01);
    cr_assert_float_eq(fit->node.nic.efficiency_fraction / truth.nic.efficiency_fraction, 1, 0.01);
    cr_assert_float_eq(fit->node.nic.ramp_s / truth.nic.ramp_s, 1, 0.03);
    cr_assert_lt(fit->port.loss, 0.002);
    cr_assert_gt(fit->port.given_loss, 0.1);
    arena_destroy(arena);
}

Test(comm_fit, all_to_alls_and_warm_ups_choose_nothing) {
    Arena *arena = arena_create();
    CommTable table = measure(&NODE, arena);
    CommRow *rows = ARENA_ARRAY(arena, 3, CommRow);
    rows[0] = (CommRow){.kind = COLLECTIVE_ALL_TO_ALL, .ranks = 4, .bytes = 1e6, .seconds = 1, .is_first = true};
    rows[1] = (CommRow){.kind = COLLECTIVE_ALL_REDUCE, .ranks = 8, .bytes = 1e6, .seconds = 1, .is_first = true};
    rows[2] = (CommRow){.kind = COLLECTIVE_ALL_REDUCE, .ranks = 8, .bytes = 2e6, .seconds = 1, .is_repeat = true};
    table = (CommTable){.file = "t.csv", .rows = rows, .row_count = 3};
    const CommTable *tables[] = {&table};
    const CommFit *fit = comm_fit(tables, 1, &NODE, arena);
    cr_assert_eq(fit->port.rows, 0);
    cr_assert_eq(fit->nic.rows, 0);
    cr_assert_eq(fit->node.nvlink.latency_s, NODE.nvlink.latency_s);
    cr_assert_eq(fit->warm_up_rows, 1);
    cr_assert_eq(fit->series_count, 2);
    cr_assert_not(fit->series[0].is_fitted);
    cr_assert_gt(fit->series[0].small.median_fraction, 0.9);
    cr_assert(isnan(fit->series[0].large.median_fraction));
    arena_destroy(arena);
}

Test(comm_fit, rows_that_the_node_cannot_run_are_mistakes) {
    Reading *reading = reading_create();
    const CommRow rows[] = {{COLLECTIVE_ALL_REDUCE, 8, 8, 1e3, 1, true, false, 2},
                            {COLLECTIVE_ALL_REDUCE, 8, 8, 2e3, 1, false, false, 3},
                            {COLLECTIVE_ALL_REDUCE, 6, 0, 2e3, 1, true, false, 4}};
    const CommTable table = {.file = "t.csv", .rows = rows, .row_count = 3}, *tables[] = {&table};
    NodeSpec node = NODE;
    node.nics = 0;
    cr_assert_not(comm_fit_check(tables, 1, &node, &reading->errors));
    cr_assert_str_eq(reading_errors(reading),
                     "t.csv:2:1: found 8 of 8 ranks on a node, expected 4 as node small has 4 GPUs\n"
                     "t.csv:2:1: found 8 ranks, expected at most 4 as node small has no NICs\n"
                     "t.csv:4:1: found 6 ranks, expected at most 4 as node small has no NICs\n");
    reading_destroy(reading);
}
