#include "models/communication/collective_tuner.h"

#include <math.h>
#include <string.h>

#include "models/communication/collective_layout.h"

/* What the tuner knows of an algorithm: seconds before the first step, of a step inside a node, and of one between. */
typedef struct Latency {
    double base_s[PROTOCOL_COUNT];
    double inside_s[PROTOCOL_COUNT];
    double inside_pcie_s[PROTOCOL_COUNT];
    double between_s[PROTOCOL_COUNT];
} Latency;

static const Latency RING = {.base_s = {6.6e-6, 14e-6, 8.4e-6},
                             .inside_s = {1e-6, 1.9e-6, 3.4e-6},
                             .inside_pcie_s = {1e-6, 2.5e-6, 5.7e-6},
                             .between_s = {2.7e-6, 4e-6, 14e-6}};
static const Latency TREE = {.base_s = {6.8e-6, 14e-6, 8.4e-6},
                             .inside_s = {0.6e-6, 1.25e-6, 4e-6},
                             .inside_pcie_s = {1e-6, 1.9e-6, 4e-6},
                             .between_s = {5e-6, 8.5e-6, 14e-6}};

/* What a channel carries at most, on two nodes and on more. */
typedef struct ChannelMost {
    double ring_ll128_bytes_per_s[2];
    double tree_ll128_bytes_per_s[2];
    double tree_bytes_per_s[2];
} ChannelMost;

static const ChannelMost AMPERE = {{20e9, 20e9}, {20e9, 20e9}, {23.6e9, 17.8e9}};
static const ChannelMost HOPPER = {{36.7e9, 36.7e9}, {36.7e9, 29e9}, {41.4e9, 36e9}};

static const double LL_MOST_BYTES_PER_S[2] = {39e9, 20.4e9};
static const double ONE_CHANNEL_BYTES_PER_S = 25e9;
static const double LINE_FRACTION = 0.96; /* 24 GB/s of 200 Gbit/s, 48 of 400 */
static const double RING_LL128_FRACTION = 0.92, TREE_FRACTION = 0.92;
static const double TREE_LL128_FRACTION = 0.9375; /* of TREE_FRACTION */
static const double PORT_FRACTION = 0.82;         /* 20.6 GB/s of 25 of an NVLink of Hopper, 20 of Ampere */
static const double NVLS_FRACTION = 5.0 / 6;
static const double RING_LL_FRACTION = 0.5, TREE_LL_FRACTION = 1 / 3.8;
static const double SIMPLE_RING_TIMES = 1.4; /* its latency once chunks fill their lines */

/* "Trees are not perfectly sticking to the model for medium sizes": tenths of their bandwidth from 64 B on, by powers
 * of two. */
enum { CORRECTIONS = 23, CORRECTED_FROM_BYTES = 64 };
static const unsigned char TREE_TENTHS[PROTOCOL_COUNT][CORRECTIONS] = {
    [PROTOCOL_LL] = {10, 10, 10, 10, 9, 8, 7, 7, 7, 7, 6, 5, 4, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10},
    [PROTOCOL_LL128] = {10, 10, 10, 10, 10, 9, 8, 8, 8, 7, 6, 6, 6, 6, 6, 6, 8, 9, 9, 9, 9, 10, 10},
    [PROTOCOL_SIMPLE] = {9, 9, 9, 9, 9, 9, 9, 8, 7, 6, 6, 5, 5, 5, 5, 6, 7, 8, 7, 7, 8, 9, 9},
};

/* The ranks of a call as the tuner sees them. */
typedef struct Layout {
    int ranks;
    int nodes;
    int width;    /* ranks on the first node */
    bool is_more; /* than two nodes */
    bool is_pcie; /* inside the nodes */
    bool turns;   /* a ring leaves a node by the NIC that it came by without PXN */
    double port_bytes_per_s;
    double nics;
    double channels;
    double lines_bytes_per_s; /* of the NICs of a node */
    const ChannelMost *most;
} Layout;

enum { GPUS_NEXT_TO_A_NIC = 2, CHANNELS_OF_A_RING = 2 };

