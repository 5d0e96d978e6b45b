#include "models/plan/pass_order.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/error.h"

/* The next forward pass from `place` on; `count` when there is none. */
static int next_forward(const PipelinePass *passes, int count, int place) {
    while (place < count && passes[place].kind != PASS_FORWARD)
        place++;
    return place;
}

/* Every backward pass has one forward pass more before it than it had. */
static void pull_forwards(const PipelinePass *from, int count, PipelinePass *passes) {
    int forward = next_forward(from, count, 0), placed = 0, due = 1, pulled = 0;
    for (int place = 0; place < count; place++) {
        if (from[place].kind == PASS_FORWARD) {
            due++;
            continue;
        }
        for (; pulled < due && forward < count; pulled++) {
            passes[placed++] = from[forward];
            forward = next_forward(from, count, forward + 1);
        }
        passes[placed++] = from[place];
    }
}

void pass_order_of_stage(const PlanSpec *plan, int stage, PipelinePass *passes) {
    const PipelineSchedule *schedule = pipeline_find(plan->schedule);
    PipelineShape shape = plan_shape(plan);
    int count = pipeline_pass_count(schedule, &shape);
    schedule->order(schedule, &shape, stage, passes);
    if (!plan->overlap_expert_comm)
        return;
    PipelinePass *listed = malloc((size_t)count * sizeof *listed);
    if (listed == NULL)
        fatal("out of memory for the schedule of %d passes", count);
    memcpy(listed, passes, (size_t)count * sizeof *listed);
    pull_forwards(listed, count, passes);
    free(listed);
}

void pass_order_of_all(const PlanSpec *plan, PipelinePass *passes) {
    const PipelineSchedule *schedule = pipeline_find(plan->schedule);
    PipelineShape shape = plan_shape(plan);
    int count = pipeline_pass_count(schedule, &shape);
    if (!plan->overlap_expert_comm) {
        pipeline_all_orders(schedule, &shape, passes);
        return;
    }
    for (int stage = 0; stage < shape.stages; stage++)
        pass_order_of_stage(plan, stage, &passes[stage * count]);
}

PipelinePass *pass_order_list(const PlanSpec *plan) {
    PipelineShape shape = plan_shape(plan);
    size_t count = (size_t)pipeline_pass_count(pipeline_find(plan->schedule), &shape) * (size_t)shape.stages;
    PipelinePass *passes = malloc(count * sizeof *passes);
    if (passes == NULL)
        fatal("out of memory for the schedule of %zu passes", count);
    pass_order_of_all(plan, passes);
    return passes;
}

bool pass_order_hides_exchange(const PlanSpec *plan, const PipelinePass *passes, int count, int index) {
    return plan->overlap_expert_comm && index + 1 < count && passes[index + 1].kind != passes[index].kind;
}
