#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/reader/scenario.h"
#include "tests/unit/scenarios/reading.h"

static const char *const ROOTS[] = {"scenarios"};

/* A scenario that has everything a scenario needs, and no more. */
#define SMALLEST                                                                                                       \
    "cluster: {node: dgx-a100-80}\n"                                                                                   \
    "jobs: [{model: gpt-1.7b, sequence_length: 2048}]\n"

typedef struct Bench {
    Reading *reading;
    const char *folder;
    const char *file;
} Bench;

static Bench bench_create(const char *text) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    return (Bench){reading, folder, reading_file(reading, folder, "try.yaml", text)};
}

static void bench_destroy(Bench *bench) {
    reading_remove(bench->folder);
    reading_destroy(bench->reading);
}

static Scenario *read_with(Bench *bench, const char *const *sets, int set_count) {
    ScenarioSource source = {.files = &bench->file,
                             .file_count = 1,
                             .sets = sets,
                             .set_count = set_count,
                             .catalogue = {.roots = ROOTS, .root_count = 1}};
    return scenario_read(&source, bench->reading->arena, &bench->reading->errors);
}

/* The errors of a scenario; FILE in `expected` is its file. */
static void expect_errors(const char *text, const char *set, const char *expected) {
    Bench bench = bench_create(text);
    cr_assert_null(read_with(&bench, &set, set != NULL));
    const char *with_file = "";
    for (const char *mark = NULL; (mark = strstr(expected, "FILE")) != NULL; expected = mark + 4)
        with_file =
            arena_format(bench.reading->arena, "%s%.*s%s", with_file, (int)(mark - expected), expected, bench.file);
    with_file = arena_format(bench.reading->arena, "%s%s", with_file, expected);
    cr_assert_str_eq(reading_errors(bench.reading), with_file);
    bench_destroy(&bench);
}

Test(scenario, the_smallest_one_is_named_after_its_file_and_resolved) {
    Bench bench = bench_create(SMALLEST);
    Scenario *scenario = read_with(&bench, NULL, 0);
    cr_assert_str_eq(reading_errors(bench.reading), "");
    const SimulationSpec *spec = &scenario->spec;
    cr_assert_str_eq(spec->name, "try");
    cr_assert_eq(spec->seed, 1);
    cr_assert_str_eq(spec->cluster.node.name, "dgx-a100-80");
    cr_assert_str_eq(spec->cluster.node.gpu.name, "a100-80");
    cr_assert_eq(spec->cluster.node.gpu.peak_flop_per_s[PRECISION_BF16], 312e12);
    cr_assert_eq(spec->job_count, 1);
    cr_assert_eq(spec->jobs[0].gpus, 8);
    cr_assert_eq(spec->jobs[0].training.model.hidden, 2304);
    cr_assert_str_eq(spec->jobs[0].training.model.name, "gpt-1.7b");
    cr_assert_eq(spec->jobs[0].training.plan.data_parallel, 8);
    cr_assert(scenario->outputs.plots);
    cr_assert_not(scenario->outputs.trace);
    cr_assert_eq(scenario->axis_count, 0);
    bench_destroy(&bench);
}

