#include "scenarios/experiment/measured_hardware.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/reader/fields.h"
#include "scenarios/reader/schema.h"
#include "scenarios/reader/yaml_node.h"

static const double BYTES_PER_S_OF_GBIT = 1e9 / 8;
static const double MOST_GBIT = 1e6;
/* 2 GiB summed over 2 nodes in 51.4 ms (nccl-tests, 4x 100 Gbit/s EFA): every sum sends at least that much each way. */
static const double LINE_FRACTION = 0.836;

/* Which node a GPU text means: the first row whose words are all in it. */
typedef struct GpuWords {
    const char *words;
    const char *entry;      /* of the catalogue; NULL = known, but no entry fits */
    const char *assumption; /* NULL when the text says all */
} GpuWords;

static const GpuWords GPU_WORDS[] = {
    {"PCIe", NULL, NULL},
    {"NVL", NULL, NULL},
    {"V100 DGX", "dgx-2-v100", NULL},
    {"V100 SXM3", "dgx-2-v100", NULL},
    {"A100 40GB", "dgx-a100-40", NULL},
    {"A100 80GB", "dgx-a100-80", NULL},
    {"A100", "dgx-a100-80", "The memory of the A100 is not stated: 80 GB."},
    {"H100", "dgx-h100", NULL},
    {"H200", "hgx-h200", NULL},
    {"B200", "dgx-b200", NULL},
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

/* What the interconnect text says about the NICs of a node. */
typedef struct NicText {
    int64_t nics; /* 0 = not said */
    double gbit_per_s;
    int rates; /* how many rates stand in the text */
} NicText;

/* A whole number in front of the digits at `at`, joined to them by an x: the 8 of "8x200Gb"; 0 when there is none. */
static int64_t times_before(const char *text, const char *at) {
    const char *start = at - 1;
    if (at - text < 2 || (at[-1] != 'x' && at[-1] != 'X'))
        return 0;
    while (start > text && isdigit((unsigned char)start[-1]))
        start--;
    return start < at - 1 ? strtoll(start, NULL, 10) : 0;
}

/* Reads every "200Gb", "1600 Gbps", "800 Gb/s"; a GB is no rate of a network. */
static NicText read_rates(const char *text) {
    NicText found = {0};
    for (const char *at = text; *at != '\0'; at++) {
        if (!isdigit((unsigned char)*at) ||
            (at > text && (isalnum((unsigned char)at[-1]) && at[-1] != 'x' && at[-1] != 'X')))
            continue;
        char *end = NULL;
        double rate = strtod(at, &end);
        const char *unit = end + strspn(end, " ");
        if (strncmp(unit, "Gb", 2) == 0 && rate > 0 && rate < MOST_GBIT) {
            int64_t times = times_before(text, at);
            found = (NicText){.nics = times, .gbit_per_s = rate, .rates = found.rates + 1};
        }
        at = end - 1;
    }
    return found;
}

/* A slower NIC than the entry's carries what the entry's does, up to the share of its line that one of 100 Gbit/s was
 * measured to reach: the path from a GPU to its NIC is no slower for it. */
static void slow_down_nic(LinkSpec *nic, double bytes_per_s) {
    if (bytes_per_s < nic->bytes_per_s)
        nic->efficiency_fraction = fmin(LINE_FRACTION, nic->efficiency_fraction * nic->bytes_per_s / bytes_per_s);
    nic->bytes_per_s = bytes_per_s;
}

static void override_nics(MeasuredRow *row, NodeSpec *node) {
    const char *text = measured_row_text(row, "interconnect");
    NicText found = read_rates(text);
    const char *shown = yaml_node_shown_text(text, row->arena);
    /* A rate without a number of NICs is that of the whole node, if the text says so. */
    bool whole_node = node->nics > 0 && measured_row_has_words(text, "node");
    if (found.rates != 1 || (found.nics == 0 && !whole_node) || found.nics > INT16_MAX) {
        measured_row_assume(row, "interconnect %s%s%s: NICs as in the catalogue's %s.", text[0] != '\0' ? "\"" : "is ",
                            text[0] != '\0' ? shown : "not stated", text[0] != '\0' ? "\"" : "", node->name);
        return;
    }
    double node_gbit_per_s = found.nics > 0 ? (double)found.nics * found.gbit_per_s : found.gbit_per_s;
    node->nics = found.nics > 0 ? (int)found.nics : node->nics;
    slow_down_nic(&node->nic, node_gbit_per_s / node->nics * BYTES_PER_S_OF_GBIT);
    measured_row_assume(row, "interconnect \"%s\": %d NICs of %g Gbit/s on each node, at %.3g of it; latency as in %s.",
                        shown, node->nics, node_gbit_per_s / node->nics, node->nic.efficiency_fraction, node->name);
}

static void override_gpus(MeasuredRow *row, NodeSpec *node) {
    int64_t gpus = measured_row_count(row, "gpus_per_node");
    if (gpus > INT16_MAX)
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
        override_gpus(row, &cluster->node);
        cluster->nodes = (gpus + cluster->node.gpus - 1) / cluster->node.gpus;
        if (cluster->nodes > 1) {
            override_nics(row, &cluster->node);
            measured_row_assume(row, "The network above the NICs never blocks: one leaf, no oversubscription.");
        }
    }
}
