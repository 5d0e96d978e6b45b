/*
 * schema_moe: the keys of gpu.kernels.moe, one row each; part of the schema of a GPU.
 */
#ifndef SCENARIOS_READER_SCHEMA_MOE_H
#define SCENARIOS_READER_SCHEMA_MOE_H

#include "scenarios/reader/schema_row.h"

extern const SchemaTable SCHEMA_MOE; /* GpuMoe */

#endif
