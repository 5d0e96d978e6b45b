#include "models/spec.h"
#include "models/spec_resolve.h"

#include <criterion/criterion.h>

#include "tests/unit/models/small_cluster.h"

Test(spec, a_default_has_one_node_and_nothing_else) {
    SimulationSpec spec = simulation_spec_default();
    cr_assert_str_eq(spec.name, "");
    cr_assert_str_eq(spec.lesson, "");
    cr_assert_eq(spec.seed, 1);
    cr_assert_eq(spec.fidelity, FIDELITY_FOLDED);
    cr_assert_eq(spec.cluster.nodes, 1);
    cr_assert_eq(spec.cluster.fabric.oversubscription, 1);
    cr_assert_eq(spec.job_count, 0);
    cr_assert_eq(job_default().placement, PLACEMENT_PACKED);
    cr_assert_eq(job_default().training.plan.tensor_parallel, 1);
}

Test(spec, a_job_takes_the_whole_cluster_unless_told) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 3, 4);
    small_cluster_resolve(arena, &spec);
    cr_assert_eq(spec.jobs[0].gpus, 12);
    cr_assert_eq(spec.jobs[0].training.plan.data_parallel, 12);
    spec = small_cluster(arena, 3, 4);
    spec.jobs[0].gpus = 7;
    small_cluster_resolve(arena, &spec);
    cr_assert_eq(spec.jobs[0].training.plan.data_parallel, 7);
    arena_destroy(arena);
}

Test(spec, a_job_is_not_larger_than_the_cluster) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 3, 4);
    spec.jobs[0].gpus = 13;
    small_cluster_expect_error(&spec, "jobs[0].gpus", "found 13, expected at most the cluster's 12");
    arena_destroy(arena);
}

Test(spec, a_switch_that_reduces_is_one_between_nvlink_ports) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 3, 4);
    spec.cluster.node.in_network_reduction = true;
    small_cluster_resolve(arena, &spec);
    spec = small_cluster(arena, 3, 4);
    spec.cluster.node.in_network_reduction = true;
    spec.cluster.node.nvlink.bytes_per_s = 0;
    small_cluster_expect_error(&spec, "cluster.node.in_network_reduction",
                               "found true on a node without NVLink, expected `nvlink`, whose switch reduces");
    arena_destroy(arena);
}

Test(spec, a_power_limit_is_a_quarter_of_the_boards_default_to_all_of_it) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 3, 4);
    spec.cluster.node.gpu.name = "odd";
    spec.cluster.node.gpu.tdp_watts = 683;
    spec.cluster.node.gpu.power_limit_watts = 170.75;
    small_cluster_resolve(arena, &spec);
    spec.cluster.node.gpu.power_limit_watts = 683;
    small_cluster_resolve(arena, &spec);
    spec.cluster.node.gpu.power_limit_watts = 170.5;
    small_cluster_expect_error(
        &spec, "cluster.node.gpu.power_limit",
        "found 170.5 W, expected 170.75 to 683 W: from a quarter of the default limit (tdp) of odd to all of it");
    spec.cluster.node.gpu.power_limit_watts = 683.5;
    small_cluster_expect_error(
        &spec, "cluster.node.gpu.power_limit",
        "found 683.5 W, expected 170.75 to 683 W: from a quarter of the default limit (tdp) of odd to all of it");
    arena_destroy(arena);
}

Test(spec, a_cluster_that_cannot_be_simulated_is_refused_before_anything_else) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 1500001, 4);
    spec.jobs[0].training.plan.tensor_parallel = 3;
    small_cluster_expect_error(&spec, "cluster.nodes", "found 6e+06 GPUs, expected at most 4e+06");
    spec = small_cluster(arena, 1000000, 4);
    small_cluster_resolve(arena, &spec);
    arena_destroy(arena);
}

Test(spec, a_step_of_too_many_passes_is_refused) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 2, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = plan->pipeline_parallel = 2;
    plan->gradient_accumulation = 3000001;
    small_cluster_expect_error(
        &spec, "jobs[0].plan",
        "found 6e+06 passes to simulate (stages x chunks x micro-batches), expected at most 1e+06: a larger "
        "micro_batch, fewer virtual_stages or a smaller global_batch makes fewer");
    spec.jobs[0].training.plan.global_batch_seqs = 0;
    plan->gradient_accumulation = 500000;
    small_cluster_resolve(arena, &spec);
    spec.fidelity = FIDELITY_UNFOLDED;
    small_cluster_expect_error(
        &spec, "jobs[0].plan",
        "found 4e+06 passes to simulate (stages x chunks x micro-batches x ranks, unfolded), expected at "
        "most 1e+06: a larger micro_batch, fewer virtual_stages or a smaller global_batch makes fewer");
    arena_destroy(arena);
}

