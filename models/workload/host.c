#include "models/workload/host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/array.h"
#include "sim/engine/check.h"
#include "sim/engine/splitmix.h"

/* What there is one of in a node; then PCIe slots, two for each GPU; then the storage that all share, two. */
typedef enum NodeUnit { UNIT_STORAGE_IN, UNIT_STORAGE_OUT, UNIT_CPU, UNIT_MEMORY, NODE_UNITS } NodeUnit;

/* `count` GPUs of an operation use the unit. */
typedef struct UnitLoad {
    int unit;
    double count;
} UnitLoad;

typedef struct HostOperation {
    UnitLoad *loads;
    int load_count;
    ShareWay way;      /* filled by host_seal */
    double rate_per_s; /* likewise */
} HostOperation;

struct Host {
    Arena *arena;
    const ClusterSpec *cluster;
    int gpus_per_node;
    int unit_count;
    HostOperation *operations;
    size_t operation_count;
    size_t operation_capacity;
};

/* Of the nominal bandwidth of main memory; assumed: STREAM reaches about that on servers with all channels filled. */
static const double MEMORY_FRACTION = 0.8;

Host *host_create(Arena *arena, const ClusterSpec *cluster) {
    Host *host = ARENA_NEW(arena, Host);
    int per_node = cluster_gpus_per_node(cluster);
    *host = (Host){.arena = arena, .cluster = cluster, .gpus_per_node = per_node};
    host->unit_count = (int)cluster->nodes * (NODE_UNITS + 2 * per_node) + 2;
    return host;
}

static int node_unit(const Host *host, int gpu, NodeUnit unit) {
    return gpu / host->gpus_per_node * NODE_UNITS + (int)unit;
}

static int slot_unit(const Host *host, int gpu, bool from_gpu) {
    return (int)host->cluster->nodes * NODE_UNITS + 2 * gpu + from_gpu;
}

static int target_unit(const Host *host, bool writes) {
    return host->unit_count - 2 + writes;
}

/* Units per second. */
static double unit_capacity(const Host *host, int unit) {
    const ClusterSpec *cluster = host->cluster;
    const StorageSpec *storage = &cluster->storage;
    int first_slot = (int)cluster->nodes * NODE_UNITS, target = host->unit_count - 2, node = unit / NODE_UNITS;
    if (unit >= target)
        return unit == target ? storage->read_bytes_per_s : storage->write_bytes_per_s;
    if (unit >= first_slot) {
        int slot = unit - first_slot;
        const LinkSpec *pcie = &cluster_node(cluster, slot / 2 / host->gpus_per_node)->pcie;
        return pcie->bytes_per_s * pcie->efficiency_fraction;
    }
    switch ((NodeUnit)(unit % NODE_UNITS)) {
    case UNIT_STORAGE_IN:
        return storage->local ? storage->read_bytes_per_s : storage->node_bytes_per_s;
    case UNIT_STORAGE_OUT:
        return storage->local ? storage->write_bytes_per_s : storage->node_bytes_per_s;
    case UNIT_CPU:
        return cluster_node(cluster, node)->cpu_cores;
    case UNIT_MEMORY:
        return MEMORY_FRACTION * cluster_node(cluster, node)->host_memory_bytes_per_s;
    case NODE_UNITS:
        break;
    }
    CHECK(false);
    return 0;
}

static int by_unit(const void *left, const void *right) {
    const UnitLoad *a = left, *b = right;
    return (a->unit > b->unit) - (a->unit < b->unit);
}

/* One load per unit, in order. */
static int join_loads(UnitLoad *loads, int count) {
    int joined = 0;
    qsort(loads, (size_t)count, sizeof *loads, by_unit);
    for (int i = 0; i < count; i++) {
        if (joined > 0 && loads[joined - 1].unit == loads[i].unit)
            loads[joined - 1].count += loads[i].count;
        else
            loads[joined++] = loads[i];
    }
    return joined;
}

enum { UNITS_OF_GPU = 3 };

/* The units that one GPU uses; returns their number. */
static int units_of_gpu(const Host *host, HostPart part, int gpu, int units[UNITS_OF_GPU]) {
    const StorageSpec *storage = &host->cluster->storage;
    bool writes = part != HOST_STORAGE_READ;
    int count = 0;
    switch (part) {
    case HOST_SAVE:
        units[count++] = slot_unit(host, gpu, true);
        /* fall through */
    case HOST_STORAGE_READ:
    case HOST_STORAGE_WRITE:
        if (storage->local || storage->node_bytes_per_s > 0)
            units[count++] = node_unit(host, gpu, writes ? UNIT_STORAGE_OUT : UNIT_STORAGE_IN);
        if (!storage->local)
            units[count++] = target_unit(host, writes);
        break;
    case HOST_CPU:
        units[count++] = node_unit(host, gpu, UNIT_CPU);
        break;
    case HOST_MEMORY:
        units[count++] = node_unit(host, gpu, UNIT_MEMORY);
        break;
    case HOST_TO_GPU:
    case HOST_FROM_GPU:
        units[count++] = slot_unit(host, gpu, part == HOST_FROM_GPU);
        break;
    }
    return count;
}

