#include "models/communication/collective_layout.h"

int collective_ranks_on_first_node(const CollectiveCall *call) {
    int count = 1, node = call->rank_gpu[0] / call->gpus_per_node;
    while (count < call->ranks && call->rank_gpu[count] / call->gpus_per_node == node)
        count++;
    return count;
}

bool collective_fills_nodes(const CollectiveCall *call) {
    int per_node = collective_ranks_on_first_node(call);
    bool equal = call->ranks % per_node == 0;
    for (int rank = per_node; equal && rank < call->ranks; rank++) {
        bool same_node = call->rank_gpu[rank] / call->gpus_per_node == call->rank_gpu[rank - 1] / call->gpus_per_node;
        equal = same_node == (rank % per_node != 0);
    }
    return equal;
}

int collective_member_count(const CollectiveCall *call) {
    int per_node = collective_ranks_on_first_node(call);
    return call->ranks + (call->ranks + per_node - 1) / per_node;
}

int collective_chunk_count(const CollectiveCall *call) {
    if (call->kind == COLLECTIVE_SEND_RECV)
        return 1;
    return call->kind == COLLECTIVE_ALL_TO_ALL ? call->ranks * call->ranks : call->ranks;
}
