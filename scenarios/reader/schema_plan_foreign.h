/*
 * schema_plan_foreign: names of Megatron-LM, PyTorch FSDP and DeepSpeed that are no keys of a plan, with what says the
 * same here.
 */
#ifndef SCENARIOS_READER_SCHEMA_PLAN_FOREIGN_H
#define SCENARIOS_READER_SCHEMA_PLAN_FOREIGN_H

#include "scenarios/reader/schema.h"

/* Ends with a row of NULL. */
extern const SchemaForeign SCHEMA_PLAN_FOREIGN[];

#endif
