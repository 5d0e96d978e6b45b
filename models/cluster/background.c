#include "models/cluster/background.h"

#include <math.h>
#include <string.h>

#include "models/cluster/node_list.h"
#include "models/cluster/span_log.h"
#include "sim/engine/engine.h"
#include "sim/engine/random.h"

/* An activity that is to go on moves so much and then begins anew: hours at any speed that is built. */
static const double ENDLESS_BYTES = 1e17;

/* Of the operation of a pair, which only says who carries how much: links are told apart by whole bytes. */
static const double OPERATION_BYTES = 1e9;

/* One pair of nodes. */
typedef struct Flow {
    Background *background;
    const TrafficLeg *leg;
    int nics; /* over which it is spread */
    int operation;
    ActivityId activity;
} Flow;

struct Background {
    const BackgroundSpec *spec;
    RunGround *ground;
    uint32_t owner;
    Flow *flows;
    int flow_count;
    RandomStream *stream;
    int64_t sample; /* that holds */
    bool is_on;
    SpanLog log;
};

/* The first GPU of a NIC. */
static int gpu_of_nic(const Network *network, int node, int nic) {
    const NodePorts *ports = network_ports(network, node);
    return node * network->gpus_per_node + (nic * ports->gpus + ports->nics - 1) / ports->nics;
}

/* From NIC to NIC, as many as the end with fewer has. */
static void add_pair(Traffic *traffic, Arena *arena, int from, int to, Flow *flow) {
    const Network *network = traffic_network(traffic);
    int sending = network_ports(network, from)->nics, receiving = network_ports(network, to)->nics;
    flow->nics = sending < receiving ? sending : receiving;
    int *pairs = ARENA_ARRAY(arena, 2 * flow->nics, int);
    for (int nic = 0; nic < flow->nics; nic++) {
        pairs[2 * nic] = gpu_of_nic(network, from, nic);
        pairs[2 * nic + 1] = gpu_of_nic(network, to, nic);
    }
    flow->operation = traffic_add(traffic, &(TrafficGroups){.kind = COLLECTIVE_SEND_RECV,
                                                            .bytes = OPERATION_BYTES,
                                                            .algorithm = "auto",
                                                            .ranks = 2,
                                                            .count = flow->nics,
                                                            .gpus = pairs,
                                                            .copies = 1});
}

Background *background_create(RunGround *ground, const SimulationSpec *spec, const BackgroundSpec *flow,
                              uint32_t owner) {
    Arena *arena = ground->arena;
    int64_t from_count, to_count;
    const char *found;
    const int *from = node_list_read(flow->from, spec->cluster.nodes, arena, &from_count, &found);
    const int *to = node_list_read(flow->to, spec->cluster.nodes, arena, &to_count, &found);
    Background *self = ARENA_NEW(arena, Background);
    *self = (Background){.spec = flow, .ground = ground, .owner = owner, .sample = -1, .log.arena = arena};
    self->flow_count = (int)(from_count > to_count ? from_count : to_count);
    self->flows = ARENA_ARRAY(arena, self->flow_count, Flow);
    self->stream = random_stream_create(&(RandomName){.seed = spec->seed, .entity = flow->name, .purpose = "bursts"});
    for (int i = 0; i < self->flow_count; i++) {
        self->flows[i] = (Flow){.background = self};
        add_pair(ground->traffic, arena, from[i % from_count], to[i % to_count], &self->flows[i]);
    }
    return self;
}

void background_destroy(Background *self) {
    random_stream_destroy(self->stream);
}

static void on_moved(Engine *engine, void *subject, uint64_t argument);

/* `bytes_per_s` of a pair; 0 = without a limit of its own. */
static void start_flow(Flow *flow, double bytes_per_s) {
    const Background *self = flow->background;
    flow->activity = fair_share_start(self->ground->share, &(ActivitySpec){.amount = ENDLESS_BYTES,
                                                                           .cap_per_s = bytes_per_s / flow->nics,
                                                                           .way = &flow->leg->way,
                                                                           .owner = self->owner,
                                                                           .done = {on_moved, flow, 0}});
}

static double rate_now(const Background *self) {
    return self->spec->samples ? self->spec->samples[self->sample].bytes_per_s : self->spec->bytes_per_s;
}

static void on_moved(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    Flow *flow = subject;
    if (flow->background->ground->jobs_left > 0)
        start_flow(flow, rate_now(flow->background));
}

static void note(Background *self, bool on) {
    SimTime now = engine_now(self->ground->engine);
    if (on && !self->is_on)
        span_log_begin(&self->log, now);
    else if (!on && self->is_on)
        span_log_end(&self->log, now);
    self->is_on = on;
}

Spans background_spans(const Background *self, SimTime end) {
    return span_log_spans(&self->log, end);
}

static void set_rate(Background *self, bool on, double bytes_per_s) {
    note(self, on);
    for (int i = 0; i < self->flow_count; i++) {
        fair_share_cancel(self->ground->share, self->flows[i].activity);
        if (on)
            start_flow(&self->flows[i], bytes_per_s);
    }
}

void background_stop(Background *self) {
    set_rate(self, false, 0);
}

static void on_burst(Engine *engine, void *subject, uint64_t argument) {
    Background *self = subject;
    const BackgroundSpec *spec = self->spec;
    bool on = argument == 1;
    if (self->ground->jobs_left == 0)
        return;
    set_rate(self, on, spec->bytes_per_s);
    if (spec->on_s <= 0)
        return;
    double mean_s = on ? spec->on_s : spec->off_s;
    double length_s = spec->random ? random_exponential(self->stream, mean_s) : mean_s;
    engine_schedule(engine, sim_time_from_s(length_s), 0, (Event){on_burst, self, !on});
}

static void on_sample(Engine *engine, void *subject, uint64_t argument) {
    Background *self = subject;
    const BackgroundSpec *spec = self->spec;
    double rate = spec->samples[argument].bytes_per_s;
    if (self->ground->jobs_left == 0)
        return;
    self->sample = (int64_t)argument;
    set_rate(self, rate > 0, rate);
    if (self->sample + 1 == spec->sample_count)
        return;
    double wait_s = spec->samples[argument + 1].time_s - spec->samples[argument].time_s;
    engine_schedule(engine, sim_time_from_s(wait_s), 0, (Event){on_sample, self, argument + 1});
}

void background_start(Background *self) {
    const BackgroundSpec *spec = self->spec;
    for (int i = 0; i < self->flow_count; i++)
        self->flows[i].leg = traffic_leg(self->ground->traffic, self->flows[i].operation, 0);
    Event first = spec->samples ? (Event){on_sample, self, 0} : (Event){on_burst, self, 1};
    double start_s = spec->start_s + (spec->samples ? spec->samples[0].time_s : 0);
    engine_schedule(self->ground->engine, sim_time_from_s(start_s), 0, first);
}
