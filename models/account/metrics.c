#include "models/account/metrics.h"

#include <math.h>

#include "models/account/metric_list.h"
#include "models/cost/recompute.h"
#include "models/cost/recompute_modules.h"
#include "models/plan/pipeline.h"
#include "models/plan/plan_experts.h"
#include "models/plan/training_flop.h"
#include "models/workload/checkpoint.h"
#include "sim/engine/engine.h"

enum { METRICS_MAX = 64 };

/* FLOPs that recomputation runs again, per sequence. */
static double recomputed_flop(const TrainingSpec *training) {
    double modules = recompute_modules_flop(training), layers = (double)training->model.layers;
    switch (training->plan.recompute) {
    case RECOMPUTE_FULL:
        return training->plan.recompute_share *
               (training_layers_flop(training) - layers * recompute_named_flop(training));
    case RECOMPUTE_SELECTIVE:
        if (training->plan.flash_attention)
            return modules;
        return modules + layers * transformer_attention_flop(&training->model, training->sequence_tokens);
    case RECOMPUTE_BY_OPERATOR:
        return layers * recompute_operators_flop(training);
    case RECOMPUTE_NONE:
        break;
    }
    return modules;
}

/* Wall time of a step, the mean of several. */
static double mean_step_s(const Results *results) {
    return results->status == RUN_OK ? sim_time_to_s(results->wall) / (double)results->step_count : NAN;
}

static void add_step(MetricList *list, const Results *results) {
    const StepInterval *interval = &results->interval;
    metric_list_add(list, "time.step_s", mean_step_s(results), "s", "mean wall time of a training step");
    metric_list_add(list, "time.step_low_s", interval->low_s > 0 ? interval->low_s : NAN, "s",
                    "a tenth of such steps should be shorter: the interval holds 80 %");
    metric_list_add(list, "time.step_high_s", interval->high_s > 0 ? interval->high_s : NAN, "s",
                    "a tenth of such steps should be longer");
}

static void add_throughput(MetricList *list, const JobSpec *job, const Results *results) {
    const TrainingSpec *training = &job->training;
    double step_s = mean_step_s(results), gpus = (double)results->gpus;
    double sequences = (double)training->plan.global_batch_seqs, tokens = sequences * (double)training->sequence_tokens;
    double model_flop = sequences * training_sequence_flop(training);
    double executed_flop = model_flop + sequences * recomputed_flop(training);
    double peak = results->mean_peak_flop_per_s;
    add_step(list, results);
    metric_list_add(list, "throughput.tflops_per_gpu", executed_flop / step_s / gpus / 1e12, "TFLOP/s",
                    "executed FLOPs, recomputation included, as SC21 counts them");
    metric_list_add(list, "throughput.model_tflops_per_gpu", model_flop / step_s / gpus / 1e12, "TFLOP/s",
                    "model FLOPs, nothing counted twice");
    metric_list_add(list, "throughput.tokens_per_s", tokens / step_s, "token/s",
                    "tokens trained per second by the whole job");
    metric_list_add(list, "throughput.tokens_per_s_per_gpu", tokens / step_s / gpus, "token/s",
                    "tokens trained per second and GPU");
    metric_list_add(list, "throughput.sequences_per_s", sequences / step_s, "sequence/s",
                    "sequences trained per second");
    metric_list_add(list, "utilisation.mfu_fraction", model_flop / step_s / gpus / peak, "fraction",
                    "model FLOPs over peak");
    metric_list_add(list, "utilisation.hfu_fraction", executed_flop / step_s / gpus / peak, "fraction",
                    "executed FLOPs over peak");
}

/* Of a model that is no transformer: samples, and nothing is done twice. */
static void add_list_throughput(MetricList *list, const JobSpec *job, const Results *results) {
    const TrainingSpec *training = &job->training;
    double samples_per_s = (double)training->plan.global_batch_seqs / mean_step_s(results);
    double flop_per_s = samples_per_s * training_sequence_flop(training) / (double)results->gpus;
    add_step(list, results);
    metric_list_add(list, "throughput.model_tflops_per_gpu", flop_per_s / 1e12, "TFLOP/s",
                    "model FLOPs, nothing counted twice");
    metric_list_add(list, "throughput.samples_per_s", samples_per_s, "sample/s",
                    "samples trained per second by the whole job");
    metric_list_add(list, "utilisation.mfu_fraction", flop_per_s / results->mean_peak_flop_per_s, "fraction",
                    "model FLOPs over peak");
}

