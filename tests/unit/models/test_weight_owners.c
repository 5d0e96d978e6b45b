/* Whole weights and their owners, and what a step with them does. */
#include "models/plan/weight_owners.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/plan/parameter_bytes.h"
#include "models/plan/training_parameters.h"
#include "models/simulation.h"
#include "models/traffic/training_traffic.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"

/* A Llama of 3 layers: tables of 6000 x 64, attention 64 x 128 and 64 x 64, MLP 3 of 64 x 170, norms of 64. */
static TrainingSpec small_llama(int64_t owners, int64_t tensor) {
    TrainingSpec training = {.model = transformer_default(), .sequence_tokens = 96, .plan = plan_default()};
    TransformerSpec *model = &training.model;
    model->hidden = 64;
    model->layers = 3;
    model->heads = 4;
    model->kv_heads = 2;
    model->ffn_hidden = 170;
    model->vocab = 6000;
    model->gated = model->rms_norm = true;
    model->biases = model->tied_embeddings = false;
    model->max_positions = 0;
    training.plan.data_parallel = owners;
    training.plan.tensor_parallel = tensor;
    training.plan.zero_stage = 1;
    training.plan.zero_whole_weights = true;
    return training;
}

enum { TABLE = 6000 * 64, QKV = 64 * 128, PROJECTION = 64 * 64, MLP = 64 * 170, NORM = 64 };

Test(weight_owners, each_weight_has_an_owner_of_its_own_while_there_are_some) {
    TrainingSpec training = small_llama(23, 1);
    WeightOwners owners = weight_owners_of_stage(&training, 0);
    cr_expect(eq(int, owners.with_matrices, 2 + 5 * 3));
    cr_expect(eq(int, owners.with_vectors, 2 * 3));
    cr_expect(eq(dbl, owners.busiest_parameters, TABLE));
    cr_expect(eq(dbl, owners.vector_parameters, NORM));
    double matrices = 2 * TABLE + 3 * (QKV + PROJECTION + 3 * MLP);
    cr_expect_float_eq(owners.matrix_parameters, matrices / 17, 1e-6);
}

/* Largest first: the tables to two owners, then 9 + 3 + 3 matrices around the other two. */
Test(weight_owners, the_least_loaded_owner_gets_the_next_weight) {
    TrainingSpec training = small_llama(4, 1);
    WeightOwners owners = weight_owners_of_stage(&training, 0);
    cr_expect(eq(int, owners.with_matrices, 4));
    cr_expect(eq(int, owners.with_vectors, 0));
    cr_expect(eq(dbl, owners.busiest_parameters, TABLE));
    cr_expect_float_eq(4 * owners.matrix_parameters, training_stage_parameters(&training, 0), 1e-6);
    cr_expect(eq(dbl, weight_owners_parameters(&training, 0), TABLE));
    training.model.vocab = 64;
    /* 9 of MLP, 3 of QKV, 2 of 4096 and 3 of PROJECTION: 3 MLP + 1 QKV is the fullest before the rest fills up. */
    double even = training_stage_parameters(&training, 0) / 4;
    cr_expect(ge(dbl, weight_owners_parameters(&training, 0), even));
    cr_expect(le(dbl, weight_owners_parameters(&training, 0), even + MLP));
}

Test(weight_owners, a_tensor_group_halves_every_matrix) {
    TrainingSpec training = small_llama(31, 2);
    cr_expect(eq(dbl, weight_owners_of_stage(&training, 0).busiest_parameters, TABLE / 2.0));
}

Test(weight_owners, without_whole_weights_everybody_has_the_same_part) {
    TrainingSpec training = small_llama(31, 1);
    training.plan.zero_whole_weights = false;
    cr_expect_float_eq(weight_owners_parameters(&training, 0), training_stage_parameters(&training, 0) / 31, 1e-6);
}

