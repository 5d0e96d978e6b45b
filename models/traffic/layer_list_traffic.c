#include "models/traffic/layer_list_traffic.h"

#include "models/plan/layer_list_plan.h"

int layer_list_exchange_open(const JobSpec *job, const RankClasses *ranks, Traffic *traffic) {
    double bytes = layer_list_exchange_bytes(&job->training);
    if (bytes <= 0)
        return -1;
    return traffic_add(traffic, &(TrafficGroups){.kind = COLLECTIVE_ALL_TO_ALL,
                                                 .bytes = bytes,
                                                 .algorithm = job->training.plan.collective,
                                                 .ranks = (int)job->gpus,
                                                 .count = 1,
                                                 .gpus = ranks->rank_gpu,
                                                 .copies = 1});
}
