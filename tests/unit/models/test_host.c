#include "models/workload/host.h"

#include <criterion/criterion.h>

#include "tests/unit/models/small_cluster.h"

typedef struct Bed {
    Arena *arena;
    SimulationSpec spec;
    Engine *engine;
    FairShare *share;
    Host *host;
} Bed;

/* 3 nodes of 4 GPUs, 64 cores each; PCIe reaches 25.2e9 bytes/s; a target of 7.5e9 and 2.5e9 bytes/s. */
static Bed bed_create(bool local, double node_bytes_per_s) {
    Bed bed = {.arena = arena_create()};
    bed.spec = small_cluster(bed.arena, 3, 4);
    bed.spec.cluster.storage = (StorageSpec){7.5e9, 2.5e9, local, node_bytes_per_s};
    bed.engine = engine_create(&(EngineSettings){.seed = 1, .scenario = "host"});
    bed.share = fair_share_create(bed.engine);
    return bed;
}

static void bed_destroy(Bed *bed) {
    fair_share_destroy(bed->share);
    engine_destroy(bed->engine);
    arena_destroy(bed->arena);
}

static double rate(const Bed *bed, const Host *host, int operation) {
    ActivityId alone = fair_share_start(bed->share, &(ActivitySpec){.amount = 1e6, .way = host_way(host, operation)});
    double rate_per_s = fair_share_rate_per_s(bed->share, alone);
    fair_share_cancel(bed->share, alone);
    return rate_per_s;
}

static void expect_rate(const Bed *bed, const Host *host, int operation, double expected) {
    cr_expect_float_eq(rate(bed, host, operation), expected, expected * 1e-12);
    cr_expect_float_eq(host_rate_per_s(host, operation), expected, expected * 1e-12);
}

Test(host, gpus_share_the_target_the_cores_of_their_node_and_no_slot) {
    static const int GPUS[] = {0, 1, 2, 4, 8};
    Bed bed = bed_create(false, 0);
    Host *host = host_create(bed.arena, &bed.spec.cluster);
    int read = host_add(host, HOST_STORAGE_READ, GPUS, 5), write = host_add(host, HOST_STORAGE_WRITE, GPUS, 5);
    int cpu = host_add(host, HOST_CPU, GPUS, 5), copy = host_add(host, HOST_TO_GPU, GPUS, 5);
    int back = host_add(host, HOST_FROM_GPU, GPUS + 3, 1);
    host_seal(host, bed.share, true);
    expect_rate(&bed, host, read, 1.5e9);
    expect_rate(&bed, host, write, 0.5e9);
    expect_rate(&bed, host, cpu, 64.0 / 3);
    expect_rate(&bed, host, copy, 25.2e9);
    expect_rate(&bed, host, back, 25.2e9);
    bed_destroy(&bed);
}

Test(host, a_node_gets_no_more_than_its_way_to_the_target_carries) {
    static const int GPUS[] = {0, 1, 2, 4, 8};
    Bed bed = bed_create(false, 3.3e9);
    Host *host = host_create(bed.arena, &bed.spec.cluster);
    int read = host_add(host, HOST_STORAGE_READ, GPUS, 5), write = host_add(host, HOST_STORAGE_WRITE, GPUS, 5);
    host_seal(host, bed.share, false);
    expect_rate(&bed, host, read, 1.1e9);
    expect_rate(&bed, host, write, 0.5e9);
    bed_destroy(&bed);
}

Test(host, local_drives_are_shared_by_the_gpus_of_their_node_only) {
    static const int GPUS[] = {0, 1, 2, 4, 8};
    Bed bed = bed_create(true, 0);
    Host *host = host_create(bed.arena, &bed.spec.cluster);
    int read = host_add(host, HOST_STORAGE_READ, GPUS, 5), single = host_add(host, HOST_STORAGE_READ, GPUS + 3, 1);
    host_seal(host, bed.share, true);
    expect_rate(&bed, host, read, 2.5e9);
    expect_rate(&bed, host, single, 7.5e9);
    bed_destroy(&bed);
}

Test(host, slots_with_the_same_work_are_one_resource_only_when_folded) {
    static const int GPUS[] = {0, 1, 4, 5};
    for (int folded = 0; folded <= 1; folded++) {
        Bed bed = bed_create(false, 0);
        Host *host = host_create(bed.arena, &bed.spec.cluster);
        int all = host_add(host, HOST_TO_GPU, GPUS, 4), two = host_add(host, HOST_TO_GPU, GPUS + 1, 2);
        host_seal(host, bed.share, folded);
        cr_expect_eq(host_way(host, all)->use_count, folded ? 2 : 4);
        cr_expect_eq(host_way(host, two)->use_count, folded ? 1 : 2);
        bed_destroy(&bed);
    }
}
