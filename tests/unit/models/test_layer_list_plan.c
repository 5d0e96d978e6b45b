#include "models/cost/ends_cost.h"
#include "models/plan/layer_list_plan.h"

#include <criterion/criterion.h>

#include "models/memory/training_memory.h"
#include "models/plan/training_parameters.h"
#include "models/workload/checkpoint.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_list.h"

static TrainingSpec resolved(Arena *arena, SimulationSpec spec) {
    small_cluster_resolve(arena, &spec);
    return spec.jobs[0].training;
}

Test(layer_list_plan, a_run_has_no_blocks_and_repeats_in_order) {
    Arena *arena = arena_create();
    TrainingSpec training = resolved(arena, small_conv_net(arena, 1));
    LayerRun run = layer_list_run(&training.list, arena);
    cr_assert_eq(run.count, 2 + 3 * 3 + 1);
    cr_assert_eq(run.layers[3], run.layers[2]);
    cr_assert_eq(run.layers[4]->kind, LAYER_ELEMENT_WISE);
    cr_assert_eq(run.layers[5], run.layers[2]);
    cr_assert_eq(run.first_product, 0);
    ListChunk chunk = layer_run_chunk(&run, 0, run.count);
    cr_assert_eq(layer_run_exchange(&run, &chunk).looked_up, 0);
    arena_destroy(arena);
}

Test(layer_list_plan, vectors_are_exchanged_between_the_last_table_and_the_interaction) {
    Arena *arena = arena_create();
    TrainingSpec training = resolved(arena, small_recommender(arena, 2));
    LayerRun run = layer_list_run(&training.list, arena);
    ListChunk chunk = layer_list_chunk(&training, 0, 0);
    ListExchange exchange = layer_run_exchange(&run, &chunk);
    cr_assert_eq(exchange.looked_up, 1);
    cr_assert_eq(exchange.joined, 3);
    cr_assert_eq(run.first_product, 1);
    cr_assert_eq(layer_list_exchange_bytes(&training, &chunk), 20011.0 * 7 * 48 * 2);
    training.plan.data_parallel = 1;
    cr_assert_eq(layer_list_exchange_bytes(&training, &chunk), 0);
    arena_destroy(arena);
}

Test(layer_list_plan, what_no_interaction_joins_is_waited_for_at_once) {
    Arena *arena = arena_create();
    LayerSpec layers[] = {{.kind = LAYER_EMBEDDING_BAG, .repeat = 1, .sharded = true},
                          {.kind = LAYER_LINEAR, .repeat = 1, .in_features = 3, .out_features = 5}};
    LayerRun run = layer_list_run(&(LayerListSpec){layers, 2, false}, arena);
    ListChunk chunk = layer_run_chunk(&run, 0, 2);
    cr_assert_eq(layer_run_exchange(&run, &chunk).looked_up, 1);
    cr_assert_eq(layer_run_exchange(&run, &chunk).joined, 1);
    arena_destroy(arena);
}

/* 7.3 M gradients of 4 bytes: two buckets of at most 25 MiB, both of the linear layer's, which has nearly all. */
Test(layer_list_plan, gradients_leave_in_buckets_when_their_layers_are_done) {
    Arena *arena = arena_create();
    TrainingSpec training = resolved(arena, small_conv_net(arena, 2));
    LayerRun run = layer_list_run(&training.list, arena);
    ListChunk chunk = layer_list_chunk(&training, 0, 0);
    cr_assert_eq(layer_list_slices(&training, 0), 2);
    cr_assert_eq(layer_list_slice_end(&run, &chunk, 0, 2), run.count - 1);
    cr_assert_eq(layer_list_slice_end(&run, &chunk, 1, 2), 0);
    training.plan.overlap_grad_reduce = false;
    cr_assert_eq(layer_list_slices(&training, 0), 1);
    arena_destroy(arena);
}

