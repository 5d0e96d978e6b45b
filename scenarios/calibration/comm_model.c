#include "scenarios/calibration/comm_model.h"

#include "models/communication/collective_choice.h"
#include "models/communication/collective_loads.h"

bool comm_model_is_inside(const NodeSpec *node, const CommRow *row) {
    return row->ranks <= node->gpus;
}

double comm_model_seconds(const NodeSpec *node, const CommRow *row) {
    Arena *arena = arena_create();
    FabricSpec fabric = fabric_default();
    Network network = network_build(node, &fabric, (row->ranks + node->gpus - 1) / node->gpus);
    int *gpus = ARENA_ARRAY(arena, row->ranks, int);
    for (int rank = 0; rank < row->ranks; rank++)
        gpus[rank] = rank;
    CollectiveCall call = {.kind = row->kind,
                           .bytes = row->bytes,
                           .ranks = row->ranks,
                           .rank_gpu = gpus,
                           .gpus_per_node = node->gpus,
                           .in_network_reduction = network.usual.in_network_reduction};
    double seconds = collective_seconds(&call, collective_select("auto", &call, &network), &network);
    arena_destroy(arena);
    return seconds;
}

double comm_model_null_seconds(const NodeSpec *node, const CommRow *row) {
    double port_bytes_per_s = node->nvlink.bytes_per_s > 0 ? node->nvlink.bytes_per_s : node->pcie.bytes_per_s;
    double bytes = row->bytes * collective_bus_factor(row->kind, row->ranks);
    return bytes / (comm_model_is_inside(node, row) ? port_bytes_per_s : node->nic.bytes_per_s * node->nics);
}
