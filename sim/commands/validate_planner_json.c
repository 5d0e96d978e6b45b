#include "sim/commands/validate_planner_json.h"

#include <inttypes.h>

#include "plots/cell.h"

static void write_ranks(FILE *out, const PlanRanks *ranks) {
    fprintf(out, "      \"plans\": {\"groups\": %d, \"rows\": %d", ranks->groups, ranks->rows);
    cell_json_number_behind(out, ", \"mean_correlation\": ", ranks->mean_correlation);
    cell_json_number_behind(out, ", \"median_correlation\": ", ranks->median_correlation);
    cell_json_number_behind(out, ", \"least_correlation\": ", ranks->least_correlation);
    cell_json_number_behind(out, ", \"pooled_correlation\": ", ranks->pooled_correlation);
    fprintf(out, ", \"best_among_first_three\": %d", ranks->best_met);
    cell_json_number_behind(out, ", \"by_blind_draws\": ", ranks->best_blind);
    fputs("},\n", out);
}

static void write_fall(FILE *out, const ScalingFall *fall) {
    fprintf(out, "{\"line\": %d, \"model\": ", fall->line);
    cell_json_text(out, fall->model);
    fprintf(out, ", \"scaling\": \"%s\", \"points\": %d, \"least_gpus\": %" PRId64 ", \"most_gpus\": %" PRId64,
            fall->is_strong ? "strong" : "weak", fall->points, fall->least_gpus, fall->most_gpus);
    cell_json_number_behind(out, ", \"measured_gpus\": ", fall->measured_gpus);
    cell_json_number_behind(out, ", \"simulated_gpus\": ", fall->simulated_gpus);
    fprintf(out, ", \"within_one_doubling\": %s", fall->is_within ? "true" : "false");
    cell_json_number_behind(out, ", \"worst_fraction\": ", fall->worst_fraction);
    fputc('}', out);
}

static void write_falls(FILE *out, const ScalingFalls *falls) {
    fputs("      \"scaling\": [", out);
    for (int i = 0; i < falls->count; i++) {
        fputs(i > 0 ? ",\n        " : "\n        ", out);
        write_fall(out, &falls->items[i]);
    }
    fputs("],\n", out);
}

static void write_count(FILE *out, const char *name, const SignCount *count) {
    fprintf(out, "\"%s\": {\"pairs\": %d, \"right\": %d, \"below_noise\": %d}", name, count->pairs, count->right,
            count->quiet);
}

static void write_signs(FILE *out, const WhatIfSigns *signs) {
    fputs("      \"what_ifs\": {", out);
    for (int column = 0; column < ROW_KNOBS; column++) {
        const SignCount *count = &signs->columns[column];
        if (count->pairs + count->quiet == 0)
            continue;
        write_count(out, row_column_name((RowColumn)column), count);
        fputs(", ", out);
    }
    write_count(out, "all", &signs->all);
    fputs("},\n", out);
}

static void write_software(FILE *out, const IntervalCoverage *coverage) {
    fputs(", \"software\": {", out);
    for (int known = 0; known < SOFTWARE_COUNT; known++) {
        const SoftwareCoverage *software = &coverage->software[known];
        fprintf(out, "%s\"%s\": {\"rows\": %d, \"held\": %d, \"held_left_out\": %d", known > 0 ? ", " : "",
                software_known_name((SoftwareKnown)known), software->rows, software->held, software->held_left_out);
        cell_json_number_behind(out, ", \"rest_spread\": ", software->rest_spread);
        fputc('}', out);
    }
    fputc('}', out);
}

static void write_coverage(FILE *out, const IntervalCoverage *coverage) {
    fprintf(out, "      \"interval\": {\"rows\": %d, \"held\": %d, \"held_by_constants\": %d, \"held_left_out\": %d",
            coverage->rows, coverage->held, coverage->held_by_constants, coverage->held_left_out);
    cell_json_number_behind(out, ", \"constant_spread\": ", coverage->constant_spread);
    cell_json_number_behind(out, ", \"residual_spread\": ", coverage->residual_spread);
    cell_json_number_behind(out, ", \"form_spread\": ", coverage->form_spread);
    write_software(out, coverage);
    fputs("},\n", out);
}

void validate_planner_json_write(FILE *out, const ValidationFile *file) {
    write_coverage(out, &file->coverage);
    write_ranks(out, &file->ranks);
    write_falls(out, &file->falls);
    write_signs(out, &file->signs);
}
