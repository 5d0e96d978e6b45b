/* folding: a resolved spec run folded and unfolded, for tests that hold one against the other. */
#ifndef TESTS_UNIT_MODELS_FOLDING_H
#define TESTS_UNIT_MODELS_FOLDING_H

#include "models/simulation.h"

/* Runs a copy of the spec, whatever its own fidelity. */
const Results *folding_run(const SimulationSpec *spec, Fidelity fidelity, Arena *arena);

/* Stops the test unless both finish with steps equal to the nanosecond, and returns the folded run. `what` begins the
 * message. */
const Results *folding_expect_same_step(const SimulationSpec *spec, const char *what, Arena *arena);

/* Also that both ledgers are equal in every category and close. */
void folding_expect_agreement(const SimulationSpec *spec, const char *what, Arena *arena);

/* With a slow GPU: the step within 0.2 % (rank_classes.h), and to the nanosecond without overlap_slowdown, which it
 * takes away; returns the folded results. */
const Results *folding_expect_slow_step(SimulationSpec *spec, const char *what, Arena *arena);

/* Resolved specs by number, of which there are `count`. */
typedef struct FoldingLayouts {
    SimulationSpec (*spec_of)(Arena *arena, size_t layout);
    size_t count;
} FoldingLayouts;

/* folding_expect_agreement of all. */
void folding_expect_layouts(FoldingLayouts layouts);

/* folding_expect_slow_step of all, with GPU 3 at 0.71 of its speed, which must be a straggler. */
void folding_expect_slow_layouts(FoldingLayouts layouts);

#endif
