/*
 * chain_pieces: in what pieces NCCL passes a broadcast or reduce down its chain over several nodes, and what that
 * costs: a rank waits until a piece is whole before it passes it on, and flags take room on the links. By the protocol
 * that its tuner takes (collective_tuner.h):
 *
 *   LL       pieces of 65,536 bytes, half of which are flags
 *   LL128    of 614,400 bytes, a sixteenth of which are flags
 *   Simple   of 524,288 bytes, no flags
 *
 * By LL and LL128 lines flow through inside a node, and its last rank waits: a NIC takes a step of the buffer when it
 * is full. By Simple every rank waits. Each channel has pieces of its own; those of a NIC share it, those of a node the
 * ports of its GPUs. A short call is one piece.
 *
 * So a chain over 1,024 GPUs on nodes with 4 NICs of 100 Gbit/s takes 15 ms by LL128, whatever its bytes; over 512 of
 * them, of which every node has 4, 2 ms by LL. Source: src/include/device.h of NCCL (640 threads of 120 words of 8
 * bytes; 512 threads of 8 lines of 16 bytes), 4 MiB in 8 steps for Simple with BROADCAST_CHUNKSTEPS 1. Limit: what two
 * chains on the same NICs wait for each other is in their bytes, not in their pieces.
 */
#ifndef MODELS_COMMUNICATION_CHAIN_PIECES_H
#define MODELS_COMMUNICATION_CHAIN_PIECES_H

#include "models/communication/collective.h"
#include "models/hardware/network.h"

typedef struct ChainPieces {
    double wire_bytes_per_byte; /* >= 1; flags included */
    double nic_bytes;           /* >= 0; first pieces that a NIC sends; 0 when the call is no chain over nodes */
    double port_bytes;          /* >= 0; first pieces that a GPU sends inside a node; 0 = lines flow through */
} ChainPieces;

ChainPieces chain_pieces_of(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network);

/* What a rank waits for before it passes on a chain over that route; 0 for the rank that has what it sends. */
double chain_pieces_wait_s(const ChainPieces *pieces, const CollectiveCall *call, const Network *network,
                           const NetworkRoute *route, int from_rank);

#endif
