/*
 * schema: every key of a scenario and of the catalogues, one row each. To add a key: a field in its spec and a row
 * here. The struct of the outermost table is ScenarioFields.
 */
#ifndef SCENARIOS_READER_SCHEMA_H
#define SCENARIOS_READER_SCHEMA_H

#include "models/spec.h"
#include "scenarios/reader/schema_row.h"

/* What a run writes beside its summary. */
typedef struct ScenarioOutputs {
    bool plots; /* pictures, by gnuplot */
    bool trace; /* trace.json for Chrome or Perfetto */
} ScenarioOutputs;

typedef struct ScenarioFields {
    SimulationSpec spec;
    ScenarioOutputs outputs;
} ScenarioFields;

extern const SchemaTable SCHEMA_SCENARIO;     /* ScenarioFields */
extern const SchemaTable SCHEMA_GPU;          /* GpuSpec */
extern const SchemaTable SCHEMA_NODE;         /* NodeSpec */
extern const SchemaTable SCHEMA_FABRIC;       /* FabricSpec */
extern const SchemaTable SCHEMA_GRAPH_SWITCH; /* GraphGroupSpec */
extern const SchemaTable SCHEMA_GRAPH_HOST;   /* GraphGroupSpec */
extern const SchemaTable SCHEMA_GRAPH_LINK;   /* GraphLinkSpec */
extern const SchemaTable SCHEMA_MODEL;        /* TransformerSpec */
extern const SchemaTable SCHEMA_LAYERS;       /* TrainingSpec */
extern const SchemaTable SCHEMA_PLAN;         /* PlanSpec */
extern const SchemaTable SCHEMA_COLLECTIVE;   /* CollectiveSpec */
extern const SchemaTable SCHEMA_BACKGROUND;   /* BackgroundSpec */
extern const SchemaTable SCHEMA_LINK_EVENT;   /* LinkEventSpec */
extern const SchemaTable SCHEMA_STORAGE;      /* StorageSpec */
extern const SchemaTable SCHEMA_LOADER;       /* LoaderSpec */
extern const SchemaTable SCHEMA_CHECKPOINT;   /* CheckpointSpec */

#endif
