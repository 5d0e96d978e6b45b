#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "models/account/pass_shares.h"
#include "models/account/step_interval.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_list.h"

/* z of the middle 80 % of the normal distribution. */
static const double Z = 1.2815515655446004;

static SimulationSpec sample(Arena *arena) {
    SimulationSpec spec = small_cluster(arena, 2, 2);
    spec.jobs[0].training.plan.tensor_parallel = 2;
    spec.jobs[0].training.plan.global_batch_seqs = 6;
    spec.cluster.node.gpu.kernels.spread =
        (GpuSpread){.products = 0.11, .attention = 0.23, .memory = 0.17, .host = 0.29};
    spec.cluster.node.nvlink.spread = 0.13;
    spec.cluster.node.nic.spread = 0.31;
    return spec;
}

static const Doubt *find_doubt(const Results *results, const char *name) {
    for (int i = 0; i < results->interval.doubt_count; i++)
        if (strcmp(results->interval.doubts[i].name, name) == 0)
            return &results->interval.doubts[i];
    return NULL;
}

Test(step_interval, the_bounds_follow_from_the_parts_that_are_independent) {
    Arena *arena = arena_create();
    SimulationSpec spec = sample(arena);
    const Results *results = small_cluster_run(arena, &spec);
    const StepInterval *interval = &results->interval;
    double step_s = (double)results->wall * 1e-9, variance = 0, shares = 0;
    for (int i = 0; i < interval->doubt_count; i++) {
        variance += pow(interval->doubts[i].share_fraction * interval->doubts[i].spread, 2);
        shares += strcmp(interval->doubts[i].name, "what is not modelled") ? interval->doubts[i].share_fraction : 0;
    }
    cr_assert_float_eq(interval->high_s, step_s * exp(Z * sqrt(variance)), 1e-9 * step_s);
    cr_assert_float_eq(interval->low_s, step_s * exp(-Z * hypot(interval->down_spread, STEP_FORM_SPREAD)),
                       1e-9 * step_s);
    cr_assert_float_eq(shares, 1, 0.1, "the parts are %g of the step", shares);
    cr_assert_float_eq(find_doubt(results, "matrix products")->spread, 0.11, 1e-12);
    cr_assert_float_eq(find_doubt(results, "links inside a node")->spread, 0.13, 1e-12);
    arena_destroy(arena);
}

Test(step_interval, products_under_a_power_limit_are_less_sure) {
    Arena *arena = arena_create();
    SimulationSpec spec = sample(arena);
    spec.cluster.node.gpu.power_limit_watts = 0.713 * spec.cluster.node.gpu.tdp_watts;
    const Results *results = small_cluster_run(arena, &spec);
    cr_assert_float_eq(find_doubt(results, "matrix products")->spread, hypot(0.11, 0.05), 1e-12);
    cr_assert_str_eq(results->assumptions[results->assumption_count - 2],
                     "at 285.2 of 400 W products and attention of small run at 0.846 of their clock, HBM and links at "
                     "full speed");
    arena_destroy(arena);
}

Test(step_interval, constants_without_doubt_leave_what_is_not_modelled) {
    Arena *arena = arena_create();
    SimulationSpec spec = sample(arena);
    spec.cluster.node.gpu.kernels.spread = (GpuSpread){0};
    spec.cluster.node.nvlink.spread = spec.cluster.node.nic.spread = 0;
    const Results *results = small_cluster_run(arena, &spec);
    cr_assert_lt(results->interval.up_spread, 0.01, "only rounding is of no part: %g", results->interval.up_spread);
    cr_assert_float_eq(results->interval.high_s / results->interval.low_s, exp(2 * Z * STEP_FORM_SPREAD), 0.01);
    arena_destroy(arena);
}

/* A tenth of such steps is longer than a tenth of those of measured software by that much; none is shorter for it. */
Test(step_interval, software_that_was_not_measured_widens_upwards_only) {
    Arena *arena = arena_create();
    StepInterval interval[SOFTWARE_COUNT];
    for (int known = 0; known < SOFTWARE_COUNT; known++) {
        SimulationSpec spec = sample(arena);
        spec.jobs[0].software = (SoftwareKnown)known;
        const Results *results = small_cluster_run(arena, &spec);
        interval[known] = results->interval;
        const Doubt *doubt = find_doubt(results, "software, if it is slower");
        cr_assert_eq(doubt == NULL, known == SOFTWARE_MEASURED);
        cr_assert(doubt == NULL || doubt->spread == step_interval_software_spread((SoftwareKnown)known));
        cr_assert_float_eq(interval[known].low_s, interval[0].low_s, 1e-12);
        cr_assert_float_eq(interval[known].up_spread, interval[0].up_spread, 1e-12, "of the constants alone");
    }
    cr_assert_gt(interval[SOFTWARE_READ].high_s, 1.1 * interval[SOFTWARE_MEASURED].high_s);
    cr_assert_gt(interval[SOFTWARE_UNKNOWN].high_s, 1.1 * interval[SOFTWARE_READ].high_s);
    double added = pow(log(interval[SOFTWARE_UNKNOWN].high_s / interval[0].low_s), 2);
    cr_assert_gt(added, pow(Z * step_interval_software_spread(SOFTWARE_UNKNOWN), 2));
    arena_destroy(arena);
}

