#include "scenarios/reader/graph_reader.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "models/hardware/fabric_graph.h"
#include "models/simulation.h"
#include "scenarios/reader/csv.h"
#include "scenarios/reader/scenario.h"
#include "tests/unit/scenarios/reading.h"
#include "tests/unit/scenarios/small_scenario.h"

static const char *const ROOTS[] = {"scenarios"};

/* Two leaves of two nodes; the uplinks of a leaf carry half of its NICs. */
#define LEAVES                                                                                                         \
    "switches: [{name: leaf, count: 2}, {name: spine}], hosts: [{name: a, nodes: 2}, {name: b, nodes: 2}], "           \
    "links: [{from: a, to: 'leaf[0]'}, {from: b, to: 'leaf[1]'}, {from: leaf, to: spine, bandwidth: 1600 Gbit/s}]"

static const Results *run_fabric(const char *fabric, Arena *arena) {
    const char *sets[] = {"cluster.nodes=4", arena_format(arena, "cluster.fabric={%s}", fabric), NULL};
    return simulation_run(&small_scenario(arena, sets)->spec, arena);
}

Test(graph_reader, a_leaf_spine_that_is_spelled_out_takes_the_same_time_to_the_nanosecond) {
    Arena *arena = arena_create();
    const Results *named = run_fabric("topology: leaf_spine, nodes_per_leaf: 2, oversubscription: 2", arena);
    const Results *spelled = run_fabric("topology: graph, " LEAVES, arena);
    const Results *wide = run_fabric("topology: single_switch", arena);
    cr_assert_eq(named->step, spelled->step);
    cr_assert_gt(named->step, wide->step, "the uplinks must matter");
    arena_destroy(arena);
}

Test(graph_reader, the_graph_says_how_many_nodes_there_are_when_the_scenario_does_not) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    const char *file = reading_file(reading, folder, "try.yaml",
                                    "cluster: {node: dgx-a100-80, fabric: {topology: graph, " LEAVES "}}\n"
                                    "jobs: [{model: gpt-1.7b, sequence_length: 2048}]\n");
    ScenarioSource source = {.files = &file, .file_count = 1, .catalogue = {.roots = ROOTS, .root_count = 1}};
    const Scenario *scenario = scenario_read(&source, reading->arena, &reading->errors);
    cr_assert_not_null(scenario, "%s", reading_errors(reading));
    cr_assert_eq(scenario->spec.cluster.nodes, 4);
    cr_assert_eq(scenario->spec.jobs[0].gpus, 32);
    reading_remove(folder);
    reading_destroy(reading);
}

/* Node 3 is old, by the list or by its group; on a leaf and spine, too. */
Test(graph_reader, a_group_that_names_a_type_is_the_same_as_an_entry_of_other_nodes) {
    static const char *const OLD = "{from: dgx-a100-40, gpus: 4, nics: 4}", *const PLAN =
                                                                                "jobs[0].plan.tensor_parallel=4";
    Arena *arena = arena_create();
    const char *list = arena_format(arena, "cluster.other_nodes=[{nodes: '3', node: %s}]", OLD);
    const char *graph = "cluster.fabric={topology: graph, switches: [{name: leaf}], hosts: [{name: a, nodes: 3}, "
                        "{name: b%s}], links: [{from: a, to: leaf}, {from: b, to: leaf}]}";
    const char *by_list[] = {"cluster.nodes=4", PLAN, list, arena_format(arena, graph, ""), NULL};
    const char *type = arena_format(arena, ", node: %s", OLD);
    const char *by_group[] = {"cluster.nodes=4", PLAN, arena_format(arena, graph, type), NULL};
    const char *on_one_switch[] = {"cluster.nodes=4", PLAN, list, "cluster.fabric={topology: single_switch}", NULL};
    const Results *first = simulation_run(&small_scenario(arena, by_list)->spec, arena);
    const Results *second = simulation_run(&small_scenario(arena, by_group)->spec, arena);
    const Results *third = simulation_run(&small_scenario(arena, on_one_switch)->spec, arena);
    cr_expect_eq(first->gpus, 28);
    cr_expect_eq(first->event_hash, second->event_hash);
    cr_expect_eq(first->step, third->step);
    arena_destroy(arena);
}

/* Two leaves, a cable to each: half of a node's NICs use each, be they 8 or 4. */
Test(graph_reader, cables_of_a_host_are_shared_by_the_nics_of_its_own_type) {
    Arena *arena = arena_create();
    const char *sets[] = {"cluster.nodes=2", "jobs[0].plan.tensor_parallel=4",
                          "cluster.fabric={topology: graph, switches: [{name: leaf, count: 2}], hosts: [{name: a}, "
                          "{name: b, node: {from: dgx-a100-40, gpus: 4, nics: 4}}], links: [{from: a, to: leaf}, "
                          "{from: b, to: leaf}, {from: 'leaf[0]', to: 'leaf[1]', bandwidth: 1 Gbit/s}]}",
                          NULL};
    Fabric fabric = cluster_fabric(&small_scenario(arena, sets)->spec.cluster);
    for (int nic = 0; nic < 8; nic++) {
        FabricPair out = {.to_node = 1, .from_nic = nic, .to_nic = nic / 2};
        FabricPair back = {.from_node = 1, .from_nic = nic / 2, .to_nic = nic};
        FabricRoute route = {0};
        fabric.topology->route(&fabric, &out, &route);
        cr_expect_eq(route.first_switch, nic / 4);
        cr_expect_eq(route.switches, 1);
        fabric.topology->route(&fabric, &back, &route);
        cr_expect_eq(route.first_switch, nic / 4);
    }
    arena_destroy(arena);
}

