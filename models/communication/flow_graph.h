/*
 * flow_graph: transfers that wait for each other, on an Engine and a FairShare. Points are moments; a point happens
 * delay_s after all points before it. A transfer starts at one point, is one or more flows (activities) over resources,
 * and counts as one more thing that its end point waits for. It knows no collectives; task_graph is for work on
 * streams with blame, this is for many small messages.
 *
 * It is built once, then run. Points that would wait for each other in a circle never happen.
 */
#ifndef MODELS_COMMUNICATION_FLOW_GRAPH_H
#define MODELS_COMMUNICATION_FLOW_GRAPH_H

#include <stdbool.h>

#include "sim/engine/fair_share.h"

typedef struct FlowGraph FlowGraph;
typedef uint32_t FlowPoint; /* 0.. in order of creation */

FlowGraph *flow_graph_create(void);
void flow_graph_destroy(FlowGraph *graph);

/* A moment delay_s >= 0 s after all points and flows that it waits for. */
FlowPoint flow_graph_add_point(FlowGraph *graph, double delay_s);

/* `after` waits for `before`. */
void flow_graph_add_wait(FlowGraph *graph, FlowPoint before, FlowPoint after);

/* A flow of spec->amount that starts at a point; `end` waits for it. The spec is copied, its event ignored. */
void flow_graph_add_flow(FlowGraph *graph, FlowPoint start, FlowPoint end, const ActivitySpec *spec);

/* Before the start: all flows are `owner`'s and add what they lose to lost_s[owner of the other] (fair_share.h). */
void flow_graph_note_losses(FlowGraph *graph, uint32_t owner, double *lost_s);

/* Starts all points that wait for nothing. `done` (or NULL) fires when the last point has happened; the graph must stay
 * until then. */
void flow_graph_start(FlowGraph *graph, Engine *engine, FairShare *share, Event done);

/* True when every point has happened. */
bool flow_graph_is_done(const FlowGraph *graph);

#endif