Test(step_interval, a_list_of_layers_is_less_sure_than_a_transformer) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_conv_net(arena, 1);
    spec.cluster.node.gpu.kernels.spread = (GpuSpread){0};
    spec.cluster.node.nvlink.spread = spec.cluster.node.nic.spread = 0;
    const Results *results = small_cluster_run(arena, &spec);
    cr_assert_lt(results->interval.up_spread, 0.01);
    cr_assert_float_eq(results->interval.high_s / results->interval.low_s, exp(2 * Z * STEP_LIST_FORM_SPREAD), 0.01);
    cr_assert_eq(find_doubt(results, "what is not modelled")->spread, STEP_LIST_FORM_SPREAD);
    arena_destroy(arena);
}

Test(step_interval, a_job_that_waits_for_its_host_rests_on_the_host) {
    Arena *arena = arena_create();
    SimulationSpec spec = sample(arena);
    spec.cluster.node.gpu.kernels.host_s = 3e-3;
    const Results *results = small_cluster_run(arena, &spec);
    cr_assert_str_eq(results->interval.doubts[0].name, "host and launches");
    cr_assert_gt(results->interval.doubts[0].share_fraction, 0.9);
    cr_assert(find_doubt(results, "matrix products") == NULL ||
              find_doubt(results, "matrix products")->share_fraction < 0.01);
    arena_destroy(arena);
}

Test(step_interval, a_host_as_slow_as_the_device_counts_by_half) {
    Arena *arena = arena_create();
    SimulationSpec spec = sample(arena);
    small_cluster_resolve(arena, &spec);
    GpuSpec *gpu = &spec.cluster.node.gpu;
    const TrainingSpec *training = &spec.jobs[0].training;
    gpu->kernels.host_s = 0;
    cr_assert_lt(pass_shares_of(training, gpu, arena).share[PASS_HOST], 0.7);
    gpu->kernels.host_s = 1e-12;
    double least = pass_shares_of(training, gpu, arena).share[PASS_HOST], most = least;
    for (int i = 0; i < 40; i++) {
        gpu->kernels.host_s = 1e-7 * pow(1.3, i);
        double share = pass_shares_of(training, gpu, arena).share[PASS_HOST];
        cr_assert_geq(share, most - 0.02, "a slower host cannot matter less: %g after %g", share, most);
        most = fmax(most, share);
    }
    cr_assert_float_eq(most, 1, 0.01);
    arena_destroy(arena);
}

Test(step_interval, sizes_beyond_the_measured_ones_are_named_and_widen) {
    Arena *arena = arena_create();
    SimulationSpec spec = sample(arena);
    small_cluster_resolve(arena, &spec);
    GpuSpec gpu = spec.cluster.node.gpu;
    gpu.kernels.reach = (GpuReach){.m = 4096, .n = 4096, .k = 128, .sequence = 512};
    PassShares shares = pass_shares_of(&spec.jobs[0].training, &gpu, arena);
    cr_assert_eq(shares.beyond_count, 1);
    /* The largest k: 4 x 1024 features of the MLP on 2 GPUs, or of the vocabulary's 5120. */
    cr_assert_str_eq(shares.beyond[0],
                     "products with k of 2560 are extrapolated: the kernels of small were measured up to 128");
    cr_assert_float_eq(shares.spread[PASS_PRODUCTS], hypot(0.11, 0.05 * log2(20)), 1e-12);
    cr_assert_float_eq(shares.spread[PASS_ATTENTION], 0.23, 1e-12);
    arena_destroy(arena);
}

/* Nothing is exposed over the fabric: a link that is nearly full may come out. */
Test(step_interval, a_link_that_is_nearly_full_widens_upwards_only) {
    Arena *arena = arena_create();
    SimulationSpec spec = sample(arena);
    Results results = *small_cluster_run(arena, &spec);
    const LinkUse busy = {.kind = LINK_NIC, .fullest_fraction = 0.97},
                  idle = {.kind = LINK_NIC, .fullest_fraction = 0.3};
    results.interval = (StepInterval){0};
    step_interval_fill(&spec, &spec.jobs[0], (LinkUses){&idle, 1}, arena, &results);
    double before = results.interval.up_spread, down = results.interval.down_spread;
    results.interval = (StepInterval){0};
    step_interval_fill(&spec, &spec.jobs[0], (LinkUses){&busy, 1}, arena, &results);
    cr_assert_gt(results.interval.up_spread, 1.1 * before);
    cr_assert_float_eq(results.interval.down_spread, down, 1e-12);
    arena_destroy(arena);
}

Test(step_interval, a_run_that_only_wants_times_and_no_links_has_none) {
    Arena *arena = arena_create();
    SimulationSpec spec = sample(arena);
    spec.only_times = spec.without_links = true;
    cr_assert_eq(small_cluster_run(arena, &spec)->interval.high_s, 0);
    arena_destroy(arena);
}