/* Whether two neighbours of the first node are next to one NIC; a rank alone on its node is both ends of its ring. */
static bool ring_turns(const CollectiveCall *call, const Network *network, int width) {
    for (int rank = 1; rank < width; rank++) {
        int gpu = call->rank_gpu[rank], before = call->rank_gpu[rank - 1];
        if (gpu / GPUS_NEXT_TO_A_NIC == before / GPUS_NEXT_TO_A_NIC ||
            network_nic_out(network, gpu) == network_nic_out(network, before))
            return true;
    }
    return width == 1;
}

static Layout layout_of(const CollectiveCall *call, const Network *network) {
    int width = collective_ranks_on_first_node(call), nodes = (call->ranks + width - 1) / width;
    Layout layout = {.ranks = call->ranks, .nodes = nodes, .width = width, .is_more = nodes > 2};
    const NodePorts *ports = network_ports(network, call->rank_gpu[0] / network->gpus_per_node);
    layout.is_pcie = ports->port_is_pcie;
    layout.port_bytes_per_s = PORT_FRACTION * ports->port.bytes_per_s;
    layout.most = call->in_network_reduction ? &HOPPER : &AMPERE;
    layout.turns = ring_turns(call, network, width);
    for (int rank = 0; rank < width; rank++) {
        LinkId nic = network_nic_out(network, call->rank_gpu[rank]);
        if (rank > 0 && nic == network_nic_out(network, call->rank_gpu[rank - 1]))
            continue;
        double line_bytes_per_s = network_nic_line_bytes_per_s(network, nic);
        layout.lines_bytes_per_s += LINE_FRACTION * line_bytes_per_s;
        layout.nics++;
        layout.channels += line_bytes_per_s > ONE_CHANNEL_BYTES_PER_S ? 2 : 1;
    }
    return layout;
}

static double inside_s(const Layout *layout, const Latency *latency, CollectiveProtocol protocol) {
    return layout->is_pcie ? latency->inside_pcie_s[protocol] : latency->inside_s[protocol];
}

static double ring_bytes_per_s(const Layout *layout, CollectiveProtocol protocol) {
    double bytes_per_s = layout->lines_bytes_per_s;
    if (protocol == PROTOCOL_LL)
        bytes_per_s = fmin(bytes_per_s * RING_LL_FRACTION, LL_MOST_BYTES_PER_S[layout->is_more]);
    else if (protocol == PROTOCOL_LL128)
        bytes_per_s = fmin(bytes_per_s * RING_LL128_FRACTION,
                           layout->channels * layout->most->ring_ll128_bytes_per_s[layout->is_more]);
    return bytes_per_s;
}

static double ring_bytes_s(const Layout *layout, CollectiveProtocol protocol, double bytes) {
    return bytes * collective_bus_factor(COLLECTIVE_ALL_REDUCE, layout->ranks) / ring_bytes_per_s(layout, protocol);
}

/* Simple's step is a tree's: "chunk latency". */
static double chain_s(const Layout *layout, CollectiveProtocol protocol, double bytes) {
    double step_s = protocol == PROTOCOL_SIMPLE ? TREE.between_s[protocol] : RING.between_s[protocol];
    return RING.base_s[protocol] + layout->ranks * step_s + bytes / ring_bytes_per_s(layout, protocol);
}

/* Without NVLink it does not trust the order of LL128's writes. */
static bool ring_has(const Layout *layout, CollectiveProtocol protocol) {
    return protocol != PROTOCOL_LL128 || (!layout->is_pcie && (layout->turns || layout->most == &HOPPER));
}

static bool tree_has(const Layout *layout, CollectiveProtocol protocol) {
    return protocol != PROTOCOL_LL128 || !layout->is_pcie;
}

static double ring_s(const Layout *layout, CollectiveProtocol protocol, double bytes) {
    int between = 2 * (layout->nodes - 1), inside = 2 * (layout->ranks - 1) - between;
    double latency_s =
        RING.base_s[protocol] + inside * inside_s(layout, &RING, protocol) + between * RING.between_s[protocol];
    return (protocol == PROTOCOL_SIMPLE ? SIMPLE_RING_TIMES : 1) * latency_s + ring_bytes_s(layout, protocol, bytes);
}

