#include "plots/grid_file.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "plots/bands.h"
#include "plots/dat_set.h"
#include "plots/grid_view.h"

/* What a panel a quarter of a picture high has room for. */
enum { MOST_LABELS = 8 };

/* Neighbours that differ by less than this are one rectangle. */
static const double VISIBLE_FRACTION = 0.01;

static void write_cells(DatSet *set, const Results *results, const SeriesSamples *series, double low) {
    double step_s = (double)results->step / 1e9;
    double start_s = 0;
    double held = grid_view_mean(series, results, 0);
    for (int cell = 1; cell <= GRID_CELLS; cell++) {
        double mean = cell < GRID_CELLS ? grid_view_mean(series, results, cell) : (double)INFINITY;
        if (fabs(mean - held) < VISIBLE_FRACTION) {
            continue;
        }
        double end_s = step_s * cell / GRID_CELLS;
        const double row[] = {start_s, end_s, low + 0.5, low + 0.06, low + 0.94, 100 * held};
        dat_set_row(set, row, 6);
        dat_set_end_row(set);
        start_s = end_s;
        held = mean;
    }
}

static void write_metric(FILE *out, const Results *results, const char *metric) {
    DatSet set = dat_set_open(out, metric, 6);
    for (int i = 0; i < results->series_count; i++) {
        const SeriesSamples *series = &results->series[i];
        int item = grid_view_class(results, series->entity);
        int band = item >= 0 ? bands_of(results->class_count, item) : -1;
        if (band >= 0 && series->count > 0 && strcmp(series->metric, metric) == 0) {
            write_cells(&set, results, series, bands_shown(results->class_count) - 1 - band);
        }
    }
    dat_set_close(&set);
}

static void write_labels(FILE *out, const Results *results) {
    DatSet set = dat_set_open(out, "labels", 2);
    int shown = bands_shown(results->class_count);
    int every = (shown + MOST_LABELS - 1) / MOST_LABELS;
    for (int band = 0; band < shown; band++) {
        int item = bands_item(results->class_count, band);
        const double y = shown - 1 - band + 0.5;
        dat_set_row(&set, &y, 1);
        bool labelled = band % every == 0 || item < 0;
        dat_set_text(&set, !labelled ? "" : item >= 0 ? results->classes[item].name : "...");
        dat_set_end_row(&set);
    }
    dat_set_close(&set);
}

void grid_file_write(FILE *out, const Results *results) {
    dat_set_file_head(out, "utilisation, means over equal intervals; the samples are in utilisation.dat",
                      "start_s end_s y y_low y_high percent; labels: y name");
    write_labels(out, results);
    for (int i = 0; i < GRID_METRIC_COUNT; i++) {
        write_metric(out, results, grid_view_metric(i));
    }
}
