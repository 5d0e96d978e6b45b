/*
 * measured_network: what the free text of the column `interconnect` says about the NICs of a node. A rate with a number
 * before it ("8x200Gb", "4 x 100 Gb/s") is that of each; a rate alone is that of the whole node where the text says
 * "node" or names EFA, in NICs as fast as the entry's where it is a whole number of them, one port of that rate where
 * it names Ethernet, and otherwise that of each NIC of the entry, as generations of InfiniBand are (EDR 100, HDR 200,
 * NDR 400, XDR 800 Gbit/s), Omni-Path, Slingshot and ConnectX. A number elsewhere is that of the NICs when it is the
 * only one ("4 OmniPath links"). Texts with several rates are not read.
 *
 * More NICs than GPUs ("32x100Gb") are bundled. Names of machines (p4d, p4de, p5, ND A100 v4) and EFA bring the
 * constants of their entries of the catalogue, and their NICs unless another rate is stated.
 *
 * A slower NIC than the entry's fills as much of its line, but no more than EFA of 100 Gbit/s was measured to where the
 * text does not name InfiniBand. "no GPUDirect" or "without GPUDirect" says that its bytes go through the host's
 * memory: 0.64 of the line.
 */
#ifndef SCENARIOS_TABLES_MEASURED_NETWORK_H
#define SCENARIOS_TABLES_MEASURED_NETWORK_H

#include "models/hardware/node.h"
#include "scenarios/reader/catalogue.h"
#include "scenarios/tables/measured_row.h"

/* Changes the NICs of the node, with an assumption either way. */
void measured_network_read(MeasuredRow *row, const Catalogue *catalogue, NodeSpec *node);

#endif
