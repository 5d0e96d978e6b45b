#include "plots/sweep_loss.h"

#include "plots/ledger_view.h"

static const char *largest_loss(Arena *arena, const Results *results) {
    LedgerShare losses[LEDGER_COUNT];
    if (ledger_view_losses(&results->ledger, losses) == 0) {
        return "";
    }
    return arena_format(arena, "%4.0f %%  %s", 100 * losses[0].fraction, ledger_category_title(losses[0].category));
}

static const char *worst_neighbour(Arena *arena, const Contention *contention) {
    if (contention == NULL) {
        return "";
    }
    Bottleneck bottleneck = bottleneck_of_jobs(contention);
    const char *percent = arena_format(arena, "%4.0f %%", 100 * bottleneck.fraction);
    return ledger_view_is_small(bottleneck.fraction)
               ? percent
               : arena_format(arena, "%s  %s loses to %s", percent, bottleneck.job,
                              results_owner_title(bottleneck.owner));
}

const char *sweep_loss_text(Arena *arena, const Headline *headline, const Results *run) {
    switch (headline->kind) {
    case HEADLINE_TRAINING:
    case HEADLINE_KIND_COUNT:
        break;
    case HEADLINE_COLLECTIVE:
        return arena_format(arena, "%4.0f %%  %s", 100 * bottleneck_link_fraction(run, bottleneck_link(run)),
                            link_kind_name(bottleneck_link(run)));
    case HEADLINE_JOBS:
        return worst_neighbour(arena, run->contention);
    }
    return largest_loss(arena, run);
}
