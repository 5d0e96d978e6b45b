#include "scenarios/experiment/measured_hardware.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenarios/experiment/measured_network.h"
#include "scenarios/reader/fields.h"
#include "scenarios/reader/schema.h"
#include "scenarios/reader/yaml_node.h"

static const double GIB = 1073741824;
static const double LESS_MEMORY_FRACTION = 0.9; /* "48GB" is as much as 45 GiB */
static const char *const NVLINK_RACK = "gb200-nvl72";

/* Which node a GPU text means: the first row whose words are all in it. */
typedef struct GpuWords {
    const char *words;
    const char *entry;      /* of the catalogue; NULL = known, but no entry fits */
    const char *assumption; /* NULL when the text says all */
} GpuWords;

static const GpuWords GPU_WORDS[] = {
    {"A100 PCIe 40GB", "pcie-a100-40", NULL},
    {"A100 PCIe", "pcie-a100-80", NULL},
    {"H100 PCIe", "pcie-h100", NULL},
    {"L40S", "pcie-l40s", NULL},
    {"A40", "pcie-a40", NULL},
    {"RTX 4090", "pcie-rtx4090", NULL},
    {"RTX4090", "pcie-rtx4090", NULL},
    {"PCIe", NULL, NULL},
    {"NVL", NULL, NULL},
    {"V100 DGX 2", "dgx-2-v100", NULL},
    {"V100 SXM3", "dgx-2-v100", NULL},
    {"V100 16GB", "dgx-1-v100", NULL},
    {"V100 32GB", "dgx-1-v100", NULL},
    {"V100", "dgx-1-v100", "The memory of the V100 is not stated: 32 GB."},
    {"T4", "g4dn-12xlarge", NULL},
    {"A800", "hgx-a800", NULL},
    {"H800", "hgx-h800", NULL},
    {"A100 40GB", "dgx-a100-40", NULL},
    {"A100 40G", "dgx-a100-40", NULL},
    {"A100 80GB", "dgx-a100-80", NULL},
    {"A100 80G", "dgx-a100-80", NULL},
    {"A100", "dgx-a100-80", "The memory of the A100 is not stated: 80 GB."},
    {"H100", "dgx-h100", NULL},
    {"H200", "hgx-h200", NULL},
    {"B200", "dgx-b200", NULL},
    {"GB200", "gb200-nvl72", NULL},
    {"MI300X", "nd-mi300x", NULL},
};

static const GpuWords *find_gpu(const char *text) {
    for (size_t i = 0; i < sizeof GPU_WORDS / sizeof *GPU_WORDS; i++)
        if (measured_row_has_words(text, GPU_WORDS[i].words))
            return &GPU_WORDS[i];
    return NULL;
}

/* True and *node filled when the catalogue has the entry. */
static bool load_node(MeasuredRow *row, const Catalogue *catalogue, const char *entry, NodeSpec *node) {
    ErrorList errors;
    error_list_init(&errors, row->arena);
    CatalogueQuery query = {.kind = SCHEMA_NODE.name, .folder = SCHEMA_NODE.folder, .name = entry, .path = "gpu"};
    YamlNode *mapping = catalogue_load(catalogue, &query, row->arena, &errors);
    FieldReader reader = {.arena = row->arena, .errors = &errors, .catalogue = catalogue};
    if (mapping != NULL)
        fields_read(&reader, &SCHEMA_NODE, mapping, "node", node);
    if (errors.count > 0)
        measured_row_refuse(row, "gpu: %s", errors.items[0].message);
    node->name = arena_text(row->arena, entry);
    return errors.count == 0;
}

/* The memory that the text says, where it is less than the entry's: V100-SXM2-16GB. */
static void override_memory(MeasuredRow *row, const char *text, GpuSpec *gpu) {
    for (const char *at = strpbrk(text, "0123456789"); at != NULL;) {
        char *end = NULL;
        double gib = (double)strtoul(at, &end, 10);
        const char *unit = end + strspn(end, " ");
        if (strncasecmp(unit, "GB", 2) == 0 && gib > 0 && gib * GIB < gpu->hbm_bytes * LESS_MEMORY_FRACTION) {
            measured_row_assume(row, "The %g GB of the GPU text replace those of the catalogue's %s.", gib, gpu->name);
            gpu->hbm_bytes = gib * GIB;
        }
        at = strpbrk(end, "0123456789");
    }
}

/* Of racks that are one NVLink domain a job uses equally many GPUs in each. */
static int domain_gpus(int64_t gpus, int most) {
    while (gpus % most != 0)
        most--;
    return most;
}

static void override_gpus(MeasuredRow *row, int64_t job_gpus, NodeSpec *node) {
    int64_t gpus = measured_row_count(row, "gpus_per_node");
    if (strcmp(node->name, NVLINK_RACK) == 0) {
        node->gpus = node->nics = domain_gpus(job_gpus, node->gpus);
        measured_row_assume(row, "%s: %d GPUs of each rack, one NVLink domain, with a NIC each.", NVLINK_RACK,
                            node->gpus);
    } else if (gpus > INT16_MAX)
        measured_row_refuse(row, "gpus_per_node: found %" PRId64 ", expected at most %d", gpus, INT16_MAX);
    else if (gpus > 0)
        node->gpus = (int)gpus;
    else
        measured_row_assume(row, "gpus_per_node is not stated: %d as in the catalogue's %s.", node->gpus, node->name);
}

void measured_hardware_read(MeasuredRow *row, const Catalogue *catalogue, int64_t gpus, ClusterSpec *cluster) {
    const char *text = measured_row_text(row, "gpu");
    const GpuWords *words = find_gpu(text);
    if (text[0] == '\0')
        measured_row_refuse(row, "gpu is not stated");
    else if (words == NULL || words->entry == NULL)
        measured_row_refuse(row, "the catalogue has no node with the GPU \"%s\"",
                            yaml_node_shown_text(text, row->arena));
    else if (load_node(row, catalogue, words->entry, &cluster->node)) {
        if (words->assumption != NULL)
            measured_row_assume(row, "%s", words->assumption);
        override_memory(row, text, &cluster->node.gpu);
        override_gpus(row, gpus, &cluster->node);
        cluster->nodes = (gpus + cluster->node.gpus - 1) / cluster->node.gpus;
        if (cluster->nodes > 1) {
            measured_network_read(row, &cluster->node);
            if (strcmp(cluster->node.name, NVLINK_RACK) == 0)
                cluster->node.nics = cluster->node.gpus;
            measured_row_assume(row, "The network above the NICs never blocks: one leaf, no oversubscription.");
        }
    }
}
