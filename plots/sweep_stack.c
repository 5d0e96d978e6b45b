#include "plots/sweep_stack.h"

#include <math.h>
#include <string.h>

#include "plots/ledger_view.h"

/* Owners beyond this are "others" together; the palette ends there. */
enum { MOST_OWNERS = 7, LAYERS_BEFORE_OWNERS = 2 };

/* Where the colours of sweep.gp begin that are not the ledger's. */
enum { FIRST_LINK_COLOUR = 18, FIRST_JOB_COLOUR = 22 };

/* What an owner takes from the slowest job; 0 for the job itself. */
static double loss_to(const Contention *contention, const Bottleneck *slowest, const char *owner) {
    bool own = strcmp(slowest->job, owner) == 0;
    return own ? 0 : bottleneck_loss_fraction(contention, slowest->job, owner);
}

static double fraction_of_job(const SweepStack *stack, const Contention *contention, int layer) {
    Bottleneck slowest = bottleneck_of_jobs(contention);
    int owner = layer - LAYERS_BEFORE_OWNERS;
    if (layer == 0) {
        return 1 - slowest.exposed_fraction;
    }
    if (layer == 1) {
        return slowest.own_fraction;
    }
    if (owner < stack->owner_count) {
        return loss_to(contention, &slowest, stack->owners[owner]);
    }
    double left = slowest.exposed_fraction - slowest.own_fraction;
    for (int i = 0; i < stack->owner_count; i++) {
        left -= loss_to(contention, &slowest, stack->owners[i]);
    }
    return fmax(left, 0);
}

static double fraction_of_links(const Results *results, int layer) {
    if (layer < LINK_KIND_COUNT) {
        return bottleneck_link_fraction(results, (LinkKind)layer);
    }
    double left = 1;
    for (int kind = 0; kind < LINK_KIND_COUNT; kind++) {
        left -= bottleneck_link_fraction(results, (LinkKind)kind);
    }
    return fmax(left, 0);
}

double sweep_stack_fraction(const SweepStack *stack, const Results *results, int layer) {
    const Results *run = headline_run(stack->headline, results);
    if (run == NULL) {
        return NAN;
    }
    switch (stack->headline->kind) {
    case HEADLINE_TRAINING:
        break;
    case HEADLINE_COLLECTIVE:
        return fraction_of_links(run, layer);
    case HEADLINE_JOBS:
        return run->contention != NULL ? fraction_of_job(stack, run->contention, layer) : (double)NAN;
    case HEADLINE_KIND_COUNT:
        break;
    }
    return ledger_view_fraction(&run->ledger, (LedgerCategory)layer);
}

bool sweep_stack_shows(const SweepStack *stack, const SweepResults *sweep, int layer) {
    for (int i = 0; i < sweep->point_count; i++) {
        if (!ledger_view_is_small(sweep_stack_fraction(stack, sweep->points[i].results, layer))) {
            return true;
        }
    }
    return false;
}

static bool is_known(const SweepStack *stack, const char *owner) {
    for (int i = 0; i < stack->owner_count; i++) {
        if (strcmp(stack->owners[i], owner) == 0) {
            return true;
        }
    }
    return false;
}

static void add_owners(SweepStack *stack, const Contention *contention) {
    Bottleneck slowest = bottleneck_of_jobs(contention);
    for (int i = 0; i < contention->owner_count && stack->owner_count < MOST_OWNERS; i++) {
        const char *owner = contention->owners[i];
        if (!ledger_view_is_small(loss_to(contention, &slowest, owner)) && !is_known(stack, owner)) {
            stack->owners[stack->owner_count++] = owner;
        }
    }
}

/* Those that take a visible part from the slowest job of some point, in order of the sweep. */
static void find_owners(Arena *arena, const SweepResults *sweep, SweepStack *stack) {
    stack->owners = ARENA_ARRAY(arena, MOST_OWNERS, const char *);
    for (int i = 0; i < sweep->point_count; i++) {
        const Results *run = headline_run(stack->headline, sweep->points[i].results);
        if (run != NULL && run->contention != NULL) {
            add_owners(stack, run->contention);
        }
    }
}

static void layer_by_owner(Arena *arena, SweepStack *stack, SweepLayer *layers) {
    int count = 0;
    layers[count++] = (SweepLayer){"work", "Work of the slowest job", FIRST_JOB_COLOUR};
    layers[count++] = (SweepLayer){"own_communication", "Its own communication", FIRST_JOB_COLOUR + 1};
    for (int i = 0; i < stack->owner_count; i++) {
        layers[count] = (SweepLayer){arena_format(arena, "owner_%02d", i),
                                     arena_format(arena, "Lost to %s", results_owner_title(stack->owners[i])),
                                     FIRST_JOB_COLOUR + count};
        count++;
    }
    layers[count] = (SweepLayer){"others", "Lost to others", FIRST_JOB_COLOUR + LAYERS_BEFORE_OWNERS + MOST_OWNERS};
    stack->count = count + 1;
    stack->title = "GPU time of the slowest, %";
}

static void layer_by_link(Arena *arena, SweepStack *stack, SweepLayer *layers) {
    for (int kind = 0; kind < LINK_KIND_COUNT; kind++) {
        const char *name = link_kind_name((LinkKind)kind);
        layers[kind] = (SweepLayer){name, arena_format(arena, "Limited by %s", name), FIRST_LINK_COLOUR + kind};
    }
    layers[LINK_KIND_COUNT] = (SweepLayer){"other", "Other", FIRST_LINK_COLOUR + LINK_KIND_COUNT};
    stack->count = LINK_KIND_COUNT + 1;
}

static void layer_by_category(SweepStack *stack, SweepLayer *layers) {
    for (int i = 0; i < LEDGER_COUNT; i++) {
        LedgerCategory category = (LedgerCategory)i;
        layers[i] = (SweepLayer){ledger_category_name(category), ledger_category_title(category), i};
    }
    stack->count = LEDGER_COUNT;
}

SweepStack sweep_stack_of(Arena *arena, const SweepFindings *findings) {
    SweepLayer *layers = ARENA_ARRAY(arena, LEDGER_COUNT, SweepLayer);
    SweepStack stack = {.headline = findings->headline, .layers = layers, .title = "GPU time, %"};
    switch (stack.headline->kind) {
    case HEADLINE_TRAINING:
    case HEADLINE_KIND_COUNT:
        layer_by_category(&stack, layers);
        break;
    case HEADLINE_COLLECTIVE:
        layer_by_link(arena, &stack, layers);
        break;
    case HEADLINE_JOBS:
        find_owners(arena, findings->sweep, &stack);
        layer_by_owner(arena, &stack, layers);
        break;
    }
    return stack;
}
