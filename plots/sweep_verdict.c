#include "plots/sweep_verdict.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "plots/ledger_view.h"
#include "plots/sweep_fall.h"
#include "plots/sweep_view.h"
#include "plots/tidy_row.h"

/* Of a fall, by a category that is named as its cause. */
static const double LEAST_EXPLAINED = 0.5;

/* Peaks that differ by less are the same. */
static const double SAME_PEAK_FRACTION = 0.01;

static const char *lower_case_title(Arena *arena, LedgerCategory category) {
    char *title = arena_text(arena, ledger_category_title(category));
    title[0] = (char)tolower((unsigned char)title[0]);
    return title;
}

/* "from tensor_parallel=8 to 16 (nic=100 Gbit/s)": what changes, then what stays. */
static const char *step_text(Arena *arena, const SweepResults *sweep, const SweepPoint *fast, const SweepPoint *slow) {
    const char *change = "";
    const char *same = "";
    for (int i = 0; i < sweep->parameter_count; i++) {
        const char *name = tidy_short_name(sweep->parameters[i]);
        if (strcmp(fast->values[i], slow->values[i]) != 0) {
            change = arena_format(arena, "from %s=%s to %s", name, fast->values[i], slow->values[i]);
        } else {
            same = arena_format(arena, "%s%s%s=%s", same, *same != '\0' ? ", " : "", name, fast->values[i]);
        }
    }
    return *same != '\0' ? arena_format(arena, "%s (%s)", change, same) : change;
}

static const char *cause_clause(Arena *arena, const SweepResults *sweep, SweepFall fall) {
    SweepFallCause cause = sweep_fall_cause(sweep, fall);
    const LedgerRow *fast = &sweep->points[fall.from].results->ledger;
    const LedgerRow *slow = &sweep->points[fall.to].results->ledger;
    const char *growth = arena_format(
        arena, "%s grows from %.1f %% to %.1f %% of GPU time", lower_case_title(arena, cause.category),
        100 * ledger_view_fraction(fast, cause.category), 100 * ledger_view_fraction(slow, cause.category));
    if (cause.explained >= LEAST_EXPLAINED) {
        return growth;
    }
    if (fabs(cause.peak_to / cause.peak_from - 1) > SAME_PEAK_FRACTION) {
        return arena_format(arena,
                            "no category of the ledger explains it: the GPU's peak differs, %.0f and %.0f TFLOP/s",
                            cause.peak_from, cause.peak_to);
    }
    return arena_format(arena, "no category of the ledger explains half of it; what grows most is small: %s", growth);
}

/* Keys of numbers have neighbours, names have a best and a worst. */
static const char *fall_sentence(Arena *arena, const SweepResults *sweep) {
    SweepFall fall = sweep_fall_of(arena, sweep);
    if (fall.from < 0) {
        return "";
    }
    if (fall.fraction < SWEEP_FALL_COLLAPSE_FRACTION) {
        return arena_format(arena, " Where it runs, neighbours differ by at most %.1f %%, along %s.",
                            100 * fall.fraction, tidy_short_name(sweep->parameters[fall.parameter]));
    }
    return arena_format(arena, " The largest fall, by %.0f %%, is %s: %s.", 100 * fall.fraction,
                        step_text(arena, sweep, &sweep->points[fall.from], &sweep->points[fall.to]),
                        cause_clause(arena, sweep, fall));
}

static const char *worst_sentence(Arena *arena, const SweepResults *sweep, int best) {
    bool names = false;
    for (int i = 0; i < sweep->parameter_count; i++) {
        names = names || sweep_fall_is_names(arena, sweep, i);
    }
    int worst = best;
    for (int i = 0; i < sweep->point_count; i++) {
        bool slower = sweep_view_throughput(&sweep->points[i]) < sweep_view_throughput(&sweep->points[worst]);
        worst = slower ? i : worst;
    }
    if (!names || worst == best) {
        return "";
    }
    return arena_format(arena, " Worst is %s with %.1f.", tidy_point_name(arena, sweep, &sweep->points[worst]),
                        sweep_view_throughput(&sweep->points[worst]));
}

static const char *failure_sentence(Arena *arena, const SweepResults *sweep) {
    int too_big = 0;
    int too_long = 0;
    int failed = 0;
    for (int i = 0; i < sweep->point_count; i++) {
        const Results *results = sweep->points[i].results;
        failed += results == NULL;
        too_big += results != NULL && results->status == RUN_OUT_OF_MEMORY;
        too_long += results != NULL && results->status == RUN_TOO_LONG;
    }
    const char *text = "";
    if (too_big > 0) {
        text = arena_format(arena, " %d of %d points %s not fit in memory.", too_big, sweep->point_count,
                            too_big == 1 ? "does" : "do");
    }
    if (too_long > 0) {
        text = arena_format(arena, "%s %d of %d points %s not end.", text, too_long, sweep->point_count,
                            too_long == 1 ? "does" : "do");
    }
    if (failed > 0) {
        text = arena_format(arena, "%s %d of %d points could not be run.", text, failed, sweep->point_count);
    }
    return text;
}

const char *sweep_verdict(Arena *arena, const SweepResults *sweep) {
    int best = sweep_view_best(sweep);
    if (best < 0) {
        return arena_format(arena, "No point ran.%s", failure_sentence(arena, sweep));
    }
    const char *name = tidy_point_name(arena, sweep, &sweep->points[best]);
    return arena_format(arena, "Best is %s with %.1f model TFLOP/s per GPU.%s%s%s", name,
                        sweep_view_throughput(&sweep->points[best]), worst_sentence(arena, sweep, best),
                        fall_sentence(arena, sweep), failure_sentence(arena, sweep));
}
