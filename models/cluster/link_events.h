/*
 * link_events: links that fail, slow down and flap while jobs run. A change of speed holds at once; flows over a link
 * that has failed wait. After FabricSpec.reroute_s the fabric knows of it, and flows go around it where their hash can
 * choose another way. When the link is back they return after the same time.
 */
#ifndef MODELS_CLUSTER_LINK_EVENTS_H
#define MODELS_CLUSTER_LINK_EVENTS_H

#include "models/cluster/run_ground.h"
#include "models/results.h"
#include "models/spec.h"

/* True when the link, "leaf[2].up[3]", is meant by an event's name, "leaf[2]" or "leaf[2].up". */
bool link_event_matches(const char *event_link, const char *link_name);

/* The links that an event's name means; returns their number. `links` has room for them, or is NULL. */
int link_events_find(const Network *network, const char *name, LinkId *links);

/* How much of the traffic must be told apart for the events of the spec. */
TrafficDetail link_events_detail(const SimulationSpec *spec);

/* Tells the links of all events apart; before the traffic is sealed. */
void link_events_single_out(const SimulationSpec *spec, Traffic *traffic);

typedef struct LinkEvents LinkEvents;

/* Schedules all events of the spec; they stop when no jobs are left. The result lives in the ground's arena. */
LinkEvents *link_events_start(RunGround *ground, const SimulationSpec *spec);

/* When any of them held, until the end of the run. */
Spans link_events_spans(const LinkEvents *events, SimTime end);

/* True when a flow of the owner waits for a link that never comes back and has no other way. */
bool link_events_hold_up_for_ever(const LinkEvents *events, uint32_t owner);

#endif
