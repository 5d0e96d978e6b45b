#include "models/cluster/link_events.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/cluster/span_log.h"
#include "sim/engine/engine.h"
#include "sim/engine/fatal.h"

enum { CHANGE_PRIORITY = 0 };

/* One event of the spec on the engine. */
typedef struct EventState {
    LinkEvents *events;
    const LinkEventSpec *spec;
    LinkId *links;
    int link_count;
    bool holds;
} EventState;

struct LinkEvents {
    RunGround *ground;
    SimTime reroute;
    bool reroutes;
    EventState *states;
    int state_count;
    SpanLog log;
    size_t link_count;
    double *speed_fraction; /* [link] */
    bool *dead;             /* [link]: what the routing knows */
    bool lasting_only;      /* all of those are dead for good, and the routing knows of all */
};

bool link_event_matches(const char *event_link, const char *link_name) {
    size_t length = strlen(event_link);
    if (strncmp(event_link, link_name, length) != 0)
        return false;
    return link_name[length] == '\0' || link_name[length] == '.' || link_name[length] == '[';
}

TrafficDetail link_events_detail(const SimulationSpec *spec) {
    for (int64_t i = 0; i < spec->link_event_count; i++)
        if (spec->link_events[i].speed_fraction == 0)
            return TRAFFIC_REROUTABLE;
    return spec->fidelity == FIDELITY_FOLDED ? TRAFFIC_FOLDED : TRAFFIC_UNFOLDED;
}

int link_events_find(const Network *network, const char *name, LinkId *links) {
    int count = 0;
    for (LinkId link = 0; link < (LinkId)network_link_count(network); link++) {
        char text[NETWORK_LINK_NAME_BYTES];
        network_link_name(network, link, text, sizeof text);
        if (!network_has_link(network, link) || !link_event_matches(name, text))
            continue;
        if (links)
            links[count] = link;
        count++;
    }
    return count;
}

void link_events_single_out(const SimulationSpec *spec, Traffic *traffic) {
    Arena *arena = arena_create();
    for (int64_t i = 0; i < spec->link_event_count; i++) {
        const char *name = spec->link_events[i].link;
        const Network *network = traffic_network(traffic);
        LinkId *links = ARENA_ARRAY(arena, link_events_find(network, name, NULL), LinkId);
        int count = link_events_find(network, name, links);
        for (int j = 0; j < count; j++)
            traffic_single_out(traffic, links[j]);
    }
    arena_destroy(arena);
}

/* Speeds of the links of an event by all events that hold: the lowest of each. */
static void find_speeds(LinkEvents *events, const EventState *changed) {
    for (int j = 0; j < changed->link_count; j++)
        events->speed_fraction[changed->links[j]] = 1;
    for (int i = 0; i < events->state_count; i++) {
        const EventState *state = &events->states[i];
        for (int j = 0; j < state->link_count && state->holds; j++)
            events->speed_fraction[state->links[j]] =
                fmin(events->speed_fraction[state->links[j]], state->spec->speed_fraction);
    }
}

static void set_speeds(LinkEvents *events, const EventState *state) {
    const Traffic *traffic = events->ground->traffic;
    for (int j = 0; j < state->link_count; j++) {
        LinkId link = state->links[j];
        ResourceId resource;
        if (traffic_resource(traffic, link, &resource))
            fair_share_set_capacity(events->ground->share, resource,
                                    events->speed_fraction[link] *
                                        network_link_bytes_per_s(traffic_network(traffic), link));
    }
}

static bool is_lasting(const EventState *state) {
    return state->holds && state->spec->speed_fraction == 0 && state->spec->for_s == 0;
}

/* True when all links that the routing takes for dead are dead for good: then the ways of now will come again. */
static bool knows_lasting_only(const LinkEvents *events) {
    int dead = 0, lasting = 0;
    bool *counted = calloc(events->link_count, sizeof *counted);
    if (counted == NULL)
        fatal("out of memory for the events of links");
    for (size_t link = 0; link < events->link_count; link++)
        dead += events->dead[link];
    for (int i = 0; i < events->state_count; i++)
        for (int j = 0; j < events->states[i].link_count && is_lasting(&events->states[i]); j++) {
            lasting += !counted[events->states[i].links[j]];
            counted[events->states[i].links[j]] = true;
        }
    free(counted);
    return dead == lasting;
}

