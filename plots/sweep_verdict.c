#include "plots/sweep_verdict.h"

#include <ctype.h>
#include <string.h>

#include "plots/ledger_view.h"
#include "plots/sweep_view.h"
#include "plots/tidy_row.h"

/* Less than this between neighbours is no collapse. */
static const double COLLAPSE_FRACTION = 0.1;

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

static const char *fall_sentence(Arena *arena, const SweepResults *sweep, SweepFall fall) {
    if (fall.from < 0) {
        return "";
    }
    if (fall.fraction < COLLAPSE_FRACTION) {
        return arena_format(arena, " Where it runs, neighbours differ by at most %.1f %%.", 100 * fall.fraction);
    }
    const SweepPoint *fast = &sweep->points[fall.from];
    const SweepPoint *slow = &sweep->points[fall.to];
    return arena_format(arena, " The largest fall, by %.0f %%, is %s: %s grows from %.1f %% to %.1f %% of GPU time.",
                        100 * fall.fraction, step_text(arena, sweep, fast, slow),
                        lower_case_title(arena, fall.category),
                        100 * ledger_view_fraction(&fast->results->ledger, fall.category),
                        100 * ledger_view_fraction(&slow->results->ledger, fall.category));
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
    SweepView view = sweep_view_of(arena, sweep);
    int best = sweep_view_best(sweep);
    if (best < 0) {
        return arena_format(arena, "No point ran.%s", failure_sentence(arena, sweep));
    }
    const char *name = tidy_point_name(arena, sweep, &sweep->points[best]);
    return arena_format(arena, "Best is %s with %.1f model TFLOP/s per GPU.%s%s", name,
                        sweep_view_throughput(&sweep->points[best]),
                        fall_sentence(arena, sweep, sweep_view_fall(sweep, &view)), failure_sentence(arena, sweep));
}