Test(spec, there_are_jobs_and_each_has_a_name) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 1, 2);
    spec.job_count = 0;
    small_cluster_expect_error(&spec, "jobs", "found no job, expected at least 1");
    JobSpec two[2] = {spec.jobs[0], spec.jobs[0]};
    two[0].gpus = two[1].gpus = 1;
    spec.jobs = two;
    spec.job_count = 2;
    small_cluster_expect_error(&spec, "jobs[1].name", "found \"job\" again, expected a `name` of its own for each job");
    arena_destroy(arena);
}

Test(spec, several_nodes_need_nics_with_a_bandwidth) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 3, 4);
    spec.cluster.node.nics = 0;
    small_cluster_expect_error(&spec, "cluster.nodes",
                               "found 3 nodes without NICs, expected 1 node, or a node type with `nics`");
    spec = small_cluster(arena, 3, 4);
    spec.cluster.node.nic.bytes_per_s = 0;
    small_cluster_expect_error(&spec, "cluster.node.nics", "found 4 NICs without a bandwidth, expected `nic`");
    spec = small_cluster(arena, 1, 4);
    spec.cluster.node.nics = 0;
    small_cluster_resolve(arena, &spec);
    arena_destroy(arena);
}

Test(spec, a_slow_gpu_is_in_the_cluster_and_named_once) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 3, 4);
    const SlowGpuSpec outside[] = {{11, 0.83}, {12, 0.83}};
    spec.cluster.slow_gpus = outside;
    spec.cluster.slow_gpu_count = 2;
    small_cluster_expect_error(&spec, "cluster.slow_gpus[1].gpu", "found 12, expected a GPU in 0 .. 11");
    const SlowGpuSpec twice[] = {{5, 0.83}, {2, 0.7}, {5, 0.9}};
    spec.cluster.slow_gpus = twice;
    spec.cluster.slow_gpu_count = 3;
    small_cluster_expect_error(&spec, "cluster.slow_gpus[2].gpu", "found GPU 5 again, expected each once");
    spec.cluster.slow_gpu_count = 2;
    small_cluster_resolve(arena, &spec);
    arena_destroy(arena);
}

Test(spec, the_gpu_knows_the_precision_of_the_plan) {
    Arena *arena = arena_create();
    const char *path = "jobs[0].plan.precision";
    SimulationSpec spec = small_cluster(arena, 1, 2);
    spec.jobs[0].training.plan.precision = PRECISION_BF16;
    small_cluster_expect_error(&spec, path,
                               "found bf16, expected a precision for which small has a `peak` and a `kernels.matrix`");
    spec.cluster.node.gpu.peak_flop_per_s[PRECISION_BF16] = 312e12;
    small_cluster_expect_error(&spec, path,
                               "found bf16, expected a precision for which small has a `peak` and a `kernels.matrix`");
    spec.cluster.node.gpu.kernels.matrix_fraction[PRECISION_BF16] = 0.92;
    small_cluster_resolve(arena, &spec);
    arena_destroy(arena);
}

/* Attention stays in bf16 under fp8, so a GPU without bf16 cannot run it. */
Test(spec, fp8_needs_a_gpu_with_bf16) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 1, 2);
    GpuSpec *gpu = &spec.cluster.node.gpu;
    spec.jobs[0].training.plan.precision = PRECISION_FP8;
    gpu->peak_flop_per_s[PRECISION_FP8] = 1978.9e12;
    gpu->kernels.matrix_fraction[PRECISION_FP8] = 0.78;
    small_cluster_expect_error(&spec, "jobs[0].plan.precision",
                               "found fp8, expected a GPU that has bf16 too: attention needs it");
    gpu->peak_flop_per_s[PRECISION_BF16] = 989.4e12;
    gpu->kernels.matrix_fraction[PRECISION_BF16] = 0.819;
    small_cluster_resolve(arena, &spec);
    arena_destroy(arena);
}

Test(spec, mistakes_of_the_plan_stand_under_the_job) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 1, 2);
    spec.jobs[0].training.plan.tensor_parallel = 3;
    ErrorList errors;
    error_list_init(&errors, arena);
    cr_assert_not(simulation_spec_resolve(&spec, &errors));
    cr_assert_eq(errors.count, 3);
    cr_assert_str_eq(errors.items[2].path, "jobs[0].plan.tensor_parallel");
    cr_assert_str_eq(errors.items[2].message, "found tensor 3 x pipeline 1, expected a divisor of 2 GPUs");
    arena_destroy(arena);
}

Test(spec, placement_and_fidelity_have_names) {
    const char *const placements[] = {"packed", "spread", "random"}, *const fidelities[] = {"folded", "unfolded"};
    for (int i = 0; i < 3; i++)
        cr_assert_str_eq(placement_name((Placement)i), placements[i]);
    cr_assert_str_eq(software_known_name(SOFTWARE_MEASURED), "measured");
    cr_assert_str_eq(software_known_name(SOFTWARE_UNKNOWN), "unknown");
    for (int i = 0; i < 2; i++)
        cr_assert_str_eq(fidelity_name((Fidelity)i), fidelities[i]);
}
