/* Whole steps: folded and unfolded agree, GPU-seconds are conserved, accounts explain what they should. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/communication/collective.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_layout.h"

typedef struct Layout {
    SmallLayout small;
    int per_leaf; /* 0 = one leaf */
} Layout;

static const Layout LAYOUTS[] = {
    {{"1f1b", 1, 1, 1, 1, 1, 3, false, false}, 0},
    {{"1f1b", 2, 4, 2, 2, 1, 4, false, false}, 0},
    {{"1f1b", 2, 4, 4, 1, 1, 2, true, false}, 0},
    {{"1f1b", 4, 2, 2, 4, 1, 6, true, true}, 0},
    {{"gpipe", 2, 4, 2, 2, 1, 4, false, true}, 0},
    {{"gpipe", 4, 4, 4, 2, 1, 3, true, false}, 0},
    {{"interleaved_1f1b", 4, 4, 2, 4, 2, 8, false, false}, 0},
    {{"interleaved_1f1b", 2, 8, 4, 2, 4, 4, true, true}, 0},
    {{"1f1b", 8, 2, 1, 4, 1, 5, false, false}, 0},
    {{"1f1b", 4, 2, 4, 1, 1, 2, false, false}, 0},
    {{"1f1b", 4, 4, 2, 2, 1, 5, false, false}, 1},
    {{"1f1b", 4, 4, 4, 4, 1, 6, true, true}, 2},
    {{"gpipe", 8, 2, 2, 4, 1, 4, true, false}, 2},
    {{"interleaved_1f1b", 8, 4, 4, 4, 2, 8, false, true}, 2},
    {{"zb_h1", 2, 4, 2, 2, 1, 4, false, false}, 0},
    {{"zb_h1", 4, 4, 2, 4, 1, 3, true, true}, 0},
    {{"zb_h1", 4, 4, 4, 4, 1, 9, true, false}, 2},
    {{"zb_h1", 8, 2, 1, 4, 1, 5, false, true}, 2},
    {{"zb_h2", 4, 4, 2, 4, 1, 9, true, false}, 0},
    {{"zb_v", 2, 4, 2, 4, 2, 9, false, false}, 0},
    {{"zb_v", 8, 2, 1, 4, 2, 3, true, true}, 2},
    {{"v_half", 4, 4, 4, 4, 2, 6, false, true}, 2},
    {{"v_min", 4, 4, 2, 2, 2, 5, true, false}, 0},
};

static SimulationSpec layout_spec(Arena *arena, const Layout *layout) {
    SimulationSpec spec = small_layout_spec(arena, &layout->small);
    small_cluster_leaves(&spec, layout->per_leaf);
    small_cluster_resolve(arena, &spec);
    return spec;
}

static SimulationSpec spec_of(Arena *arena, size_t layout) {
    return layout_spec(arena, &LAYOUTS[layout]);
}

Test(simulation, folded_and_unfolded_agree_to_the_nanosecond_on_every_schedule) {
    folding_expect_layouts((FoldingLayouts){spec_of, sizeof LAYOUTS / sizeof *LAYOUTS});
}

/* Where only some replicas cross a leaf, one representative stands for unequal ones: the worst of them. */
Test(simulation, folded_and_unfolded_agree_when_the_ends_count_as_layers) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 4, 2);
    TrainingSpec *training = &spec.jobs[0].training;
    training->model.layers = 10;
    training->plan.pipeline_parallel = 2;
    training->plan.virtual_stages = 3;
    training->plan.gradient_accumulation = 4;
    training->plan.overlap_grad_reduce = true;
    training->plan.embedding_as_layer = training->plan.head_as_layer = true;
    small_cluster_resolve(arena, &spec);
    folding_expect_agreement(&spec, "ends as layers", arena);
    arena_destroy(arena);
}

