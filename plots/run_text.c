#include "plots/run_text.h"

#include <inttypes.h>
#include <string.h>

#include "plots/collective_table.h"
#include "plots/columns.h"
#include "plots/interval_text.h"
#include "plots/jobs_text.h"
#include "plots/ledger_view.h"
#include "plots/matrix_text.h"
#include "plots/memory_text.h"
#include "plots/text_layout.h"

enum { BAR_COLUMNS = 50, BEFORE_BAR_COLUMNS = 44, CRITICAL_ROWS = 8, ENTITY_COLUMNS = 16 };

void run_text_opening(FILE *out, const Results *results, int columns) {
    text_layout_wrap_to(out, "", results->verdict, columns);
    fputc('\n', out);
    text_layout_wrap_to(out, "Scenario  ", results->name, columns);
    if (results->lesson != NULL && *results->lesson != '\0') {
        text_layout_wrap_to(out, "Shows     ", results->lesson, columns);
    }
}

/* The metrics of each of several jobs are in the tables of the jobs. */
static bool is_in_a_table(const Results *results, const Metric *metric) {
    bool of_jobs = results->contention != NULL && strncmp(metric->name, "jobs.", strlen("jobs.")) == 0;
    return of_jobs || columns_is_of_ledger(metric);
}

static void write_metrics(FILE *out, const Results *results) {
    if (results->metric_count == 0) {
        return;
    }
    text_layout_heading(out, "Key figures");
    for (int i = 0; i < results->metric_count; i++) {
        const Metric *metric = &results->metrics[i];
        if (is_in_a_table(results, metric)) {
            continue;
        }
        char figure[TEXT_FIGURE_BYTES];
        text_layout_figure(metric->value, metric->unit, figure);
        char first[256];
        snprintf(first, sizeof first, "  %-31s %18s  ", metric->name, figure);
        text_layout_wrap(out, first, metric->help != NULL ? metric->help : "");
    }
}

static void ledger_line(FILE *out, const char *title, double fraction, double from, int bar) {
    fprintf(out, "  %-31s %6.1f %%  ", title, 100 * fraction);
    text_layout_bar(out, from, from + fraction, bar);
    fputc('\n', out);
}

static void write_links(FILE *out, const Results *results, LedgerCategory category) {
    double sum = (double)ledger_sum(&results->ledger);
    for (int kind = 0; kind < LINK_KIND_COUNT; kind++) {
        double fraction = (double)results->comm_ns[category][kind] / sum;
        if (!ledger_view_is_small(fraction)) {
            fprintf(out, "      of which over %-15s %6.1f %%\n", link_kind_name((LinkKind)kind), 100 * fraction);
        }
    }
}

static void write_input(FILE *out, const Results *results, double waiting) {
    for (int cause = 0; cause < INPUT_CAUSE_COUNT; cause++) {
        double fraction = waiting * results->input_fraction[cause];
        if (!ledger_view_is_small(fraction)) {
            fprintf(out, "      of which for %-16s %6.1f %%\n", input_cause_name((InputCause)cause), 100 * fraction);
        }
    }
}

void run_text_ledger(FILE *out, const Results *results, int columns) {
    if (results->status != RUN_OK || ledger_sum(&results->ledger) == 0) {
        return;
    }
    char step[TEXT_FIGURE_BYTES];
    char title[160];
    snprintf(title, sizeof title, "Where the GPU time went: %" PRId64 " GPUs x %s", results->gpus,
             text_layout_figure((double)ledger_view_wall(results) / 1e9, "s", step));
    text_layout_heading(out, title);
    int bar = columns - BEFORE_BAR_COLUMNS < BAR_COLUMNS ? columns - BEFORE_BAR_COLUMNS : BAR_COLUMNS;
    ledger_line(out, "Peak", 1, 0, bar);
    LedgerShare losses[LEDGER_COUNT];
    int count = ledger_view_losses(&results->ledger, losses);
    double left = 1;
    int shown = 0;
    for (; shown < count && !ledger_view_is_small(losses[shown].fraction); shown++) {
        left -= losses[shown].fraction;
        ledger_line(out, ledger_category_title(losses[shown].category), losses[shown].fraction, left, bar);
        if (ledger_is_communication(losses[shown].category)) {
            write_links(out, results, losses[shown].category);
        }
        if (losses[shown].category == LEDGER_DATA_LOADING) {
            write_input(out, results, losses[shown].fraction);
        }
    }
    double ideal = ledger_view_fraction(&results->ledger, LEDGER_IDEAL_COMPUTE);
    if (shown < count) {
        ledger_line(out, LEDGER_VIEW_OTHER, left - ideal, ideal, bar);
    }
    ledger_line(out, ledger_category_title(LEDGER_IDEAL_COMPUTE), ideal, 0, bar);
}

