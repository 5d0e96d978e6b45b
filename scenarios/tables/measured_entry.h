/*
 * measured_entry: a node of the catalogue for a row of the measured-run table.
 */
#ifndef SCENARIOS_TABLES_MEASURED_ENTRY_H
#define SCENARIOS_TABLES_MEASURED_ENTRY_H

#include "models/hardware/node.h"
#include "scenarios/reader/catalogue.h"
#include "scenarios/tables/measured_row.h"

/* True and *node filled when the catalogue has the entry; otherwise the row has a reason. */
bool measured_entry_load(MeasuredRow *row, const Catalogue *catalogue, const char *entry, NodeSpec *node);

#endif
