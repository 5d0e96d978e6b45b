/*
 * overlap_slowdown: what a step's compute and the data-parallel collectives and exchanges of experts beside it take
 * from each other on a GPU. It says how much each task needs and takes; task_contention.h turns that into time.
 *
 * Of a collective: its channels hold an SM each for as long as it runs ("NCCL CTAs won't share an SM with compute
 * kernels", NVIDIA/nccl issue 689). 24 channels inside a node of NVSwitch (log of NCCL 2.18 on 8 H100, issue 1259;
 * twice the 12 links of an A100), otherwise two for each NIC of the node (issues 438 and 689: 16 SMs on a DGX with 8
 * NICs). With k of N SMs held, matrix products take N/(N - k) times as long, but at least 1 + second_wave (gpu.h) where
 * their schedule is static: their blocks, one for each SM, then run in two waves, however few SMs are held. Every byte
 * that arrives goes through HBM three times (written on arrival, read, written or added to the result): h = 3 x
 * arriving rate / HBM bandwidth, and memory-bound kernels and the collective take 1 + h times as long beside each
 * other.
 *
 * That is 13-30 % for passes on an A100. Measured on 4 A100, H100, MI210 and MI250 under FSDP: compute is 18.9 %
 * slower on average, 40.0 % at most (arXiv 2507.03114).
 *
 * Limits: messages in context groups are left out, and of those between stages all but the second wave, which is in the
 * passes (training_costs.h): they hold 2 SMs (NCCL_NCHANNELS_PER_NET_PEER, issue 1424). Software that leaves SMs out of
 * its products for the collectives (Transformer Engine's NVTE_EXT_MARGIN_SM) is not told from other. At most half of
 * the SMs are held (assumed). Power and clock are not shared. A pass has one mix of kernels from start to end.
 */
#ifndef MODELS_WORKLOAD_OVERLAP_SLOWDOWN_H
#define MODELS_WORKLOAD_OVERLAP_SLOWDOWN_H

#include "models/spec.h"
#include "models/workload/step.h"

/* Shares of a GPU that a collective holds or uses. */
typedef struct CollectiveTake {
    double sm_fraction;  /* 0..0.5; of the SMs */
    double hbm_fraction; /* >= 0; of the HBM bandwidth that kernels reach */
} CollectiveTake;

/* Of a collective the slowest of whose links is `link`. */
CollectiveTake overlap_slowdown_of_collective(const NodeSpec *node, LinkKind link);

/* Sets the step's tasks up to slow each other; its tasks and streams are there, and it has not been started. */
void overlap_slowdown_add(Step *step, const ClusterSpec *cluster);

#endif
