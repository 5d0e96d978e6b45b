#include "models/plan/expert_dispatch.h"
#include "scenarios/reader/schema_plan_parts.h"

static const char *dispatcher_word(int index) {
    return index < EXPERT_DISPATCHER_COUNT ? expert_dispatcher_name((ExpertDispatcher)index) : NULL;
}

static const SchemaRow EXPERT_ROWS[] = {
    {PLAN_COUNT("expert_parallel", expert_parallel, 1, MOST_PARALLEL), .default_text = "1",
     .aliases = "expert_model_parallel_size",
     .help = "GPUs with different experts: neighbours of data_parallel x context_parallel, with expert_tensor_parallel "
             "1 of x tensor_parallel, that exchange tokens; a tensor group needs sequence_parallel"},
    {PLAN_COUNT("expert_tensor_parallel", expert_tensor_parallel, 1, MOST_PARALLEL),
     .default_text = "(tensor_parallel)", .aliases = "expert_tensor_parallel_size",
     .help =
         "GPUs that share one expert: tensor_parallel, or 1: whole experts, whose groups go over tensor groups too"},
    {.key = "expert_imbalance",
     .type = FIELD_REAL,
     .offset = offsetof(PlanSpec, routing.imbalance),
     .dimension = DIMENSION_COUNT,
     .min = 1,
     .max = MOST_PARALLEL,
     .default_text = "1",
     .help = "tokens of the busiest GPU of an expert group over the mean, for which all wait; 1 = a perfect router, at "
             "most expert_parallel"},
    {.key = "capacity_factor",
     .type = FIELD_REAL,
     .offset = offsetof(PlanSpec, routing.capacity_factor),
     .dimension = DIMENSION_COUNT,
     .above_min = true,
     .max = MOST_PARALLEL,
     .default_text = "(no limit)",
     .aliases = "moe_expert_capacity_factor",
     .help = "most tokens of an expert over its even share; what is above is dropped"},
    {FLAG_ROW("pad_to_capacity", routing.pads, "false"), .aliases = "moe_pad_expert_input_to_capacity",
     .help = "every expert works on its full capacity, padded"},
    {.key = "expert_dispatcher",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, expert_dispatcher),
     .default_text = "alltoall",
     .help = "how tokens travel to their experts: alltoall = once for each expert; deepep = once to each node, from "
             "there once to each GPU (DeepEP, HybridEP)",
     .menu = dispatcher_word},
    {FLAG_ROW("grouped_experts", grouped_experts, "true"), .aliases = "moe_grouped_gemm",
     .help =
         "one matrix product for all experts of a GPU; otherwise one after the other, each with kernels of its own"},
    {FLAG_ROW("fused_routing", fused_routing, "true"), .aliases = "moe_router_fusion",
     .help =
         "router and permutation of tokens in fused kernels: the host issues 79 fewer for a layer (31 of 72 kernels "
         "of the router are left forward)"},
    {FLAG_ROW("overlap_expert_comm", overlap_expert_comm, "false"), .aliases = "overlap_moe_expert_parallel_comm",
     .help = "tokens travel to their experts and back beside the passes of other micro-batches: a forward beside a "
             "backward pass, for one micro-batch more in flight"},
};

const SchemaTable SCHEMA_PLAN_EXPERTS = {.name = "plan",
                                         .help = "Experts",
                                         .rows = EXPERT_ROWS,
                                         .row_count = sizeof EXPERT_ROWS / sizeof EXPERT_ROWS[0],
                                         .bytes = sizeof(PlanSpec),
                                         .more = &SCHEMA_PLAN_SHARDING};
