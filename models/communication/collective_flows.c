#include "models/communication/collective_flows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/communication/collective_latency.h"
#include "models/communication/collective_layout.h"
#include "models/communication/collective_loads.h"
#include "models/communication/collective_message.h"
#include "sim/engine/array.h"
#include "sim/engine/check.h"

/* The moments of a message. In a pipelined phase the first byte arrives on its own. */
typedef struct Message {
    FlowPoint start;
    FlowPoint first_byte; /* at the receiver; = arrival unless pipelined */
    FlowPoint sent;       /* the last byte has left */
    FlowPoint arrival;    /* of the last byte */
    int from_rank;
    CollectiveSend send;
} Message;

enum { NONE = -1 };

typedef struct Builder {
    Arena *arena; /* of what is not freed below */
    CollectivePlace place;
    const ResourceId *links;
    FlowGraph *graph;
    int members; /* the ranks and the switches */
    int chunks;
    int *last_writer;  /* [member * chunks + chunk]: message that brought it last; NULL when nothing is passed on */
    Message *messages; /* of all steps so far */
    size_t message_count;
    size_t message_capacity;
    FlowPoint *gate;      /* [member]: the phase has begun */
    FlowPoint *next_gate; /* [member] */
    int *last_step;       /* [member]: first message of the last step that it sent in, of this phase */
    CollectiveSend *sends;
    LoadList flow;
    ResourceUse *uses;
    size_t use_capacity;
    bool pipelined;
    bool in_network;
} Builder;

const ResourceId *collective_flows_add_links(const Network *network, FairShare *share, Arena *arena) {
    int count = network_link_count(network);
    ResourceId *links = ARENA_ARRAY(arena, count, ResourceId);
    for (int link = 0; link < count; link++)
        links[link] = fair_share_add_resource(share, network_link_bytes_per_s(network, (LinkId)link));
    return links;
}

static void builder_free(Builder *builder) {
    free(builder->messages);
    free(builder->uses);
    arena_destroy(builder->arena);
}

/* One flow of a message, over the links on the list. */
static void add_flow(Builder *builder, const Message *message, double bytes) {
    load_list_merge(&builder->flow);
    size_t count = builder->flow.count;
    builder->uses = array_grow(builder->uses, &builder->use_capacity, count, sizeof *builder->uses);
    for (size_t i = 0; i < count; i++)
        builder->uses[i] =
            (ResourceUse){builder->links[builder->flow.loads[i].link], builder->flow.loads[i].bytes / bytes};
    ActivitySpec spec = {.amount = bytes, .uses = builder->uses, .use_count = (int)count};
    flow_graph_add_flow(builder->graph, message->start, message->sent, &spec);
}

/* The points of a message and its flows. */
static Message create_message(Builder *builder, int rank, const CollectiveSend *send) {
    const CollectivePlace *place = &builder->place;
    FlowGraph *graph = builder->graph;
    NetworkRoute route;
    collective_message_route(place, rank, send, &route);
    double latency_s = collective_message_latency_s(place, rank, &route);
    Message message = {.from_rank = rank, .send = *send};
    message.start = flow_graph_add_point(graph, 0);
    message.sent = flow_graph_add_point(graph, 0);
    message.arrival = message.first_byte = flow_graph_add_point(graph, latency_s);
    flow_graph_add_wait(graph, message.start, message.sent);
    flow_graph_add_wait(graph, message.sent, message.arrival);
    if (builder->pipelined) {
        message.first_byte = flow_graph_add_point(graph, latency_s);
        flow_graph_add_wait(graph, message.start, message.first_byte);
    }
    int flows = send->bytes > 0 ? collective_message_flow_count(place, rank, send) : 0;
    for (int flow = 0; flow < flows; flow++) {
        builder->flow.count = 0;
        collective_message_flow(place, rank, send, flow, &builder->flow);
        add_flow(builder, &message, send->bytes / flows);
    }
    return message;
}

/* The writer of a chunk at a member, NONE when it is the member's own. */
static int *writer_of(const Builder *builder, int member, int chunk) {
    return &builder->last_writer[(size_t)member * (size_t)builder->chunks + (size_t)chunk];
}

