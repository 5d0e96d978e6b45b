#include "plots/sweep_text.h"

#include <math.h>
#include <string.h>

#include "models/sweep_findings.h"
#include "plots/columns.h"
#include "plots/ledger_view.h"
#include "plots/sweep_verdict.h"
#include "plots/text_layout.h"

/* A longer sweep shows its best points only. */
enum { BAR_COLUMNS = 12, MOST_ROWS = 40, BEST_ROWS = 10 };

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

static void write_largest_loss(FILE *out, const Results *results) {
    LedgerShare losses[LEDGER_COUNT];
    if (ledger_view_losses(&results->ledger, losses) > 0) {
        fprintf(out, "%4.0f %%  %s", 100 * losses[0].fraction, ledger_category_title(losses[0].category));
    }
}

static void write_bottleneck(FILE *out, const Contention *contention) {
    if (contention != NULL) {
        Bottleneck bottleneck = bottleneck_of_jobs(contention);
        fprintf(out, "%4.0f %%", 100 * bottleneck.fraction);
        if (!ledger_view_is_small(bottleneck.fraction)) {
            fprintf(out, "  %s loses to %s", bottleneck.job, results_owner_title(bottleneck.owner));
        }
    }
}

static void write_loss(FILE *out, const Headline *headline, const Results *run) {
    switch (headline->kind) {
    case HEADLINE_TRAINING:
    case HEADLINE_KIND_COUNT:
        write_largest_loss(out, run);
        break;
    case HEADLINE_COLLECTIVE:
        fprintf(out, "%4.0f %%  %s", 100 * bottleneck_link_fraction(run, bottleneck_link(run)),
                link_kind_name(bottleneck_link(run)));
        break;
    case HEADLINE_JOBS:
        write_bottleneck(out, run->contention);
        break;
    }
}

/* Of a collective the time of the largest size; of training the mean step, as the throughput is: pauses differ by step.
 */
static double shown_s(const Headline *headline, const Results *run) {
    static const char *const METRICS[HEADLINE_KIND_COUNT] = {
        [HEADLINE_TRAINING] = "time.step_s", [HEADLINE_COLLECTIVE] = "collective.time_s"};
    const char *metric = METRICS[headline->kind];
    return metric != NULL ? columns_metric(run, metric) : (double)run->step / 1e9;
}

static void write_failure(FILE *out, const SweepPoint *point) {
    const char *failure = columns_failure(point->results);
    if (point->results == NULL) {
        fprintf(out, "%s: %s\n", failure, point->error != NULL ? point->error : "no reason known");
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

static void write_point(FILE *out, const SweepFindings *findings, int index) {
    const SweepPoint *point = &findings->sweep->points[index];
    if (point->results == NULL || point->results->status != RUN_OK) {
        write_failure(out, point);
        return;
    }
    const Headline *headline = findings->headline;
    const Results *run = headline_run(headline, point->results);
    if (run == NULL) {
        fprintf(out, "%7s  a run of another kind\n", "-");
        return;
    }
    double value = headline_value(headline, run);
    double most = findings->best >= 0 ? sweep_findings_value(findings, findings->best) : 0;
    char time[TEXT_FIGURE_BYTES];
    fprintf(out, "%7.*f %10s  ", headline_decimals(headline, value), value,
            text_layout_figure(shown_s(headline, run), "s", time));
    for (int i = 0; i < BAR_COLUMNS; i++) {
        fputc(most > 0 && i < (int)lround(value / most * BAR_COLUMNS) ? '#' : ' ', out);
    }
    write_loss(out, headline, run);
    fputc('\n', out);
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

/* Why points that the table does not show could not be run: of the first of them. */
static void write_reason(FILE *out, const SweepFindings *findings) {
    for (int i = 0; i < findings->sweep->point_count; i++) {
        const SweepPoint *point = &findings->sweep->points[i];
        if (point->results == NULL && point->error != NULL) {
            text_layout_wrap(out, "  the first that could not be run: ", point->error);
            return;
        }
    }
}

static int column_width(const SweepResults *sweep, Rows rows, int parameter) {
    int width = text_layout_columns(sweep_names_key(sweep, parameter));
    for (int i = 0; i < rows.count; i++) {
        int columns = text_layout_columns(sweep->points[rows.points[i]].values[parameter]);
        width = columns > width ? columns : width;
    }
    return width;
}

static void write_right(FILE *out, const char *text, int width) {
    fprintf(out, "%*s%s  ", width - text_layout_columns(text), "", text);
}

static void write_table_head(FILE *out, const SweepFindings *findings, Rows rows) {
    const SweepResults *sweep = findings->sweep;
    const Words *words = &WORDS[findings->headline->kind];
    char title[160];
    snprintf(title, sizeof title, "%.60s %.40s at %s", findings->headline->title, words->title,
             rows.count < sweep->point_count ? "the best points" : "each point");
    text_layout_heading(out, title);
    fputs("  ", out);
    for (int i = 0; i < sweep->parameter_count; i++) {
        write_right(out, sweep_names_key(sweep, i), column_width(sweep, rows, i));
    }
    fprintf(out, "%7s %10s  %-*s%s\n", findings->headline->unit, words->time, BAR_COLUMNS, "", words->loss);
}

static void write_table(FILE *out, const SweepFindings *findings, Rows rows) {
    const SweepResults *sweep = findings->sweep;
    write_table_head(out, findings, rows);
    for (int i = 0; i < rows.count; i++) {
        const SweepPoint *point = &sweep->points[rows.points[i]];
        fputs(rows.points[i] == findings->best ? "* " : "  ", out);
        for (int parameter = 0; parameter < sweep->parameter_count; parameter++) {
            write_right(out, point->values[parameter], column_width(sweep, rows, parameter));
        }
        write_point(out, findings, rows.points[i]);
    }
    if (rows.count < sweep->point_count) {
        write_rest(out, findings, rows);
        write_reason(out, findings);
    }
}

void sweep_text_write(FILE *out, const SweepFindings *findings) {
    Arena *arena = arena_create();
    const SweepResults *sweep = findings->sweep;
    text_layout_wrap(out, "", sweep_verdict(arena, findings));
    fputc('\n', out);
    text_layout_wrap(out, "Scenario  ", sweep->name);
    if (sweep->lesson != NULL && *sweep->lesson != '\0') {
        text_layout_wrap(out, "Shows     ", sweep->lesson);
    }
    write_table(out, findings, choose_rows(arena, findings));
    arena_destroy(arena);
}