Test(scenario, every_section_is_read) {
    Bench bench =
        bench_create("name: all\n"
                     "lesson: \"What it shows.\"\n"
                     "seed: 9007199254740991\n"
                     "fidelity: unfolded\n"
                     "cluster:\n"
                     "  node: {from: dgx-a100-80, gpus: 4, gpu: {hbm_capacity: 40 GiB}}\n"
                     "  nodes: 6\n"
                     "  fabric: {oversubscription: 2.5, nodes_per_leaf: 3, hop_latency: 0.3 us, efficiency: 0.7}\n"
                     "  slow_gpus: [{gpu: 17, speed: 0.8}]\n"
                     "jobs:\n"
                     "  - name: gpt\n"
                     "    kind: training\n"
                     "    gpus: 12\n"
                     "    placement: spread\n"
                     "    model: {hidden_size: 96, num_layers: 6, num_attention_heads: 6, vocab_size: 77}\n"
                     "    sequence_length: 34\n"
                     "    plan: {tensor_model_parallel_size: 2, pipeline-parallel: 3, micro_batch: 5,\n"
                     "           global_batch: 70, recompute: full, precision: bf16, collective: ring}\n"
                     "outputs: {plots: false, trace: true}\n"
                     "assert: [step.time_s < 5 s]\n");
    Scenario *scenario = read_with(&bench, NULL, 0);
    cr_assert_str_eq(reading_errors(bench.reading), "");
    const SimulationSpec *spec = &scenario->spec;
    cr_assert_eq(spec->seed, 9007199254740991);
    cr_assert_eq(spec->fidelity, FIDELITY_UNFOLDED);
    cr_assert_str_eq(spec->cluster.node.name, "dgx-a100-80, changed");
    cr_assert_str_eq(spec->cluster.node.gpu.name, "a100-80, changed");
    cr_assert_eq(spec->cluster.node.gpus, 4);
    cr_assert_eq(spec->cluster.node.gpu.hbm_bytes, 42949672960.0);
    cr_assert_eq(spec->cluster.node.gpu.sm_count, 108);
    cr_assert_eq(spec->cluster.fabric.oversubscription, 2.5);
    cr_assert_eq(spec->cluster.fabric.hop_latency_s, 0.3e-6);
    cr_assert_eq(spec->cluster.slow_gpus[0].gpu, 17);
    cr_assert_eq(spec->jobs[0].placement, PLACEMENT_SPREAD);
    cr_assert_str_eq(spec->jobs[0].training.model.name, "own model");
    cr_assert_eq(spec->jobs[0].training.plan.tensor_parallel, 2);
    cr_assert_eq(spec->jobs[0].training.plan.data_parallel, 2);
    cr_assert_eq(spec->jobs[0].training.plan.gradient_accumulation, 7);
    cr_assert_eq(spec->jobs[0].training.plan.recompute, RECOMPUTE_FULL);
    cr_assert_eq(spec->jobs[0].training.plan.precision, PRECISION_BF16);
    cr_assert_str_eq(spec->jobs[0].training.plan.collective, "ring");
    cr_assert_not(scenario->outputs.plots);
    cr_assert(scenario->outputs.trace);
    cr_assert_eq(scenario->goal_count, 1);
    bench_destroy(&bench);
}

Test(scenario, a_config_json_is_a_model) {
    Bench bench = bench_create("cluster: {node: dgx-a100-80}\n"
                               "jobs: [{model: shapes/config.json, sequence_length: 64}]\n");
    reading_file(
        bench.reading, bench.folder, "shapes/config.json",
        "{\"model_type\": \"llama\", \"hidden_size\": 128, \"num_attention_heads\": 8, \"num_hidden_layers\": 3,\n"
        " \"vocab_size\": 771, \"rope_theta\": 1e6, \"max_position_embeddings\": 4096}");
    Scenario *scenario = read_with(&bench, NULL, 0);
    cr_assert_str_eq(reading_errors(bench.reading), "");
    const TransformerSpec *model = &scenario->spec.jobs[0].training.model;
    cr_assert_eq(model->layers, 3);
    cr_assert_eq(model->max_positions, 0);
    cr_assert(model->gated && model->rms_norm && !model->biases && !model->tied_embeddings);
    reading_file(bench.reading, bench.folder, "shapes/config.json",
                 "{\"model_type\": \"llama\", \"hidden_size\": 128}");
    cr_assert_null(read_with(&bench, NULL, 0));
    cr_assert_eq(bench.reading->errors.count, 3);
    bench_destroy(&bench);
}

