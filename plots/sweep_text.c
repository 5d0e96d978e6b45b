#include "plots/sweep_text.h"

#include <math.h>
#include <string.h>

#include "models/sweep_findings.h"
#include "plots/columns.h"
#include "plots/interval_text.h"
#include "plots/sweep_loss.h"
#include "plots/sweep_reasons.h"
#include "plots/sweep_verdict.h"
#include "plots/text_layout.h"

/* A longer sweep shows its best points only. */
enum { MOST_ROWS = 40, BEST_ROWS = 10 };

/* Of a row: mark, value and time with their blanks; the bar, which goes when it would be shorter; the loss. */
enum { FIGURE_COLUMNS = 22, BAR_COLUMNS = 12, LEAST_BAR_COLUMNS = 4, LEAST_LOSS_COLUMNS = 16 };

/* What the last columns of the table are called. */
typedef struct Words {
    const char *title; /* behind that of the headline */
    const char *time;
    const char *loss;
} Words;

static const Words WORDS[HEADLINE_KIND_COUNT] = {
    [HEADLINE_TRAINING] = {"and the largest loss", "step", "largest loss"},
    [HEADLINE_COLLECTIVE] = {"and the slowest link", "time", "limited by"},
    [HEADLINE_JOBS] = {"and to whom it loses most", "wall", "of its GPU time"},
};

/* Of a collective the time of the largest size; of training the mean step, as the throughput is: pauses differ by step.
 */
static double shown_s(const Headline *headline, const Results *run) {
    static const char *const METRICS[HEADLINE_KIND_COUNT] = {
        [HEADLINE_TRAINING] = "time.step_s", [HEADLINE_COLLECTIVE] = "collective.time_s"};
    const char *metric = METRICS[headline->kind];
    return metric != NULL ? columns_metric(run, metric) : (double)run->step / 1e9;
}

static void write_failure(FILE *out, const SweepPoint *point, const SweepReasons *reasons) {
    const char *failure = columns_failure(point->results);
    if (point->results == NULL) {
        fprintf(out, "%s (%d)\n", failure, sweep_reasons_number(reasons, point));
        return;
    }
    if (point->results->status == RUN_TOO_LONG) {
        fprintf(out, "%s\n", failure);
        return;
    }
    double largest = 0;
    double capacity = 0;
    for (int i = 0; i < point->results->memory_count; i++) {
        if (point->results->memory[i].total_bytes > largest) {
            largest = point->results->memory[i].total_bytes;
            capacity = point->results->memory[i].capacity_bytes;
        }
    }
    fprintf(out, "%s: %.1f of %.1f GiB\n", failure, largest / 0x1p30, capacity / 0x1p30);
}

/* The points that the table shows, in its order. */
typedef struct Rows {
    int *points;
    int count;
} Rows;

/* The fastest first, equal ones in order of the sweep. */
static void keep_best(Rows *rows, const SweepFindings *findings, int point) {
    double value = sweep_findings_value(findings, point);
    int place = rows->count;
    while (place > 0 && sweep_findings_value(findings, rows->points[place - 1]) < value) {
        place--;
    }
    if (isnan(value) || place == BEST_ROWS) {
        return;
    }
    rows->count += rows->count < BEST_ROWS;
    for (int i = rows->count - 1; i > place; i--) {
        rows->points[i] = rows->points[i - 1];
    }
    rows->points[place] = point;
}

static Rows choose_rows(Arena *arena, const SweepFindings *findings) {
    const SweepResults *sweep = findings->sweep;
    Rows rows = {.points = ARENA_ARRAY(arena, MOST_ROWS, int)};
    for (int i = 0; i < sweep->point_count; i++) {
        if (sweep->point_count > MOST_ROWS) {
            keep_best(&rows, findings, i);
        } else {
            rows.points[rows.count++] = i;
        }
    }
    return rows;
}

/* "... and 215 more points: 118 do not fit, 12 could not be run" */
static void write_rest(FILE *out, const SweepFindings *findings, Rows rows) {
    const int counts[] = {findings->too_big_count, findings->too_long_count, findings->failed_count};
    const char *const one[] = {"does not fit", "does not end", "could not be run"};
    const char *const many[] = {"do not fit", "do not end", "could not be run"};
    fprintf(out, "  ... and %d more points", findings->sweep->point_count - rows.count);
    const char *joint = ": ";
    for (int i = 0; i < 3; i++) {
        if (counts[i] > 0) {
            fprintf(out, "%s%d %s", joint, counts[i], counts[i] == 1 ? one[i] : many[i]);
            joint = ", ";
        }
    }
    fputc('\n', out);
}

static int column_width(const SweepResults *sweep, Rows rows, int parameter) {
    int width = text_layout_columns(sweep_names_key(sweep, parameter));
    for (int i = 0; i < rows.count; i++) {
        int columns = text_layout_columns(sweep->points[rows.points[i]].values[parameter]);
        width = columns > width ? columns : width;
    }
    return width;
}

/* What a row is made of: the page is as wide as any text, so wide keys leave less for bars and losses. */
typedef struct Table {
    Arena *arena;
    const SweepFindings *findings;
    Rows rows;
    int bar_columns;  /* 0 = no bars */
    int loss_columns; /* at most */
    SweepReasons reasons;
} Table;

