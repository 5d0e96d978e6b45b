#include "scenarios/tables/measured_hardware.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "models/hardware/gpu_power.h"
#include "scenarios/reader/yaml_node.h"
#include "scenarios/tables/measured_entry.h"
#include "scenarios/tables/measured_gpu.h"
#include "scenarios/tables/measured_interconnect.h"
#include "scenarios/tables/measured_network.h"

enum { MODULES_OF_MI250X = 4 };

static const double GIB = 1073741824;
static const double BYTES_PER_S_OF_TB = 1e12;
static const double LESS_MEMORY_FRACTION = 0.9; /* "48GB" is as much as 45 GiB */
static const char NVLINK_RACK[] = "-nvl72";
static const double SAME_RATE_FRACTION = 0.02;
static const double MOST_MORE_MEMORY = 1.5;  /* more is not one GPU's */
static const double LEAST_MEMORY_RATE = 0.5; /* less is not of the same board: GB200's NVLink has 0.23 of its HBM's */

/* Twice as much is two GPUs' (MI250X, GB200), unless it is a card of games', of which workshops double the chips. */
static double most_bytes(const GpuSpec *gpu) {
    bool is_card = strncmp(gpu->name, "rtx", 3) == 0;
    return gpu->hbm_bytes * (is_card ? 2 : MOST_MORE_MEMORY);
}

/* The memory that the text says, where it is not the entry's: V100-SXM2-16GB, H100 96GB, RTX 4090 48GB. */
static void override_memory(MeasuredRow *row, const char *words, GpuSpec *gpu) {
    for (const char *at = strpbrk(words, "0123456789"); at != NULL;) {
        char *end = NULL;
        double gib = (double)strtoul(at, &end, 10);
        bool is_less =
            gib * GIB<gpu->hbm_bytes * LESS_MEMORY_FRACTION, is_more = gib * GIB * LESS_MEMORY_FRACTION> gpu->hbm_bytes;
        if (strncasecmp(end, "GB", 2) == 0 && gib > 0 && gib * GIB <= most_bytes(gpu) && (is_less || is_more)) {
            measured_row_assume(row, "The %g GB of the GPU text replace those of the catalogue's %s.", gib, gpu->name);
            gpu->hbm_bytes = gib * GIB;
            return;
        }
        at = strpbrk(end, "0123456789");
    }
}

/* The first number of the text that has the unit; 0 = none. */
static double number_with(const char *text, const char *unit) {
    size_t bytes = strlen(unit);
    for (const char *at = text; *at != '\0'; at++) {
        if (!isdigit((unsigned char)*at) || (at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '.')))
            continue;
        char *end = NULL;
        double number = strtod(at, &end);
        const char *after = end + strspn(end, " ");
        if (strncasecmp(after, unit, bytes) == 0 && !isalnum((unsigned char)after[bytes]))
            return number;
        at = end - 1;
    }
    return 0;
}

/* "2.4 TB/s" of HBM; what is far from the entry's is NVLink's, or none. */
static void override_bandwidth(MeasuredRow *row, const char *text, GpuSpec *gpu) {
    double number = number_with(text, "TB/s"), share = number * BYTES_PER_S_OF_TB / gpu->hbm_bytes_per_s;
    if (number <= 0 || fabs(share - 1) <= SAME_RATE_FRACTION)
        return;
    if (share < LEAST_MEMORY_RATE || share > MOST_MORE_MEMORY) {
        measured_row_assume(row,
                            "The %g TB/s of the GPU text are not taken for its memory's: those of the catalogue's %s.",
                            number, gpu->name);
        return;
    }
    measured_row_assume(row, "The %g TB/s of the GPU text replace those of the catalogue's %s.", number, gpu->name);
    gpu->hbm_bytes_per_s = number * BYTES_PER_S_OF_TB;
}

/* Of the column power_limit, or "500 W" of the GPU text, which may mean something else; 0 = none. */
static double limit_watts(MeasuredRow *row, const char *text, double least_watts, const GpuSpec *gpu) {
    double column = measured_row_number(row, "power_limit"), words = number_with(text, "W");
    if (column > 0 && column < least_watts)
        measured_row_refuse(row, "power_limit: found %g W, expected at least %g W with %s", column, least_watts,
                            gpu->name);
    return column > 0 ? column : words >= least_watts ? words : 0;
}

/* Boards of the same name may be set to less. */
static void read_power(MeasuredRow *row, const char *text, GpuSpec *gpu) {
    double watts = limit_watts(row, text, GPU_POWER_LEAST_FRACTION * gpu->tdp_watts, gpu);
    if (watts > gpu->tdp_watts)
        measured_row_assume(row, "A power limit of %g W is above the %g W of the catalogue's %s, at which it runs.",
                            watts, gpu->tdp_watts, gpu->name);
    if (watts <= 0 || watts >= gpu->tdp_watts || row->reason != NULL)
        return;
    measured_row_assume(row, "At %g W products and attention run at %.3g of the clock of the catalogue's %s at %g W.",
                        watts, gpu_power_clock_fraction(watts / gpu->tdp_watts), gpu->name, gpu->tdp_watts);
    gpu->power_limit_watts = watts;
}

