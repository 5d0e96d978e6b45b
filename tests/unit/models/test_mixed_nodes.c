/* Nodes of several types in one cluster: folded and unfolded agree, the slow ones are blamed, empty places stay empty.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "models/cluster/placement.h"
#include "models/simulation.h"
#include "models/spec_resolve.h"
#include "sim/engine/engine.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_layout.h"

typedef struct Layout {
    SmallLayout small;
    const char *others; /* nodes of the slow type */
} Layout;

static const Layout LAYOUTS[] = {
    {{"1f1b", 2, 4, 4, 1, 1, 2, true, false}, "1"},    {{"1f1b", 4, 2, 2, 1, 1, 3, false, true}, "1, 3"},
    {{"1f1b", 4, 4, 2, 2, 1, 5, false, false}, "3"},   {{"1f1b", 4, 2, 2, 4, 1, 6, true, true}, "2"},
    {{"gpipe", 4, 4, 4, 2, 1, 3, true, false}, "0-1"}, {{"interleaved_1f1b", 8, 4, 4, 4, 2, 8, false, true}, "6-7"},
    {{"1f1b", 4, 2, 4, 1, 1, 2, false, false}, "1"},
};

enum { LAYOUT_COUNT = sizeof LAYOUTS / sizeof *LAYOUTS };

static NodeSpec slow_node(const NodeSpec *usual, int gpus) {
    NodeSpec node = *usual;
    node.name = "old";
    node.gpu.name = "slow";
    node.gpu.peak_flop_per_s[PRECISION_FP16] *= 0.43;
    node.gpu.hbm_bytes_per_s *= 0.61;
    node.gpu.hbm_bytes *= 0.5;
    node.nvlink.bytes_per_s *= 0.57;
    node.nic.bytes_per_s *= 0.71;
    node.nic.latency_s *= 1.3;
    node.gpus = node.nics = gpus;
    return node;
}

static void add_others(Arena *arena, SimulationSpec *spec, const char *nodes, NodeSpec node) {
    OtherNodesSpec *others = ARENA_ARRAY(arena, spec->cluster.other_node_count + 1, OtherNodesSpec);
    for (int64_t i = 0; i < spec->cluster.other_node_count; i++)
        others[i] = spec->cluster.other_nodes[i];
    others[spec->cluster.other_node_count++] = (OtherNodesSpec){.nodes = nodes, .node = node};
    spec->cluster.other_nodes = others;
}

Test(mixed_nodes, folded_and_unfolded_agree_to_the_nanosecond_with_slow_nodes) {
    for (int i = 0; i < LAYOUT_COUNT; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = small_layout_spec(arena, &LAYOUTS[i].small);
        add_others(arena, &spec, LAYOUTS[i].others, slow_node(&spec.cluster.node, LAYOUTS[i].small.gpus));
        small_cluster_resolve(arena, &spec);
        folding_expect_agreement(&spec, arena_format(arena, "layout %d", i), arena);
        arena_destroy(arena);
    }
}

Test(mixed_nodes, folded_and_unfolded_agree_when_types_have_different_numbers_of_gpus) {
    for (int i = 0; i < LAYOUT_COUNT; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = small_layout_spec(arena, &LAYOUTS[i].small);
        if (LAYOUTS[i].small.pipeline > 1 || LAYOUTS[i].small.tensor > 2) {
            arena_destroy(arena);
            continue;
        }
        add_others(arena, &spec, LAYOUTS[i].others, slow_node(&spec.cluster.node, 4));
        small_cluster_resolve(arena, &spec);
        cr_expect_eq(spec.jobs[0].gpus, 2 * 2 + 2 * 4);
        folding_expect_agreement(&spec, arena_format(arena, "layout %d", i), arena);
        arena_destroy(arena);
    }
}

/* The types tell ranks apart, which must not change when anything happens. */
Test(mixed_nodes, another_type_that_is_like_the_usual_one_changes_no_time) {
    for (int i = 0; i < LAYOUT_COUNT; i++) {
        Arena *arena = arena_create();
        SimulationSpec plain = small_layout_spec(arena, &LAYOUTS[i].small),
                       mixed = small_layout_spec(arena, &LAYOUTS[i].small);
        add_others(arena, &mixed, LAYOUTS[i].others, mixed.cluster.node);
        small_cluster_resolve(arena, &plain);
        small_cluster_resolve(arena, &mixed);
        const Results *one = folding_run(&plain, FIDELITY_UNFOLDED, arena);
        const Results *other = folding_run(&mixed, FIDELITY_UNFOLDED, arena);
        cr_expect_eq(one->step, other->step, "layout %d: %ld and %ld ns", i, (long)one->step, (long)other->step);
        cr_expect_eq(one->event_hash, other->event_hash);
        cr_expect_eq(other->ledger.ns[LEDGER_STRAGGLER], 0);
        cr_expect_eq(folding_run(&mixed, FIDELITY_FOLDED, arena)->step, one->step);
        arena_destroy(arena);
    }
}