Test(scenario, later_files_lie_over_earlier_ones_and_sets_over_all) {
    Bench bench = bench_create(SMALLEST "seed: 3\n");
    const char *second = reading_file(bench.reading, bench.folder, "second.yaml", "seed: 4\ncluster: {nodes: 2}\n");
    const char *files[] = {bench.file, second};
    const char *sets[] = {"cluster.nodes=6", "jobs[0].plan.micro_batch=7", "cluster.node.nic.bandwidth=100 Gbit/s"};
    ScenarioSource source = {
        .files = files, .file_count = 2, .sets = sets, .set_count = 3, .catalogue = {.roots = ROOTS, .root_count = 1}};
    Scenario *scenario = scenario_read(&source, bench.reading->arena, &bench.reading->errors);
    cr_assert_str_eq(reading_errors(bench.reading), "");
    cr_assert_eq(scenario->spec.seed, 4);
    cr_assert_eq(scenario->spec.cluster.nodes, 6);
    cr_assert_eq(scenario->spec.jobs[0].training.plan.micro_batch_seqs, 7);
    cr_assert_eq(scenario->spec.cluster.node.nic.bytes_per_s, 12.5e9);
    cr_assert_eq(scenario->spec.cluster.node.nics, 8);
    cr_assert_str_eq(scenario->spec.name, "second");
    bench_destroy(&bench);
}

Test(scenario, a_point_of_a_sweep_is_the_tree_with_other_values) {
    Bench bench =
        bench_create(SMALLEST "sweep:\n"
                              "  cluster.nodes: {from: 2, to: 8, factor: 2}\n"
                              "  jobs[0].plan: [{tensor_parallel: 1}, {tensor_parallel: 4, precision: bf16}]\n");
    Scenario *scenario = read_with(&bench, NULL, 0);
    cr_assert_str_eq(reading_errors(bench.reading), "");
    cr_assert_eq(scenario->axis_count, 2);
    cr_assert_eq(scenario->axes[0].count, 3);
    cr_assert_eq(scenario->spec.cluster.nodes, 1);
    const char *values[] = {scenario->axes[0].values[2], scenario->axes[1].values[1]};
    Arena *arena = arena_create();
    SimulationSpec spec;
    cr_assert(scenario_spec_at(scenario, values, arena, &spec, &bench.reading->errors));
    cr_assert_eq(spec.cluster.nodes, 8);
    cr_assert_eq(spec.jobs[0].gpus, 64);
    cr_assert_eq(spec.jobs[0].training.plan.data_parallel, 16);
    cr_assert_eq(spec.jobs[0].training.plan.precision, PRECISION_BF16);
    cr_assert_str_eq(spec.name, "try");
    values[0] = NULL;
    cr_assert(scenario_spec_at(scenario, values, arena, &spec, &bench.reading->errors));
    cr_assert_eq(spec.cluster.nodes, 1);
    arena_destroy(arena);
    bench_destroy(&bench);
}

Test(scenario, a_point_of_a_sweep_opens_no_file) {
    Bench bench = bench_create("cluster: {node: mine.yaml}\n"
                               "jobs: [{model: gpt-1.7b, sequence_length: 2048}]\n"
                               "sweep: {cluster.node: [mine.yaml, theirs.yaml], cluster.nodes: [2, 4]}\n");
    reading_file(bench.reading, bench.folder, "mine.yaml", "node: {from: dgx-a100-80, gpus: 4}\n");
    const char *theirs =
        reading_file(bench.reading, bench.folder, "theirs.yaml", "node: {from: dgx-a100-80, gpus: 2}\n");
    Scenario *scenario = read_with(&bench, NULL, 0);
    cr_assert_str_eq(reading_errors(bench.reading), "");
    cr_assert_eq(remove(theirs), 0);
    const char *values[] = {scenario->axes[0].values[1], scenario->axes[1].values[1]};
    SimulationSpec spec;
    cr_assert(scenario_spec_at(scenario, values, bench.reading->arena, &spec, &bench.reading->errors), "%s",
              reading_errors(bench.reading));
    cr_assert_eq(spec.cluster.node.gpus, 2);
    cr_assert_eq(spec.jobs[0].gpus, 8);
    bench_destroy(&bench);
}

