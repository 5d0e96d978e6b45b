#include "models/sweep_findings.h"

#include <math.h>

double sweep_findings_value(const SweepFindings *findings, int point) {
    return headline_value(findings->headline, findings->sweep->points[point].results);
}

static int find_best(const SweepFindings *findings) {
    int best = -1;
    for (int i = 0; i < findings->sweep->point_count; i++) {
        double value = sweep_findings_value(findings, i);
        if (!isnan(value) && (best < 0 || value > sweep_findings_value(findings, best)))
            best = i;
    }
    return best;
}

static bool has_names(const SweepFindings *findings) {
    for (int i = 0; i < findings->sweep->parameter_count; i++)
        if (findings->keys[i].count > 1 && !findings->keys[i].is_numeric)
            return true;
    return false;
}

/* Keys of numbers have neighbours, names have a best and a worst. */
static int find_worst(const SweepFindings *findings) {
    int worst = findings->best;
    if (worst < 0 || !has_names(findings))
        return -1;
    for (int i = 0; i < findings->sweep->point_count; i++)
        if (sweep_findings_value(findings, i) < sweep_findings_value(findings, worst))
            worst = i;
    return worst != findings->best ? worst : -1;
}

static void count_failures(SweepFindings *findings) {
    for (int i = 0; i < findings->sweep->point_count; i++) {
        const Results *results = findings->sweep->points[i].results;
        findings->failed_count += results == NULL;
        findings->too_big_count += results != NULL && results->status == RUN_OUT_OF_MEMORY;
        findings->too_long_count += results != NULL && results->status == RUN_TOO_LONG;
    }
}

const SweepFindings *sweep_findings_of(Arena *arena, const SweepResults *sweep) {
    SweepKey *keys = ARENA_ARRAY(arena, sweep->parameter_count, SweepKey);
    for (int i = 0; i < sweep->parameter_count; i++)
        keys[i] = sweep_key_of(arena, sweep, i);
    SweepFindings *findings = ARENA_NEW(arena, SweepFindings);
    *findings = (SweepFindings){.sweep = sweep, .keys = keys, .headline = headline_of_sweep(sweep)};
    findings->best = find_best(findings);
    findings->worst = find_worst(findings);
    findings->fall = sweep_fall_of(arena, sweep, keys, findings->headline);
    count_failures(findings);
    return findings;
}
