#include "scenarios/reader/schema.h"

/* As in schema_hardware.c: far outside anything built. */
#define LEAST_BYTES_PER_S 1e3
#define MOST_BYTES_PER_S  1e15

static const char *duplex_word(int index) {
    return index <= DUPLEX_HALF ? duplex_name((Duplex)index) : NULL;
}

static void fill_group(void *object) {
    *(GraphGroupSpec *)object = (GraphGroupSpec){.count = 1};
}

static void fill_link(void *object) {
    *(GraphLinkSpec *)object = (GraphLinkSpec){.count = 1};
}

static const SchemaRow SWITCH_ROWS[] = {
    {.key = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(GraphGroupSpec, name),
     .required = true,
     .help = "what links call it; one of several is name[0], name[1], ..."},
    {.key = "count",
     .type = FIELD_INT,
     .offset = offsetof(GraphGroupSpec, count),
     .min = 1,
     .max = 100000,
     .default_text = "1",
     .help = "equal switches"},
};

const SchemaTable SCHEMA_GRAPH_SWITCH = {.name = "switch",
                                         .help = "Switches of a fabric of your own (topology: graph).",
                                         .rows = SWITCH_ROWS,
                                         .row_count = sizeof SWITCH_ROWS / sizeof SWITCH_ROWS[0],
                                         .bytes = sizeof(GraphGroupSpec),
                                         .fill = fill_group};

static const SchemaRow HOST_ROWS[] = {
    {.key = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(GraphGroupSpec, name),
     .required = true,
     .help = "what links call it; one of several is name[0], name[1], ..."},
    {.key = "nodes",
     .type = FIELD_INT,
     .offset = offsetof(GraphGroupSpec, count),
     .min = 1,
     .max = 1000000,
     .default_text = "1",
     .help = "nodes of the cluster in the group; groups take numbers in the order written"},
    {.key = "node",
     .type = FIELD_ENTRY,
     .offset = offsetof(GraphGroupSpec, node),
     .default_text = "(cluster.node)",
     .help = "their type, as in cluster.other_nodes",
     .table = &SCHEMA_NODE},
};

const SchemaTable SCHEMA_GRAPH_HOST = {.name = "host",
                                       .help = "Nodes of the cluster that hang on a fabric of your own alike.",
                                       .rows = HOST_ROWS,
                                       .row_count = sizeof HOST_ROWS / sizeof HOST_ROWS[0],
                                       .bytes = sizeof(GraphGroupSpec),
                                       .fill = fill_group};

static const SchemaRow LINK_ROWS[] = {
    {.key = "from",
     .type = FIELD_TEXT,
     .offset = offsetof(GraphLinkSpec, from),
     .required = true,
     .help = "a switch or host, or a group: then each of it"},
    {.key = "to",
     .type = FIELD_TEXT,
     .offset = offsetof(GraphLinkSpec, to),
     .required = true,
     .help = "the other end, alike; between two groups each is joined with each"},
    {.key = "bandwidth",
     .type = FIELD_REAL,
     .offset = offsetof(GraphLinkSpec, bytes_per_s),
     .dimension = DIMENSION_BANDWIDTH,
     .min = LEAST_BYTES_PER_S,
     .max = MOST_BYTES_PER_S,
     .default_text = "(of a host: all its NICs; needed between switches)",
     .help = "nominal, of one cable, per direction unless half duplex"},
    {.key = "latency",
     .type = FIELD_REAL,
     .offset = offsetof(GraphLinkSpec, latency_s),
     .dimension = DIMENSION_TIME,
     .max = 1,
     .default_text = "0 s",
     .help = "of a long cable, beside the NICs' and hop_latency"},
    {.key = "count",
     .type = FIELD_INT,
     .offset = offsetof(GraphLinkSpec, count),
     .min = 1,
     .max = 10000,
     .default_text = "1",
     .help = "cables side by side"},
    {.key = "duplex",
     .type = FIELD_CHOICE,
     .offset = offsetof(GraphLinkSpec, duplex),
     .default_text = "full",
     .help = "full: a bandwidth for each direction, half: both share one",
     .menu = duplex_word},
};

const SchemaTable SCHEMA_GRAPH_LINK = {.name = "graph_link",
                                       .help = "Cables of a fabric of your own.",
                                       .rows = LINK_ROWS,
                                       .row_count = sizeof LINK_ROWS / sizeof LINK_ROWS[0],
                                       .bytes = sizeof(GraphLinkSpec),
                                       .fill = fill_link};