/* Two replicas per node, one node in four old. */
static SimulationSpec data_parallel_spec(Arena *arena) {
    SimulationSpec spec = small_layout_spec(arena, &(SmallLayout){"1f1b", 4, 4, 2, 1, 1, 23, false, false});
    add_others(arena, &spec, "2", slow_node(&spec.cluster.node, 4));
    return spec;
}

Test(mixed_nodes, slow_nodes_set_the_pace_and_are_named) {
    Arena *arena = arena_create();
    SimulationSpec mixed = data_parallel_spec(arena), old = data_parallel_spec(arena), new = data_parallel_spec(arena);
    old.jobs[0].nodes = "2";
    new.jobs[0].nodes = "0-1, 3";
    small_cluster_resolve(arena, &mixed);
    small_cluster_resolve(arena, &old);
    small_cluster_resolve(arena, &new);
    const Results *all = simulation_run(&mixed, arena), *slow = simulation_run(&old, arena);
    const Results *fast = simulation_run(&new, arena);
    cr_expect_gt(all->step, slow->step);
    cr_expect_gt(all->step, fast->step + fast->step / 2);
    cr_expect_gt(all->ledger.ns[LEDGER_STRAGGLER], ledger_sum(&all->ledger) / 5);
    cr_expect_eq(slow->ledger.ns[LEDGER_STRAGGLER] + fast->ledger.ns[LEDGER_STRAGGLER], 0);
    cr_expect(strstr(all->verdict, " on 12 small and 4 slow: a step takes"), "%s", all->verdict);
    cr_expect(strstr(slow->verdict, " on 4 slow: a step takes"), "%s", slow->verdict);
    cr_expect(strstr(all->causes[0].sentence, "mostly in stage 0 replicas 4..5 (2) on old."), "%s",
              all->causes[0].sentence);
    cr_expect_str_eq(all->causes[0].advice, "leave out the slower type of node, or give it a job of its own");
    arena_destroy(arena);
}

Test(mixed_nodes, peaks_are_summed_over_the_gpus_of_the_job) {
    Arena *arena = arena_create();
    SimulationSpec spec = data_parallel_spec(arena);
    small_cluster_resolve(arena, &spec);
    const Results *results = simulation_run(&spec, arena);
    double flop = results_metric(results, "throughput.model_tflops_per_gpu")->value * 1e12 * 16;
    double peak = 12 * 312e12 + 4 * 0.43 * 312e12;
    cr_expect_float_eq(results_metric(results, "utilisation.mfu_fraction")->value, flop / peak, 1e-9);
    arena_destroy(arena);
}

Test(mixed_nodes, a_job_that_does_not_fit_on_the_smaller_gpu_names_it) {
    Arena *arena = arena_create();
    SimulationSpec spec = data_parallel_spec(arena);
    spec.cluster.other_nodes[0].node.gpu.hbm_bytes = 2e9;
    small_cluster_resolve(arena, &spec);
    const Results *results = simulation_run(&spec, arena);
    cr_expect_eq(results->status, RUN_OUT_OF_MEMORY);
    cr_expect(strstr(results->verdict, "does not fit: it needs 2."), "%s", results->verdict);
    cr_expect(strstr(results->verdict, "GiB per GPU and slow has 1.9 GiB."), "%s", results->verdict);
    SimulationSpec without = data_parallel_spec(arena);
    without.cluster.other_nodes[0].node.gpu.hbm_bytes = 2e9;
    without.jobs[0].nodes = "0-1, 3";
    small_cluster_resolve(arena, &without);
    cr_expect_eq(simulation_run(&without, arena)->status, RUN_OK);
    arena_destroy(arena);
}

Test(mixed_nodes, jobs_get_only_gpus_that_there_are) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 3, 4);
    add_others(arena, &spec, "1", slow_node(&spec.cluster.node, 2));
    spec.jobs[0].nodes = "1-2";
    small_cluster_resolve(arena, &spec);
    ErrorList errors;
    error_list_init(&errors, arena);
    const JobPlace *places = placement_of_jobs(&spec, arena, &errors);
    cr_assert_eq(spec.jobs[0].gpus, 6);
    cr_expect_arr_eq(places[0].rank_gpu, ((const int[]){4, 5, 8, 9, 10, 11}), 6 * sizeof(int));
    arena_destroy(arena);
}

