#include "scenarios/reader/schema.h"

/* Far outside anything built: they catch a wrong prefix. */
#define LEAST_BYTES_PER_S 1e3
#define MOST_BYTES_PER_S  1e15
#define MOST_SAMPLE_BYTES 1e15

static void fill_loader(void *object) {
    *(LoaderSpec *)object = loader_default();
}

static void fill_checkpoint(void *object) {
    *(CheckpointSpec *)object = checkpoint_default();
}

static const SchemaRow STORAGE_ROWS[] = {
    {.key = "read",
     .type = FIELD_REAL,
     .offset = offsetof(StorageSpec, read_bytes_per_s),
     .dimension = DIMENSION_BANDWIDTH,
     .min = LEAST_BYTES_PER_S,
     .max = MOST_BYTES_PER_S,
     .required = true,
     .help = "what all readers get together, at the sizes and in the order in which samples are read"},
    {.key = "write",
     .type = FIELD_REAL,
     .offset = offsetof(StorageSpec, write_bytes_per_s),
     .dimension = DIMENSION_BANDWIDTH,
     .min = LEAST_BYTES_PER_S,
     .max = MOST_BYTES_PER_S,
     .required = true,
     .help = "what all writers get together"},
    {.key = "local",
     .type = FIELD_BOOL,
     .offset = offsetof(StorageSpec, local),
     .default_text = "false",
     .help = "every node has drives of its own, with that bandwidth each; otherwise all nodes share one target"},
    {.key = "per_node",
     .type = FIELD_REAL,
     .offset = offsetof(StorageSpec, node_bytes_per_s),
     .dimension = DIMENSION_BANDWIDTH,
     .min = LEAST_BYTES_PER_S,
     .max = MOST_BYTES_PER_S,
     .default_text = "(no limit of its own)",
     .help = "a node's way to the shared target, per direction: its storage NICs"},
};

const SchemaTable SCHEMA_STORAGE = {
    .name = "storage",
    .help = "What samples are read from and checkpoints are written to, on a network of its own.",
    .rows = STORAGE_ROWS,
    .row_count = sizeof STORAGE_ROWS / sizeof STORAGE_ROWS[0],
    .bytes = sizeof(StorageSpec)};

static const SchemaRow LOADER_ROWS[] = {
    {.key = "sample_size",
     .type = FIELD_REAL,
     .offset = offsetof(LoaderSpec, stored_bytes),
     .dimension = DIMENSION_BYTES,
     .max = MOST_SAMPLE_BYTES,
     .required = true,
     .help = "bytes of a sample (a sequence) on the storage"},
    {.key = "prepared_size",
     .type = FIELD_REAL,
     .offset = offsetof(LoaderSpec, copied_bytes),
     .dimension = DIMENSION_BYTES,
     .max = MOST_SAMPLE_BYTES,
     .default_text = "(sample_size)",
     .help = "bytes of a prepared sample, copied to the GPU over PCIe"},
    {.key = "cpu_time",
     .type = FIELD_REAL,
     .offset = offsetof(LoaderSpec, prepare_core_s),
     .dimension = DIMENSION_TIME,
     .max = 1e6,
     .default_text = "0 s",
     .help = "time of one CPU core that preparing a sample takes: decoding, augmenting"},
    {.key = "workers",
     .type = FIELD_INT64,
     .offset = offsetof(LoaderSpec, workers),
     .min = 1,
     .max = 1024,
     .default_text = "1",
     .aliases = "num_workers",
     .help = "processes of each replica, each of which makes one micro-batch at a time on one core"},
    {.key = "prefetch",
     .type = FIELD_INT64,
     .offset = offsetof(LoaderSpec, prefetch),
     .min = 1,
     .max = 100000,
     .default_text = "(2 * workers)",
     .help = "micro-batches of a replica that are ready or being made"},
};

/* PyTorch's and TensorFlow's. */
static const SchemaForeign LOADER_FOREIGN[] = {
    {"prefetch_factor", "prefetch, which is workers * prefetch_factor"},
    {"num_parallel_calls", "workers"},
    {NULL, NULL},
};

const SchemaTable SCHEMA_LOADER = {.name = "data_loader",
                                   .help = "Where the samples of a training job come from, before every forward pass "
                                           "of the first stage.",
                                   .rows = LOADER_ROWS,
                                   .row_count = sizeof LOADER_ROWS / sizeof LOADER_ROWS[0],
                                   .bytes = sizeof(LoaderSpec),
                                   .fill = fill_loader,
                                   .foreign = LOADER_FOREIGN};

static const SchemaRow CHECKPOINT_ROWS[] = {
    {.key = "every",
     .type = FIELD_INT64,
     .offset = offsetof(CheckpointSpec, every_steps),
     .min = 1,
     .max = 100000,
     .required = true,
     .aliases = "save_interval",
     .help = "steps from one to the next; of a job alone, results are means over whole rounds of so many"},
    {.key = "asynchronous",
     .type = FIELD_BOOL,
     .offset = offsetof(CheckpointSpec, asynchronous),
     .default_text = "false",
     .aliases = "async_save",
     .help = "GPUs only copy to host memory, which is written beside the next steps; the next checkpoint waits for it"},
    {.key = "bytes_per_parameter",
     .type = FIELD_REAL,
     .offset = offsetof(CheckpointSpec, bytes_per_parameter),
     .dimension = DIMENSION_COUNT,
     .above_min = true,
     .max = 1000,
     .default_text = "(weights and what the optimizer keeps)",
     .help = "14 with 16-bit weights, fp32 main params and the two fp32 moments of Adam; 8 with layers and SGD with "
             "momentum"},
};

const SchemaTable SCHEMA_CHECKPOINT = {.name = "checkpoint",
                                       .help = "What a training job saves to the storage, each GPU an equal part of "
                                               "what it holds in common with others.",
                                       .rows = CHECKPOINT_ROWS,
                                       .row_count = sizeof CHECKPOINT_ROWS / sizeof CHECKPOINT_ROWS[0],
                                       .bytes = sizeof(CheckpointSpec),
                                       .fill = fill_checkpoint};
