#include "models/simulation.h"

#include <inttypes.h>

#include "models/account/attribution.h"
#include "models/account/critical_path.h"
#include "models/account/link_use.h"
#include "models/account/metrics.h"
#include "models/account/timeline.h"
#include "models/account/verdict.h"
#include "models/workload/training.h"
#include "models/workload/training_memory.h"

enum { ASSUMPTIONS_MAX = 12 };

/* Fills the memory rows; true when every stage fits. */
static bool account_memory(const SimulationSpec *spec, Arena *arena, Results *results) {
    const TrainingSpec *training = &spec->jobs[0].training;
    double capacity = spec->cluster.node.gpu.hbm_bytes;
    int stages = (int)training->plan.pipeline_parallel;
    MemoryResults *rows = ARENA_ARRAY(arena, stages, MemoryResults);
    bool fits = true;
    for (int stage = 0; stage < stages; stage++) {
        StageMemory memory = training_memory_of_stage(training, stage);
        rows[stage] = (MemoryResults){.gpu_class = arena_format(arena, "stage %d", stage),
                                      .weights_bytes = memory.weights_bytes,
                                      .gradients_bytes = memory.gradients_bytes,
                                      .optimizer_bytes = memory.optimizer_bytes,
                                      .activations_bytes = memory.activations_bytes,
                                      .buffers_bytes = memory.buffers_bytes,
                                      .total_bytes = stage_memory_total_bytes(&memory),
                                      .capacity_bytes = capacity};
        fits = fits && rows[stage].total_bytes <= capacity;
    }
    results->memory = rows;
    results->memory_count = stages;
    return fits;
}

/* True when tensor groups or stages do not fill whole nodes, so that equal ranks have unequal neighbours. */
static bool sits_unevenly(const SimulationSpec *spec) {
    const PlanSpec *plan = &spec->jobs[0].training.plan;
    int64_t per_node = spec->cluster.node.gpus, stage = plan->tensor_parallel * plan->data_parallel;
    bool tensors =
        plan->tensor_parallel < per_node ? per_node % plan->tensor_parallel : plan->tensor_parallel % per_node;
    return spec->cluster.nodes > 1 && (tensors || (plan->pipeline_parallel > 1 && stage % per_node));
}

static void assume(const SimulationSpec *spec, Arena *arena, Results *results) {
    const PlanSpec *plan = &spec->jobs[0].training.plan;
    const char **list = ARENA_ARRAY(arena, ASSUMPTIONS_MAX, const char *);
    int count = 0;
    list[count++] = arena_format(arena,
                                 "tensor %" PRId64 " x pipeline %" PRId64 " x data %" PRId64 ", %" PRId64
                                 " micro-batches of %" PRId64 " sequences, schedule %s",
                                 plan->tensor_parallel, plan->pipeline_parallel, plan->data_parallel,
                                 plan_micro_batches(plan), plan->micro_batch_seqs, plan->schedule);
    list[count++] =
        arena_format(arena, "ranks fill nodes in order (tensor fastest, then data, then pipeline), %s over leaves",
                     placement_name(spec->jobs[0].placement));
    list[count++] =
        plan->flash_attention ? "attention is fused and causal" : "attention is unfused and computes the full square";
    list[count++] = "all collectives of a pass are one transfer after its compute";
    if (spec->fidelity == FIDELITY_FOLDED && sits_unevenly(spec))
        list[count++] =
            "stages or tensor groups share nodes unevenly: all their ranks are taken to have the longest way "
            "of any of them; fidelity: unfolded tells them apart";
    list[count++] = "CUDA and NCCL keep 1.5 GiB per process";
    list[count++] = "FLOPs of attention are counted for the full square, as the SC21 paper does";
    list[count++] = "nothing else slows the job down: no input, checkpoints, failures or other jobs";
    results->assumptions = list;
    results->assumption_count = count;
}