/* The run of a point that the headline can be read from; NULL when there is none. */
static const Results *run_of(const Table *table, int row) {
    const Results *results = table->findings->sweep->points[table->rows.points[row]].results;
    bool ran = results != NULL && results->status == RUN_OK;
    return ran ? headline_run(table->findings->headline, results) : NULL;
}

static Table lay_out_table(Arena *arena, const SweepFindings *findings) {
    Table table = {.arena = arena,
                   .findings = findings,
                   .rows = choose_rows(arena, findings),
                   .reasons = sweep_reasons_of(arena, findings->sweep)};
    int left = TEXT_COLUMNS - FIGURE_COLUMNS, longest = 0;
    for (int i = 0; i < findings->sweep->parameter_count; i++) {
        left -= column_width(findings->sweep, table.rows, i) + 2;
    }
    for (int row = 0; row < table.rows.count; row++) {
        const Results *run = run_of(&table, row);
        int columns = run != NULL ? text_layout_columns(sweep_loss_text(arena, findings->headline, run)) : 0;
        longest = columns > longest ? columns : longest;
    }
    int bars = left - longest;
    table.bar_columns = bars < LEAST_BAR_COLUMNS ? 0 : bars < BAR_COLUMNS ? bars : BAR_COLUMNS;
    table.loss_columns = left - table.bar_columns > LEAST_LOSS_COLUMNS ? left - table.bar_columns : LEAST_LOSS_COLUMNS;
    return table;
}

static void write_bar(FILE *out, double fraction, int columns) {
    for (int i = 0; i < columns; i++) {
        fputc(i < (int)lround(fraction * columns) ? '#' : ' ', out);
    }
}

static void write_point(FILE *out, const Table *table, int row) {
    const SweepFindings *findings = table->findings;
    const SweepPoint *point = &findings->sweep->points[table->rows.points[row]];
    if (point->results == NULL || point->results->status != RUN_OK) {
        write_failure(out, point, &table->reasons);
        return;
    }
    const Headline *headline = findings->headline;
    const Results *run = run_of(table, row);
    if (run == NULL) {
        fprintf(out, "%7s  a run of another kind\n", "-");
        return;
    }
    double value = headline_value(headline, run);
    double most = findings->best >= 0 ? sweep_findings_value(findings, findings->best) : 0;
    char time[TEXT_FIGURE_BYTES];
    fprintf(out, "%7.*f %10s  ", headline_decimals(headline, value), value,
            text_layout_figure(shown_s(headline, run), "s", time));
    write_bar(out, most > 0 ? value / most : 0, table->bar_columns);
    fprintf(out, "%s\n",
            text_layout_shorten(table->arena, sweep_loss_text(table->arena, headline, run), table->loss_columns));
}

static void write_right(FILE *out, const char *text, int width) {
    fprintf(out, "%*s%s  ", width - text_layout_columns(text), "", text);
}

static void write_table_head(FILE *out, const Table *table) {
    const SweepFindings *findings = table->findings;
    const SweepResults *sweep = findings->sweep;
    const Words *words = &WORDS[findings->headline->kind];
    char title[160];
    snprintf(title, sizeof title, "%.60s %.40s at %s", findings->headline->title, words->title,
             table->rows.count < sweep->point_count ? "the best points" : "each point");
    text_layout_heading(out, title);
    fputs("  ", out);
    for (int i = 0; i < sweep->parameter_count; i++) {
        write_right(out, sweep_names_key(sweep, i), column_width(sweep, table->rows, i));
    }
    fprintf(out, "%7s %10s  %*s%s\n", findings->headline->unit, words->time, table->bar_columns, "", words->loss);
}

static void write_table(FILE *out, const Table *table) {
    const SweepFindings *findings = table->findings;
    const SweepResults *sweep = findings->sweep;
    Rows rows = table->rows;
    write_table_head(out, table);
    for (int i = 0; i < rows.count; i++) {
        const SweepPoint *point = &sweep->points[rows.points[i]];
        fputs(rows.points[i] == findings->best ? "* " : "  ", out);
        for (int parameter = 0; parameter < sweep->parameter_count; parameter++) {
            write_right(out, point->values[parameter], column_width(sweep, rows, parameter));
        }
        write_point(out, table, i);
    }
    if (rows.count < sweep->point_count) {
        write_rest(out, findings, rows);
    }
    sweep_reasons_write(out, &table->reasons);
    if (findings->headline->kind == HEADLINE_TRAINING) {
        interval_text_write_sweep(out, sweep);
    }
}

void sweep_text_write(FILE *out, const SweepFindings *findings) {
    Arena *arena = arena_create();
    const SweepResults *sweep = findings->sweep;
    Table table = lay_out_table(arena, findings);
    text_layout_wrap(out, "", sweep_verdict(arena, findings));
    fputc('\n', out);
    text_layout_wrap(out, "Scenario  ", sweep->name);
    if (sweep->lesson != NULL && *sweep->lesson != '\0') {
        text_layout_wrap(out, "Shows     ", sweep->lesson);
    }
    write_table(out, &table);
    arena_destroy(arena);
}