/* Of racks that are one NVLink domain a job uses equally many GPUs in each. */
static int domain_gpus(int64_t gpus, int most) {
    while (gpus % most != 0)
        most--;
    return most;
}

static bool is_rack(const NodeSpec *node) {
    return strstr(node->name, NVLINK_RACK) != NULL;
}

static void override_gpus(MeasuredRow *row, int64_t job_gpus, NodeSpec *node) {
    int64_t gpus = measured_row_count(row, "gpus_per_node");
    if (is_rack(node)) {
        node->gpus = node->nics = domain_gpus(job_gpus, node->gpus);
        measured_row_assume(row, "%s: %d GPUs of each rack, one NVLink domain, with a NIC each.", node->name,
                            node->gpus);
    } else if (gpus > INT16_MAX)
        measured_row_refuse(row, "gpus_per_node: found %" PRId64 ", expected at most %d", gpus, INT16_MAX);
    else if (gpus > 0)
        node->gpus = (int)gpus;
    else
        measured_row_assume(row, "gpus_per_node is not stated: %d as in the catalogue's %s.", node->gpus, node->name);
}

/* A module that is counted as one GPU is another entry's. */
static void check_dies(MeasuredRow *row, const NodeSpec *node) {
    if (strcmp(node->name, "frontier-mi250x") == 0 && measured_row_count(row, "gpus_per_node") == MODULES_OF_MI250X)
        measured_row_refuse(row, "gpus_per_node: found %d, expected 8 with MI250X, a module of which is two GPUs",
                            MODULES_OF_MI250X);
}

/* Of a GPU that is sold in both forms: a text that says neither is of cards where their interconnect is PCIe alone. */
static const char *words_with_form(MeasuredRow *row, const char *words) {
    static const char *const SAID[] = {"SXM", "SXM2", "SXM3",   "SXM4",     "SXM5",
                                       "DGX", "HGX",  "NVLink", "NVSwitch", "NVL"};
    static const char *const BOTH[] = {"A100", "H100", "V100"};
    const char *network = measured_row_text(row, "interconnect");
    const char *all = arena_format(row->arena, "%s %s", words, network);
    bool is_said = false, is_both = false;
    for (size_t i = 0; i < sizeof SAID / sizeof *SAID; i++)
        is_said = is_said || measured_row_has_family(all, SAID[i]);
    for (size_t i = 0; i < sizeof BOTH / sizeof *BOTH; i++)
        is_both = is_both || measured_row_has_words(words, BOTH[i]);
    if (is_said || !is_both || !measured_row_has_words(network, "PCIe") || measured_row_has_words(words, "PCIe"))
        return words;
    measured_row_assume(row, "interconnect \"%s\": PCIe cards, since NVLink is not named.",
                        yaml_node_shown_text(network, row->arena));
    return arena_format(row->arena, "%s PCIe", words);
}

void measured_hardware_read(MeasuredRow *row, const Catalogue *catalogue, int64_t gpus, ClusterSpec *cluster) {
    const char *text = measured_row_text(row, "gpu");
    const char *words = words_with_form(row, measured_gpu_words(text, row->arena));
    MeasuredGpu gpu = measured_gpu_find(words);
    if (text[0] == '\0')
        measured_row_refuse(row, "gpu is not stated");
    else if (gpu.entry == NULL)
        measured_row_refuse(row, "the catalogue has no node with the GPU \"%s\"",
                            yaml_node_shown_text(text, row->arena));
    else if (measured_entry_load(row, catalogue, gpu.entry, &cluster->node)) {
        if (gpu.assumption != NULL)
            measured_row_assume(row, "%s", gpu.assumption);
        override_memory(row, words, &cluster->node.gpu);
        override_bandwidth(row, text, &cluster->node.gpu);
        read_power(row, text, &cluster->node.gpu);
        override_gpus(row, gpus, &cluster->node);
        check_dies(row, &cluster->node);
        cluster->nodes = (gpus + cluster->node.gpus - 1) / cluster->node.gpus;
        if (cluster->nodes > 1) {
            bool is_narrow = measured_interconnect_is_narrow(measured_row_text(row, "interconnect"));
            measured_network_read(row, catalogue, &cluster->node);
            if (is_rack(&cluster->node))
                cluster->node.nics = cluster->node.gpus;
            measured_row_assume(row, "The network above the NICs never blocks: one leaf, no oversubscription%s.",
                                is_narrow ? ", whatever the interconnect says of it: how many nodes a leaf has is not "
                                            "known"
                                          : "");
        }
    }
}