static const FabricGraph *read_list(Reading *reading, const char *folder, const char *list) {
    reading_file(reading, folder, "edges.csv", list);
    const char *file =
        reading_file(reading, folder, "try.yaml",
                     "cluster: {node: dgx-a100-80, fabric: {topology: graph, file: edges.csv, host_names: n}}\n"
                     "jobs: [{model: gpt-1.7b, sequence_length: 2048}]\n");
    const char **files = ARENA_NEW(reading->arena, const char *);
    files[0] = file;
    ScenarioSource source = {.files = files, .file_count = 1, .catalogue = {.roots = ROOTS, .root_count = 1}};
    const Scenario *scenario = scenario_read(&source, reading->arena, &reading->errors);
    return scenario != NULL ? scenario->spec.cluster.fabric.graph : NULL;
}

Test(graph_reader, an_edge_list_numbers_hosts_and_switches_as_they_come) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    const FabricGraph *graph = read_list(reading, folder,
                                         "to,from,bandwidth,latency,count,duplex\n"
                                         "core,tor1,47 Gbit/s,3 us,3,half\n"
                                         "tor1,n7,200 Gbit/s,,,\n"
                                         "tor2,core,100 Gbit/s,,,\n"
                                         "n1,tor2,400 Gbit/s,,,\n");
    cr_assert_not_null(graph, "%s", reading_errors(reading));
    cr_assert_eq(graph->plan.hosts, 2);
    cr_assert_eq(graph->plan.switches, 3);
    cr_assert_str_eq(graph->plan.vertices[0].word, "n7");
    cr_assert_str_eq(graph->plan.vertices[1].word, "n1");
    cr_assert_str_eq(graph->plan.vertices[2].word, "tor1");
    const GraphCable *first = &graph->plan.cables[0];
    cr_assert_eq(first->ends[0], 2);
    cr_assert_eq(first->ends[1], 3);
    cr_assert_float_eq(first->bytes_per_s, 47e9 / 8, 1);
    cr_assert_float_eq(first->latency_s, 3e-6, 1e-18);
    cr_assert(first->half_duplex && first->count == 3);
    cr_assert_eq(graph->plan.cables[1].count, 1);
    reading_remove(folder);
    reading_destroy(reading);
}

/* Hosts of a real Clos under their leaves, leaves under their pods, pods under one core. */
static char *edge_list_of(const CsvTable *table, Arena *arena) {
    size_t size = 64 * (size_t)table->row_count + 4096, used = 0;
    char *list = arena_allocate(arena, size);
    int leaf = csv_column(table, "ASW"), pod = csv_column(table, "PSW"), core = csv_column(table, "DSW");
    used += (size_t)snprintf(list, size, "from,to,bandwidth\n");
    for (int i = 0; i < table->row_count; i++) {
        const char *const *cells = table->rows[i].cells;
        used += (size_t)snprintf(list + used, size - used, "%s,%s-%s,400 Gbit/s\n", cells[0], cells[pod], cells[leaf]);
    }
    for (int i = 0; i < table->row_count; i++) {
        const char *const *cells = table->rows[i].cells;
        const char *link = arena_format(arena, "%s-%s,%s,1600 Gbit/s\n", cells[pod], cells[leaf], cells[pod]);
        const char *up = arena_format(arena, "%s,%s,6400 Gbit/s\n", cells[pod], cells[core]);
        used += strstr(list, link) == NULL ? (size_t)snprintf(list + used, size - used, "%s", link) : 0;
        used += strstr(list, up) == NULL ? (size_t)snprintf(list + used, size - used, "%s", up) : 0;
    }
    return list;
}

Test(graph_reader, the_fabric_of_a_real_cluster_can_be_read) {
    static const char FILE_NAME[] = "../shared/data/topology/lingjun2023_clos_topo.csv";
    if (access(FILE_NAME, R_OK) != 0)
        cr_skip_test("no file %s", FILE_NAME);
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    const CsvTable *table = csv_read_file(FILE_NAME, reading->arena, &reading->errors);
    const char *list = edge_list_of(table, reading->arena);
    reading_file(reading, folder, "edges.csv", list);
    const char *file =
        reading_file(reading, folder, "try.yaml",
                     "cluster: {node: dgx-a100-80, fabric: {topology: graph, file: edges.csv}}\n"
                     "jobs: [{model: gpt-7.5b, sequence_length: 2048, gpus: 64, plan: {tensor_parallel: 8}}]\n");
    ScenarioSource source = {.files = &file, .file_count = 1, .catalogue = {.roots = ROOTS, .root_count = 1}};
    const Scenario *scenario = scenario_read(&source, reading->arena, &reading->errors);
    cr_assert_not_null(scenario, "%s", reading_errors(reading));
    cr_assert_eq(scenario->spec.cluster.nodes, 847);
    cr_assert_eq(simulation_run(&scenario->spec, reading->arena)->status, RUN_OK);
    reading_remove(folder);
    reading_destroy(reading);
}
