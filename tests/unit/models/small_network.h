/* small_network: 4 GPUs and NICs per node, two nodes per leaf: ports of 100 GB/s, NICs of 16 GB/s, uplinks of 40 GB/s.
 */
#ifndef TESTS_UNIT_MODELS_SMALL_NETWORK_H
#define TESTS_UNIT_MODELS_SMALL_NETWORK_H

#include "models/hardware/network.h"

extern const NodeSpec SMALL_NODE;
extern const FabricSpec SMALL_FABRIC;

#endif
