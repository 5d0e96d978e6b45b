/* ZeRO-1 whose gradients are reduced whole. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/simulation.h"
#include "tests/unit/models/small_cluster.h"

/* Seconds of a GPU waiting for its replicas; gradients and weights of 16 bit. */
static double exposed_data_s(Arena *arena, int64_t zero_stage, bool all_reduces) {
    SimulationSpec spec = small_cluster(arena, 4, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->zero_stage = zero_stage;
    plan->zero_all_reduce = all_reduces;
    plan->grad_reduce_in_fp32 = false;
    plan->overlap_grad_reduce = false;
    plan->collective = "ring";
    small_cluster_resolve(arena, &spec);
    const Results *results = simulation_run(&spec, arena);
    return (double)results->ledger.ns[LEDGER_COMM_DATA] * 1e-9 / results->gpus;
}

/* A ring's scatter is half of its all-reduce, and a gather of as many bytes the other half. */
Test(zero_all_reduce, whole_gradients_are_all_reduced_and_then_weights_are_gathered) {
    Arena *arena = arena_create();
    double none_s = exposed_data_s(arena, 0, false), split_s = exposed_data_s(arena, 1, false);
    double whole_s = exposed_data_s(arena, 1, true);
    cr_expect_float_eq(split_s, none_s, 0.02 * none_s);
    cr_expect_float_eq(whole_s, 1.5 * none_s, 0.02 * none_s, "%g of %g", whole_s, none_s);
    arena_destroy(arena);
}