Test(scenario, a_point_that_makes_no_spec_is_an_error_of_that_point) {
    Bench bench = bench_create(SMALLEST "sweep: {\"jobs[0].plan.tensor_parallel\": [1, 7]}\n");
    Scenario *scenario = read_with(&bench, NULL, 0);
    cr_assert_str_eq(reading_errors(bench.reading), "");
    SimulationSpec spec;
    const char *values[] = {"7"};
    cr_assert_not(scenario_spec_at(scenario, values, bench.reading->arena, &spec, &bench.reading->errors));
    cr_assert_gt(bench.reading->errors.count, 0);
    cr_assert_str_eq(bench.reading->errors.items[0].path, "jobs[0].plan.tensor_parallel");
    bench_destroy(&bench);
}

#define TWO_AXES SMALLEST "sweep: {cluster.nodes: [1, 2], \"jobs[0].plan.micro_batch\": [1, 3]}\n"

Test(scenario, a_value_that_is_set_replaces_the_axis_over_its_path) {
    Bench bench = bench_create(TWO_AXES);
    const char *sets[] = {"cluster.nodes=5"};
    Scenario *scenario = read_with(&bench, sets, 1);
    cr_assert_str_eq(reading_errors(bench.reading), "");
    cr_assert_eq(scenario->axis_count, 1);
    cr_assert_str_eq(scenario->axes[0].path, "jobs[0].plan.micro_batch");
    cr_assert_eq(scenario->spec.cluster.nodes, 5);
    cr_assert_eq(scenario->notes.count, 1);
    cr_assert_str_eq(scenario->notes.items[0].path, "cluster.nodes");
    cr_assert_str_eq(scenario->notes.items[0].message, "found 5, which replaces the sweep over it");
    bench_destroy(&bench);
}

Test(scenario, an_axis_set_behind_a_value_stays) {
    Bench bench = bench_create(TWO_AXES);
    const char *sets[] = {"cluster.nodes=5", "sweep={cluster.nodes: [3, 4, 7]}"};
    Scenario *scenario = read_with(&bench, sets, 2);
    cr_assert_str_eq(reading_errors(bench.reading), "");
    cr_assert_eq(scenario->axis_count, 2);
    cr_assert_eq(scenario->axes[1].count, 3);
    bench_destroy(&bench);
}

Test(scenario, an_empty_sweep_that_is_set_clears_all_axes) {
    static const char *const CLEARING[] = {"sweep={}", "sweep=null"};
    for (int i = 0; i < 2; i++) {
        Bench bench = bench_create(TWO_AXES);
        Scenario *scenario = read_with(&bench, &CLEARING[i], 1);
        cr_assert_str_eq(reading_errors(bench.reading), "");
        cr_assert_eq(scenario->axis_count, 0, "%s", CLEARING[i]);
        cr_assert(scenario->sweep_is_set);
        bench_destroy(&bench);
    }
}

Test(scenario, a_value_of_a_sweep_that_is_no_value_is_found_before_it_runs) {
    expect_errors(SMALLEST "sweep:\n  cluster.nodes: [1, two]\n", NULL,
                  "FILE:4:22: cluster.nodes: found two, expected a whole number from 1 to 1000000\n");
    expect_errors(SMALLEST "sweep:\n  cluster.nodez: [1]\n", NULL,
                  "FILE:4:19: cluster.nodez: found unknown key \"nodez\", expected a key of cluster (did you mean "
                  "\"nodes\"?)\n");
}

