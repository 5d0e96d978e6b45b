#include "scenarios/reader/nccl_topology.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/reader/scenario.h"
#include "tests/unit/scenarios/reading.h"

static const char *const ROOTS[] = {"scenarios"};

/* Two GPUs with unequal NVLinks behind one switch, a card with two ports, a device of no interest. */
#define TWO_GPUS                                                                                                       \
    "<system version=\"1\">\n"                                                                                         \
    " <cpu numaid=\"0\" arch=\"x86_64\">\n"                                                                            \
    "  <pci busid=\"0\" class=\"0x060400\" link_speed=\"16 GT/s\" link_width=\"16\">\n"                                \
    "   <pci busid=\"1\" class=\"0x030200\" link_speed=\"16.0 GT/s PCIe\" link_width=\"16\">\n"                        \
    "    <gpu dev=\"0\" sm=\"80\"><nvlink target=\"2\" count=\"4\"/><nvlink target=\"3\" count=\"3\"/></gpu>\n"        \
    "   </pci>\n"                                                                                                      \
    "   <pci busid=\"2\" class=\"0x030200\" link_speed=\"16 GT/s\" link_width=\"8\">\n"                                \
    "    <gpu dev=\"1\" sm=\"80\"><nvlink target=\"1\" count=\"4\"/></gpu>\n"                                          \
    "   </pci>\n"                                                                                                      \
    "   <pci busid=\"4\" class=\"0x010802\" link_speed=\"8 GT/s\" link_width=\"4\"/>\n"                                \
    "   <pci busid=\"5\" class=\"0x020700\" link_speed=\"5 GT/s\" link_width=\"16\">\n"                                \
    "    <nic><net name=\"mlx5_0\" speed=\"100000\"/><net name=\"mlx5_1\" speed=\"47000\"/></nic>\n"                   \
    "   </pci>\n"                                                                                                      \
    "  </pci>\n"                                                                                                       \
    " </cpu>\n"                                                                                                        \
    "</system>\n"

Test(nccl_topology, counts_and_the_narrowest_links_are_taken) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    const char *file = reading_file(reading, folder, "t.xml", TWO_GPUS);
    NcclTopology found;
    cr_assert(nccl_topology_read(file, &found, reading->arena, &reading->errors), "%s", reading_errors(reading));
    cr_assert_eq(found.gpus, 2);
    cr_assert_eq(found.nics, 2);
    cr_assert_float_eq(found.gpu_pcie_bytes_per_s, 16e9 * 8 * 128 / 130 / 8, 1);
    cr_assert_float_eq(found.nic_pcie_bytes_per_s, 5e9 * 16 * 0.8 / 8 / 2, 1, "two ports share the slot");
    cr_assert_float_eq(found.nic_bytes_per_s, 47e9 / 8, 1);
    cr_assert_float_eq(found.nvlink_bytes_per_s, 4 * 25e9, 1);
    reading_remove(folder);
    reading_destroy(reading);
}

static void expect_error(const char *text, const char *expected) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    const char *file = reading_file(reading, folder, "t.xml", text);
    NcclTopology found;
    cr_assert_not(nccl_topology_read(file, &found, reading->arena, &reading->errors));
    const char *errors = reading_errors(reading);
    cr_assert_eq(strncmp(errors, file, strlen(file)), 0);
    cr_assert_str_eq(errors + strlen(file), expected, "found %s", errors);
    reading_remove(folder);
    reading_destroy(reading);
}

Test(nccl_topology, mistakes_have_their_place) {
    expect_error("<graphs/>", ":1:1: found <graphs>, expected <system>, as NCCL writes it\n");
    expect_error("<system><cpu/></system>", ":1:1: found no GPU, expected pci elements of class 0x03\n");
    expect_error("<system>\n<pci class='0x03' link_speed='16'/></system>",
                 ":2:19: found link_speed=\"16\", expected a speed such as \"16 GT/s\"\n");
    expect_error("<system>\n<pci class='0x03'\n link_width='-4'/></system>",
                 ":3:2: found link_width=\"-4\", expected a number of lanes\n");
    expect_error("<system><pci class='0x03'>\n<gpu><nvlink count='3'/></gpu></pci></system>",
                 ":2:1: found nvlink without an sm of the gpu, expected it, for it says how fast a link is\n");
}

