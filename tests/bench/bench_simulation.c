/*
 * bench_simulation: whole runs of the training model. The main scenario against its budget of time and memory, and the
 * price of scale: 3,072 GPUs against 96 at equal stages and micro-batches, which folding should make nearly free.
 * Alternates the two and takes the median ratio. Times are those of the processor: others use this machine too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "models/simulation.h"
#include "scenarios/reader/scenario.h"

enum { ROUNDS = 15 };

static const char *const MAIN_SCENARIO = "scenarios/sc21_145b.yaml";

static double now_s(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}

/* Reads the scenario with the settings and runs it once; returns the seconds for both and the events fired. */
static double run_once(const char *const *sets, int set_count, uint64_t *events) {
    double start_s = now_s();
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    ScenarioSource source = {.files = &MAIN_SCENARIO, .file_count = 1, .sets = sets, .set_count = set_count};
    source.catalogue = catalogue_usual(NULL, NULL, arena);
    Scenario *scenario = scenario_read(&source, arena, &errors);
    if (!scenario) {
        error_list_print(&errors, stderr);
        exit(EXIT_BAD_INPUT);
    }
    scenario->spec.without_links = true; /* as `chokepoint run` without -o */
    const Results *results = simulation_run(&scenario->spec, arena);
    if (results->status != RUN_OK) {
        fprintf(stderr, "%s\n", results->verdict);
        exit(EXIT_GOAL_MISSED);
    }
    *events = results->event_count;
    arena_destroy(arena);
    return now_s() - start_s;
}

static void bench_main_scenario(void) {
    double seconds[ROUNDS];
    uint64_t events;
    for (int i = 0; i < ROUNDS; i++)
        seconds[i] = run_once(NULL, 0, &events);
    double typical_s = median(seconds, ROUNDS);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double peak_mb = (double)usage.ru_maxrss * 1024 / 1e6;
    printf("%-44s %10.4f s   target <= 0.2    %s\n", "GPT 145.6B on 1,536 GPUs, read and run", typical_s,
           typical_s <= 0.2 ? "pass" : "miss");
    printf("%-44s %10.1f MB  target <= 64     %s\n", "  peak memory of the process", peak_mb,
           peak_mb <= 64 ? "pass" : "miss");
    printf("%-44s %10.2f M/s\n", "  events per second", (double)events / typical_s / 1e6);
}

static void bench_scale(void) {
    const char *small[] = {"jobs[0].model=gpt-39.1b", "cluster.nodes=12", "jobs[0].plan.pipeline_parallel=4",
                           "jobs[0].plan.global_batch=288"};
    const char *large[] = {"jobs[0].model=gpt-39.1b", "cluster.nodes=384", "jobs[0].plan.pipeline_parallel=4",
                           "jobs[0].plan.global_batch=9216"};
    double ratios[ROUNDS], small_s[ROUNDS], large_s[ROUNDS];
    uint64_t small_events, large_events;
    for (int i = 0; i < ROUNDS; i++) {
        small_s[i] = run_once(small, 4, &small_events);
        large_s[i] = run_once(large, 4, &large_events);
        ratios[i] = large_s[i] / small_s[i];
    }
    double ratio = median(ratios, ROUNDS);
    printf("%-44s %10.4f s\n", "96 GPUs, 4 stages, 48 micro-batches", median(small_s, ROUNDS));
    printf("%-44s %10.4f s\n", "3,072 GPUs, 4 stages, 48 micro-batches", median(large_s, ROUNDS));
    printf("%-44s %10.2f     target <= 1.5    %s\n", "  ratio", ratio, ratio <= 1.5 ? "pass" : "miss");
}

int main(void) {
    bench_main_scenario();
    bench_scale();
    return 0;
}
