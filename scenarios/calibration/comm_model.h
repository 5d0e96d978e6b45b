/*
 * comm_model: the simulated time of a measured collective on a node, and what the null model says: bytes per rank over
 * the nominal bandwidth of its port or of the NICs of the node, no latency. Ranks are packed on nodes under one switch.
 */
#ifndef SCENARIOS_CALIBRATION_COMM_MODEL_H
#define SCENARIOS_CALIBRATION_COMM_MODEL_H

#include "models/hardware/node.h"
#include "scenarios/calibration/comm_row.h"

double comm_model_seconds(const NodeSpec *node, const CommRow *row);
double comm_model_null_seconds(const NodeSpec *node, const CommRow *row);

/* True when the ranks of the row are on one node. */
bool comm_model_is_inside(const NodeSpec *node, const CommRow *row);

#endif
