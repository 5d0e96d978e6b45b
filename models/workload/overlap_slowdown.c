#include "models/workload/overlap_slowdown.h"

#include <math.h>

#include "models/cost/work_profile.h"

/* SMs that hold a collective's channels inside a node of NVSwitch, and for each NIC. */
enum { NVSWITCH_CHANNELS = 24, CHANNELS_PER_NIC = 2 };

static const double HBM_PASSES = 3; /* of every byte that arrives */

/* Whose collectives run beside compute. */
static bool is_behind(StreamKind stream) {
    return stream == STREAM_DATA || stream == STREAM_EXPERT;
}

CollectiveTake overlap_slowdown_of_collective(const NodeSpec *node, LinkKind link) {
    const GpuSpec *gpu = &node->gpu;
    double hbm_bytes_per_s = gpu->hbm_bytes_per_s * gpu->kernels.hbm_fraction;
    bool inside = link == LINK_NVLINK;
    const LinkSpec *links = inside ? &node->nvlink : &node->nic;
    double count = inside ? 1 : (double)node->nics / node->gpus;
    double channels = inside ? NVSWITCH_CHANNELS : CHANNELS_PER_NIC * node->nics;
    double arriving_bytes_per_s = count * links->bytes_per_s * links->efficiency_fraction;
    return (CollectiveTake){.sm_fraction = fmin(channels / gpu->sm_count, 0.5),
                            .hbm_fraction = HBM_PASSES * arriving_bytes_per_s / hbm_bytes_per_s};
}

static TaskContact contact_behind(const NodeSpec *node, LinkKind link) {
    CollectiveTake take = overlap_slowdown_of_collective(node, link);
    double missing = take.sm_fraction / (1 - take.sm_fraction);
    return (TaskContact){.exclusive = (float)fmax(missing, node->gpu.kernels.second_wave),
                         .shared = (float)take.hbm_fraction};
}

/* Recomputation is a forward pass: it has the mix of the rest. A slow GPU is slow in all of it. */
static TaskContact contact_in_front(const WorkProfile *profile) {
    const int64_t *ns = profile->row.ns;
    double products = (double)(ns[LEDGER_IDEAL_COMPUTE] + ns[LEDGER_KERNEL_INEFFICIENCY]);
    double memory = (double)ns[LEDGER_MEMORY_BOUND];
    double whole = (double)(ledger_sum(&profile->row) - ns[LEDGER_STRAGGLER]);
    double again = (double)ns[LEDGER_RECOMPUTATION], known = products + memory;
    if (whole <= 0 || known <= 0)
        return (TaskContact){0};
    double scale = (1 + again / known) / whole;
    return (TaskContact){.exclusive = (float)(products * scale),
                         .shared = (float)(memory * scale),
                         .slack = (float)fmax(0, fmin(1, profile->slack_s * 1e9 / whole))};
}

static StreamId *fronts_of_streams(const Step *step) {
    StreamId *front_of = ARENA_ARRAY(step->ground.arena, step->ranks.class_count * STREAM_KIND_COUNT, StreamId);
    for (int class = 0; class < step->ranks.class_count; class ++) {
        for (int kind = 0; kind < STREAM_KIND_COUNT; kind++)
            front_of[step->streams[class][kind]] =
                is_behind((StreamKind)kind) ? step->streams[class][STREAM_COMPUTE] : STREAM_NONE;
    }
    return front_of;
}

void overlap_slowdown_add(Step *step, const ClusterSpec *cluster) {
    int count = task_graph_count(step->graph);
    TaskContact *contacts = ARENA_ARRAY(step->ground.arena, count, TaskContact);
    bool any = false;
    step->slowing_category = LEDGER_COMM_DATA;
    for (int id = 0; id < count; id++) {
        const StepTask *task = &step->tasks[id];
        if (task->gpu_class < 0)
            continue;
        const NodeSpec *node = cluster_type(cluster, step->ranks.classes[task->gpu_class].node_type);
        if (task->profile >= 0)
            contacts[id] = contact_in_front(&step->profiles[task->profile]);
        else if (is_behind(task->stream)) {
            contacts[id] = contact_behind(node, task->link);
            step->slowing_link = task->link > step->slowing_link ? task->link : step->slowing_link;
            if (task->stream == STREAM_EXPERT)
                step->slowing_category = LEDGER_COMM_EXPERT;
            any = true;
        }
    }
    if (any)
        task_graph_contend(step->graph, contacts, fronts_of_streams(step));
}
