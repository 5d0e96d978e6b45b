/*
 * schema_spread: the keys of how sure a GPU's kernel constants are, and up to which sizes they were measured.
 */
#ifndef SCENARIOS_READER_SCHEMA_SPREAD_H
#define SCENARIOS_READER_SCHEMA_SPREAD_H

#include "scenarios/reader/schema_row.h"

extern const SchemaTable SCHEMA_SPREAD; /* GpuSpread */
extern const SchemaTable SCHEMA_REACH;  /* GpuReach */

#endif
