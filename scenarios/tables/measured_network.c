#include "scenarios/tables/measured_network.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenarios/reader/yaml_node.h"
#include "scenarios/tables/measured_entry.h"
#include "scenarios/tables/measured_interconnect.h"
#include "scenarios/tables/measured_machine.h"

static const double BYTES_PER_S_OF_GBIT = 1e9 / 8;
static const double GBIT_OF_TBIT = 1e3;
static const double LEAST_GBIT = 0.1, MOST_GBIT = 1e6; /* Fast Ethernet; what is outside is no rate of a NIC */
/* 2 GiB summed over 2 nodes of 4x 100 Gbit/s EFA in 51.4 ms (nccl-tests), with the constants that calibrate finds. */
static const double ETHERNET_LINE_FRACTION = 0.848;
/* 4 GB summed over 4 nodes of 4 A100 with 4x 100 Gbit/s of Omni-Path, where NCCL 2.10.3 put both its channels on one
 * NIC: a bus bandwidth of 39.86 Gbit/s (bigscience-workshop/bigscience, experiments/bandwidth). */
static const double OMNIPATH_LINE_FRACTION = 0.3986;
/* 16 GB/s of 200 Gbit/s, where 24 are reached with GPUDirect RDMA, are normal when bytes go through the host's memory
 * (NVIDIA, nccl issue 412). */
static const double HOST_MEMORY_LINE_FRACTION = 0.64;
static const double SAME_RATE_FRACTION = 0.01;
static const double LEAST_PORT_OF_EACH_GBIT = 50; /* slower ones that are not InfiniBand are a server's only one */
static const double MOST_PORT_GBIT = 800; /* XDR InfiniBand and 800G Ethernet: no port is faster, so more is a node's */

/* What the interconnect text says about the NICs of a node. */
typedef struct NicText {
    int64_t nics; /* 0 = not said */
    double gbit_per_s;
    int rates;        /* how many rates stand in the text */
    const char *rate; /* the last of them; NULL = none */
} NicText;

/* "8x ConnectX-7", "4 OmniPath links": some number of something whose rate is not beside it. */
typedef struct LooseNumber {
    int64_t number; /* the last of them */
    const char *at; /* where it stands; NULL = there is none */
    int count;
} LooseNumber;

/* Generations of InfiniBand with four lanes, and other fabrics and adapters by their names: the rate of a port. */
static const struct {
    const char *words;
    double gbit_per_s;
} GENERATIONS[] = {
    {"EDR", 100},          {"HDR100", 100},    {"HDR", 200},        {"NDR200", 200},     {"NDR", 400},
    {"NDR400", 400},       {"XDR", 800},       {"OmniPath", 100},   {"Omni Path", 100},  {"OPA", 100},
    {"Slingshot 10", 100}, {"Slingshot", 200}, {"ConnectX 5", 100}, {"ConnectX 6", 200}, {"ConnectX 7", 400},
    {"ConnectX 8", 800},   {"CX 7", 400},      {"EDR100", 100},     {"HDR200", 200},     {"CX7", 400},
};

/* A whole number in front of the digits at `at`, joined to them by an x: the 8 of "8x200Gb" and "8 x 200 Gb"; 0 when
 * there is none. */
static int64_t times_before(const char *text, const char *at) {
    while (at > text && at[-1] == ' ')
        at--;
    if (at - text < 2 || (at[-1] != 'x' && at[-1] != 'X'))
        return 0;
    for (at--; at > text && at[-1] == ' ';)
        at--;
    const char *start = at;
    while (start > text && isdigit((unsigned char)start[-1]))
        start--;
    return start < at ? strtoll(start, NULL, 10) : 0;
}

/* Gbit/s: "200Gb", "1600 Gbps", "25GbE", "100G Ethernet", "10 Gigabit", "3.2 Tb/s", "200gbps"; 0 = no rate: a GB is
 * none, and what is in lower case has to say that it is one ("80gb" is a memory). */
static double rate_unit(const char *unit) {
    static const char *const SMALL[] = {"gbps", "gb/s", "gbit", "gbe"};
    for (size_t i = 0; i < sizeof SMALL / sizeof *SMALL; i++)
        if (strncmp(unit, SMALL[i], strlen(SMALL[i])) == 0)
            return 1;
    if (strncmp(unit, "Gb", 2) == 0 || strncasecmp(unit, "Gigabit", 7) == 0 ||
        (unit[0] == 'G' && !isalnum((unsigned char)unit[1])))
        return 1;
    bool tera = strncmp(unit, "Tb", 2) == 0 || strncmp(unit, "tbps", 4) == 0 || strncmp(unit, "tb/s", 4) == 0;
    return tera ? GBIT_OF_TBIT : 0;
}

