#include "tests/unit/models/small_layout.h"

#include "tests/unit/models/small_cluster.h"

SimulationSpec small_layout_spec(Arena *arena, const SmallLayout *layout) {
    SimulationSpec spec = small_cluster(arena, layout->nodes, layout->gpus);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->schedule = layout->schedule;
    plan->tensor_parallel = layout->tensor;
    plan->pipeline_parallel = layout->pipeline;
    plan->virtual_stages = layout->chunks;
    plan->gradient_accumulation = layout->micro_batches;
    plan->overlap_grad_reduce = plan->overlap_p2p = layout->overlap;
    plan->distributed_optimizer = layout->distributed;
    return spec;
}