static void add_size(MetricList *list, const JobSpec *job, const Results *results) {
    metric_list_add(list, "job.gpus", (double)results->gpus, "GPU", "GPUs of the job");
    metric_list_add(list, "job.parameters", training_model_parameters(&job->training), "parameter",
                    "parameters of the model");
}

/* `unit` is what a model takes: "sample", "sequence"; `per_pass` and `per_step` say the same in words. */
static void add_batch(MetricList *list, const PlanSpec *plan, const char *unit, const char *per_pass,
                      const char *per_step) {
    metric_list_add(list, "plan.data_parallel", (double)plan->data_parallel, "replica", "replicas of the model");
    metric_list_add(list, "plan.micro_batch", (double)plan->micro_batch_seqs, unit, per_pass);
    metric_list_add(list, "plan.micro_batches", (double)plan_micro_batches(plan), "micro-batch",
                    "micro-batches per replica and step");
    metric_list_add(list, "plan.global_batch", (double)plan->global_batch_seqs, unit, per_step);
}

static void add_stages(MetricList *list, const PlanSpec *plan) {
    metric_list_add(list, "plan.pipeline_parallel", (double)plan->pipeline_parallel, "stage", "pipeline stages");
    metric_list_add(list, "plan.virtual_stages", (double)plan->virtual_stages, "chunk", "model chunks per stage");
}

static void add_list_plan(MetricList *list, const JobSpec *job, const Results *results) {
    add_size(list, job, results);
    add_stages(list, &job->training.plan);
    add_batch(list, &job->training.plan, "sample", "samples per micro-batch", "samples per step");
}

static void add_memory(MetricList *list, const Results *results) {
    const MemoryResults *fullest = results_fullest_memory(results);
    metric_list_add(list, "memory.peak_bytes", fullest->total_bytes, "B", "peak of the fullest GPU");
    metric_list_add(list, "memory.activations_bytes", fullest->activations_bytes, "B",
                    "activations of the fullest GPU at its peak");
    metric_list_add(list, "memory.capacity_bytes", fullest->capacity_bytes, "B", "HBM of one GPU");
    metric_list_add(list, "memory.fits", results->status != RUN_OUT_OF_MEMORY, "0/1",
                    "1 when the job fits into memory");
}

static void add_pipeline(MetricList *list, const JobSpec *job, const Results *results) {
    const PlanSpec *plan = &job->training.plan;
    const PipelineSchedule *schedule = pipeline_find(plan->schedule);
    PipelineShape shape = plan_shape(plan);
    double bubble = (double)results->ledger.ns[LEDGER_PIPELINE_BUBBLE];
    double busy = (double)results->wall * (double)results->gpus - bubble;
    metric_list_add(list, "pipeline.bubble_over_busy", results->status == RUN_OK ? bubble / busy : NAN, "ratio",
                    "time in the bubble over all other time");
    metric_list_add(list, "pipeline.bubble_theory", schedule->bubble_fraction(schedule, &shape), "ratio",
                    "the same on uniform stages without communication: (p-1)/(vm), less where weight gradients wait");
}

/* Of jobs that have a loader. */
static void add_input(MetricList *list, const JobSpec *job, const Results *results) {
    static const char *const HELP[INPUT_CAUSE_COUNT] = {"of GPU time: waiting for samples to be read",
                                                        "of GPU time: waiting for samples to be prepared",
                                                        "of GPU time: waiting for samples to be copied to the GPU"};
    double all = (double)results->wall * (double)results->gpus;
    double waiting = results->status == RUN_OK ? (double)results->ledger.ns[LEDGER_DATA_LOADING] / all : NAN;
    for (int cause = 0; cause < INPUT_CAUSE_COUNT && job->loader.workers > 0; cause++)
        metric_list_add(list, arena_format(list->arena, "input.%s_fraction", input_cause_name((InputCause)cause)),
                        waiting * results->input_fraction[cause], "fraction", HELP[cause]);
}

