/*
 * measured_entry: a node of the catalogue for a row of the measured-run table.
 */
#ifndef SCENARIOS_EXPERIMENT_MEASURED_ENTRY_H
#define SCENARIOS_EXPERIMENT_MEASURED_ENTRY_H

#include "models/hardware/node.h"
#include "scenarios/experiment/measured_row.h"
#include "scenarios/reader/catalogue.h"

/* True and *node filled when the catalogue has the entry; otherwise the row has a reason. */
bool measured_entry_load(MeasuredRow *row, const Catalogue *catalogue, const char *entry, NodeSpec *node);

#endif
