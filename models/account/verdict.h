/*
 * verdict: the ledger in words. It ranks what keeps the job from its peak, says for each cause what it is and, by
 * verdict_advice.h, what to change, and puts the result into one sentence. It reads finished results; it does not
 * simulate (proof by re-running is another module's work).
 */
#ifndef MODELS_ACCOUNT_VERDICT_H
#define MODELS_ACCOUNT_VERDICT_H

#include "models/results.h"
#include "models/spec.h"
#include "sim/engine/arena.h"

/*
 * Fills results->causes and results->verdict; the ledger, memory and metrics are there. `straggler` is the class that
 * caused most straggling, NULL when none did.
 */
void verdict_fill(const SimulationSpec *spec, const JobSpec *job, const char *straggler, Arena *arena,
                  Results *results);

#endif
