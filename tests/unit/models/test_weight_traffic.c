#include "models/traffic/weight_traffic.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/cluster/placement.h"
#include "models/cluster_resolve.h"
#include "models/plan/parameter_bytes.h"
#include "models/plan/weight_owners.h"
#include "models/workload/workload.h"
#include "tests/unit/models/small_cluster.h"

enum { NODES = 4, GPUS_PER_NODE = 4 };

/* What a job with tensor groups and shard groups of that size does on four nodes. */
static const Workload *lay_out(Arena *arena, int tensor, int shard_size, TrafficDetail detail) {
    SimulationSpec *spec = ARENA_NEW(arena, SimulationSpec);
    *spec = small_cluster(arena, NODES, GPUS_PER_NODE);
    PlanSpec *plan = &spec->jobs[0].training.plan;
    plan->tensor_parallel = tensor;
    plan->zero_stage = 1;
    plan->zero_shard_size = shard_size;
    plan->zero_whole_weights = true;
    small_cluster_resolve(arena, spec);
    ErrorList errors;
    error_list_init(&errors, arena);
    const JobPlace *place = placement_of_jobs(spec, arena, &errors);
    Network *network = ARENA_NEW(arena, Network);
    *network = cluster_network(&spec->cluster);
    return workload_create(arena, spec, &spec->jobs[0], place, traffic_create(arena, network, detail));
}

static int chains(Arena *arena, int tensor, int shard_size) {
    const Workload *workload = lay_out(arena, tensor, shard_size, TRAFFIC_FOLDED);
    int times = workload->training.weights[0].matrices_times;
    traffic_destroy(workload->traffic);
    return times;
}

Test(weight_traffic, the_first_owner_of_a_node_carries_on_the_chain_before_it) {
    Arena *arena = arena_create();
    cr_expect(eq(int, chains(arena, 1, 0), 16 - 4));
    cr_expect(eq(int, chains(arena, 2, 0), 8 - 4));
    cr_expect(eq(int, chains(arena, 4, 0), 1), "one owner on each node");
    cr_expect(eq(int, chains(arena, 1, 4), 4), "all inside a node");
    arena_destroy(arena);
}

Test(weight_traffic, chains_carry_what_all_owners_have) {
    Arena *arena = arena_create();
    const Workload *workload = lay_out(arena, 1, 0, TRAFFIC_UNFOLDED);
    const TrainingSpec *training = &workload->job->training;
    const WeightTraffic *weights = &workload->training.weights[0];
    WeightOwners owners = weight_owners_of_stage(training, 0);
    double *sent = ARENA_ARRAY(arena, network_link_count(traffic_network(workload->traffic)), double);
    traffic_add_bytes(workload->traffic, weights->matrices, weights->matrices_times, sent);
    double nics = 0;
    for (int gpu = 0; gpu < GPUS_PER_NODE; gpu++) {
        LinkId nic = network_nic_out(traffic_network(workload->traffic), gpu);
        bool again = gpu > 0 && nic == network_nic_out(traffic_network(workload->traffic), gpu - 1);
        nics += again ? 0 : sent[nic];
    }
    double bytes = owners.with_matrices * owners.matrix_parameters * training_weight_bytes(training);
    /* Flags of LL128 or LL come on top. */
    cr_expect(ge(dbl, nics, 0.999 * bytes));
    cr_expect(le(dbl, nics, 2.001 * bytes));
    traffic_destroy(workload->traffic);
    arena_destroy(arena);
}
