#include "models/communication/chain_pieces.h"

#include <math.h>
#include <string.h>

#include "models/communication/collective_layout.h"
#include "models/communication/collective_tuner.h"

/* NCCL's device.h: see the header. */
static const double PIECE_BYTES[PROTOCOL_COUNT] = {
    [PROTOCOL_LL] = 65536, [PROTOCOL_LL128] = 614400, [PROTOCOL_SIMPLE] = 524288};
static const double WIRE_BYTES_PER_BYTE[PROTOCOL_COUNT] = {
    [PROTOCOL_LL] = 2, [PROTOCOL_LL128] = 16.0 / 15, [PROTOCOL_SIMPLE] = 1};

/* NCCL has no other algorithm for them. */
static bool is_chain_over_nodes(const CollectiveCall *call, const CollectiveAlgorithm *algorithm) {
    bool is_chain = call->kind == COLLECTIVE_BROADCAST || call->kind == COLLECTIVE_REDUCE;
    return is_chain && strcmp(algorithm->name, "ring") == 0 && collective_ranks_on_first_node(call) < call->ranks;
}

ChainPieces chain_pieces_of(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network) {
    ChainPieces pieces = {.wire_bytes_per_byte = 1};
    if (!is_chain_over_nodes(call, algorithm))
        return pieces;
    ChainChoice choice = collective_tuner_chain(call, network);
    pieces.wire_bytes_per_byte = WIRE_BYTES_PER_BYTE[choice.protocol];
    double all_bytes = fmin(call->bytes * pieces.wire_bytes_per_byte, choice.channels * PIECE_BYTES[choice.protocol]);
    pieces.nic_bytes = all_bytes / choice.nics;
    if (choice.protocol == PROTOCOL_SIMPLE)
        pieces.port_bytes = all_bytes;
    return pieces;
}

/* It has what it sends; the others pass on what they get. */
static int chain_start(const CollectiveCall *call) {
    return call->kind == COLLECTIVE_REDUCE ? call->ranks - 1 : 0;
}

double chain_pieces_wait_s(const ChainPieces *pieces, const CollectiveCall *call, const Network *network,
                           const NetworkRoute *route, int from_rank) {
    double slowest_s = 0, bytes = route->kind == LINK_NVLINK ? pieces->port_bytes : pieces->nic_bytes;
    if (bytes <= 0 || from_rank == chain_start(call))
        return 0;
    for (int i = 0; i < route->link_count; i++)
        slowest_s =
            fmax(slowest_s, bytes * route->share_fraction[i] / network_link_bytes_per_s(network, route->links[i]));
    return slowest_s;
}