Test(mixed_nodes, a_job_on_the_other_nodes_has_their_memory) {
    Arena *arena = arena_create();
    SimulationSpec spec = data_parallel_spec(arena);
    spec.cluster.node.gpu.hbm_bytes = 2e9;
    spec.jobs[0].nodes = "2";
    small_cluster_resolve(arena, &spec);
    const Results *results = simulation_run(&spec, arena);
    cr_expect_eq(results->status, RUN_OK);
    cr_expect_eq(results_metric(results, "memory.capacity_bytes")->value, 40.0 * 1024 * 1024 * 1024);
    arena_destroy(arena);
}

static const LinkUse *find_link(const Results *results, const char *name) {
    for (int i = 0; i < results->link_count; i++)
        if (strcmp(results->links[i].name, name) == 0)
            return &results->links[i];
    return NULL;
}

/* Nodes of 4, 2 and 4 GPUs, the job on the last of them. */
static SimulationSpec uneven_spec(Arena *arena) {
    SimulationSpec spec = small_cluster(arena, 3, 4);
    add_others(arena, &spec, "1", slow_node(&spec.cluster.node, 2));
    spec.jobs[0].nodes = "2";
    return spec;
}

Test(mixed_nodes, results_have_no_links_of_empty_places) {
    Arena *arena = arena_create();
    SimulationSpec spec = uneven_spec(arena);
    small_cluster_resolve(arena, &spec);
    const Results *results = simulation_run(&spec, arena);
    cr_expect_not_null(find_link(results, "gpu[5].nvlink.out"));
    cr_expect_not_null(find_link(results, "node[1].nic[1].in"));
    cr_expect_null(find_link(results, "gpu[6].nvlink.out"));
    cr_expect_null(find_link(results, "node[1].nic[2].in"));
    cr_expect_not_null(find_link(results, "gpu[8].nvlink.in"));
    arena_destroy(arena);
}

Test(mixed_nodes, background_between_types_takes_as_many_nics_as_the_end_with_fewer_has) {
    Arena *arena = arena_create();
    SimulationSpec spec = uneven_spec(arena);
    BackgroundSpec hum = background_default();
    hum.from = "0";
    hum.to = "1";
    hum.bytes_per_s = 4.77e9;
    spec.background = &hum;
    spec.background_count = 1;
    small_cluster_resolve(arena, &spec);
    const Results *results = simulation_run(&spec, arena);
    double bytes = hum.bytes_per_s * sim_time_to_s(results->wall);
    cr_expect_float_eq(find_link(results, "node[0].nic[1].out")->bytes, bytes / 2, 10);
    cr_expect_float_eq(find_link(results, "node[1].nic[1].in")->bytes, bytes / 2, 10);
    cr_expect_eq(find_link(results, "node[0].nic[2].out")->bytes, 0);
    arena_destroy(arena);
}

static void expect_error(SimulationSpec *spec, const char *path, const char *message) {
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    cr_expect_not(simulation_spec_resolve(spec, &errors));
    cr_assert_eq(errors.count, 1, "%d errors", errors.count);
    cr_expect_str_eq(errors.items[0].path, path);
    cr_expect_str_eq(errors.items[0].message, message);
    arena_destroy(arena);
}

Test(mixed_nodes, mistakes_say_which_node_and_type) {
    Arena *arena = arena_create();
    SimulationSpec spec = data_parallel_spec(arena);
    add_others(arena, &spec, "1-2", spec.cluster.node);
    expect_error(&spec, "cluster.other_nodes[1].nodes", "found node 2 again, expected each node in one entry");

    spec = data_parallel_spec(arena);
    spec.cluster.other_nodes[0].nodes = "3-4";
    expect_error(&spec, "cluster.other_nodes[0].nodes", "found \"3-4\", expected nodes in 0 .. 3, such as \"0-7, 12\"");

    spec = data_parallel_spec(arena);
    spec.cluster.other_nodes[0].node.nics = 0;
    expect_error(&spec, "cluster.other_nodes[0].node",
                 "found no NICs (old) in a cluster of 4 nodes, expected a node type with `nics`");

    spec = data_parallel_spec(arena);
    spec.jobs[0].training.plan.precision = PRECISION_BF16;
    spec.cluster.node.gpu.peak_flop_per_s[PRECISION_BF16] = 1e15;
    spec.cluster.node.gpu.kernels.matrix_fraction[PRECISION_BF16] = 0.8;
    expect_error(&spec, "jobs[0].plan.precision",
                 "found bf16, expected a precision for which slow of node 2 (old) has a `peak` and a `kernels.matrix`, "
                 "or other `nodes`");

    spec = data_parallel_spec(arena);
    spec.cluster.other_nodes[0].node.gpus = 2;
    spec.cluster.slow_gpus = &(SlowGpuSpec){.gpu = 10, .speed_fraction = 0.5};
    spec.cluster.slow_gpu_count = 1;
    expect_error(&spec, "cluster.slow_gpus[0].gpu", "found 10, an empty place, expected one of node 2's GPUs 8 .. 9");
    arena_destroy(arena);
}
