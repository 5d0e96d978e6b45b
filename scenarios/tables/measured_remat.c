#include "scenarios/tables/measured_remat.h"

#include <stddef.h>

typedef struct Policy {
    const char *words;
    bool makes_mlp_again;
} Policy;

static const Policy POLICIES[] = {
    {"minimal_flash", false}, {"minimal_with_context", false}, {"save_dot_with_context_except_mlp", true}};

static const Policy *find_policy(const MeasuredRow *row) {
    if (!measured_row_has_words(measured_row_text(row, "release"), "MaxText"))
        return NULL;
    for (size_t i = 0; i < sizeof POLICIES / sizeof *POLICIES; i++)
        if (measured_row_has_words(measured_row_text(row, "note"), POLICIES[i].words))
            return &POLICIES[i];
    return NULL;
}

bool measured_remat_is_named(const MeasuredRow *row) {
    return find_policy(row) != NULL;
}

void measured_remat_read(MeasuredRow *row, PlanSpec *plan) {
    const Policy *policy = find_policy(row);
    if (policy == NULL)
        return;
    plan->recompute_norms = true;
    plan->recompute_mlp = policy->makes_mlp_again;
    measured_row_assume(row, "MaxText's %s: norms%s again.", policy->words,
                        policy->makes_mlp_again ? " and MLPs are made" : " are made");
}
