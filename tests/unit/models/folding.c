#include "tests/unit/models/folding.h"

#include <criterion/criterion.h>

const Results *folding_run(const SimulationSpec *spec, Fidelity fidelity, Arena *arena) {
    SimulationSpec copy = *spec;
    copy.fidelity = fidelity;
    return simulation_run(&copy, arena);
}

static void expect_same_step(const Results *folded, const Results *unfolded, const char *what) {
    cr_assert_eq(folded->status, RUN_OK, "%s", what);
    cr_assert_eq(unfolded->status, RUN_OK, "%s", what);
    cr_assert_eq(folded->step, unfolded->step, "%s: folded %ld ns, unfolded %ld ns", what, (long)folded->step,
                 (long)unfolded->step);
}

const Results *folding_expect_same_step(const SimulationSpec *spec, const char *what, Arena *arena) {
    const Results *folded = folding_run(spec, FIDELITY_FOLDED, arena);
    expect_same_step(folded, folding_run(spec, FIDELITY_UNFOLDED, arena), what);
    return folded;
}

const Results *folding_expect_slow_step(SimulationSpec *spec, const char *what, Arena *arena) {
    double folded = (double)folding_run(spec, FIDELITY_FOLDED, arena)->step;
    double unfolded = (double)folding_run(spec, FIDELITY_UNFOLDED, arena)->step;
    cr_expect(folded > 0.9998 * unfolded && folded < 1.002 * unfolded, "%s: %.0f, %.0f", what, folded, unfolded);
    spec->jobs[0].training.plan.overlap_slowdown = false;
    return folding_expect_same_step(spec, what, arena);
}

void folding_expect_agreement(const SimulationSpec *spec, const char *what, Arena *arena) {
    const Results *folded = folding_run(spec, FIDELITY_FOLDED, arena);
    const Results *unfolded = folding_run(spec, FIDELITY_UNFOLDED, arena);
    expect_same_step(folded, unfolded, what);
    for (int category = 0; category < LEDGER_COUNT; category++)
        cr_expect_eq(folded->ledger.ns[category], unfolded->ledger.ns[category], "%s: %s folded %ld, unfolded %ld",
                     what, ledger_category_name((LedgerCategory)category), (long)folded->ledger.ns[category],
                     (long)unfolded->ledger.ns[category]);
    cr_expect_eq(ledger_sum(&folded->ledger), folded->step * folded->gpus, "%s", what);
}

void folding_expect_layouts(FoldingLayouts layouts) {
    for (size_t i = 0; i < layouts.count; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = layouts.spec_of(arena, i);
        folding_expect_agreement(&spec, arena_format(arena, "layout %zu", i), arena);
        arena_destroy(arena);
    }
}

void folding_expect_slow_layouts(FoldingLayouts layouts) {
    for (size_t i = 0; i < layouts.count; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = layouts.spec_of(arena, i);
        spec.cluster.slow_gpus = &(SlowGpuSpec){.gpu = 3, .speed_fraction = 0.71};
        spec.cluster.slow_gpu_count = 1;
        const Results *folded = folding_expect_slow_step(&spec, arena_format(arena, "layout %zu", i), arena);
        cr_expect_gt(folded->ledger.ns[LEDGER_STRAGGLER], 0, "layout %zu", i);
        arena_destroy(arena);
    }
}
