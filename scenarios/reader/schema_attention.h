/*
 * schema_attention: the keys of gpu.kernels.attention, one row each; part of the schema of a GPU.
 */
#ifndef SCENARIOS_READER_SCHEMA_ATTENTION_H
#define SCENARIOS_READER_SCHEMA_ATTENTION_H

#include "scenarios/reader/schema_row.h"

extern const SchemaTable SCHEMA_ATTENTION; /* GpuAttention */

#endif
