/*
 * tensor_overlap: what the collectives of a tensor group hide beside the matrix products of one layer. It knows
 * products and shares of a hidden state, not links: how long a sum takes alone is told. With sequence parallelism a sum
 * of hidden states is a reduce-scatter and an all-gather, half of it each; in fp8 a gather moves half the bytes and
 * counts as a quarter (element_bytes.h).
 *
 * plan.async_tensor_allreduce: in the backward pass of qkv and MLP up the gradient of the input is summed
 * (reduce-scattered) beside the product of the weights' gradient, as Megatron-LM does since 2022
 * (async_tensor_model_parallel_allreduce): Korthikanti et al. 2022, 6.3, have a full recomputation cost 39 % and not
 * 33 % of a layer because of it. NCCL takes SMs from the product, one for every 10 GB/s (derived: the 24 channels that
 * reach 240 GB/s on A100; nccl issue 1259). All sums of a layer are waited for together.
 *
 * plan.tp_comm_overlap: Transformer Engine's userbuffers, which Megatron-Core calls tp_comm_overlap and NeMo
 * ub_tp_comm_overlap. By the defaults of initialize_ub (transformer_engine/pytorch/module/base.py), t GPUs in the
 * group:
 *
 *   gathered product    qkv and MLP up forward, projection and MLP down backward: the input is gathered in t pieces
 *                       round a ring (ring_exchange), each beside the product with the piece before; by copy engines.
 *   scattered product   projection and MLP down forward: the output is made in 4 parts of its features, each
 *                       reduce-scattered beside the next (pipeline); nothing is left for the last. 16 SMs are the
 *                       collective's, and not the products' (set_sm_margin, as in all of NeMo's recipes).
 *   bulk                qkv and MLP up backward: the input is gathered once more, for the gradient of the weights,
 *                       beside the gradient of the input, which is reduce-scattered beside the gradient of the weights.
 *                       The collective takes SMs from the products: an SM for every 20 GB/s (derived: the 16 SMs for
 *                       the 310 GB/s that NVLink4 reaches; NeMo's recipes have 2 to 24). Without a product of weight
 *                       gradients in the pass the gradient of the input is a scattered product (ub_overlap_rs_dgrad).
 *
 * Of a collective that takes longer than what it runs beside, the rest is waited for: for the products of the attention
 * together, and for those of the MLP. Gathered pieces run on up to 3 streams (_NUM_MAX_UB_STREAMS) and fill each
 * other's last wave: they are priced as a batch. Parts of an output do not on Hopper (NVIDIA/TransformerEngine, pull
 * request 1311): each is priced alone.
 *
 * Limits: Transformer Engine wants the group inside one NVLink domain; here it may cross nodes, at the pace of their
 * links. Collectives take as long as NCCL's: userbuffers start sooner. Copies into the buffers and the issuing of the
 * pieces, from C++, take no time. HBM and power are not shared. Experts, embedding and head are not hidden.
 * Recomputation repeats the forward pass.
 */
#ifndef MODELS_COST_TENSOR_OVERLAP_H
#define MODELS_COST_TENSOR_OVERLAP_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* Products whose collectives are hidden together: of the attention, of the MLP. */
enum { TENSOR_WINDOWS = 2 };

/* Collectives beside products. */
typedef struct TensorWindow {
    double sums;     /* >= 0; hidden states whose sums run beside the products; 0 = none */
    double cover_s;  /* >= 0; of the products that run meanwhile */
    double again_s;  /* >= 0; of cover_s, in products that are computed again */
    double longer_s; /* >= 0; what pieces and missing SMs add to them */
} TensorWindow;

/* Of one layer in one pass. */
typedef struct TensorWindows {
    TensorWindow of[TENSOR_WINDOWS];
    double open_sums; /* >= 0; sums that nothing hides */
} TensorWindows;

/* Whether a plan hides collectives of its tensor group in any pass. */
bool tensor_overlap_is_there(const PlanSpec *plan);

/* Of a forward or backward pass, recomputation included; nothing for other plans and passes. */
TensorWindows tensor_overlap_windows(const TrainingSpec *training, const GpuSpec *gpu, PassKind kind);

/* Bytes of all buffers: one for each of ten products, of a whole hidden state; those that are gathered are fp8 in fp8.
 */
double tensor_overlap_buffer_bytes(const TrainingSpec *training);

#endif
