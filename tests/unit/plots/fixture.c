#include "tests/unit/plots/fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plots/format.h"
#include "sim/engine/check.h"

LedgerRow fixture_ledger(SimTime wall, const int tenths[LEDGER_COUNT]) {
    LedgerRow row = {{0}};
    int64_t left = wall;
    for (int category = LEDGER_IDEAL_COMPUTE + 1; category < LEDGER_COUNT; category++) {
        row.ns[category] = wall / 1000 * tenths[category];
        left -= row.ns[category];
    }
    row.ns[LEDGER_IDEAL_COMPUTE] = left;
    return row;
}

const MemoryResults *fixture_memory(Arena *arena, double scale, double capacity_bytes) {
    MemoryResults *memory = ARENA_ARRAY(arena, FIXTURE_STAGES, MemoryResults);
    for (int stage = 0; stage < FIXTURE_STAGES; stage++) {
        double edge = stage == 0 || stage == FIXTURE_STAGES - 1 ? 1.2 : 1;
        MemoryResults row = {.gpu_class = arena_format(arena, "stage %d", stage),
                             .weights_bytes = 5.1 * edge * 0x1p30,
                             .gradients_bytes = 10.2 * edge * 0x1p30,
                             .optimizer_bytes = 18.3 * edge * 0x1p30,
                             .activations_bytes = 3.1 * scale * (FIXTURE_STAGES - stage) * 0x1p30,
                             .buffers_bytes = 2.4 * 0x1p30,
                             .capacity_bytes = capacity_bytes};
        row.total_bytes =
            row.weights_bytes + row.gradients_bytes + row.optimizer_bytes + row.activations_bytes + row.buffers_bytes;
        memory[stage] = row;
    }
    return memory;
}

static const Metric TINY_METRICS[] = {
    {"throughput.model_tflops_per_gpu", 2.385, "TFLOP/s", "model FLOPs, \"useful\""},
    {"expert.imbalance", NAN, "fraction", "no experts"},
};

static const TimelineBar TINY_TIMELINE[] = {
    {0, STREAM_COMPUTE, BAR_FORWARD, 0, 0, 0, 1234567},
    {0, STREAM_DATA, BAR_DATA_COMM, -1, -1, 1234567, 2000000},
};

static const double TINY_TIME_S[] = {0, 0.0015};
static const double TINY_MEAN[] = {0.75, 0.1};
static const double TINY_MAX[] = {1, 0.2};
static const SeriesSamples TINY_SERIES[] = {{"stage 0", "gpu", "fraction", 2, TINY_TIME_S, TINY_MEAN, TINY_MAX}};
static const MemoryResults TINY_MEMORY[] = {{"stage 0", "a100", 1024, 2048, 4096, 512, 256, 7936, 16384, 7808, 7872}};
static const Cause TINY_CAUSES[] = {{LEDGER_COMM_DATA, 0.25, "Gradients wait.", "Overlap them."}};
static const CriticalPart TINY_CRITICAL[] = {{"stage 0", LEDGER_COMM_DATA, 500000}};
static const char *const TINY_ASSUMPTIONS[] = {"Nothing, \"really\"."};

const Results *fixture_tiny(Arena *arena) {
    Results *results = ARENA_NEW(arena, Results);
    *results = (Results){.name = "tiny, \"quoted\"",
                         .lesson = "a lesson",
                         .verdict = "Data waits.",
                         .metrics = TINY_METRICS,
                         .metric_count = 2,
                         .gpus = 3,
                         .step = 2000000,
                         .timeline = TINY_TIMELINE,
                         .timeline_count = 2,
                         .series = TINY_SERIES,
                         .series_count = 1,
                         .memory = TINY_MEMORY,
                         .memory_count = 1,
                         .critical = TINY_CRITICAL,
                         .critical_count = 1,
                         .causes = TINY_CAUSES,
                         .cause_count = 1,
                         .assumptions = TINY_ASSUMPTIONS,
                         .assumption_count = 1,
                         .seed = 7,
                         .event_count = 11,
                         .event_hash = 0xabc};
    GpuClassResults *row = ARENA_NEW(arena, GpuClassResults);
    *row = (GpuClassResults){.name = "stage 0", .gpus = 3};
    row->ledger.ns[LEDGER_IDEAL_COMPUTE] = 1500000;
    row->ledger.ns[LEDGER_COMM_DATA] = 500000;
    ledger_accumulate(&results->ledger, &row->ledger, 3);
    results->comm_ns[LEDGER_COMM_DATA][LINK_NIC] = 1500000;
    results->classes = row;
    results->class_count = 1;
    return results;
}

static const FitChange TOO_BIG_CHANGES[] = {
    {"recomputation: full", 61.2 * 0x1p30, 14.71},
    {"pipeline_parallel: 16", 58.4 * 0x1p30, 13.12},
    {"zero_stage: 1", 71.9 * 0x1p30, 12.61},
};

const Results *fixture_too_big(Arena *arena) {
    Results *results = ARENA_NEW(arena, Results);
    *results = (Results){.name = "gpt-175b without recomputation",
                         .lesson = "activations decide what fits",
                         .status = RUN_OUT_OF_MEMORY,
                         .verdict = "Does not fit: stage 0 needs 117.1 GiB of 80.0 GiB, 74.4 GiB of it activations.",
                         .memory = fixture_memory(arena, 3, 80 * 0x1p30),
                         .memory_count = FIXTURE_STAGES,
                         .gpus = 512,
                         .fit_changes = TOO_BIG_CHANGES,
                         .fit_change_count = 3,
                         .seed = 42};
    return results;
}