Test(simulation, folding_an_uneven_fabric_is_within_1_percent) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &(Layout){{"interleaved_1f1b", 8, 4, 4, 4, 2, 8, false, true}, 3});
    const Results *folded = folding_run(&spec, FIDELITY_FOLDED, arena);
    const Results *unfolded = folding_run(&spec, FIDELITY_UNFOLDED, arena);
    cr_assert_geq(folded->step, unfolded->step);
    cr_assert_float_eq((double)folded->step / (double)unfolded->step, 1, 0.01);
    arena_destroy(arena);
}

Test(simulation, folded_and_unfolded_agree_with_a_slow_gpu) {
    for (size_t i = 1; i < sizeof LAYOUTS / sizeof *LAYOUTS; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = layout_spec(arena, &LAYOUTS[i]);
        spec.cluster.slow_gpus = &(SlowGpuSpec){.gpu = 5, .speed_fraction = 0.71};
        spec.cluster.slow_gpu_count = 1;
        const Results *folded = folding_expect_same_step(&spec, arena_format(arena, "layout %zu", i), arena);
        cr_assert_gt(folded->ledger.ns[LEDGER_STRAGGLER], 0);
        arena_destroy(arena);
    }
}

/* Whatever the order of a schedule, a gradient is complete when its last backward or weight pass is. */
Test(simulation, gradients_are_not_reduced_before_the_last_backward_pass) {
    for (size_t i = 0; i < sizeof LAYOUTS / sizeof *LAYOUTS; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = layout_spec(arena, &LAYOUTS[i]);
        const Results *results = simulation_run(&spec, arena);
        for (int class = 0; class < results->class_count && !LAYOUTS[i].small.overlap; class ++) {
            SimTime backward = 0, reduction = results->step;
            for (int j = 0; j < results->timeline_count; j++) {
                const TimelineBar *bar = &results->timeline[j];
                bool makes = bar->kind == BAR_BACKWARD || bar->kind == BAR_WEIGHT;
                if (bar->gpu_class == class && makes && bar->end > backward)
                    backward = bar->end;
                if (bar->gpu_class == class && bar->stream == STREAM_DATA && bar->start < reduction)
                    reduction = bar->start;
            }
            cr_assert_leq(backward, reduction, "layout %zu, class %d", i, class);
        }
        arena_destroy(arena);
    }
}

Test(simulation, a_step_that_takes_years_is_a_result) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &LAYOUTS[1]);
    spec.cluster.slow_gpus = &(SlowGpuSpec){.gpu = 2, .speed_fraction = 1e-200};
    spec.cluster.slow_gpu_count = 1;
    cr_assert_eq(simulation_run(&spec, arena)->status, RUN_TOO_LONG);
    spec.cluster.slow_gpu_count = 0;
    spec.cluster.node.nvlink.bytes_per_s = 1e-6;
    const Results *results = simulation_run(&spec, arena);
    cr_assert_eq(results->status, RUN_TOO_LONG);
    cr_assert_eq(results_metric(results, "memory.fits")->value, 1);
    cr_assert(isnan(results_metric(results, "time.step_s")->value));
    arena_destroy(arena);
}

/* Leaves and roots of a tree load their NICs differently: folded, the messages beside it meet the heavier. */
Test(simulation, folded_and_unfolded_steps_agree_within_a_thousandth_by_every_collective_algorithm) {
    for (size_t index = 0; collective_at(index); index++)
        for (size_t i = 1; i < sizeof LAYOUTS / sizeof *LAYOUTS; i++) {
            Arena *arena = arena_create();
            SimulationSpec spec = layout_spec(arena, &LAYOUTS[i]);
            spec.cluster.node.in_network_reduction = true;
            spec.jobs[0].training.plan.collective = collective_at(index)->name;
            double folded = (double)folding_run(&spec, FIDELITY_FOLDED, arena)->step;
            double unfolded = (double)folding_run(&spec, FIDELITY_UNFOLDED, arena)->step;
            cr_assert_float_eq(folded / unfolded, 1, 1e-3, "%s, layout %zu", collective_at(index)->name, i);
            arena_destroy(arena);
        }
}