Test(layer_list_plan, a_gpu_holds_its_share_of_the_tables_and_all_of_the_rest) {
    Arena *arena = arena_create();
    TrainingSpec training = resolved(arena, small_recommender(arena, 2));
    double replicated = layer_list_chunk(&training, 0, 0).parameters, tables = 7 * 130000.0 * 48;
    cr_assert_eq(replicated + tables, training_model_parameters(&training));
    cr_assert_eq(training_stage_parameters(&training, 0), replicated);
    StageMemory memory = training_memory_of_stage(&training, 0);
    cr_assert_float_eq(memory.weights_bytes, 4 * (replicated + tables / 8), 1);
    cr_assert_float_eq(memory.gradients_bytes, 4 * replicated, 1);
    cr_assert_float_eq(memory.optimizer_bytes, 4 * replicated, 1);
    cr_assert_float_eq(memory.activations_bytes, 20011.0 * 2 * (7 * 48 + 520 + 48 + 76 + 2500 + 1), 1);
    training.plan.zero_stage = 1;
    cr_assert_float_eq(training_memory_of_stage(&training, 0).optimizer_bytes, 4 * replicated / 8, 1);
    arena_destroy(arena);
}

Test(layer_list_plan, a_checkpoint_has_every_share_of_the_tables_and_the_rest_once) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_recommender(arena, 2);
    spec.jobs[0].checkpoint.bytes_per_parameter = 9;
    small_cluster_resolve(arena, &spec);
    double replicated = layer_list_chunk(&spec.jobs[0].training, 0, 0).parameters;
    cr_assert_float_eq(8 * checkpoint_gpu_bytes(&spec.jobs[0], 0), 9 * replicated + 4 * 7 * 130000.0 * 48, 1);
    arena_destroy(arena);
}

/* torch.optim.SGD makes 6 reads and writes of fp32 per parameter, with momentum 11. */
Test(layer_list_plan, sgd_with_momentum_is_the_optimizer_unless_the_plan_has_another) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_conv_net(arena, 2);
    small_cluster_resolve(arena, &spec);
    JobSpec *job = &spec.jobs[0];
    const GpuSpec *gpu = &spec.cluster.node.gpu;
    double parameters = layer_list_chunk(&job->training, 0, 0).parameters;
    cr_assert_eq(job->training.plan.optimizer.kind, OPTIMIZER_SGD_MOMENTUM);
    cr_assert_float_eq(checkpoint_parameter_bytes(job), 8, 1e-12);
    cr_assert_float_eq(optimizer_cost(&job->training, gpu, 2.385e6).hbm_bytes, 44 * 2.385e6, 1);
    job->training.plan.optimizer.kind = OPTIMIZER_SGD;
    cr_assert_eq(training_memory_of_stage(&job->training, 0).optimizer_bytes, 0);
    cr_assert_float_eq(checkpoint_parameter_bytes(job), 4, 1e-12);
    cr_assert_float_eq(optimizer_cost(&job->training, gpu, 2.385e6).hbm_bytes, 24 * 2.385e6, 1);
    job->training.plan.optimizer.kind = OPTIMIZER_ADAM;
    cr_assert_float_eq(training_memory_of_stage(&job->training, 0).optimizer_bytes, 8 * parameters, 1);
    cr_assert_float_eq(optimizer_cost(&job->training, gpu, 2.385e6).hbm_bytes, (26 + 8 + 16) * 2.385e6, 1);
    arena_destroy(arena);
}

/* 8 x 3.5 M gradients of 4 bytes are more than four buckets of 25 MiB. */
Test(layer_list_plan, equal_layers_fill_equal_buckets_from_the_last_on) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_conv_net(arena, 2);
    LayerSpec layer = {.kind = LAYER_LINEAR, .repeat = 8, .in_features = 1750, .out_features = 2000};
    spec.jobs[0].training.list = (LayerListSpec){&layer, 1, false};
    TrainingSpec training = resolved(arena, spec);
    LayerRun run = layer_list_run(&training.list, arena);
    ListChunk chunk = layer_list_chunk(&training, 0, 0);
    cr_assert_eq(layer_list_slices(&training, 0), 4);
    for (int slice = 0; slice < 4; slice++)
        cr_assert_eq(layer_list_slice_end(&run, &chunk, slice, 4), 6 - 2 * slice);
    arena_destroy(arena);
}