int host_add(Host *host, HostPart part, const int *gpus, int count) {
    HostOperation operation = {.loads = ARENA_ARRAY(host->arena, UNITS_OF_GPU * count, UnitLoad)};
    for (int i = 0; i < count; i++) {
        int units[UNITS_OF_GPU], used = units_of_gpu(host, part, gpus[i], units);
        for (int j = 0; j < used; j++)
            operation.loads[operation.load_count++] = (UnitLoad){units[j], 1};
    }
    operation.load_count = join_loads(operation.loads, operation.load_count);
    host->operations =
        array_grow(host->operations, &host->operation_capacity, host->operation_count + 1, sizeof *host->operations);
    host->operations[host->operation_count] = operation;
    return (int)host->operation_count++;
}

/* What a unit carries, told apart by operation and weight; 0 = nothing. */
static uint64_t *unit_signatures(const Host *host) {
    uint64_t *signatures = ARENA_ARRAY(host->arena, host->unit_count, uint64_t);
    for (size_t i = 0; i < host->operation_count; i++)
        for (int j = 0; j < host->operations[i].load_count; j++) {
            const UnitLoad *load = &host->operations[i].loads[j];
            uint64_t *signature = &signatures[load->unit];
            *signature = splitmix_finish(*signature + splitmix_finish(i + 1) + (uint64_t)llround(load->count)) | 1;
        }
    return signatures;
}

/* Units of the same kind with the same work. */
typedef struct UnitKey {
    uint64_t signature;
    double capacity_per_s;
    int unit;
} UnitKey;

static int by_work(const void *left, const void *right) {
    const UnitKey *a = left, *b = right;
    if (a->signature != b->signature)
        return a->signature < b->signature ? -1 : 1;
    if (a->capacity_per_s != b->capacity_per_s)
        return a->capacity_per_s < b->capacity_per_s ? -1 : 1;
    return (a->unit > b->unit) - (a->unit < b->unit);
}

static ResourceId *create_resources(const Host *host, FairShare *share, bool folded) {
    const uint64_t *signatures = unit_signatures(host);
    ResourceId *resources = ARENA_ARRAY(host->arena, host->unit_count, ResourceId);
    UnitKey *keys = ARENA_ARRAY(host->arena, host->unit_count, UnitKey);
    int count = 0;
    for (int unit = 0; unit < host->unit_count; unit++)
        if (signatures[unit] != 0)
            keys[count++] = (UnitKey){signatures[unit], unit_capacity(host, unit), unit};
    qsort(keys, (size_t)count, sizeof *keys, by_work);
    for (int i = 0; i < count; i++) {
        bool alike = folded && i > 0 && keys[i].signature == keys[i - 1].signature &&
                     keys[i].capacity_per_s == keys[i - 1].capacity_per_s;
        resources[keys[i].unit] =
            alike ? resources[keys[i - 1].unit] : fair_share_add_resource(share, keys[i].capacity_per_s);
    }
    return resources;
}

/* One use per resource: units that share one carry the same. */
static ShareWay way_of(const Host *host, const HostOperation *operation, const ResourceId *resources) {
    ResourceUse *uses = ARENA_ARRAY(host->arena, operation->load_count, ResourceUse);
    int count = 0;
    for (int i = 0; i < operation->load_count; i++) {
        ResourceId resource = resources[operation->loads[i].unit];
        bool there = false;
        for (int j = 0; j < count && !there; j++)
            there = uses[j].resource == resource;
        if (!there)
            uses[count++] = (ResourceUse){resource, operation->loads[i].count};
    }
    return (ShareWay){uses, count};
}

void host_seal(Host *host, FairShare *share, bool folded) {
    const ResourceId *resources = create_resources(host, share, folded);
    HostOperation *sealed = ARENA_ARRAY(host->arena, host->operation_count, HostOperation);
    if (host->operation_count > 0)
        memcpy(sealed, host->operations, host->operation_count * sizeof *sealed);
    free(host->operations);
    host->operations = sealed;
    for (size_t i = 0; i < host->operation_count; i++) {
        HostOperation *operation = &sealed[i];
        operation->way = way_of(host, operation, resources);
        operation->rate_per_s = INFINITY;
        for (int j = 0; j < operation->load_count; j++)
            operation->rate_per_s =
                fmin(operation->rate_per_s, unit_capacity(host, operation->loads[j].unit) / operation->loads[j].count);
    }
}

const ShareWay *host_way(const Host *host, int operation) {
    return &host->operations[operation].way;
}

double host_rate_per_s(const Host *host, int operation) {
    return host->operations[operation].rate_per_s;
}