/* A reduce_scatter and an all_gather move more through the ports than the sum by the switch. */
Test(simulation, a_switch_that_reduces_helps_sums_but_not_sums_split_over_the_sequence) {
    Arena *arena = arena_create();
    SimTime step[2][2];
    for (int i = 0; i < 4; i++) {
        SimulationSpec spec = layout_spec(arena, &(Layout){{"1f1b", 1, 8, 8, 1, 1, 2, false, false}, 0});
        spec.jobs[0].training.plan.sequence_parallel = i / 2 == 1;
        spec.jobs[0].training.plan.micro_batch_seqs = 32;
        spec.cluster.node.in_network_reduction = i % 2 == 1;
        step[i / 2][i % 2] = folding_run(&spec, FIDELITY_FOLDED, arena)->step;
    }
    cr_assert_lt(step[0][1], step[0][0]);
    cr_assert_eq(step[1][1], step[1][0]);
    arena_destroy(arena);
}

/* Folded, the messages between two stages are one activity, as slow as the replica whose path is fullest. */
Test(simulation, folded_and_unfolded_agree_when_hashed_flows_collide_but_for_messages) {
    for (size_t i = 0; i < sizeof LAYOUTS / sizeof *LAYOUTS; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = layout_spec(arena, &LAYOUTS[i]);
        spec.cluster.fabric.nodes_per_leaf = 1;
        spec.cluster.fabric.spines = LAYOUTS[i].small.gpus;
        const Results *folded = folding_run(&spec, FIDELITY_FOLDED, arena);
        const Results *unfolded = folding_run(&spec, FIDELITY_UNFOLDED, arena);
        double allowed_ns = LAYOUTS[i].small.pipeline > 1 ? 0.01 * (double)unfolded->step : 0;
        cr_assert_leq(fabs((double)(folded->step - unfolded->step)), allowed_ns, "layout %zu: %ld and %ld ns", i,
                      (long)folded->step, (long)unfolded->step);
        arena_destroy(arena);
    }
}

Test(simulation, collisions_of_hashed_flows_make_a_step_longer_and_spraying_does_not) {
    Arena *arena = arena_create();
    const Layout layout = {{"1f1b", 8, 4, 4, 1, 1, 2, false, false}, 0};
    SimulationSpec spec = layout_spec(arena, &layout);
    SimTime one_switch = simulation_run(&spec, arena)->step;
    spec.cluster.fabric.nodes_per_leaf = 1;
    spec.cluster.fabric.spines = 4;
    spec.cluster.fabric.hop_latency_s = 0.05e-6; /* three switches as long as one of 150 ns */
    SimTime hashed = simulation_run(&spec, arena)->step;
    spec.cluster.fabric.routing = ROUTING_SPRAY;
    SimTime sprayed = simulation_run(&spec, arena)->step;
    cr_assert(llabs(sprayed - one_switch) < 100, "%ld and %ld", (long)sprayed, (long)one_switch);
    cr_assert_gt(hashed, sprayed + sprayed / 100);
    arena_destroy(arena);
}

Test(simulation, every_gpu_nanosecond_is_in_the_ledger) {
    for (size_t i = 0; i < sizeof LAYOUTS / sizeof *LAYOUTS; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = layout_spec(arena, &LAYOUTS[i]);
        const Results *results = simulation_run(&spec, arena);
        int64_t sum = 0, gpus = 0;
        for (int j = 0; j < results->class_count; j++) {
            cr_assert_eq(ledger_sum(&results->classes[j].ledger), results->step);
            sum += ledger_sum(&results->classes[j].ledger) * results->classes[j].gpus;
            gpus += results->classes[j].gpus;
        }
        cr_assert_eq(gpus, results->gpus);
        cr_assert_eq(sum, results->step * results->gpus);
        cr_assert_eq(ledger_sum(&results->ledger), sum);
        arena_destroy(arena);
    }
}

Test(simulation, ideal_compute_is_the_model_flops_at_peak) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &LAYOUTS[1]);
    const Results *results = simulation_run(&spec, arena);
    double ideal = results_metric(results, "ledger.ideal_compute_fraction")->value;
    cr_assert_float_eq(ideal / results_metric(results, "utilisation.mfu_fraction")->value, 1, 1e-4);
    arena_destroy(arena);
}