static Scenario *read_node(Reading *reading, const char *folder, const char *node) {
    const char **files = ARENA_NEW(reading->arena, const char *);
    files[0] = reading_file(reading, folder, "try.yaml",
                            arena_format(reading->arena,
                                         "cluster: {node: %s, nodes: 2}\n"
                                         "jobs: [{model: gpt-1.7b, sequence_length: 2048}]\n",
                                         node));
    ScenarioSource source = {.files = files, .file_count = 1, .catalogue = {.roots = ROOTS, .root_count = 1}};
    return scenario_read(&source, reading->arena, &reading->errors);
}

Test(nccl_topology, a_node_of_a_scenario_takes_what_the_file_says_and_keeps_the_rest) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    reading_file(reading, folder, "t.xml", TWO_GPUS);
    const Scenario *scenario = read_node(reading, folder, "{from: dgx-a100-80, nccl_topology: t.xml}");
    cr_assert_not_null(scenario, "%s", reading_errors(reading));
    const NodeSpec *node = &scenario->spec.cluster.node;
    cr_assert_eq(node->gpus, 2);
    cr_assert_eq(node->nics, 2);
    cr_assert_float_eq(node->nvlink.bytes_per_s, 100e9, 1);
    cr_assert_float_eq(node->nic.bytes_per_s, 4e9, 1, "the slot is narrower than the port");
    cr_assert_float_eq(node->nic.efficiency_fraction, 0.96, 1e-12);
    cr_assert_eq(scenario->spec.jobs[0].gpus, 4);
    reading_remove(folder);
    reading_destroy(reading);
}

Test(nccl_topology, saying_the_same_beside_the_file_is_a_mistake) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    reading_file(reading, folder, "t.xml", TWO_GPUS);
    cr_assert_null(read_node(reading, folder, "{from: dgx-a100-80, nccl_topology: t.xml, gpus: 2}"));
    cr_assert_not_null(strstr(reading_errors(reading), "try.yaml:1:65: cluster.node.gpus: found it beside "
                                                       "`nccl_topology`, which says it too, expected one of them\n"),
                       "%s", reading_errors(reading));
    reading_remove(folder);
    reading_destroy(reading);
}

Test(nccl_topology, nodes_of_another_type_take_what_their_own_file_says) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    reading_file(reading, folder, "t.xml", TWO_GPUS);
    const Scenario *scenario = read_node(
        reading, folder, "dgx-a100-80, other_nodes: [{nodes: '1', node: {from: dgx-a100-80, nccl_topology: t.xml}}]");
    cr_assert_not_null(scenario, "%s", reading_errors(reading));
    cr_expect_eq(scenario->spec.cluster.node.gpus, 8);
    cr_expect_eq(scenario->spec.cluster.other_nodes[0].node.gpus, 2);
    cr_expect_eq(scenario->spec.jobs[0].gpus, 10);
    reading_remove(folder);
    reading_destroy(reading);
}

static void expect_azure(const char *name, double pcie_bytes_per_s) {
    const char *file = name;
    if (access(file, R_OK) != 0)
        cr_skip_test("no file %s", file);
    Reading *reading = reading_create();
    NcclTopology found;
    cr_assert(nccl_topology_read(file, &found, reading->arena, &reading->errors), "%s", reading_errors(reading));
    cr_assert_eq(found.gpus, 8);
    cr_assert_eq(found.nics, 8);
    cr_assert_float_eq(found.gpu_pcie_bytes_per_s, pcie_bytes_per_s, 1e7);
    cr_assert_float_eq(found.nic_pcie_bytes_per_s, pcie_bytes_per_s, 1e7);
    cr_assert_eq(found.nvlink_bytes_per_s, 0, "the file says nothing of NVLink");
    reading_destroy(reading);
}

Test(nccl_topology, an_azure_a100_machine_has_eight_of_each_on_gen4) {
    expect_azure("../shared/data/topology/azure_ndv4_nccl_topo.xml", 31.5e9);
}

Test(nccl_topology, an_azure_h100_machine_has_eight_of_each_on_gen5) {
    expect_azure("../shared/data/topology/azure_ndv5_nccl_topo.xml", 63.015e9);
}
