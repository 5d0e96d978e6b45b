#include "models/headline.h"

#include <math.h>

enum { MOST_DECIMALS = 6 };

static const Headline HEADLINES[HEADLINE_KIND_COUNT] = {
    [HEADLINE_TRAINING] = {.kind = HEADLINE_TRAINING,
                           .metric = "throughput.model_tflops_per_gpu",
                           .scale = 1,
                           .unit = "TFLOP/s",
                           .before = "",
                           .after = "model TFLOP/s per GPU",
                           .axis = "model TFLOP/s per GPU",
                           .title = "Throughput per GPU (model TFLOP/s)",
                           .column = "tflop_per_s_per_gpu"},
    [HEADLINE_COLLECTIVE] = {.kind = HEADLINE_COLLECTIVE,
                             .metric = "collective.busbw_bytes_per_s",
                             .scale = 1e-9,
                             .digits = 3,
                             .unit = "GB/s",
                             .before = "",
                             .after = "GB/s bus bandwidth",
                             .axis = "bus bandwidth, GB/s",
                             .title = "Bus bandwidth (GB/s)",
                             .column = "bus_gb_per_s"},
    [HEADLINE_JOBS] = {.kind = HEADLINE_JOBS,
                       .metric = "jobs.slowdown_max",
                       .scale = 100,
                       .is_inverse = true,
                       .digits = 3,
                       .unit = "% alone",
                       .before = "the slowest job at ",
                       .after = "% of its speed alone",
                       .axis = "slowest job, % of speed alone",
                       .title = "Speed of the slowest job (% of that alone)",
                       .column = "percent_of_speed_alone"},
};

const Headline *headline_of_sweep(const SweepResults *sweep) {
    for (int kind = 0; kind < HEADLINE_KIND_COUNT; kind++)
        for (int i = 0; i < sweep->point_count; i++) {
            const Results *results = sweep->points[i].results;
            if (results != NULL && results_metric(results, HEADLINES[kind].metric) != NULL)
                return &HEADLINES[kind];
        }
    return &HEADLINES[HEADLINE_TRAINING];
}

const Results *headline_run(const Headline *headline, const Results *results) {
    if (results == NULL || results->status != RUN_OK)
        return NULL;
    if (results_metric(results, headline->metric) != NULL)
        return results;
    const Contention *contention = results->contention;
    const Results *lone = contention != NULL && contention->job_count == 1 ? contention->jobs[0] : NULL;
    return lone != NULL && results_metric(lone, headline->metric) != NULL ? lone : NULL;
}

double headline_value(const Headline *headline, const Results *results) {
    const Results *run = headline_run(headline, results);
    if (run == NULL)
        return NAN;
    double value = results_metric(run, headline->metric)->value;
    return headline->is_inverse ? headline->scale / value : headline->scale * value;
}

int headline_decimals(const Headline *headline, double value) {
    double decimals = value > 0 ? headline->digits - 1 - floor(log10(value)) : 1;
    return (int)fmin(fmax(decimals, 1), MOST_DECIMALS);
}
