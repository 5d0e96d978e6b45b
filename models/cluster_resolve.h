/*
 * cluster_resolve: checks the machines of a spec and finds the type of every node. A user's mistakes become errors; it
 * knows nothing of jobs.
 */
#ifndef MODELS_CLUSTER_RESOLVE_H
#define MODELS_CLUSTER_RESOLVE_H

#include "models/cluster_spec.h"
#include "sim/engine/error.h"

/* Fills `mix`, in the arena of the errors, from `nodes` and `other_nodes`; false after an error. Once more does no
 * harm. */
bool cluster_resolve_types(ClusterSpec *cluster, ErrorList *errors);

/* Checks everything else; the types are resolved. */
void cluster_resolve(const ClusterSpec *cluster, ErrorList *errors);

/* "cluster.node", or what the scenario calls another type. */
const char *cluster_type_path(const ClusterSpec *cluster, int type, Arena *arena);

#endif