/* A message waits for the chunks that it carries. */
static void wait_for_chunks(Builder *builder, const Message *message) {
    int before = NONE;
    for (int i = 0; i < message->send.chunks && builder->last_writer; i++) {
        int chunk = message->send.first_chunk + i * message->send.chunk_stride;
        int writer = *writer_of(builder, message->from_rank, chunk);
        if (writer == NONE || writer == before)
            continue;
        before = writer;
        const Message *bringer = &builder->messages[writer];
        flow_graph_add_wait(builder->graph, bringer->first_byte, message->start);
        if (builder->pipelined)
            flow_graph_add_wait(builder->graph, bringer->arrival, message->sent);
    }
}

/* A rank sends in the order of its steps. */
static void wait_for_step_before(Builder *builder, const Message *message, size_t first_of_step) {
    int last = builder->last_step[message->from_rank];
    if (builder->pipelined || last == NONE)
        return;
    for (size_t i = (size_t)last; i < first_of_step && builder->messages[i].from_rank == message->from_rank; i++)
        flow_graph_add_wait(builder->graph, builder->messages[i].sent, message->start);
}

static void add_sends(Builder *builder, int rank, int count, size_t first_of_step) {
    size_t first = builder->message_count;
    builder->messages =
        array_grow(builder->messages, &builder->message_capacity, first + (size_t)count, sizeof *builder->messages);
    for (int i = 0; i < count; i++) {
        Message message = create_message(builder, rank, &builder->sends[i]);
        flow_graph_add_wait(builder->graph, builder->gate[rank], message.start);
        wait_for_chunks(builder, &message);
        wait_for_step_before(builder, &message, first_of_step);
        builder->messages[builder->message_count++] = message;
    }
    if (count > 0)
        builder->last_step[rank] = (int)first;
}

/* After the step its receivers have its chunks; what is added to a chunk waits for what was added before. */
static void pass_chunks(Builder *builder, size_t number) {
    const Message *message = &builder->messages[number];
    int before = NONE;
    for (int i = 0; i < message->send.chunks && builder->last_writer; i++) {
        int *writer =
            writer_of(builder, message->send.to_rank, message->send.first_chunk + i * message->send.chunk_stride);
        if (*writer != NONE && *writer != before && message->send.reduces)
            flow_graph_add_wait(builder->graph, builder->messages[*writer].sent, message->arrival);
        before = *writer;
        *writer = (int)number;
    }
}

static void add_step(Builder *builder, int phase, int step) {
    size_t first = builder->message_count;
    int end = builder->in_network ? builder->members : builder->place.call->ranks;
    for (int rank = 0; rank < end; rank++) {
        int count = collective_message_sends(&builder->place, phase, step, rank, builder->sends);
        add_sends(builder, rank, count, first);
    }
    for (size_t i = first; i < builder->message_count; i++)
        pass_chunks(builder, i);
}

/* As the folded phase has it, for it is of all messages together. */
static double idle_seconds(const Builder *builder, int phase) {
    Arena *arena = arena_create();
    CollectiveLoads loads;
    collective_loads(builder->place.call, builder->place.algorithm, builder->place.network, arena, &loads);
    double idle_s = loads.phases[phase].idle_s;
    arena_destroy(arena);
    return idle_s;
}

/* The longest ramp of what a rank sends in a step. */
static double sends_ramp_s(Builder *builder, int number, const CollectivePhase *phase, int step, int rank) {
    const CollectivePlace *place = &builder->place;
    double ramp_s = 0, channels = phase->channels > 1 ? phase->channels : 1;
    for (int i = collective_message_sends(place, number, step, rank, builder->sends) - 1; i >= 0; i--) {
        const CollectiveSend *send = &builder->sends[i];
        NetworkRoute route;
        collective_message_route(place, rank, send, &route);
        ramp_s = fmax(ramp_s, collective_ramp_s(place->call->kind, &route, send->bytes * channels));
    }
    return ramp_s;
}

