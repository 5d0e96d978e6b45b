#include "models/communication/collective.h"
#include "models/workload/collective_job.h"
#include "scenarios/reader/schema.h"

/* Far outside anything built. */
#define MOST_SECONDS      1e7
#define MOST_BYTES        1e15
#define MOST_BYTES_PER_S  1e15
#define NODE_LIST_EXAMPLE ", as \"0-7, 12\""

static const char *operation_word(int index) {
    return collective_operation_name(index);
}

static const char *algorithm_word(int index) {
    const CollectiveAlgorithm *algorithm = index > 0 ? collective_at((size_t)index - 1) : NULL;
    return index == 0 ? "auto" : algorithm != NULL ? algorithm->name : NULL;
}

static const SchemaRow COLLECTIVE_ROWS[] = {
    {.key = "operation",
     .type = FIELD_WORD,
     .offset = offsetof(CollectiveSpec, operation),
     .required = true,
     .help = "what is done with the buffers of all ranks",
     .menu = operation_word},
    {.key = "algorithm",
     .type = FIELD_WORD,
     .offset = offsetof(CollectiveSpec, algorithm),
     .default_text = "auto",
     .help = "auto = the cheapest that NCCL runs; for what a named one cannot do ring, in an all_to_all direct; `list "
             "collectives` explains each",
     .menu = algorithm_word},
    {.key = "from",
     .type = FIELD_REAL,
     .offset = offsetof(CollectiveSpec, from_bytes),
     .dimension = DIMENSION_BYTES,
     .min = 1,
     .max = MOST_BYTES,
     .default_text = "1 MiB",
     .help = "the smallest buffer of a rank"},
    {.key = "to",
     .type = FIELD_REAL,
     .offset = offsetof(CollectiveSpec, to_bytes),
     .dimension = DIMENSION_BYTES,
     .min = 1,
     .max = MOST_BYTES,
     .default_text = "1 GiB",
     .help = "the largest"},
    {.key = "factor",
     .type = FIELD_INT64,
     .offset = offsetof(CollectiveSpec, factor),
     .min = 2,
     .max = 1e9,
     .default_text = "2",
     .help = "each size is so many times the one before"},
    {.key = "repeats",
     .type = FIELD_INT64,
     .offset = offsetof(CollectiveSpec, repeats),
     .min = 1,
     .max = 10000,
     .default_text = "1",
     .help = "times that each size is run; figures are means"},
};

const SchemaTable SCHEMA_COLLECTIVE = {.name = "collective",
                                       .help = "One collective over all GPUs of a job, size after size.",
                                       .rows = COLLECTIVE_ROWS,
                                       .row_count = sizeof COLLECTIVE_ROWS / sizeof COLLECTIVE_ROWS[0],
                                       .bytes = sizeof(CollectiveSpec)};

static void fill_background(void *object) {
    *(BackgroundSpec *)object = background_default();
}

static const SchemaRow BACKGROUND_ROWS[] = {
    {.key = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(BackgroundSpec, name),
     .default_text = "background",
     .help = "how results call it"},
    {.key = "from",
     .type = FIELD_TEXT,
     .offset = offsetof(BackgroundSpec, from),
     .required = true,
     .help = "nodes that send" NODE_LIST_EXAMPLE},
    {.key = "to",
     .type = FIELD_TEXT,
     .offset = offsetof(BackgroundSpec, to),
     .required = true,
     .help = "nodes that receive: the first from the first, and so on, the shorter list over again"},
    {.key = "rate",
     .type = FIELD_REAL,
     .offset = offsetof(BackgroundSpec, bytes_per_s),
     .dimension = DIMENSION_BANDWIDTH,
     .max = MOST_BYTES_PER_S,
     .default_text = "(as fast as it goes)",
     .help = "of every pair, over all NICs of its nodes"},
    {.key = "start",
     .type = FIELD_REAL,
     .offset = offsetof(BackgroundSpec, start_s),
     .dimension = DIMENSION_TIME,
     .max = MOST_SECONDS,
     .default_text = "0 s",
     .help = "when it begins"},
    {.key = "on",
     .type = FIELD_REAL,
     .offset = offsetof(BackgroundSpec, on_s),
     .dimension = DIMENSION_TIME,
     .max = MOST_SECONDS,
     .default_text = "(always)",
     .help = "length of a burst"},
    {.key = "off",
     .type = FIELD_REAL,
     .offset = offsetof(BackgroundSpec, off_s),
     .dimension = DIMENSION_TIME,
     .max = MOST_SECONDS,
     .default_text = "(never)",
     .help = "silence after each burst"},
    {.key = "random",
     .type = FIELD_BOOL,
     .offset = offsetof(BackgroundSpec, random),
     .default_text = "false",
     .help = "bursts and silences are exponential, with `on` and `off` as means"},
    {.key = "counters",
     .type = FIELD_TEXT,
     .offset = offsetof(BackgroundSpec, counters),
     .default_text = "(none)",
     .help = "CSV file of a port: columns time_s, and bytes (counted so far) or bytes_per_s; instead of a rate"},
};

const SchemaTable SCHEMA_BACKGROUND = {.name = "background",
                                       .help = "Traffic between nodes that is no job's.",
                                       .rows = BACKGROUND_ROWS,
                                       .row_count = sizeof BACKGROUND_ROWS / sizeof BACKGROUND_ROWS[0],
                                       .bytes = sizeof(BackgroundSpec),
                                       .fill = fill_background};

static void fill_link_event(void *object) {
    *(LinkEventSpec *)object = link_event_default();
}

static const SchemaRow LINK_EVENT_ROWS[] = {
    {.key = "link",
     .type = FIELD_TEXT,
     .offset = offsetof(LinkEventSpec, link),
     .required = true,
     .help = "a link, or the beginning of several names: \"node[3].nic[1].out\", \"node[3]\", \"leaf[2].up\""},
    {.key = "at",
     .type = FIELD_REAL,
     .offset = offsetof(LinkEventSpec, at_s),
     .dimension = DIMENSION_TIME,
     .max = MOST_SECONDS,
     .default_text = "0 s",
     .help = "when it happens"},
    {.key = "speed",
     .type = FIELD_REAL,
     .offset = offsetof(LinkEventSpec, speed_fraction),
     .dimension = DIMENSION_FRACTION,
     .max = 1,
     .default_text = "0",
     .help = "of its own, from then on; 0 = it has failed"},
    {.key = "for",
     .type = FIELD_REAL,
     .offset = offsetof(LinkEventSpec, for_s),
     .dimension = DIMENSION_TIME,
     .max = MOST_SECONDS,
     .default_text = "(for ever)",
     .help = "until it is whole again"},
    {.key = "every",
     .type = FIELD_REAL,
     .offset = offsetof(LinkEventSpec, every_s),
     .dimension = DIMENSION_TIME,
     .max = MOST_SECONDS,
     .default_text = "(once)",
     .help = "it flaps: again and again after so long, more than `for`"},
};

const SchemaTable SCHEMA_LINK_EVENT = {.name = "link_event",
                                       .help = "A link that fails, slows down or flaps.",
                                       .rows = LINK_EVENT_ROWS,
                                       .row_count = sizeof LINK_EVENT_ROWS / sizeof LINK_EVENT_ROWS[0],
                                       .bytes = sizeof(LinkEventSpec),
                                       .fill = fill_link_event};