static const Metric TOO_LONG_METRICS[] = {{"throughput.model_tflops_per_gpu", NAN, "TFLOP/s", "model FLOPs"},
                                          {"memory.fits", 1, "0/1", "1 when the job fits into memory"}};

const Results *fixture_too_long(Arena *arena) {
    Results *results = ARENA_NEW(arena, Results);
    *results = (Results){.name = "gpt-175b over a wet string",
                         .lesson = "a network may be too slow to end",
                         .status = RUN_TOO_LONG,
                         .verdict = "gpt-175b on 512 a100-80 does not end: a step would take years.",
                         .metrics = TOO_LONG_METRICS,
                         .metric_count = 2,
                         .memory = fixture_memory(arena, 1, 80 * 0x1p30),
                         .memory_count = FIXTURE_STAGES,
                         .gpus = 512,
                         .step = INT64_MAX / 3,
                         .seed = 42};
    return results;
}

static const Results *make_point(Arena *arena, int doublings, double factor) {
    int across = doublings > 3 ? doublings - 3 : 0;
    int tenths[LEDGER_COUNT] = {[LEDGER_KERNEL_INEFFICIENCY] = 150 + 25 * doublings,
                                [LEDGER_RECOMPUTATION] = 100 - 8 * doublings,
                                [LEDGER_MEMORY_BOUND] = 60,
                                [LEDGER_LAUNCH_OVERHEAD] = 8 + 6 * doublings,
                                [LEDGER_COMM_TENSOR] =
                                    (int)((15 * doublings + (across > 0 ? 160 + 70 * across : 0)) * factor),
                                [LEDGER_COMM_DATA] = 30,
                                [LEDGER_PIPELINE_BUBBLE] = 180 - 25 * doublings};
    Results *results = ARENA_NEW(arena, Results);
    *results = (Results){.name = "point", .lesson = "", .verdict = "A point.", .gpus = 512, .step = 12385000000};
    results->ledger = fixture_ledger(results->step * 512, tenths);
    Metric *metric = ARENA_NEW(arena, Metric);
    double ideal = (double)results->ledger.ns[LEDGER_IDEAL_COMPUTE] / (double)(results->step * 512);
    *metric = (Metric){"throughput.model_tflops_per_gpu", 312 * ideal, "TFLOP/s", "model FLOPs per second and GPU"};
    results->metrics = metric;
    results->metric_count = 1;
    return results;
}

const SweepResults *fixture_sweep(Arena *arena) {
    static const char *const parameters[] = {"jobs[0].plan.tensor_parallel"};
    SweepResults *sweep = ARENA_NEW(arena, SweepResults);
    SweepPoint *points = ARENA_ARRAY(arena, 7, SweepPoint);
    for (int i = 0; i < 7; i++) {
        const char **values = ARENA_ARRAY(arena, 1, const char *);
        values[0] = arena_format(arena, "%d", 1 << i);
        points[i] = (SweepPoint){values, i == 0 ? fixture_too_big(arena) : make_point(arena, i, 1), NULL};
    }
    *sweep = (SweepResults){
        "gpt-175b on 512 GPUs", "tensor parallelism has to stay inside the node", parameters, 1, points, 7};
    return sweep;
}

const SweepResults *fixture_sweep_of_two(Arena *arena) {
    static const char *const parameters[] = {"jobs[0].plan.tensor_parallel", "cluster.node.nic"};
    static const char *const nics[] = {"100 Gbit/s", "200 Gbit/s", "400 Gbit/s"};
    SweepResults *sweep = ARENA_NEW(arena, SweepResults);
    SweepPoint *points = ARENA_ARRAY(arena, 15, SweepPoint);
    for (int i = 0; i < 15; i++) {
        const char **values = ARENA_ARRAY(arena, 2, const char *);
        values[0] = arena_format(arena, "%d", 2 << (i / 3));
        values[1] = nics[i % 3];
        points[i] = (SweepPoint){values, make_point(arena, i / 3 + 1, 1.1 / (1 + i % 3)), NULL};
    }
    points[13].results = NULL;
    points[13].error = "jobs[0].plan.tensor_parallel: found 32, expected at most 16";
    *sweep = (SweepResults){"gpt-175b on 512 GPUs", "a faster network moves the cliff", parameters, 2, points, 15};
    return sweep;
}

static const char *keep(Arena *arena, FILE *stream, char **text) {
    fclose(stream);
    const char *kept = arena_text(arena, *text);
    free(*text);
    return kept;
}

const char *fixture_run_text(Arena *arena, const char *format, const Results *results) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    format_find(format)->write_run(stream, results);
    return keep(arena, stream, &text);
}

const char *fixture_sweep_text(Arena *arena, const char *format, const SweepResults *sweep) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    format_find(format)->write_sweep(stream, sweep_findings_of(arena, sweep));
    return keep(arena, stream, &text);
}

const char *fixture_file_text(Arena *arena, const char *folder, const char *name) {
    const char *path = arena_format(arena, "%s/%s", folder, name);
    struct stat found;
    FILE *file = fopen(path, "rb");
    if (file == NULL || stat(path, &found) != 0) {
        return NULL;
    }
    char *text = arena_allocate(arena, (size_t)found.st_size + 1);
    CHECK(fread(text, 1, (size_t)found.st_size, file) == (size_t)found.st_size);
    fclose(file);
    return text;
}

const char *fixture_folder(Arena *arena) {
    char *path = arena_text(arena, "/tmp/chokepoint-plots-XXXXXX");
    CHECK(mkdtemp(path) != NULL);
    return path;
}
