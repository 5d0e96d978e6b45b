#include "tests/fuzz/drawn_jobs.h"

#include <criterion/criterion.h>

#include "sim/engine/engine.h"

void drawn_jobs_check(uint64_t seed, int count, SimulationSpec (*draw_job)(const Draw *draw),
                      void (*check)(SimulationSpec *spec, int job)) {
    RandomName name = {.seed = seed, .entity = "job", .purpose = "fuzz"};
    RandomStream *stream = random_stream_create(&name);
    for (int job = 0; job < count; job++) {
        Draw draw = {arena_create(), stream};
        SimulationSpec spec = draw_job(&draw);
        check(&spec, job);
        arena_destroy(draw.arena);
    }
    random_stream_destroy(stream);
}

double drawn_jobs_step_s(const SimulationSpec *spec) {
    Arena *arena = arena_create();
    const Results *results = simulation_run(spec, arena);
    cr_assert_eq(results->status, RUN_OK);
    double step = sim_time_to_s(results->step);
    cr_assert_gt(step, 0);
    cr_assert_leq(results_metric(results, "utilisation.mfu_fraction")->value, 1);
    arena_destroy(arena);
    return step;
}

const char *drawn_jobs_slow_part(SimulationSpec *spec, int part) {
    static const char *const NAMES[] = {"slower NICs", "slower NVLink", "slower memory"};
    NodeSpec *node = &spec->cluster.node;
    double *const speeds[] = {&node->nic.bytes_per_s, &node->nvlink.bytes_per_s, &node->gpu.hbm_bytes_per_s};
    if (part >= (int)(sizeof NAMES / sizeof NAMES[0]))
        return NULL;
    *speeds[part] /= 2.385;
    return NAMES[part];
}

void drawn_jobs_check_folding(SimulationSpec *spec, int job) {
    double folded_s = drawn_jobs_step_s(spec);
    spec->fidelity = FIDELITY_UNFOLDED;
    double unfolded_s = drawn_jobs_step_s(spec);
    cr_assert_float_eq(unfolded_s, folded_s, 1e-8, "job %d: unfolded %.9f s, folded %.9f s", job, unfolded_s, folded_s);
}
