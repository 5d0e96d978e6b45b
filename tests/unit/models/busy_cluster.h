/*
 * busy_cluster: specs of several jobs for tests of the models, without files: small_cluster's nodes under leaves of
 * `nodes_per_leaf`, jobs that run a collective or train the small GPT, background flows and link events.
 */
#ifndef TESTS_UNIT_MODELS_BUSY_CLUSTER_H
#define TESTS_UNIT_MODELS_BUSY_CLUSTER_H

#include "tests/unit/models/small_cluster.h"

enum { BUSY_JOBS_MAX = 8, BUSY_EVENTS_MAX = 8 };

/* Nodes of `gpus` GPUs and no job yet; arrays have room for the most of each. NICs reach 16.25e9 bytes/s. */
SimulationSpec busy_cluster(Arena *arena, int nodes, int gpus, int nodes_per_leaf);

/* Each returns what was added, with defaults that the test may change before it resolves the spec. */
JobSpec *busy_cluster_add_collective(SimulationSpec *spec, const char *name, int gpus, const char *nodes);
JobSpec *busy_cluster_add_training(SimulationSpec *spec, const char *name, int gpus, const char *nodes);
BackgroundSpec *busy_cluster_add_background(SimulationSpec *spec, const char *name, const char *from, const char *to);
LinkEventSpec *busy_cluster_add_event(SimulationSpec *spec, const char *link, double at_s, double for_s);

/* Resolves a copy, runs it, and checks what must hold of every run: ledgers close, rows of who hurt whom sum up. */
const Results *busy_cluster_run(const SimulationSpec *spec, Arena *arena);

/* What `results` say of one job, "slowdown" or "due_to.links_fraction"; stops the test when there is none. */
double busy_cluster_metric(const Results *results, const char *job, const char *name);
double busy_cluster_slowdown(const Results *results, const char *job);

#endif
