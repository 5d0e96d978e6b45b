#include "plots/series_files.h"

#include <math.h>
#include <string.h>

#include "plots/bands.h"
#include "plots/bars.h"
#include "plots/columns.h"
#include "plots/dat_set.h"
#include "plots/ledger_view.h"

/* How fine the timeline is drawn: about a pixel of a picture 1200 wide. */
enum { TIMELINE_STEPS = 1500 };

/* Height of a stream inside the band of its class, from the band's lower edge. */
static const double STREAM_LOW[STREAM_KIND_COUNT] = {0.38, 0.15, 0.04, 0.26, 0.26, 0.26};
static const double STREAM_HIGH[STREAM_KIND_COUNT] = {0.94, 0.24, 0.13, 0.35, 0.35, 0.35};

static double seconds(SimTime time) {
    return (double)time / 1e9;
}

/* The bars of one kind. */
typedef struct KindSet {
    DatSet set;
    BarKind kind;
    int class_count;
} KindSet;

static void write_bar(void *subject, const TimelineBar *bar) {
    KindSet *drawn = subject;
    int band = bands_of(drawn->class_count, bar->gpu_class);
    if (bar->kind != drawn->kind || band < 0) {
        return;
    }
    double low = bands_shown(drawn->class_count) - 1 - band;
    double y_low = low + STREAM_LOW[bar->stream];
    double y_high = low + STREAM_HIGH[bar->stream];
    const double row[] = {seconds(bar->start),  seconds(bar->end), (y_low + y_high) / 2, y_low, y_high,
                          bar->micro_batch & 1, bar->micro_batch};
    dat_set_row(&drawn->set, row, 7);
    dat_set_end_row(&drawn->set);
}

static void write_window(FILE *out, const Results *results, const char *name, BarWindow window) {
    for (int kind = 0; kind < BAR_KIND_COUNT; kind++) {
        char set_name[64];
        snprintf(set_name, sizeof set_name, "%s_%s", name, bars_kind_name((BarKind)kind));
        KindSet drawn = {dat_set_open(out, set_name, 7), (BarKind)kind, results->class_count};
        bars_draw(results, window, write_bar, &drawn);
        dat_set_close(&drawn.set);
    }
}

static void write_class_labels(FILE *out, const Results *results) {
    DatSet set = dat_set_open(out, "labels", 2);
    int shown = bands_shown(results->class_count);
    for (int band = 0; band < shown; band++) {
        int item = bands_item(results->class_count, band);
        const double y = shown - 1 - band + 0.55;
        dat_set_row(&set, &y, 1);
        dat_set_text(&set, item >= 0 ? results->classes[item].name : "...");
        dat_set_end_row(&set);
    }
    dat_set_close(&set);
}

static BarWindow window_of(SimTime start, SimTime end) {
    SimTime resolution = (end - start) / TIMELINE_STEPS;
    return (BarWindow){start, end, resolution > 0 ? resolution : 1};
}

void series_files_timeline(FILE *out, const Results *results) {
    dat_set_file_head(out, "the step by class of GPUs, stream and kind of work; shorter bars than a pixel are joined",
                      "start_s end_s y y_low y_high odd_micro_batch micro_batch; labels: y name");
    SimTime zoom = bars_zoom(results);
    write_class_labels(out, results);
    write_window(out, results, "whole", window_of(0, results->step));
    write_window(out, results, "start", window_of(0, zoom));
    write_window(out, results, "end", window_of(results->step - zoom, results->step));
}

static void write_samples(FILE *out, const Results *results, const SeriesSamples *series) {
    char name[160];
    snprintf(name, sizeof name, "%.100s %.50s", series->entity, series->metric);
    bool bytes = strcmp(series->unit, "bytes") == 0;
    DatSet set = dat_set_open(out, name, bytes ? 5 : 3);
    for (int i = 0; i <= series->count && series->count > 0; i++) {
        /* The last value holds until the end of the step. */
        int at = i < series->count ? i : i - 1;
        double time_s = i < series->count ? series->time_s[i] : seconds(results->step);
        const double row[] = {time_s, series->mean[at], series->max[at], series->mean[at] / 0x1p30,
                              series->max[at] / 0x1p30};
        dat_set_row(&set, row, bytes ? 5 : 3);
        dat_set_end_row(&set);
    }
    dat_set_close(&set);
}

void series_files_samples(FILE *out, const Results *results, const char *unit) {
    bool bytes = strcmp(unit, "bytes") == 0;
    dat_set_file_head(out, "samples over the step, each from its time to the next",
                      bytes ? "time_s mean_bytes max_bytes mean_gib max_gib" : "time_s mean max");
    for (int i = 0; i < results->series_count; i++) {
        if (strcmp(results->series[i].unit, unit) == 0) {
            write_samples(out, results, &results->series[i]);
        }
    }
}

static void ledger_row(DatSet *set, double y, LedgerShare share, double low, const char *title) {
    const double row[] = {y, share.category, 100 * low, 100 * (low + share.fraction), 100 * share.fraction};
    dat_set_row(set, row, 5);
    dat_set_text(set, title);
    char percent[32];
    snprintf(percent, sizeof percent, "%.1f %%", 100 * share.fraction);
    dat_set_text(set, percent);
    dat_set_end_row(set);
}

static void ideal_row(DatSet *set, double y, double ideal, const Results *results) {
    char title[128];
    const char *name = ledger_category_title(LEDGER_IDEAL_COMPUTE);
    double achieved = columns_throughput(results);
    if (isnan(achieved)) {
        snprintf(title, sizeof title, "%s", name);
    } else {
        snprintf(title, sizeof title, "%s: %.4g TFLOP/s per GPU", name, achieved);
    }
    ledger_row(set, y, (LedgerShare){LEDGER_IDEAL_COMPUTE, ideal}, 0, title);
}

void series_files_ledger(FILE *out, const Results *results) {
    dat_set_file_head(out, "the ledger from peak (100 % of GPU time) down to ideal compute; exact values: ledger.csv",
                      "y category low_percent high_percent percent title text; category = row of the ledger from 0");
    LedgerShare losses[LEDGER_COUNT];
    int count = ledger_view_losses(&results->ledger, losses);
    double ideal = ledger_view_fraction(&results->ledger, LEDGER_IDEAL_COMPUTE);
    DatSet set = dat_set_open(out, "waterfall", 7);
    double left = 1;
    int shown = 0;
    for (; shown < count && !ledger_view_is_small(losses[shown].fraction); shown++) {
        left -= losses[shown].fraction;
        ledger_row(&set, -shown, losses[shown], left, ledger_category_title(losses[shown].category));
    }
    if (shown < count) {
        ledger_row(&set, -shown, (LedgerShare){LEDGER_COUNT, left - ideal}, ideal, LEDGER_VIEW_OTHER);
        shown++;
    }
    ideal_row(&set, -shown, ideal, results);
    dat_set_close(&set);
}

int series_files_ledger_rows(const Results *results) {
    LedgerShare losses[LEDGER_COUNT];
    int count = ledger_view_losses(&results->ledger, losses);
    int shown = 0;
    while (shown < count && !ledger_view_is_small(losses[shown].fraction)) {
        shown++;
    }
    return shown + (shown < count) + 1;
}
