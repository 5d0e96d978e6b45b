/*
 * collective_latency: the parts of a collective's time that do not come from bytes on links. Pure functions, the same
 * for a collective that is folded (collective_loads.h) and for one of explicit flows (collective_flows.h).
 *
 *   a send    its route's latency; three times that in an all_to_all: NCCL's grouped sends meet their receivers first
 *   a phase   the largest ramp of its sends, c = bytes of the send on all of its channels: on a NIC ramp_s * c /
 *             (c + 1 MiB), on a port ramp_s * ln(1 + c / 512 KiB), since NCCL cuts larger buffers into larger pieces;
 *             none for a send_recv; twice that in a pipeline of two passes, up and down a tree: it is as deep as both
 *             35 us when it is in_network (the barriers of NVLS)
 *   a call    5 us (launch of the kernel), and a copy of the chunk that a rank keeps, which no link is busy with: in an
 *             all_to_all what it sends to itself, in an all_gather what it had, in a reduce_scatter what it ends with.
 *             2 H100 reach a bus bandwidth of 250 to 260 GB/s in them, 8 of them, whose own chunk is a quarter of that,
 *             335; in an all_reduce 318 and 351 (nccl-tests, 512 MiB)
 *
 * Protocols. NCCL has three: LL and LL128 write a flag beside the bytes, so a hop costs little but the link is used to
 * 50 or 95 %; Simple fills the link but synchronises for each piece. Its tuner takes the cheapest for the size, so what
 * is measured is the lower envelope of the three, and that is what the formula describes, without naming them: small
 * sends pay the latency alone (LL) and then ramp_s / 1 MiB per byte more than the link asks for (the lower bandwidth of
 * LL and LL128), large ones the link's full bandwidth (Simple). With a port's 17 us the extra cost of bytes is that of
 * a link of 31 GB/s. Channels: a NIC has one each, see node_exchange.h; those inside a node are in the efficiency of
 * the port. A ramp that ends at 1 MiB made ports 15 % too slow for 512 MiB, and rings of H100 over nodes with them.
 *
 * All constants are fitted with those of LinkSpec to nccl-tests on A100 and H100; `chokepoint calibrate` repeats the
 * fit. Limits: ramps begin at the same bytes on every machine; the step that is seen where NCCL changes its protocol is
 * smoothed; gathers in place, which copy nothing, take the time of those that are not.
 */
#ifndef MODELS_COMMUNICATION_COLLECTIVE_LATENCY_H
#define MODELS_COMMUNICATION_COLLECTIVE_LATENCY_H

#include "models/communication/collective.h"
#include "models/hardware/network.h"

/* From the first byte sent to the first received, over a route of that latency. */
double collective_latency_s(CollectiveKind kind, double route_latency_s);

/* What a phase loses by a send of so many bytes over a route of that ramp until pieces flow at full rate. */
double collective_ramp_s(CollectiveKind kind, const NetworkRoute *route, double bytes);

/* What a phase costs before its first byte; ramp_s is the largest of its sends. */
double collective_fixed_s(const CollectivePhase *phase, double ramp_s);

/* What a call costs before its first phase. */
double collective_start_s(const CollectiveCall *call, const Network *network);

#endif
