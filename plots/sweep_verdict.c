#include "plots/sweep_verdict.h"

#include <ctype.h>
#include <string.h>

#include "models/sweep_findings.h"

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
        if (strcmp(fast->values[i], slow->values[i]) != 0) {
            change = arena_format(arena, "from %s to %s", sweep_names_pair(arena, sweep, i, fast->values[i]),
                                  slow->values[i]);
        } else {
            same = arena_format(arena, "%s%s%s", same, *same != '\0' ? ", " : "",
                                sweep_names_pair(arena, sweep, i, fast->values[i]));
        }
    }
    return *same != '\0' ? arena_format(arena, "%s (%s)", change, same) : change;
}

/* "stragglers grow", "recomputation grows" */
static const char *category_clause(Arena *arena, const SweepCause *cause) {
    const char *title = lower_case_title(arena, cause->category);
    bool several = title[strlen(title) - 1] == 's';
    return arena_format(arena, "%s %s from %.1f %% to %.1f %% of GPU time", title, several ? "grow" : "grows",
                        100 * cause->share_from, 100 * cause->share_to);
}

/* What a collective says of itself, without the full stop. */
static const char *verdict_clause(Arena *arena, const Results *slow) {
    char *clause = arena_text(arena, slow->verdict != NULL ? slow->verdict : "");
    size_t length = strlen(clause);
    if (length > 0 && clause[length - 1] == '.') {
        clause[length - 1] = '\0';
    }
    return clause;
}

/* What stands behind the points of the fall. */
static const char *cause_clause(Arena *arena, const SweepCause *cause, const Results *slow) {
    switch (cause->reason) {
    case SWEEP_CAUSE_CATEGORY:
        break;
    case SWEEP_CAUSE_PEAK:
        return arena_format(arena,
                            ": no category of the ledger explains it: the GPU's peak differs, %.0f and %.0f TFLOP/s",
                            cause->peak_from_tflop_per_s, cause->peak_to_tflop_per_s);
    case SWEEP_CAUSE_UNEXPLAINED:
        return arena_format(arena, ": no category of the ledger explains half of it; what grows most is small: %s",
                            category_clause(arena, cause));
    case SWEEP_CAUSE_LINK:
        return arena_format(arena, ": what limits is no longer %s but %s, for %.1f %% of GPU time instead of %.1f %%",
                            link_kind_name(cause->link_from), link_kind_name(cause->link_to), 100 * cause->share_to,
                            100 * cause->share_from);
    case SWEEP_CAUSE_SAME_LINK:
        return arena_format(arena, ": both are limited by %s, and %s", link_kind_name(cause->link_to),
                            verdict_clause(arena, slow));
    case SWEEP_CAUSE_OWNER:
        return arena_format(arena, ": what %s loses to %s grows from %.1f %% to %.1f %% of its GPU time", cause->job,
                            results_owner_title(cause->owner), 100 * cause->share_from, 100 * cause->share_to);
    case SWEEP_CAUSE_VERDICT:
        return arena_format(arena, ". The verdict there: %s", verdict_clause(arena, slow));
    }
    return arena_format(arena, ": %s", category_clause(arena, cause));
}

static const char *value_text(Arena *arena, const SweepFindings *findings, int point) {
    double value = sweep_findings_value(findings, point);
    return arena_format(arena, "%.*f", headline_decimals(findings->headline, value), value);
}

static const char *fall_sentence(Arena *arena, const SweepFindings *findings) {
    const SweepResults *sweep = findings->sweep;
    const SweepFall *fall = &findings->fall;
    if (fall->from < 0) {
        return "";
    }
    if (!fall->collapses) {
        return arena_format(arena, " Where it runs, neighbours differ by at most %.1f %%, along %s.",
                            100 * fall->fraction, sweep_names_key(sweep, fall->parameter));
    }
    return arena_format(arena, " The largest fall, %s to %s (%.0f %%), is %s%s.",
                        value_text(arena, findings, fall->from), value_text(arena, findings, fall->to),
                        100 * fall->fraction,
                        step_text(arena, sweep, &sweep->points[fall->from], &sweep->points[fall->to]),
                        cause_clause(arena, &fall->cause, sweep->points[fall->to].results));
}

static const char *worst_sentence(Arena *arena, const SweepFindings *findings) {
    if (findings->worst < 0) {
        return "";
    }
    const SweepPoint *worst = &findings->sweep->points[findings->worst];
    return arena_format(arena, " Worst is %s with %s.", sweep_names_point(arena, findings->sweep, worst),
                        value_text(arena, findings, findings->worst));
}

static const char *failure_sentence(Arena *arena, const SweepFindings *findings) {
    int all = findings->sweep->point_count;
    const char *text = "";
    if (findings->too_big_count > 0) {
        text = arena_format(arena, " %d of %d points %s not fit in memory.", findings->too_big_count, all,
                            findings->too_big_count == 1 ? "does" : "do");
    }
    if (findings->too_long_count > 0) {
        text = arena_format(arena, "%s %d of %d points %s not end.", text, findings->too_long_count, all,
                            findings->too_long_count == 1 ? "does" : "do");
    }
    if (findings->failed_count > 0) {
        text = arena_format(arena, "%s %d of %d points could not be run.", text, findings->failed_count, all);
    }
    return text;
}

const char *sweep_verdict(Arena *arena, const SweepFindings *findings) {
    if (findings->best < 0) {
        return arena_format(arena, "No point ran.%s", failure_sentence(arena, findings));
    }
    const SweepPoint *best = &findings->sweep->points[findings->best];
    return arena_format(arena, "Best is %s with %s%s %s.%s%s%s", sweep_names_point(arena, findings->sweep, best),
                        findings->headline->before, value_text(arena, findings, findings->best),
                        findings->headline->after, worst_sentence(arena, findings), fall_sentence(arena, findings),
                        failure_sentence(arena, findings));
}