static NicText read_rates(const char *text) {
    NicText found = {0};
    for (const char *at = text; *at != '\0'; at++) {
        if (!isdigit((unsigned char)*at) ||
            (at > text && (isalnum((unsigned char)at[-1]) && at[-1] != 'x' && at[-1] != 'X')))
            continue;
        char *end = NULL;
        double rate = strtod(at, &end);
        rate *= rate_unit(end + strspn(end, " "));
        if (rate >= LEAST_GBIT && rate < MOST_GBIT)
            found = (NicText){.nics = times_before(text, at), .gbit_per_s = rate, .rates = found.rates + 1, .rate = at};
        at = end - 1;
    }
    return found;
}

/* Words that a number of NICs stands before. */
static bool is_port(const char *at) {
    static const char *const WORDS[] = {"OmniPath", "Omni-Path", "OPA", "EDR",       "HDR",  "NDR",
                                        "XDR",      "ConnectX",  "CX",  "Slingshot", "IB",   "Infini",
                                        "EFA",      "RoCE",      "NIC", "HCA",       "rail", "Mellanox"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strncasecmp(at, WORDS[i], strlen(WORDS[i])) == 0)
            return true;
    return false;
}

static LooseNumber find_loose_number(const char *text) {
    LooseNumber found = {0};
    for (const char *at = text; *at != '\0'; at++) {
        size_t digits = strspn(at, "0123456789");
        const char *end = at + digits;
        bool starts = at == text || (!isalnum((unsigned char)at[-1]) && at[-1] != '-' && at[-1] != '.');
        bool is_times = *end == 'x' || *end == 'X', is_before_word = *end == ' ' && is_port(end + 1);
        if (digits > 0 && starts && (is_times || is_before_word) && rate_unit(end + strspn(end, " ")) <= 0)
            found = (LooseNumber){.number = strtoll(at, NULL, 10), .at = at, .count = found.count + 1};
        at = digits > 0 ? end - 1 : at;
    }
    return found;
}

static const char *const OLDER_EFA = "p4de-24xlarge", *const NEWER_EFA = "p5-48xlarge";
static const double MOST_OLDER_EFA_GBIT = 400; /* of a node: p3dn 100, p4d and p4de 400; p5 3200 */
static const double MOST_OLDER_NIC_GBIT = 200; /* of the catalogue's nodes up to A100 */

static bool has_any(const char *text, const char *const *words, int count) {
    for (int i = 0; i < count; i++)
        if (measured_row_has_words(text, words[i]))
            return true;
    return false;
}

static bool names_efa(const char *text) {
    static const char *const EFA[] = {"EFA", "EFAv2", "EFAv3"};
    return has_any(text, EFA, 3);
}

/* The rate of a node: that of NICs as fast as the entry's where it is a whole number of them, or of as many. */
static void share_rate(const NodeSpec *node, NicText *found) {
    double usual_gbit_per_s = node->nic.bytes_per_s / BYTES_PER_S_OF_GBIT;
    double nics = found->gbit_per_s / usual_gbit_per_s;
    bool whole = nics >= 1 && nics <= node->nics && nics == floor(nics);
    found->nics = whole ? (int64_t)nics : node->nics;
    found->gbit_per_s /= (double)found->nics;
}

/* The only loose number of a text, where it belongs to the rate or the generation: "8x ConnectX-7, 400 Gb/s" may be
 * of two things. */
static int64_t number_of(const LooseNumber *loose, const char *rate) {
    if (loose->count != 1)
        return 0;
    if (rate == NULL)
        return loose->number;
    size_t apart = strcspn(loose->at, ",;");
    return loose->at < rate && rate < loose->at + apart ? loose->number : 0;
}

/* A rate without a number of NICs, or a generation without a rate, on a node that has NICs. */
static void settle_number(const char *text, const NodeSpec *node, NicText *found) {
    static const char *const WHOLE[] = {"node"}, *const PORT[] = {"Ethernet", "GbE", "TCP"};
    static const char *const INFINIBAND[] = {"InfiniBand", "IB"};
    LooseNumber loose = find_loose_number(text);
    for (size_t i = 0; found->rates == 0 && i < sizeof GENERATIONS / sizeof *GENERATIONS; i++)
        if (measured_row_has_words(text, GENERATIONS[i].words))
            *found = (NicText){.gbit_per_s = GENERATIONS[i].gbit_per_s, .rates = 1};
    if (found->rates != 1 || found->nics > 0)
        return;
    found->nics = number_of(&loose, found->rate);
    if (found->nics > 0 || loose.count > 0)
        return;
    bool is_per_gpu = measured_row_has_words(text, "per GPU") || strstr(text, "/GPU") != NULL;
    found->nics = is_per_gpu ? node->gpus : node->nics;
    if (is_per_gpu)
        return;
    if (has_any(text, WHOLE, 1) || names_efa(text) || found->gbit_per_s > MOST_PORT_GBIT)
        share_rate(node, found);
    else if (has_any(text, PORT, 3) || strstr(text, "GbE") != NULL || strstr(text, "gbe") != NULL ||
             (found->gbit_per_s < LEAST_PORT_OF_EACH_GBIT && !has_any(text, INFINIBAND, 2)))
        found->nics = 1;
}