static double tree_correction(CollectiveProtocol protocol, double bytes) {
    int exponent = 0;
    frexp(fmax(bytes / CORRECTED_FROM_BYTES, 1), &exponent);
    return exponent > CORRECTIONS ? 1 : TREE_TENTHS[protocol][exponent - 1] / 10.0;
}

static double tree_bytes_s(const Layout *layout, CollectiveProtocol protocol, double bytes) {
    double lines_bytes_per_s =
        layout->is_more ? layout->lines_bytes_per_s : fmin(2 * layout->lines_bytes_per_s, layout->port_bytes_per_s);
    double bytes_per_s =
        fmin(lines_bytes_per_s * TREE_FRACTION, layout->channels * layout->most->tree_bytes_per_s[layout->is_more]);
    if (protocol == PROTOCOL_LL)
        bytes_per_s = fmin(bytes_per_s * TREE_LL_FRACTION, LL_MOST_BYTES_PER_S[layout->is_more]);
    else if (protocol == PROTOCOL_LL128)
        bytes_per_s = fmin(bytes_per_s * TREE_LL128_FRACTION,
                           layout->channels * layout->most->tree_ll128_bytes_per_s[layout->is_more]);
    return 2 * bytes / (bytes_per_s * tree_correction(protocol, bytes));
}

static double nvls_tree_bytes_s(const Layout *layout, double bytes) {
    return bytes / (NVLS_FRACTION * fmin(layout->port_bytes_per_s, layout->lines_bytes_per_s));
}

static double tree_s(const Layout *layout, CollectiveProtocol protocol, double bytes) {
    int levels = 0;
    while (layout->nodes >> (levels + 1))
        levels++;
    double latency_s = TREE.base_s[protocol] + 2 * ((layout->width - 1) * inside_s(layout, &TREE, protocol) +
                                                    levels * TREE.between_s[protocol]);
    return latency_s + tree_bytes_s(layout, protocol, bytes);
}

bool collective_tuner_knows(const CollectiveCall *call) {
    return call->kind == COLLECTIVE_ALL_REDUCE && 2 * collective_ranks_on_first_node(call) < call->ranks;
}

double collective_tuner_s(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network) {
    Layout layout = layout_of(call, network);
    double least_s = INFINITY;
    for (CollectiveProtocol protocol = PROTOCOL_LL; protocol < PROTOCOL_COUNT; protocol++) {
        if (strcmp(algorithm->name, "ring") == 0 && ring_has(&layout, protocol))
            least_s = fmin(least_s, ring_s(&layout, protocol, call->bytes));
        else if (strcmp(algorithm->name, "double_binary_tree") == 0 && tree_has(&layout, protocol))
            least_s = fmin(least_s, tree_s(&layout, protocol, call->bytes));
    }
    return least_s;
}

double collective_tuner_bytes_s(const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                const Network *network) {
    Layout layout = layout_of(call, network);
    double bytes = call->bytes;
    if (strcmp(algorithm->name, "ring") == 0)
        return ring_bytes_s(&layout, PROTOCOL_SIMPLE, bytes);
    if (strcmp(algorithm->name, "double_binary_tree") == 0)
        return tree_bytes_s(&layout, PROTOCOL_SIMPLE, bytes);
    if (strcmp(algorithm->name, "nvls_tree") == 0)
        return nvls_tree_bytes_s(&layout, bytes);
    return INFINITY;
}

ChainChoice collective_tuner_chain(const CollectiveCall *call, const Network *network) {
    Layout layout = layout_of(call, network);
    ChainChoice choice = {PROTOCOL_SIMPLE, layout.nics, CHANNELS_OF_A_RING * layout.channels};
    double least_s = chain_s(&layout, PROTOCOL_SIMPLE, call->bytes);
    for (CollectiveProtocol protocol = PROTOCOL_LL; protocol < PROTOCOL_SIMPLE; protocol++) {
        double expected_s = chain_s(&layout, protocol, call->bytes);
        if (!ring_has(&layout, protocol) || expected_s >= least_s)
            continue;
        choice.protocol = protocol;
        least_s = expected_s;
    }
    return choice;
}