static void write_causes(FILE *out, const Results *results) {
    if (results->cause_count == 0) {
        return;
    }
    text_layout_heading(out, "Why, and what to change");
    for (int i = 0; i < results->cause_count; i++) {
        char first[16];
        snprintf(first, sizeof first, " %2d. ", i + 1);
        text_layout_wrap(out, first, results->causes[i].sentence);
        if (results->causes[i].advice != NULL && *results->causes[i].advice != '\0') {
            text_layout_wrap(out, "     -> ", results->causes[i].advice);
        }
    }
}

static void write_critical(FILE *out, const Results *results) {
    if (results->status != RUN_OK || results->critical_count == 0 || results->step == 0) {
        return;
    }
    text_layout_heading(out, "Critical path: what the end of the step waited for");
    int shown = results->critical_count < CRITICAL_ROWS ? results->critical_count : CRITICAL_ROWS;
    int widest = ENTITY_COLUMNS;
    for (int i = 0; i < shown; i++) {
        int columns = text_layout_columns(results->critical[i].entity);
        widest = columns > widest ? columns : widest;
    }
    for (int i = 0; i < shown; i++) {
        const CriticalPart *part = &results->critical[i];
        char time[TEXT_FIGURE_BYTES];
        double fraction = (double)part->ns / (double)results->step;
        fprintf(out, "  %-*s %-31s %10s %6.1f %%  ", widest, part->entity, ledger_category_title(part->category),
                text_layout_figure((double)part->ns / 1e9, "s", time), 100 * fraction);
        text_layout_bar(out, 0, fraction, 25);
        fputc('\n', out);
    }
    if (shown < results->critical_count) {
        fprintf(out, "  and %d smaller parts\n", results->critical_count - shown);
    }
}

static void write_assumptions(FILE *out, const Results *results) {
    if (results->assumption_count == 0) {
        return;
    }
    text_layout_heading(out, "Taken as given");
    for (int i = 0; i < results->assumption_count; i++) {
        text_layout_wrap(out, "  - ", results->assumptions[i]);
    }
}

static void write_facts(FILE *out, const Results *results) {
    fprintf(out, "\nRun: %" PRIu64 " events, hash %016" PRIx64 ", seed %" PRIu64 "\n", results->event_count,
            results->event_hash, results->seed);
}

void run_text_jobs(FILE *out, const Results *results, int columns) {
    if (results->contention != NULL) {
        jobs_text_table(out, results->contention, columns);
        matrix_text_write(out, results->contention, columns);
    }
}

void run_text_write(FILE *out, const Results *results) {
    run_text_opening(out, results, TEXT_COLUMNS);
    run_text_jobs(out, results, TEXT_COLUMNS);
    if (results->size_count > 0) {
        collective_table_text(out, results);
    }
    if (results->status == RUN_OK) {
        write_metrics(out, results);
        interval_text_write(out, results);
        run_text_ledger(out, results, TEXT_COLUMNS);
        write_causes(out, results);
    }
    if (results->contention != NULL) {
        jobs_text_verdicts(out, results->contention, TEXT_COLUMNS);
    }
    memory_text_table(out, results);
    memory_text_host(out, results);
    bool sought = results->contention == NULL || results->fit_change_count > 0;
    if (results->status == RUN_OUT_OF_MEMORY && sought) {
        memory_text_changes(out, results);
    }
    write_critical(out, results);
    write_assumptions(out, results);
    if (results->status == RUN_OK) {
        write_facts(out, results);
    }
}
