#include "plots/interval_text.h"

#include <math.h>

#include "plots/cell.h"
#include "plots/text_layout.h"

static void write_doubts(FILE *out, const StepInterval *interval) {
    fprintf(out, "  %-31s %10s %12s\n", "rests on", "of a step", "known to");
    for (int i = 0; i < interval->doubt_count; i++) {
        const Doubt *doubt = &interval->doubts[i];
        fprintf(out, "  %-31s %8.1f %% %10.1f %%\n", doubt->name, 100 * doubt->share_fraction, 100 * doubt->spread);
    }
}

void interval_text_write(FILE *out, const Results *results) {
    const StepInterval *interval = &results->interval;
    if (interval->high_s <= 0)
        return;
    char low[TEXT_FIGURE_BYTES], high[TEXT_FIGURE_BYTES], line[256];
    text_layout_heading(out, "How sure");
    snprintf(line, sizeof line, "80 %% of such steps should take between %s and %s.",
             text_layout_figure(interval->low_s, "s", low), text_layout_figure(interval->high_s, "s", high));
    text_layout_wrap(out, "  ", line);
    write_doubts(out, interval);
    for (int i = 0; i < interval->beyond_count; i++)
        text_layout_wrap(out, "  - ", interval->beyond[i]);
}

void interval_text_write_sweep(FILE *out, const SweepResults *sweep) {
    double down = 0, up = 0;
    for (int i = 0; i < sweep->point_count; i++) {
        const Results *results = sweep->points[i].results;
        const Metric *step = results != NULL ? results_metric(results, "time.step_s") : NULL;
        if (step == NULL || results->status != RUN_OK || results->interval.high_s <= 0)
            continue;
        down = fmin(down, results->interval.low_s / step->value - 1);
        up = fmax(up, results->interval.high_s / step->value - 1);
    }
    char line[256];
    if (up <= 0)
        return;
    snprintf(line, sizeof line,
             "80 %% of such steps should be within %+.0f to %+.0f %% of these, and most of that doubt is common to all "
             "points; the interval of each: time.step_low_s and time.step_high_s of --format csv.",
             100 * down, 100 * up);
    text_layout_wrap(out, "  ", line);
}

static void write_json_doubts(FILE *out, const StepInterval *interval) {
    fputs(", \"rests_on\": [", out);
    for (int i = 0; i < interval->doubt_count; i++) {
        fputs(i > 0 ? ", {\"name\": " : "{\"name\": ", out);
        cell_json_text(out, interval->doubts[i].name);
        cell_json_number_behind(out, ", \"share_fraction\": ", interval->doubts[i].share_fraction);
        cell_json_number_behind(out, ", \"spread\": ", interval->doubts[i].spread);
        fputc('}', out);
    }
    fputs("], \"extrapolated\": [", out);
    for (int i = 0; i < interval->beyond_count; i++) {
        fputs(i > 0 ? ", " : "", out);
        cell_json_text(out, interval->beyond[i]);
    }
    fputc(']', out);
}

void interval_text_json(FILE *out, const Results *results) {
    const StepInterval *interval = &results->interval;
    cell_json_number_behind(out, "{\"held_fraction\": 0.8, \"low_s\": ", interval->low_s);
    cell_json_number_behind(out, ", \"high_s\": ", interval->high_s);
    write_json_doubts(out, interval);
    fputc('}', out);
}
