#include "models/workload/collective_layout.h"

int collective_ranks_on_first_node(const CollectiveCall *call) {
    int count = 1, node = call->rank_gpu[0] / call->gpus_per_node;
    while (count < call->ranks && call->rank_gpu[count] / call->gpus_per_node == node)
        count++;
    return count;
}

int collective_chunk_count(const CollectiveCall *call) {
    if (call->kind == COLLECTIVE_SEND_RECV)
        return 1;
    return call->kind == COLLECTIVE_ALL_TO_ALL ? call->ranks * call->ranks : call->ranks;
}
