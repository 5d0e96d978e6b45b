/*
 * collective_latency: the parts of a collective's time that do not come from bytes on links. Pure functions, the same
 * for a collective that is folded (collective_loads.h) and for one of explicit flows (collective_flows.h).
 *
 *   a send    its route's latency; three times that in an all_to_all: NCCL's grouped sends meet their receivers first
 *   a phase   the largest over its sends of ramp_s * c / (c + 1 MiB), c = bytes of the send on all of its channels;
 *             none for a send_recv; twice that in a pipeline of two passes, up and down a tree: it is as deep as both
 *             35 us when it is in_network (the barriers of NVLS)
 *   a call    5 us (launch of the kernel), and in an all_to_all a copy of the chunk that a rank sends to itself: 2 A100
 *             reach a bus bandwidth of 164 GB/s in nccl-tests, 8 of them, whose own chunk is a quarter of that, 203
 *
 * Protocols. NCCL has three: LL and LL128 write a flag beside the bytes, so a hop costs little but the link is used to
 * 50 or 95 %; Simple fills the link but synchronises for each piece. Its tuner takes the cheapest for the size, so what
 * is measured is the lower envelope of the three, and that is what the formula describes, without naming them: small
 * sends pay the latency alone (LL) and then ramp_s / 1 MiB per byte more than the link asks for (the lower bandwidth of
 * LL and LL128), large ones the link's full bandwidth after ramp_s (Simple). With a port's 40 us the extra cost of
 * bytes is that of a link of 26 GB/s. Channels: a NIC has one each, see node_exchange.h; those inside a node are in the
 * efficiency of the port.
 *
 * All constants are fitted with those of LinkSpec to nccl-tests on A100 and H100; `chokepoint calibrate` repeats the
 * fit. Limits: one half point of 1 MiB for every machine; the step that is seen where NCCL changes its protocol is
 * smoothed.
 */
#ifndef MODELS_COMMUNICATION_COLLECTIVE_LATENCY_H
#define MODELS_COMMUNICATION_COLLECTIVE_LATENCY_H

#include "models/communication/collective.h"
#include "models/hardware/network.h"

/* From the first byte sent to the first received, over a route of that latency. */
double collective_latency_s(CollectiveKind kind, double route_latency_s);

/* What a phase loses by a send of so many bytes over a route of that ramp until pieces flow at full rate. */
double collective_ramp_s(CollectiveKind kind, double route_ramp_s, double bytes);

/* What a phase costs before its first byte; ramp_s is the largest of its sends. */
double collective_fixed_s(const CollectivePhase *phase, double ramp_s);

/* What a call costs before its first phase. */
double collective_start_s(const CollectiveCall *call, const Network *network);

#endif