/* Of jobs that have checkpoints. */
static void add_checkpoint(MetricList *list, const JobSpec *job, const Results *results) {
    const PlanSpec *plan = &job->training.plan;
    double bytes = 0;
    if (job->checkpoint.every_steps == 0)
        return;
    double count = floor((double)results->step_count / (double)job->checkpoint.every_steps);
    for (int stage = 0; stage < plan->pipeline_parallel; stage++)
        bytes += checkpoint_gpu_bytes(job, stage) * (double)(plan->data_parallel * plan_stage_gpus(plan));
    double paused_s = (double)results->ledger.ns[LEDGER_CHECKPOINT] * 1e-9 / (double)results->gpus;
    metric_list_add(list, "checkpoint.bytes", bytes, "B", "written at each checkpoint by all GPUs");
    metric_list_add(list, "checkpoint.pause_s", results->status == RUN_OK && count > 0 ? paused_s / count : NAN, "s",
                    "mean pause of a GPU for a checkpoint");
}

static void add_plan(MetricList *list, const JobSpec *job, const Results *results) {
    const PlanSpec *plan = &job->training.plan;
    add_size(list, job, results);
    metric_list_add(list, "plan.tensor_parallel", (double)plan->tensor_parallel, "GPU", "GPUs that share a layer");
    metric_list_add(list, "plan.context_parallel", (double)plan->context_parallel, "GPU",
                    "GPUs that share the tokens of a sequence");
    add_stages(list, plan);
    add_batch(list, plan, "sequence", "sequences per micro-batch", "sequences per step");
}

/* Of jobs with a mixture of experts. */
static void add_experts(MetricList *list, const JobSpec *job) {
    const TrainingSpec *training = &job->training;
    const PlanSpec *plan = &training->plan;
    if (training->model.experts == 0)
        return;
    metric_list_add(list, "job.active_parameters", transformer_active_parameters(&training->model), "parameter",
                    "parameters of the model that one token meets");
    metric_list_add(list, "plan.expert_parallel", (double)plan->expert_parallel, "GPU", "GPUs with different experts");
    metric_list_add(list, "plan.expert_tensor_parallel", (double)plan_expert_tensor(plan), "GPU",
                    "GPUs that share one expert");
    metric_list_add(list, "expert.dropped_fraction",
                    expert_routing_dropped_fraction(&plan->routing, plan->expert_parallel), "fraction",
                    "pairs of a token and an expert above the capacity, which no expert sees");
}

/* Of the largest size, where a fabric shows what it can carry. */
static void add_collective(MetricList *list, const Results *results) {
    bool ran = results->status == RUN_OK && results->size_count > 0;
    const CollectiveRow *largest = ran ? &results->sizes[results->size_count - 1] : NULL;
    metric_list_add(list, "time.step_s", mean_step_s(results), "s", "wall time of all sizes and repetitions");
    metric_list_add(list, "collective.bytes", ran ? largest->bytes : NAN, "B", "the largest size");
    metric_list_add(list, "collective.time_s", ran ? largest->time_s : NAN, "s", "time of the largest size");
    metric_list_add(list, "collective.algbw_bytes_per_s", ran ? largest->algorithm_bytes_per_s : NAN, "B/s",
                    "algorithm bandwidth of the largest size");
    metric_list_add(list, "collective.busbw_bytes_per_s", ran ? largest->bus_bytes_per_s : NAN, "B/s",
                    "bus bandwidth of the largest size, as nccl-tests define it");
    metric_list_add(list, "job.gpus", (double)results->gpus, "GPU", "GPUs of the job");
}

static void add_training(MetricList *list, const JobSpec *job, const Results *results) {
    switch (training_family(&job->training)) {
    case FAMILY_TRANSFORMER:
        add_throughput(list, job, results);
        add_memory(list, results);
        metric_list_add_ledger(list, results);
        add_pipeline(list, job, results);
        add_input(list, job, results);
        add_checkpoint(list, job, results);
        add_plan(list, job, results);
        add_experts(list, job);
        break;
    case FAMILY_LAYERS:
        add_list_throughput(list, job, results);
        add_memory(list, results);
        metric_list_add_ledger(list, results);
        add_pipeline(list, job, results);
        add_input(list, job, results);
        add_checkpoint(list, job, results);
        add_list_plan(list, job, results);
        break;
    }
}

void metrics_fill(const JobSpec *job, Arena *arena, Results *results) {
    MetricList list = metric_list_create(arena, METRICS_MAX);
    switch (job->kind) {
    case JOB_TRAINING:
        add_training(&list, job, results);
        break;
    case JOB_COLLECTIVE:
        add_collective(&list, results);
        metric_list_add_ledger(&list, results);
        break;
    }
    metric_list_finish(&list, results);
}