Test(simulation, the_critical_path_is_as_long_as_the_step) {
    for (size_t i = 0; i < sizeof LAYOUTS / sizeof *LAYOUTS; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = layout_spec(arena, &LAYOUTS[i]);
        const Results *results = simulation_run(&spec, arena);
        SimTime sum = 0;
        for (int j = 0; j < results->critical_count; j++)
            sum += results->critical[j].ns;
        cr_assert_eq(sum, results->step, "layout %zu: %ld of %ld ns", i, (long)sum, (long)results->step);
        arena_destroy(arena);
    }
}

Test(simulation, steps_follow_each_other_from_the_start_to_the_end) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &LAYOUTS[1]);
    spec.jobs[0].steps = 3;
    spec.jobs[0].start_s = 0.002385;
    const Results *results = simulation_run(&spec, arena);
    cr_assert_eq(results->step_count, 3);
    cr_assert_eq(results->start, 2385000);
    cr_assert_eq(results->step_ends[0], results->start + results->step);
    cr_assert_eq(results->step_ends[1], results->start + 2 * results->step);
    cr_assert_eq(results->step_ends[2], results->start + results->wall);
    arena_destroy(arena);
}

Test(simulation, two_runs_of_one_spec_are_the_same) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &LAYOUTS[3]);
    const Results *first = simulation_run(&spec, arena), *second = simulation_run(&spec, arena);
    cr_assert_eq(first->event_hash, second->event_hash);
    cr_assert_eq(first->event_count, second->event_count);
    arena_destroy(arena);
}

Test(simulation, a_slow_gpu_is_named_in_the_verdict) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &LAYOUTS[1]);
    spec.cluster.slow_gpus = &(SlowGpuSpec){.gpu = 2, .speed_fraction = 0.5};
    spec.cluster.slow_gpu_count = 1;
    const Results *results = simulation_run(&spec, arena);
    bool named = false;
    for (int i = 0; i < results->cause_count; i++)
        named = named || (results->causes[i].category == LEDGER_STRAGGLER &&
                          strstr(results->causes[i].sentence, "stage 0 replica 1 tensor 0"));
    cr_assert(named);
    arena_destroy(arena);
}

Test(simulation, a_job_that_does_not_fit_is_a_result_with_the_sum) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &LAYOUTS[0]);
    spec.cluster.node.gpu.hbm_bytes = 2e9;
    const Results *results = simulation_run(&spec, arena);
    cr_assert_eq(results->status, RUN_OUT_OF_MEMORY);
    cr_assert_eq(results_metric(results, "memory.fits")->value, 0);
    const MemoryResults *row = &results->memory[0];
    cr_assert_gt(row->total_bytes, row->capacity_bytes);
    cr_assert_float_eq(row->weights_bytes + row->gradients_bytes + row->optimizer_bytes + row->activations_bytes +
                           row->buffers_bytes,
                       row->total_bytes, 1);
    arena_destroy(arena);
}

/* The pool's timeline and the sum in the report are made apart: passes reserve and release, the report walks the
 * schedule. */
Test(simulation, the_memory_timeline_peaks_at_the_reported_sum) {
    for (size_t i = 0; i < sizeof LAYOUTS / sizeof *LAYOUTS; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = layout_spec(arena, &LAYOUTS[i]);
        const Results *results = simulation_run(&spec, arena);
        for (int j = 0; j < results->series_count; j++) {
            const SeriesSamples *samples = &results->series[j];
            if (strcmp(samples->metric, "memory") != 0)
                continue;
            double peak = 0;
            for (int k = 0; k < samples->count; k++)
                peak = samples->max[k] > peak ? samples->max[k] : peak;
            bool found = false;
            for (int k = 0; k < results->memory_count; k++)
                if (strcmp(results->memory[k].gpu_class, samples->entity) == 0) {
                    cr_assert_float_eq(peak, results->memory[k].total_bytes, 1000);
                    found = true;
                }
            cr_assert(found);
        }
        arena_destroy(arena);
    }
}
