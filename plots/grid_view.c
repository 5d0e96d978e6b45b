#include "plots/grid_view.h"

#include <math.h>
#include <string.h>

static const char *const METRICS[GRID_METRIC_COUNT] = {"gpu", "hbm", "nvlink", "nic"};

const char *grid_view_metric(int index) {
    return METRICS[index];
}

int grid_view_class(const Results *results, const char *entity) {
    for (int i = 0; i < results->class_count; i++) {
        if (strcmp(results->classes[i].name, entity) == 0) {
            return i;
        }
    }
    return -1;
}

/* Index of the last sample that starts at or before a time. */
static int find_sample(const SeriesSamples *series, double time_s) {
    int low = 0;
    int high = series->count - 1;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (series->time_s[middle] <= time_s) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

static double mean_between(const SeriesSamples *series, double start_s, double end_s) {
    double area = 0;
    for (int i = find_sample(series, start_s); i < series->count && series->time_s[i] < end_s; i++) {
        double from = fmax(series->time_s[i], start_s);
        double to = i + 1 < series->count ? fmin(series->time_s[i + 1], end_s) : end_s;
        area += series->mean[i] * fmax(to - from, 0);
    }
    return end_s > start_s ? area / (end_s - start_s) : (double)NAN;
}

double grid_view_mean(const SeriesSamples *series, const Results *results, int cell) {
    double step_s = (double)results->step / 1e9;
    return mean_between(series, step_s * cell / GRID_CELLS, step_s * (cell + 1) / GRID_CELLS);
}

double grid_view_mean_of_all(const Results *results, const char *metric) {
    double sum = 0;
    double gpus = 0;
    for (int i = 0; i < results->series_count; i++) {
        const SeriesSamples *series = &results->series[i];
        int item = grid_view_class(results, series->entity);
        if (item >= 0 && series->count > 0 && strcmp(series->metric, metric) == 0) {
            sum += mean_between(series, 0, (double)results->step / 1e9) * (double)results->classes[item].gpus;
            gpus += (double)results->classes[item].gpus;
        }
    }
    return gpus > 0 ? sum / gpus : (double)NAN;
}
