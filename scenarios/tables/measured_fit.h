/*
 * measured_fit: a measured run was not out of memory. Where its plan would be in the model, because the row leaves the
 * cells open that say how memory was saved, this fills them with the least that fits: first the optimizer's state over
 * the replicas (`sharding`) and sequence parallelism, which cost next to no time, then recomputation of attention, then
 * of whole layers (`recompute`). A cell that says something stays; what does not fit then is out of memory.
 */
#ifndef SCENARIOS_TABLES_MEASURED_FIT_H
#define SCENARIOS_TABLES_MEASURED_FIT_H

#include "models/spec.h"
#include "scenarios/tables/measured_row.h"

/* Changes the plan of the first job of a spec that is not resolved yet. */
void measured_fit_settle(MeasuredRow *row, SimulationSpec *spec);

#endif
