#include "models/workload/collective_rating.h"

#include <math.h>
#include <string.h>

#include "models/workload/collective_layout.h"

static const double TREE_FRACTION = 0.92;
static const double TREE_CHANNEL_BYTES_PER_S[2] = {23.6e9, 17.8e9}; /* on two nodes, on more */
static const double ONE_CHANNEL_BYTES_PER_S = 25e9;

static double link_rating(const Network *network, LinkId link) {
    bool nic = network_link_kind(network, link) == LINK_NIC;
    return nic ? network_nic_line_bytes_per_s(network, link) : network_link_bytes_per_s(network, link);
}

static double slowest_rating_s(const CollectivePhaseLoads *phase, const Network *network) {
    double slowest_s = 0;
    for (int i = 0; i < phase->load_count; i++)
        slowest_s = fmax(slowest_s, phase->loads[i].bytes / link_rating(network, phase->loads[i].link));
    return slowest_s;
}

/* Bytes of the buffer per second of a tree over the NICs of the first node's ranks. */
static double tree_bytes_per_s(const CollectiveCall *call, const Network *network) {
    int width = collective_ranks_on_first_node(call);
    bool more_nodes = call->ranks > 2 * width;
    double lines_bytes_per_s = 0, channels = 0;
    for (int rank = 0; rank < width; rank++) {
        LinkId nic = network_nic_out(network, call->rank_gpu[rank]);
        if (rank > 0 && nic == network_nic_out(network, call->rank_gpu[rank - 1]))
            continue;
        double line_bytes_per_s = network_nic_line_bytes_per_s(network, nic);
        lines_bytes_per_s += line_bytes_per_s;
        channels += line_bytes_per_s > ONE_CHANNEL_BYTES_PER_S ? 2 : 1;
    }
    double carried_bytes_per_s = TREE_FRACTION * lines_bytes_per_s * (more_nodes ? 1 : 2);
    return fmin(carried_bytes_per_s, channels * TREE_CHANNEL_BYTES_PER_S[more_nodes]) / 2;
}

double collective_rating_least_s(const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                 const Network *network) {
    bool is_tree = strcmp(algorithm->name, "double_binary_tree") == 0 && call->kind == COLLECTIVE_ALL_REDUCE;
    return is_tree ? call->bytes / tree_bytes_per_s(call, network) : 0;
}

double collective_rating_s(const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                           const CollectiveLoads *loads, const Network *network) {
    double seconds = 0;
    for (int phase = 0; phase < loads->phase_count; phase++)
        seconds += slowest_rating_s(&loads->phases[phase], network);
    return fmax(seconds, collective_rating_least_s(call, algorithm, network));
}
