/*
 * bench_growth: what a step costs from 1,000 to 100,000 GPUs, in nodes of 8 and racks of 72 under a three-level fat
 * tree with hashed flows, and 10,000 GPUs with two jobs and one slow link. Every run is a process of its own, so that
 * its peak memory is known. Writes growth.dat beside the program; growth.gp draws it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "models/simulation.h"
#include "scenarios/reader/scenario.h"

static const char *const TRILLION =
    "jobs=[{model: gpt-1t, sequence_length: 2048, plan: {tensor_parallel: 8, pipeline_parallel: %d, micro_batch: 1, "
    "gradient_accumulation: 64, distributed_optimizer: true, recompute: full, overlap_grad_reduce: true}}]";

typedef struct Shape {
    const char *name;
    const char *cluster; /* format of one int: nodes */
    int gpus_per_node;
    int stages;
    int nodes[5]; /* the last have 100,000 GPUs */
} Shape;

static const Shape SHAPES[] = {
    {"nodes of 8",
     "cluster={node: dgx-h100, nodes: %d, fabric: {topology: fat_tree, radix: 128, levels: 3}}",
     8,
     64,
     {128, 512, 2048, 6144, 12544}},
    {"racks of 72",
     "cluster={node: gb200-nvl72, nodes: %d, fabric: {topology: fat_tree, radix: 144, levels: 3}}",
     72,
     32,
     {32, 96, 256, 704, 1408}},
};

static const char *const TWO_JOBS[] = {
    "cluster={node: dgx-h100, nodes: 1280, fabric: {topology: fat_tree, radix: 64, levels: 3, oversubscription: 3}}",
    "jobs=[{name: large, gpus: 6144, placement: spread, model: gpt-175b, sequence_length: 2048, plan: "
    "{tensor_parallel: 8, pipeline_parallel: 16, micro_batch: 1, gradient_accumulation: 48, recompute: full, "
    "distributed_optimizer: true}}, "
    "{name: small, gpus: 4096, placement: spread, model: gpt-39.1b, sequence_length: 2048, plan: "
    "{tensor_parallel: 8, pipeline_parallel: 2, micro_batch: 2, gradient_accumulation: 16, recompute: full, "
    "distributed_optimizer: true}}]",
    "link_events=[{link: \"node[7].nic[3]\", speed: 25 %}]"};

typedef struct Cost {
    double seconds;
    double peak_bytes;
    double events;
} Cost;

static double now_s(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Reads and runs a scenario made of settings; stops the program when it cannot be run. */
static uint64_t run(const char *const *sets, int set_count) {
    static const char *const FILE_NAME = "tests/bench/empty.yaml";
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    ScenarioSource source = {.files = &FILE_NAME, .file_count = 1, .sets = sets, .set_count = set_count};
    source.catalogue = catalogue_usual(NULL, NULL, arena);
    const Scenario *scenario = scenario_read(&source, arena, &errors);
    if (!scenario) {
        error_list_print(&errors, stderr);
        exit(EXIT_BAD_INPUT);
    }
    const Results *results = simulation_run(&scenario->spec, arena);
    if (results->status != RUN_OK) {
        fprintf(stderr, "%s\n", results->verdict);
        exit(EXIT_GOAL_MISSED);
    }
    uint64_t events = results->event_count;
    arena_destroy(arena);
    return events;
}

/* The same in a process of its own. */
static Cost cost_of(const char *const *sets, int set_count) {
    int ends[2];
    Cost cost = {0};
    fflush(stdout);
    if (pipe(ends) != 0)
        exit(EXIT_NO_RESOURCES);
    double start_s = now_s();
    pid_t child = fork();
    if (child == 0) {
        uint64_t events = run(sets, set_count);
        _exit(write(ends[1], &events, sizeof events) == (ssize_t)sizeof events ? 0 : 1);
    }
    struct rusage usage;
    int status;
    uint64_t events = 0;
    if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0)
        exit(EXIT_NO_RESOURCES);
    cost.seconds = now_s() - start_s;
    if (read(ends[0], &events, sizeof events) != (ssize_t)sizeof events)
        exit(EXIT_NO_RESOURCES);
    close(ends[0]);
    close(ends[1]);
    cost.events = (double)events;
    cost.peak_bytes = (double)usage.ru_maxrss * 1024;
    return cost;
}

static void bench_shape(const Shape *shape, FILE *out) {
    fprintf(out, "# %s\n# gpus seconds peak_bytes events\n", shape->name);
    for (size_t i = 0; i < sizeof shape->nodes / sizeof *shape->nodes; i++) {
        char cluster[256], job[512];
        snprintf(cluster, sizeof cluster, shape->cluster, shape->nodes[i]);
        snprintf(job, sizeof job, TRILLION, shape->stages);
        Cost cost = cost_of((const char *const[]){cluster, job}, 2);
        int gpus = shape->nodes[i] * shape->gpus_per_node;
        bool last = i + 1 == sizeof shape->nodes / sizeof *shape->nodes;
        bool met = cost.seconds < 10 && cost.peak_bytes < 2e9;
        printf("GPT 1T on %7d GPUs, %-18s %10.3f s %10.1f MB %s\n", gpus, shape->name, cost.seconds,
               cost.peak_bytes / 1e6,
               last ? met ? "  target < 10 s, 2 GB   pass" : "  target < 10 s, 2 GB   miss" : "");
        fprintf(out, "%d %.6g %.6g %.0f\n", gpus, cost.seconds, cost.peak_bytes, cost.events);
    }
    fputs("\n\n", out);
}

int main(int argc, char **argv) {
    (void)argc;
    char path[4096];
    const char *slash = strrchr(argv[0], '/');
    snprintf(path, sizeof path, "%.*sgrowth.dat", slash ? (int)(slash - argv[0]) + 1 : 0, argv[0]);
    FILE *out = fopen(path, "w");
    if (!out) {
        perror(path);
        return EXIT_NO_RESOURCES;
    }
    for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++)
        bench_shape(&SHAPES[i], out);
    fclose(out);
    Cost cost = cost_of(TWO_JOBS, 3);
    printf("10,240 GPUs, two jobs, one slow link         %10.3f s %10.1f MB   target < 10 s         %s\n", cost.seconds,
           cost.peak_bytes / 1e6, cost.seconds < 10 ? "pass" : "miss");
    printf("wrote %s\n", path);
    return 0;
}