/* Ledger of every class and of all; returns the name of the class that straggles most, NULL when none does. */
static const char *account_time(const Step *step, Arena *arena, Results *results) {
    int classes = step->ranks.class_count;
    GpuClassResults *rows = ARENA_ARRAY(arena, classes, GpuClassResults);
    int64_t *blame = ARENA_ARRAY(arena, classes, int64_t), *straggler_ns = ARENA_ARRAY(arena, classes, int64_t);
    for (int i = 0; i < classes; i++) {
        const RankClass *class = &step->ranks.classes[i];
        Attribution attribution = {.straggler_ns = straggler_ns};
        attribution_of_class(step, i, results->step, &attribution);
        ledger_check(&attribution.row, results->step);
        ledger_accumulate(&results->ledger, &attribution.row, class->gpus);
        for (int j = 0; j < LEDGER_COUNT * LINK_KIND_COUNT; j++)
            results->comm_ns[j / LINK_KIND_COUNT][j % LINK_KIND_COUNT] +=
                attribution.comm_ns[j / LINK_KIND_COUNT][j % LINK_KIND_COUNT] * class->gpus;
        for (int j = 0; j < classes; j++) {
            blame[j] += straggler_ns[j] * class->gpus;
            straggler_ns[j] = 0;
        }
        rows[i] = (GpuClassResults){class->name, class->gpus, class->first_rank, class->stage, attribution.row};
    }
    results->classes = rows;
    results->class_count = classes;
    int worst = 0;
    for (int i = 1; i < classes; i++)
        worst = blame[i] > blame[worst] ? i : worst;
    return blame[worst] > 0 ? rows[worst].name : NULL;
}

/* False when the step does not end, or not within GPU-nanoseconds that can be counted. */
static bool run_to_end(Engine *engine, const TrainingStep *training, Results *results) {
    const TaskGraph *graph = training->step.graph;
    if (training->endless)
        return false;
    engine_run_until(engine, sim_time_from_s(STEP_MOST_S));
    int tasks = task_graph_count(graph);
    if (task_graph_done_count(graph) < tasks)
        return false;
    /* The barrier that ends the step is its last task. */
    results->step = task_graph_record(graph, (TaskId)tasks - 1).end;
    results->event_count = engine_event_count(engine);
    results->event_hash = engine_event_hash(engine);
    return results->step <= INT64_MAX / results->gpus;
}

/* Writes down a step that has ended; returns the straggler as account_time does. */
static const char *account_step(const SimulationSpec *spec, TrainingStep *training, const FairShare *share,
                                Arena *arena, Results *results) {
    const char *straggler = account_time(&training->step, arena, results);
    results->timeline_count = timeline_bars(&training->step, arena, &results->timeline);
    results->series_count =
        timeline_series(training, spec->cluster.node.gpu.hbm_bytes_per_s, results->step, arena, &results->series);
    const Traffic *traffics[] = {training->traffic.traffic};
    results->link_count = link_use_fill(&(LinkUseQuery){training->traffic.network, traffics, 1, share, results->step},
                                        arena, &results->links);
    results->critical_count = critical_path_of_step(&training->step, arena, &results->critical);
    ledger_check(&results->ledger, results->step * results->gpus);
    return straggler;
}

/* Runs the step and writes down what happened; returns the straggler as account_time does. */
static const char *run_step(const SimulationSpec *spec, Arena *arena, Results *results) {
    Engine *engine = engine_create(&(EngineSettings){.seed = spec->seed, .scenario = spec->name});
    FairShare *share = fair_share_create(engine);
    TrainingStep *training = training_step_create(arena, engine, share, spec, &spec->jobs[0]);
    const char *straggler = NULL;
    if (run_to_end(engine, training, results))
        straggler = account_step(spec, training, share, arena, results);
    else
        results->status = RUN_TOO_LONG;
    training_step_destroy(training);
    fair_share_destroy(share);
    engine_destroy(engine);
    return straggler;
}

const Results *simulation_run(const SimulationSpec *spec, Arena *arena) {
    Results *results = ARENA_NEW(arena, Results);
    const char *straggler = NULL;
    results->name = spec->name;
    results->lesson = spec->lesson;
    results->seed = spec->seed;
    results->gpus = spec->jobs[0].gpus;
    results->status = account_memory(spec, arena, results) ? RUN_OK : RUN_OUT_OF_MEMORY;
    assume(spec, arena, results);
    if (results->status == RUN_OK)
        straggler = run_step(spec, arena, results);
    metrics_fill(spec, arena, results);
    verdict_fill(spec, straggler, arena, results);
    return results;
}
