#include "tests/unit/models/small_cluster.h"

#include <criterion/criterion.h>

#include "models/spec_resolve.h"
#include "tests/unit/models/odd_attention.h"

#include <stdio.h>
#include <stdlib.h>

static GpuSpec small_gpu(void) {
    GpuSpec gpu = {.name = "small",
                   .hbm_bytes = 80.0 * 1024 * 1024 * 1024,
                   .hbm_bytes_per_s = 2.039e12,
                   .sm_count = 108,
                   .tdp_watts = 400};
    gpu.peak_flop_per_s[PRECISION_FP16] = 312e12;
    gpu.kernels = (GpuKernels){.sustained_fraction = 0.87,
                               .tile_loss = 32.5,
                               .tile_start_s = 3.95e-6,
                               .quantisation_fraction = 1,
                               .shortest_s = 0.57e-6,
                               .hbm_fraction = 0.995,
                               .hbm_ramp_bytes = 16e6,
                               .row_reduction_fraction = 0.69,
                               .launch_s = 0.9e-6,
                               .host_s = 1e-6};
    gpu.kernels.matrix_fraction[PRECISION_FP16] = 0.92;
    gpu.kernels.attention = ODD_ATTENTION;
    return gpu;
}

SimulationSpec small_cluster(Arena *arena, int nodes, int gpus) {
    SimulationSpec spec = simulation_spec_default();
    spec.name = "small";
    spec.cluster.nodes = nodes;
    spec.cluster.node = (NodeSpec){.name = "small",
                                   .gpu = small_gpu(),
                                   .gpus = gpus,
                                   .nvlink = {300e9, 1.85e-6, 0.7, 17.5e-6, 0},
                                   .pcie = {31.5e9, 1e-6, 0.8, 0, 0},
                                   .nics = gpus,
                                   .nic = {25e9, 6.4e-6, 0.65, 42e-6, 0},
                                   .cpu_cores = 64,
                                   .host_memory_bytes = 1e12};
    spec.jobs = ARENA_NEW(arena, JobSpec);
    spec.job_count = 1;
    spec.jobs[0] = job_default();
    TrainingSpec *training = &spec.jobs[0].training;
    training->sequence_tokens = 512;
    training->model.hidden = 1024;
    training->model.layers = 8;
    training->model.heads = 8;
    training->model.vocab = 5120;
    training->model.max_positions = 640;
    training->model.dropout_fraction = 0.1;
    return spec;
}

void small_cluster_leaves(SimulationSpec *spec, int nodes_per_leaf) {
    spec->cluster.fabric.nodes_per_leaf = nodes_per_leaf;
    spec->cluster.fabric.oversubscription = nodes_per_leaf ? 3.5 : 1;
}

void small_cluster_resolve(Arena *arena, SimulationSpec *spec) {
    ErrorList errors;
    error_list_init(&errors, arena);
    if (simulation_spec_resolve(spec, &errors))
        return;
    error_list_print(&errors, stderr);
    abort();
}

void small_cluster_expect_error(SimulationSpec *spec, const char *path, const char *message) {
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    cr_assert_not(simulation_spec_resolve(spec, &errors), "%s", message);
    cr_assert_eq(errors.count, 1, "%d errors, the first: %s", errors.count, errors.items[0].message);
    cr_assert_str_eq(errors.items[0].path, path);
    cr_assert_str_eq(errors.items[0].message, message);
    arena_destroy(arena);
}

const Results *small_cluster_run(Arena *arena, SimulationSpec *spec) {
    small_cluster_resolve(arena, spec);
    const Results *results = simulation_run(spec, arena);
    cr_assert_eq(results->status, RUN_OK);
    return results;
}

double small_cluster_sent_bytes(Arena *arena, SimulationSpec *spec) {
    small_cluster_resolve(arena, spec);
    const Results *results = simulation_run(spec, arena);
    double bytes = 0;
    for (int i = 0; i < results->link_count; i++)
        if (results->links[i].kind == LINK_NIC)
            bytes += results->links[i].bytes;
    /* What one NIC sends another receives: each byte is on two of them. */
    return bytes / 2;
}