Test(scenario, what_the_models_refuse_is_reported_at_the_nearest_key) {
    expect_errors("cluster: {node: dgx-a100-80}\n"
                  "jobs:\n"
                  "  - model: gpt-1.7b\n"
                  "    sequence_length: 2048\n"
                  "    gpus: 9\n"
                  "    plan: {data_parallel: 9}\n",
                  NULL, "FILE:5:11: jobs[0].gpus: found 9, expected at most the cluster's 8\n");
    expect_errors("cluster: {node: dgx-a100-80, slow_gpus: [{gpu: 8, speed: 0.5}]}\n"
                  "jobs: [{model: gpt-1.7b, sequence_length: 2048}]\n",
                  NULL, "FILE:1:48: cluster.slow_gpus[0].gpu: found 8, expected a GPU in 0 .. 7\n");
}

Test(scenario, mistakes_of_all_kinds_come_at_once) {
    expect_errors("sed: 1\n"
                  "cluster:\n"
                  "  node: dgx-a100-8\n"
                  "  nodes: 0\n"
                  "  nodes: 3\n"
                  "jobs: []\n"
                  "sweep: {x: 3}\n"
                  "assert: [x]\n",
                  "seed",
                  "--set: found \"seed\", expected path.to.key=value\n"
                  "FILE:1:1: sed: found unknown key \"sed\", expected a key of scenario (did you mean \"seed\"?)\n"
                  "FILE:3:9: cluster.node: found \"dgx-a100-8\", expected a node of the catalogue (did you mean "
                  "\"dgx-a100-80\"?)\n"
                  "FILE:4:10: cluster.nodes: found 0, expected a whole number from 1 to 1000000\n"
                  "FILE:5:3: found the key \"nodes\" again, expected it once (first: line 4)\n"
                  "FILE:7:12: sweep.x: found 3, expected a list or {from, to, factor}\n"
                  "FILE:8:10: assert[0]: found x, expected a goal such as \"throughput.tflops_per_gpu > 130\"\n");
}

Test(scenario, a_set_that_is_wrong_says_so) {
    expect_errors(SMALLEST, "cluster.nodes=0",
                  "--set: cluster.nodes: found 0, expected a whole number from 1 to 1000000\n");
    expect_errors(SMALLEST, "jobs[3]=1",
                  "--set: jobs[3]: found a list of 1 items, expected an index from [0] to [1]\n");
}

Test(scenario, layers_that_are_set_over_a_transformer_say_how_to_replace_it) {
    static const char OWN[] = "cluster: {node: dgx-a100-80}\njobs:\n  - model: {num_hidden_layers: 7}\n";
    expect_errors(
        OWN, "jobs[0].model={layers: []}",
        "--set: jobs[0].model.layers: found it beside \"num_hidden_layers\" (FILE:3), expected one or the other; "
        "a mapping laid over another joins it: --set jobs[0].model=null before it takes the old one away\n");
    static const char *const SETS[] = {"jobs[0].model=null",
                                       "jobs[0].model={layers: [{kind: linear, in_features: 30, out_features: 70}]}"};
    Bench bench = bench_create(OWN);
    Scenario *scenario = read_with(&bench, SETS, 2);
    cr_assert_str_eq(reading_errors(bench.reading), "");
    cr_assert_eq(scenario->spec.jobs[0].training.list.count, 1);
    bench_destroy(&bench);
}

Test(scenario, entries_that_lead_to_each_other_end) {
    Bench bench = bench_create("cluster: {node: ./self.yaml}\njobs: []\n");
    reading_file(bench.reading, bench.folder, "self.yaml", "node: {from: ./self.yaml}\n");
    cr_assert_null(read_with(&bench, NULL, 0));
    cr_assert_eq(bench.reading->errors.count, 1);
    cr_assert_str_eq(bench.reading->errors.items[0].message,
                     "found more than 8 entries that lead to each other by `from`, expected fewer");
    bench_destroy(&bench);
}

Test(scenario, no_file_is_no_scenario) {
    Reading *reading = reading_create();
    ScenarioSource source = {.file_count = 0};
    cr_assert_null(scenario_read(&source, reading->arena, &reading->errors));
    cr_assert_str_eq(reading_errors(reading), "found no scenario, expected a file\n");
    reading_destroy(reading);
}
