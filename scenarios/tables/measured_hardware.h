/*
 * measured_hardware: the cluster of a measured-run row. The `gpu` text names an entry of the catalogue by its words
 * (H100 is a word of "NVIDIA H100-SXM5-80GB", not of "GH200"), and may say less memory; gpus_per_node overrides the
 * entry's GPUs, except in a GB200 NVL72 rack, whose trays share one NVLink domain; the `interconnect` text may override
 * its NICs (measured_network.h). The fabric above the NICs is taken as one that never blocks.
 */
#ifndef SCENARIOS_TABLES_MEASURED_HARDWARE_H
#define SCENARIOS_TABLES_MEASURED_HARDWARE_H

#include "models/spec.h"
#include "scenarios/reader/catalogue.h"
#include "scenarios/tables/measured_row.h"

/* Fills in the cluster for `gpus` >= 1 GPUs; what is missing is a reason of the row. */
void measured_hardware_read(MeasuredRow *row, const Catalogue *catalogue, int64_t gpus, ClusterSpec *cluster);

#endif
