#include "models/communication/collective.h"

#include "sim/engine/check.h"
#include "sim/engine/menu.h"

#define COLLECTIVE_ALGORITHM(word) extern const CollectiveAlgorithm collective_##word;
#include "models/communication/collectives/table.h"
#undef COLLECTIVE_ALGORITHM

#define COLLECTIVE_ALGORITHM(word) &collective_##word,
static const CollectiveAlgorithm *const MENU[] = {
#include "models/communication/collectives/table.h"
};
#undef COLLECTIVE_ALGORITHM

MENU_LOOKUPS(CollectiveAlgorithm, collective)

const char *collective_kind_name(CollectiveKind kind) {
    switch (kind) {
    case COLLECTIVE_ALL_REDUCE:
        return "all_reduce";
    case COLLECTIVE_ALL_GATHER:
        return "all_gather";
    case COLLECTIVE_REDUCE_SCATTER:
        return "reduce_scatter";
    case COLLECTIVE_SEND_RECV:
        return "send_recv";
    case COLLECTIVE_BROADCAST:
        return "broadcast";
    case COLLECTIVE_REDUCE:
        return "reduce";
    case COLLECTIVE_ALL_TO_ALL:
        return "all_to_all";
    case COLLECTIVE_KIND_COUNT:
        break;
    }
    CHECK(false);
}

double collective_bus_factor(CollectiveKind kind, int ranks) {
    double share = (ranks - 1.0) / ranks;
    switch (kind) {
    case COLLECTIVE_ALL_REDUCE:
        return 2 * share;
    case COLLECTIVE_ALL_GATHER:
    case COLLECTIVE_REDUCE_SCATTER:
    case COLLECTIVE_ALL_TO_ALL:
        return share;
    case COLLECTIVE_SEND_RECV:
    case COLLECTIVE_BROADCAST:
    case COLLECTIVE_REDUCE:
        return 1;
    case COLLECTIVE_KIND_COUNT:
        break;
    }
    CHECK(false);
}

double collective_pair_bytes(const CollectiveCall *call, int from, int to) {
    double even_bytes = call->bytes / call->ranks;
    return call->pair_weights ? even_bytes * call->pair_weights[(size_t)from * (size_t)call->ranks + (size_t)to]
                              : even_bytes;
}