/* The fixed part of a phase depends on its largest send. */
static double fixed_seconds(Builder *builder, int number, const CollectivePhase *phase) {
    const CollectivePlace *place = &builder->place;
    double ramp_s = 0;
    int end = phase->in_network ? builder->members : place->call->ranks;
    for (int step = 0; step < (phase->pipelined ? phase->steps : 1); step++)
        for (int rank = 0; rank < end; rank++)
            ramp_s = fmax(ramp_s, sends_ramp_s(builder, number, phase, step, rank));
    double idle_s = phase->line_fraction > 0 ? idle_seconds(builder, number) : 0;
    return collective_fixed_s(phase, ramp_s) + idle_s +
           (number == 0 ? collective_start_s(place->call, place->network) : 0);
}

/* Opens the gates of a phase after all that the ranks did in the one before. */
static void add_gates(Builder *builder, int number, const CollectivePhase *phase, size_t first_message) {
    double fixed_s = fixed_seconds(builder, number, phase);
    for (int member = 0; member < builder->members; member++) {
        builder->next_gate[member] = flow_graph_add_point(builder->graph, fixed_s);
        builder->last_step[member] = NONE;
        if (number > 0)
            flow_graph_add_wait(builder->graph, builder->gate[member], builder->next_gate[member]);
    }
    for (size_t i = first_message; i < builder->message_count; i++) {
        const Message *message = &builder->messages[i];
        flow_graph_add_wait(builder->graph, message->sent, builder->next_gate[message->from_rank]);
        flow_graph_add_wait(builder->graph, message->arrival, builder->next_gate[message->send.to_rank]);
    }
    memcpy(builder->gate, builder->next_gate, (size_t)builder->members * sizeof *builder->gate);
}

static Builder builder_begin(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network,
                             const ResourceId *links) {
    size_t members = (size_t)collective_member_count(call);
    Arena *arena = arena_create();
    return (Builder){.arena = arena,
                     .place = collective_message_place(arena, call, algorithm, network),
                     .links = links,
                     .graph = flow_graph_create(),
                     .members = (int)members,
                     .chunks = collective_chunk_count(call),
                     .gate = ARENA_ARRAY(arena, members, FlowPoint),
                     .next_gate = ARENA_ARRAY(arena, members, FlowPoint),
                     .last_step = ARENA_ARRAY(arena, members, int),
                     .sends = ARENA_ARRAY(arena, members, CollectiveSend),
                     .flow = {.arena = arena}};
}

/* With one step nothing is passed on, and an all_to_all has ranks^2 chunks. */
static void track_chunks(Builder *builder, const CollectivePhase *phases, int count) {
    if (count == 0 || (count == 1 && phases[0].steps == 1))
        return;
    size_t entries = (size_t)builder->members * (size_t)builder->chunks;
    builder->last_writer = ARENA_ARRAY(builder->arena, entries, int);
    for (size_t i = 0; i < entries; i++)
        builder->last_writer[i] = NONE;
}

FlowGraph *collective_flows_create(const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                   const Network *network, const ResourceId *links) {
    CHECK(!algorithm->needs(call));
    CollectivePhase phases[COLLECTIVE_PHASES_MAX];
    int count = algorithm->phases(call, phases);
    Builder builder = builder_begin(call, algorithm, network, links);
    track_chunks(&builder, phases, count);
    size_t first_message = 0;
    for (int phase = 0; phase < count; phase++) {
        builder.pipelined = phases[phase].pipelined;
        builder.in_network = phases[phase].in_network;
        add_gates(&builder, phase, &phases[phase], first_message);
        first_message = builder.message_count;
        for (int step = 0; step < phases[phase].steps; step++)
            add_step(&builder, phase, step);
    }
    builder_free(&builder);
    return builder.graph;
}

double collective_flows_alone_seconds(const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                      const Network *network) {
    Arena *arena = arena_create();
    Engine *engine = engine_create(&(EngineSettings){.seed = 1});
    FairShare *share = fair_share_create(engine);
    const ResourceId *links = collective_flows_add_links(network, share, arena);
    FlowGraph *graph = collective_flows_create(call, algorithm, network, links);
    flow_graph_start(graph, engine, share, (Event){0});
    engine_run(engine);
    CHECK(flow_graph_is_done(graph));
    double seconds = sim_time_to_s(engine_now(engine));
    flow_graph_destroy(graph);
    fair_share_destroy(share);
    engine_destroy(engine);
    arena_destroy(arena);
    return seconds;
}
