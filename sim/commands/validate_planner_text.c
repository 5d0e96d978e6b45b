#include "sim/commands/validate_planner_text.h"

#include <inttypes.h>
#include <math.h>

#include "plots/text_layout.h"
#include "scenarios/reader/yaml_node.h"

enum { FILE_COLUMNS = 28, MODEL_COLUMNS = 18, GPU_BYTES = 32 };

static void write_name(FILE *out, const char *name, int columns, Arena *arena) {
    text_layout_cell(out, text_layout_squeeze(arena, yaml_node_shown_text(name, arena), columns - 1), columns);
}

static void write_ranks_of(FILE *out, const ValidationFile *file, Arena *arena) {
    const PlanRanks *ranks = &file->ranks;
    write_name(out, file->name, FILE_COLUMNS, arena);
    fprintf(out, " %6d %6d %7.2f %7.2f %7.2f %7.2f  %4d (%.0f)\n", ranks->groups, ranks->rows, ranks->mean_correlation,
            ranks->median_correlation, ranks->least_correlation, ranks->pooled_correlation, ranks->best_met,
            ranks->best_blind);
}

static void write_ranks(FILE *out, const ValidationSet *set, Arena *arena) {
    int groups = 0;
    for (int i = 0; i < set->file_count; i++)
        groups += set->files[i].ranks.groups;
    if (groups == 0)
        return;
    text_layout_heading(out, "Order of plans: rank correlation of measured and simulated steps");
    fprintf(out, "%-*s %6s %6s %7s %7s %7s %7s  %s\n", FILE_COLUMNS, "", "groups", "rows", "mean", "median", "least",
            "pooled", "best in 3 (blind)");
    for (int i = 0; i < set->file_count; i++)
        if (set->files[i].ranks.groups > 0)
            write_ranks_of(out, &set->files[i], arena);
    fputc('\n', out);
    text_layout_wrap(out, "",
                     "Spearman's, in groups of one model, GPUs, precision, release and batch with more than three "
                     "rows; pooled: of all their rows, each over its group's mean. Best in 3: groups whose fastest "
                     "plan measured is among the first three simulated, and what three blind draws would meet.");
}

static const char *gpus_text(double gpus, int64_t most, char text[GPU_BYTES]) {
    if (isnan(gpus))
        snprintf(text, GPU_BYTES, "> %" PRId64, most);
    else
        snprintf(text, GPU_BYTES, "%.0f", gpus);
    return text;
}

static void write_fall(FILE *out, const ValidationFile *file, const ScalingFall *fall, Arena *arena) {
    char measured[GPU_BYTES], simulated[GPU_BYTES];
    write_name(out, file->name, FILE_COLUMNS, arena);
    fprintf(out, " %5d ", fall->line);
    write_name(out, fall->model, MODEL_COLUMNS, arena);
    fprintf(out, "%-6s %5" PRId64 "-%-5" PRId64 " %8s %9s  %-4s%+7.1f %%\n", fall->is_strong ? "strong" : "weak",
            fall->least_gpus, fall->most_gpus, gpus_text(fall->measured_gpus, fall->most_gpus, measured),
            gpus_text(fall->simulated_gpus, fall->most_gpus, simulated), fall->is_within ? "yes" : "NO",
            100 * fall->worst_fraction);
}

static bool has_cliff(const ScalingFall *fall) {
    return !isnan(fall->measured_gpus) || !isnan(fall->simulated_gpus);
}

static void write_cliffs(FILE *out, const ValidationSet *set, Arena *arena) {
    fprintf(out, "%-*s %5s %-*s%-6s %11s %8s %9s  %-4s%9s\n", FILE_COLUMNS, "", "line", MODEL_COLUMNS, "model", "scale",
            "GPUs", "measured", "simulated", "ok", "worst");
    for (int i = 0; i < set->file_count; i++)
        for (int j = 0; j < set->files[i].falls.count; j++)
            if (has_cliff(&set->files[i].falls.items[j]))
                write_fall(out, &set->files[i], &set->files[i].falls.items[j], arena);
    fputc('\n', out);
}

/* Of the series in which neither loses 20 %. */
static double worst_of_flat(const ValidationSet *set) {
    double worst = 0;
    for (int i = 0; i < set->file_count; i++)
        for (int j = 0; j < set->files[i].falls.count; j++) {
            const ScalingFall *fall = &set->files[i].falls.items[j];
            if (!has_cliff(fall) && fabs(fall->worst_fraction) > fabs(worst))
                worst = fall->worst_fraction;
        }
    return worst;
}

static void write_falls(FILE *out, const ValidationSet *set, Arena *arena) {
    int series = 0, cliffs = 0, within = 0;
    for (int i = 0; i < set->file_count; i++) {
        series += set->files[i].falls.count;
        cliffs += set->files[i].falls.cliffs;
        within += set->files[i].falls.within;
    }
    if (series == 0)
        return;
    text_layout_heading(out, "Scaling: GPUs from which on a GPU has lost 20 % of its throughput");
    if (cliffs > 0)
        write_cliffs(out, set, arena);
    text_layout_wrap(
        out, "",
        arena_format(arena,
                     "%d series of at least three numbers of GPUs; in %d of them a fifth is lost, measured "
                     "or simulated, in %d of these at numbers of GPUs within one doubling. Worst: the point "
                     "whose throughput, as a share of the first point's, is farthest off; %+.1f %% in the "
                     "series without such a loss.",
                     series, cliffs, within, 100 * worst_of_flat(set)));
}

static void write_count(FILE *out, const char *name, const SignCount *count) {
    if (count->pairs + count->quiet == 0)
        return;
    fprintf(out, "%-*s %7d %7d", FILE_COLUMNS, name, count->pairs, count->right);
    if (count->pairs > 0)
        fprintf(out, " %7.1f %%", 100.0 * count->right / count->pairs);
    else
        fprintf(out, " %9s", "-");
    fprintf(out, " %10d\n", count->quiet);
}

static void write_signs(FILE *out, const ValidationSet *set) {
    const WhatIfSigns *signs = &set->all.signs;
    if (signs->all.pairs == 0)
        return;
    text_layout_heading(out, "What-ifs: pairs of rows that differ in one column of hardware or plan");
    fprintf(out, "%-*s %7s %7s %9s %10s\n", FILE_COLUMNS, "changed", "pairs", "right", "", "below 2 %");
    for (int column = 0; column < ROW_KNOBS; column++)
        write_count(out, row_column_name((RowColumn)column), &signs->columns[column]);
    write_count(out, "all", &signs->all);
    fputc('\n', out);
    text_layout_wrap(out, "",
                     "Right: the simulated change of tokens per second and GPU has the sign of the measured one. Pairs "
                     "whose measured change is below 2 % are left out.");
}

void validate_planner_text_write(FILE *out, const ValidationSet *set) {
    Arena *arena = arena_create();
    write_ranks(out, set, arena);
    write_falls(out, set, arena);
    write_signs(out, set);
    arena_destroy(arena);
}