static SimulationSpec whole_spec(Arena *arena, int nodes, int tensor, int shard_size) {
    SimulationSpec spec = small_cluster(arena, nodes, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = tensor;
    plan->zero_stage = 1;
    plan->zero_shard_size = shard_size;
    plan->zero_whole_weights = true;
    small_cluster_resolve(arena, &spec);
    return spec;
}

static double exposed_data_s(const SimulationSpec *spec, Arena *arena) {
    const Results *results = simulation_run(spec, arena);
    return (double)results->ledger.ns[LEDGER_COMM_DATA] * 1e-9 / results->gpus;
}

/* All-reduced gradients as without ZeRO, and then a chain through all GPUs for every owner. */
Test(weight_owners, owners_broadcast_one_after_the_other) {
    Arena *arena = arena_create();
    SimulationSpec whole = whole_spec(arena, 4, 1, 0), none = whole_spec(arena, 4, 1, 0);
    none.jobs[0].training.plan.zero_stage = 0;
    none.jobs[0].training.plan.zero_whole_weights = false;
    double broadcasts_s = exposed_data_s(&whole, arena) - exposed_data_s(&none, arena);
    const NodeSpec *node = &whole.cluster.node;
    double bytes = 2 * training_stage_parameters(&whole.jobs[0].training, 0);
    double least_s = bytes / (4 * node->nic.bytes_per_s * node->nic.efficiency_fraction);
    /* 12 chains of 16 owners, each three times through a NIC. */
    cr_expect(gt(dbl, broadcasts_s, least_s + 12.0 * 3 * node->nic.latency_s));
    cr_expect(lt(dbl, broadcasts_s, least_s + 16.0 * (3 * (node->nic.latency_s + 614400 / 4e9) + 2e-4)));
    SimulationSpec inside = whole_spec(arena, 4, 1, 4);
    cr_expect(lt(dbl, exposed_data_s(&inside, arena), exposed_data_s(&whole, arena)));
    arena_destroy(arena);
}

/* In, divided, out: six times the gradients of 16 bit. */
Test(weight_owners, gradients_are_copied_into_buckets_before_they_are_reduced) {
    Arena *arena = arena_create();
    SimulationSpec views = whole_spec(arena, 2, 1, 0), copies = whole_spec(arena, 2, 1, 0);
    copies.jobs[0].training.plan.gradient_bucket_copies = true;
    double gradients_bytes =
        training_stage_parameters(&views.jobs[0].training, 0) * training_gradient_bytes(&views.jobs[0].training.plan);
    double pass_s = gpu_memory_bound_seconds(&views.cluster.node.gpu, 2 * gradients_bytes);
    cr_expect_float_eq(exposed_data_s(&copies, arena) - exposed_data_s(&views, arena), 3 * pass_s, 1e-8);
    folding_expect_agreement(&copies, "copies", arena);
    copies.jobs[0].training.plan.overlap_grad_reduce = true;
    cr_expect(lt(dbl, exposed_data_s(&copies, arena) - exposed_data_s(&views, arena), 3 * pass_s));
    folding_expect_agreement(&copies, "overlapped copies", arena);
    arena_destroy(arena);
}

/* Each collective of its own: what does not grow with the bytes is paid for each, the bytes stay. */
Test(weight_owners, gradients_leave_in_collectives_of_at_most_a_bucket) {
    Arena *arena = arena_create();
    SimulationSpec one = whole_spec(arena, 2, 1, 0), five = whole_spec(arena, 2, 1, 0);
    double parameters = training_stage_parameters(&one.jobs[0].training, 0);
    cr_expect(eq(int, training_gradient_buckets(&one.jobs[0].training, 0, 0), 1));
    one.jobs[0].training.plan.collective = five.jobs[0].training.plan.collective = "ring";
    one.jobs[0].training.plan.gradient_bucket_parameters = (int64_t)parameters;
    five.jobs[0].training.plan.gradient_bucket_parameters = (int64_t)(parameters / 4.2);
    cr_expect(eq(int, training_gradient_buckets(&one.jobs[0].training, 0, 0), 1));
    cr_expect(eq(int, training_gradient_buckets(&five.jobs[0].training, 0, 0), 5));
    double more_s = exposed_data_s(&five, arena) - exposed_data_s(&one, arena);
    cr_expect(gt(dbl, more_s, 4 * one.cluster.node.nic.latency_s));
    cr_expect(lt(dbl, more_s, 4 * 40 * one.cluster.node.nic.latency_s));
    folding_expect_agreement(&five, "buckets", arena);
    arena_destroy(arena);
}

Test(weight_owners, folded_and_unfolded_agree_to_the_nanosecond) {
    const int layouts[][3] = {{2, 1, 0}, {2, 2, 2}, {4, 1, 8}, {1, 1, 0}};
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = whole_spec(arena, layouts[i][0], layouts[i][1], layouts[i][2]);
        folding_expect_agreement(&spec, arena_format(arena, "layout %zu", i), arena);
        arena_destroy(arena);
    }
}