/* At another rate it is another network than the one whose constants these are. */
static void set_rate(LinkSpec *nic, double bytes_per_s, double most_fraction) {
    if (fabs(bytes_per_s / nic->bytes_per_s - 1) > SAME_RATE_FRACTION)
        nic->spread = fmax(nic->spread, LINK_ASSUMED_SPREAD);
    if (bytes_per_s < nic->bytes_per_s)
        nic->efficiency_fraction = fmin(most_fraction, nic->efficiency_fraction);
    nic->bytes_per_s = bytes_per_s;
}

/* The most of its line rate that a slower fabric than the entry's is known to reach. */
static double line_fraction(const char *text) {
    static const char *const INFINIBAND[] = {"InfiniBand", "IB", "EDR", "HDR100"};
    static const char *const OMNIPATH[] = {"OmniPath", "Omni Path", "OPA"};
    if (has_any(text, OMNIPATH, 3))
        return OMNIPATH_LINE_FRACTION;
    return has_any(text, INFINIBAND, 4) ? 1 : ETHERNET_LINE_FRACTION;
}

static bool goes_through_host(const char *text) {
    static const char *const WORDS[] = {"no GPUDirect", "without GPUDirect"};
    return has_any(text, WORDS, 2);
}

/* The entry whose NICs the text means by a name; NULL = none. */
static const char *named_entry(const char *text, const NodeSpec *node, const NicText *found) {
    const char *machine = measured_machine_network(text);
    if (machine != NULL || !names_efa(text))
        return machine;
    double gbit_per_s = (double)found->nics * found->gbit_per_s;
    bool newer = found->nics > 0 ? gbit_per_s > MOST_OLDER_EFA_GBIT
                                 : node->nic.bytes_per_s > MOST_OLDER_NIC_GBIT * BYTES_PER_S_OF_GBIT;
    return newer ? NEWER_EFA : OLDER_EFA;
}

/* NICs beyond one for each GPU stand beside others: as one. Without a clear number nothing was found. */
static NicText settled(const char *text, const NodeSpec *node) {
    NicText found = read_rates(text);
    if (node->nics > 0)
        settle_number(text, node, &found);
    if (found.rates != 1 || found.nics == 0 || found.nics > INT16_MAX)
        return (NicText){0};
    if (found.nics > node->gpus) {
        found.gbit_per_s *= (double)found.nics / node->gpus;
        found.nics = node->gpus;
    }
    return found;
}

static bool has_rate_of(const NodeSpec *node, const NicText *found) {
    double bytes_per_s = (double)found->nics * found->gbit_per_s * BYTES_PER_S_OF_GBIT;
    return found->nics == 0 || fabs(bytes_per_s / (node->nics * node->nic.bytes_per_s) - 1) < SAME_RATE_FRACTION;
}

void measured_network_read(MeasuredRow *row, const Catalogue *catalogue, NodeSpec *node) {
    const char *cell = measured_row_text(row, "interconnect"), *shown = yaml_node_shown_text(cell, row->arena);
    const char *text = measured_interconnect_plain(cell, row->arena);
    NicText found = settled(text, node);
    const char *entry = named_entry(text, node, &found);
    NodeSpec other = *node;
    if (entry != NULL && !measured_entry_load(row, catalogue, entry, &other))
        return;
    node->nic = other.nic;
    if (found.nics == 0 || (entry != NULL && has_rate_of(&other, &found))) {
        node->nics = other.nics;
        measured_row_assume(row, "interconnect %s%s%s: NICs as in the catalogue's %s.", text[0] != '\0' ? "\"" : "is ",
                            text[0] != '\0' ? shown : "not stated", text[0] != '\0' ? "\"" : "", other.name);
        return;
    }
    node->nics = (int)found.nics;
    set_rate(&node->nic, found.gbit_per_s * BYTES_PER_S_OF_GBIT, line_fraction(text));
    if (goes_through_host(text))
        node->nic.efficiency_fraction = fmin(node->nic.efficiency_fraction, HOST_MEMORY_LINE_FRACTION);
    measured_row_assume(row, "interconnect \"%s\": %d NICs of %g Gbit/s on each node, at %.3g of it; latency as in %s.",
                        shown, node->nics, found.gbit_per_s, node->nic.efficiency_fraction, other.name);
}