/* A number for the set of links that have failed; 0 for none. */
static uint64_t find_dead(LinkEvents *events) {
    uint64_t key = 0;
    for (size_t link = 0; link < events->link_count; link++) {
        events->dead[link] = events->speed_fraction[link] == 0;
        if (events->dead[link])
            key += (link + 1) * 0x9e3779b97f4a7c15U ^ (uint64_t)link << 32;
    }
    return key;
}

static void on_reroute(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    LinkEvents *events = subject;
    if (events->ground->jobs_left == 0)
        return;
    uint64_t key = find_dead(events);
    traffic_reroute(events->ground->traffic, events->ground->share, key ? events->dead : NULL, key);
    /* Links that nobody used before have their speed set too. */
    for (int i = 0; i < events->state_count; i++)
        set_speeds(events, &events->states[i]);
    events->lasting_only = knows_lasting_only(events);
}

static void on_change(Engine *engine, void *subject, uint64_t argument) {
    EventState *state = subject;
    LinkEvents *events = state->events;
    const LinkEventSpec *spec = state->spec;
    if (events->ground->jobs_left == 0)
        return;
    state->holds = argument == 1;
    (state->holds ? span_log_begin : span_log_end)(&events->log, engine_now(engine));
    find_speeds(events, state);
    set_speeds(events, state);
    if (events->reroutes && spec->speed_fraction == 0) {
        /* The routing is going to look anew, so no flow is held up for ever yet. */
        events->lasting_only = false;
        engine_schedule(engine, events->reroute, CHANGE_PRIORITY, (Event){on_reroute, events, 0});
    }
    if (state->holds && spec->for_s > 0)
        engine_schedule(engine, sim_time_from_s(spec->for_s), CHANGE_PRIORITY, (Event){on_change, state, 0});
    else if (!state->holds && spec->every_s > 0)
        engine_schedule(engine, sim_time_from_s(spec->every_s - spec->for_s), CHANGE_PRIORITY,
                        (Event){on_change, state, 1});
}

static void start_event(LinkEvents *events, const LinkEventSpec *spec) {
    Arena *arena = events->ground->arena;
    const Network *network = traffic_network(events->ground->traffic);
    EventState *state = &events->states[events->state_count++];
    *state = (EventState){.events = events, .spec = spec};
    state->links = ARENA_ARRAY(arena, link_events_find(network, spec->link, NULL), LinkId);
    state->link_count = link_events_find(network, spec->link, state->links);
    engine_schedule(events->ground->engine, sim_time_from_s(spec->at_s), CHANGE_PRIORITY, (Event){on_change, state, 1});
}

LinkEvents *link_events_start(RunGround *ground, const SimulationSpec *spec) {
    LinkEvents *events = ARENA_NEW(ground->arena, LinkEvents);
    size_t links = (size_t)network_link_count(traffic_network(ground->traffic));
    *events = (LinkEvents){.ground = ground,
                           .link_count = links,
                           .log.arena = ground->arena,
                           .reroute = sim_time_from_s(spec->cluster.fabric.reroute_s),
                           .reroutes = link_events_detail(spec) == TRAFFIC_REROUTABLE,
                           .states = ARENA_ARRAY(ground->arena, spec->link_event_count, EventState),
                           .speed_fraction = ARENA_ARRAY(ground->arena, links, double),
                           .dead = ARENA_ARRAY(ground->arena, links, bool)};
    for (size_t link = 0; link < links; link++)
        events->speed_fraction[link] = 1;
    for (int64_t i = 0; i < spec->link_event_count; i++)
        start_event(events, &spec->link_events[i]);
    return events;
}

Spans link_events_spans(const LinkEvents *events, SimTime end) {
    return span_log_spans(&events->log, end);
}

/* Flows never leave the ports and NICs of their ends; in the fabric they do when the routing finds a way. */
static bool has_no_way_around(const LinkEvents *events, LinkId link) {
    return events->lasting_only || network_link_kind(traffic_network(events->ground->traffic), link) != LINK_FABRIC;
}

bool link_events_hold_up_for_ever(const LinkEvents *events, uint32_t owner) {
    for (int i = 0; i < events->state_count; i++)
        for (int j = 0; j < events->states[i].link_count && is_lasting(&events->states[i]); j++) {
            LinkId link = events->states[i].links[j];
            ResourceId resource;
            if (has_no_way_around(events, link) && traffic_resource(events->ground->traffic, link, &resource) &&
                fair_share_is_used_by(events->ground->share, resource, owner))
                return true;
        }
    return false;
}
