/*
 * measured_remat: what MaxText recomputes by the remat_policy that a row's note names (its get_remat_policy, layers/
 * decoders.py): minimal_flash and minimal_with_context keep the results of all products and of attention, so that
 * norms and activations alone are made again; save_dot_with_context_except_mlp those of attention.
 */
#ifndef SCENARIOS_TABLES_MEASURED_REMAT_H
#define SCENARIOS_TABLES_MEASURED_REMAT_H

#include "models/plan/plan.h"
#include "scenarios/tables/measured_row.h"

/* Whether the row is MaxText's and its note names a known policy. */
bool measured_remat_is_named(const MeasuredRow *row);

/* Sets what that policy computes again and notes it as an assumption; does nothing without one. */
void measured_remat_read(MeasuredRow *row, PlanSpec *plan);

#endif
