#include "models/account/verdict.h"

#include <math.h>

#include "sim/engine/engine.h"

enum { CAUSES_MAX = 6 };

static const double CAUSE_LEAST_FRACTION = 0.01;
static const double UNEVEN_FRACTION = 0.03; /* of a stage over the mean of the others */
static const double GIB = 1024.0 * 1024.0 * 1024.0;

/* What a category means when it is large, and what usually helps. */
static const struct {
    const char *meaning;
    const char *advice;
} WORDS[LEDGER_COUNT] = {
    [LEDGER_KERNEL_INEFFICIENCY] = {"matrix products run below the GPU's peak",
                                    "larger matrices: a larger micro-batch or less tensor parallelism"},
    [LEDGER_RECOMPUTATION] = {"forward work is done again to save memory",
                              "recompute: selective, if memory allows, with sequence_parallel: true"},
    [LEDGER_MEMORY_BOUND] = {"norms, softmax, dropout and the optimizer wait for HBM",
                             "flash_attention: true, sequence_parallel: true"},
    [LEDGER_LAUNCH_OVERHEAD] = {"the host cannot issue kernels as fast as the GPU finishes them",
                                "cuda_graphs: true, or larger micro-batches, so that kernels are longer"},
    [LEDGER_COMM_TENSOR] = {"the sums over the tensor group are exposed", "lower tensor_parallel"},
    [LEDGER_COMM_CONTEXT] = {"attention waits for keys and values of the context group", "lower context_parallel"},
    [LEDGER_COMM_EXPERT] = {"tokens travel to their experts and back", "a lower expert_parallel, if memory allows"},
    [LEDGER_COMM_EMBEDDING] = {"the exchange of pooled vectors of sharded tables is exposed",
                               "smaller vectors or fewer tables, tables on fewer nodes, or a faster fabric"},
    [LEDGER_COMM_PIPELINE] = {"stages wait for messages of their neighbours",
                              "overlap_p2p: true, fewer virtual stages, or a faster fabric"},
    [LEDGER_COMM_DATA] = {"the reduction of gradients is exposed",
                          "overlap_grad_reduce: true, a larger global batch, or a faster fabric"},
    [LEDGER_PIPELINE_BUBBLE] = {"stages wait for the work of other stages",
                                "more micro-batches per step, more virtual stages, or fewer pipeline stages"},
    [LEDGER_STRAGGLER] = {"GPUs are, or wait for, a slow GPU", "replace or leave out the slow GPU"},
    [LEDGER_DATA_LOADING] = {"GPUs wait for input", "faster storage or more loader processes"},
    [LEDGER_OFFLOAD] = {"GPUs wait for copies to and from host memory, and for the CPUs that update",
                        "offload_optimizer: false, if memory allows, zero_stage: 1 or more, or a larger global batch"},
    [LEDGER_CHECKPOINT] = {"training pauses for checkpoints", "rarer or asynchronous checkpoints"},
    [LEDGER_LOST_WORK] = {"work is lost to failures and done again", "more frequent checkpoints"},
    [LEDGER_IDLE] = {"GPUs have nothing to do", "balance the stages"},
};

static double fraction_of(const Results *results, int category) {
    return (double)results->ledger.ns[category] / ((double)results->wall * (double)results->gpus);
}

/* The kind of link that limits most of a communication category. */
static LinkKind main_link(const Results *results, int category) {
    int best = 0;
    for (int kind = 1; kind < LINK_KIND_COUNT; kind++)
        if (results->comm_ns[category][kind] > results->comm_ns[category][best])
            best = kind;
    return (LinkKind)best;
}

static const char *link_words(LinkKind kind) {
    switch (kind) {
    case LINK_NVLINK:
        return "inside the node";
    case LINK_NIC:
        return "limited by the NICs";
    case LINK_FABRIC:
        return "limited by the leaf uplinks";
    case LINK_KIND_COUNT:
        break;
    }
    return "";
}

/* Time in which one GPU of a class works, its tensor group's sums included. */
static int64_t work_ns(const LedgerRow *row) {
    int64_t sum = 0;
    for (int category = LEDGER_IDEAL_COMPUTE; category <= LEDGER_COMM_TENSOR; category++)
        sum += row->ns[category];
    return sum;
}

/* ", and stage 7 works 12 % longer than the others", or nothing when the stages are alike. */
static const char *longest_stage(const Results *results, Arena *arena) {
    int64_t sum = 0;
    int longest = 0, count = results->class_count;
    for (int i = 0; i < count; i++) {
        sum += work_ns(&results->classes[i].ledger);
        if (work_ns(&results->classes[i].ledger) > work_ns(&results->classes[longest].ledger))
            longest = i;
    }
    int64_t most = work_ns(&results->classes[longest].ledger);
    double others = count > 1 ? (double)(sum - most) / (count - 1) : 0;
    double excess = others > 0 ? (double)most / others - 1 : 0;
    if (excess < UNEVEN_FRACTION)
        return "";
    return arena_format(arena, ", and %s works %.0f %% longer than the others", results->classes[longest].name,
                        100 * excess);
}

static bool is_list(const JobSpec *job) {
    return job->kind == JOB_TRAINING && training_family(&job->training) == FAMILY_LAYERS;
}

static const char *cause_meaning(const JobSpec *job, int category) {
    if (is_list(job) && category == LEDGER_MEMORY_BOUND)
        return "norms, activations, look-ups and the optimizer wait for HBM";
    if (job->kind == JOB_COLLECTIVE)
        return "the job is nothing else";
    if (category == LEDGER_CHECKPOINT && job->checkpoint.asynchronous)
        return "training waits until the checkpoint before is written";
    if (category == LEDGER_COMM_DATA && plan_zero_stage(&job->training.plan) == 3)
        return "gathers of parameters and reductions of gradients are exposed";
    if (category == LEDGER_COMM_EXPERT && job->training.plan.routing.imbalance > 1)
        return "tokens travel to their experts and back, and wait for the busiest expert";
    return WORDS[category].meaning;
}

static const char *cause_sentence(const JobSpec *job, const Results *results, int category, const char *straggler,
                                  Arena *arena) {
    const char *title = ledger_category_title((LedgerCategory)category);
    const char *meaning = cause_meaning(job, category);
    double percent = 100 * fraction_of(results, category);
    if (ledger_is_communication((LedgerCategory)category))
        return arena_format(arena, "%s, %.1f %% of GPU time: %s, mostly %s.", title, percent, meaning,
                            link_words(main_link(results, category)));
    if (category == LEDGER_STRAGGLER && straggler)
        return arena_format(arena, "%s, %.1f %% of GPU time: %s, mostly in %s.", title, percent, meaning, straggler);
    const char *uneven = category == LEDGER_PIPELINE_BUBBLE ? longest_stage(results, arena) : "";
    return arena_format(arena, "%s, %.1f %% of GPU time: %s%s.", title, percent, meaning, uneven);
}

/* Of exposed gathers and reductions of every micro-batch. */
static const char *sharding_advice(const PlanSpec *plan, LinkKind link) {
    if (!plan->overlap_grad_reduce)
        return "overlap_grad_reduce: true";
    if (plan_zero_stage(plan) == 3 && plan->prefetch_layers == 0)
        return "prefetch_layers: 1";
    if (link != LINK_NVLINK && plan_shard_size(plan) > 1)
        return "a smaller zero_shard_size or zero_stage, if memory allows, a larger micro-batch, or a faster fabric";
    return "a larger micro-batch, or a smaller zero_stage, if memory allows";
}

/* True when most of the exchange with experts is waiting for the busiest one. */
static bool waits_for_experts(const Results *results) {
    int64_t moved_ns = 0;
    for (int kind = 0; kind < LINK_KIND_COUNT; kind++)
        moved_ns += results->comm_ns[LEDGER_COMM_EXPERT][kind];
    return 2 * moved_ns < results->ledger.ns[LEDGER_COMM_EXPERT];
}

static const char *expert_advice(const Results *results) {
    if (waits_for_experts(results))
        return "a router that balances better, or a capacity_factor";
    if (main_link(results, LEDGER_COMM_EXPERT) != LINK_NVLINK)
        return "keep expert groups inside one node: a lower expert_parallel, or tensor_parallel";
    return WORDS[LEDGER_COMM_EXPERT].advice;
}

static const char *offload_advice(const PlanSpec *plan) {
    if (plan->offload_activations_fraction > 0)
        return "a smaller offload_activations, or recompute: full, whose activations are few";
    if (plan_zero_stage(plan) > 0)
        return "offload_optimizer: false, if memory allows, or a larger global batch";
    return WORDS[LEDGER_OFFLOAD].advice;
}

static const char *reduction_advice(const PlanSpec *plan, LinkKind link) {
    if (plan_zero_stage(plan) >= 2)
        return sharding_advice(plan, link);
    if (plan->zero_whole_weights)
        return "zero_shard_size: the GPUs of one node, or zero_whole_weights: false";
    if (plan->overlap_grad_reduce)
        return "a larger global batch, fewer replicas, or a faster fabric";
    return WORDS[LEDGER_COMM_DATA].advice;
}

static const char *launch_advice(const PlanSpec *plan, bool fusible) {
    if (plan->zero_list_collectives)
        return "zero_list_collectives: false (DeepSpeed from 2022 on)";
    if (plan->cuda_graphs)
        return fusible ? "larger micro-batches, or compile: true" : "larger micro-batches";
    if (fusible)
        return "cuda_graphs: true, compile: true, or larger micro-batches, so that kernels are longer";
    return WORDS[LEDGER_LAUNCH_OVERHEAD].advice;
}

/* Of sums that are waited for. */
static const char *tensor_advice(const PlanSpec *plan, LinkKind link) {
    if (link != LINK_NVLINK)
        return "keep tensor_parallel inside one node";
    return plan->tp_comm_overlap ? WORDS[LEDGER_COMM_TENSOR].advice
                                 : "tp_comm_overlap: true with sequence_parallel: true, or lower tensor_parallel";
}

/* Advice that fits the plan: what is already on is not recommended. */
static const char *cause_advice(const JobSpec *job, const Results *results, int category) {
    const PlanSpec *plan = &job->training.plan;
    if (job->kind == JOB_COLLECTIVE)
        return "a faster fabric, or another algorithm";
    if (is_list(job) && category == LEDGER_MEMORY_BOUND)
        return "fused kernels, or a GPU with more HBM bandwidth";
    if (is_list(job) && category == LEDGER_KERNEL_INEFFICIENCY)
        return "larger matrices: a larger micro-batch";
    if (category == LEDGER_COMM_TENSOR)
        return tensor_advice(plan, main_link(results, category));
    if (category == LEDGER_COMM_EXPERT)
        return expert_advice(results);
    if (category == LEDGER_RECOMPUTATION && plan->recompute == RECOMPUTE_SELECTIVE)
        return "recompute: none or flash_attention: true, if memory allows";
    if (category == LEDGER_STRAGGLER && results->gpu_kinds > 1)
        return "leave out the slower type of node, or give it a job of its own";
    if (category == LEDGER_COMM_DATA)
        return reduction_advice(plan, main_link(results, category));
    if (category == LEDGER_OFFLOAD)
        return offload_advice(plan);
    if (category == LEDGER_CHECKPOINT && job->checkpoint.asynchronous)
        return "rarer checkpoints, or storage that writes one before the next is due";
    if (category == LEDGER_COMM_PIPELINE && plan->overlap_p2p)
        return "fewer virtual stages, or a faster fabric";
    bool fusible = !plan->compile && !is_list(job);
    if (category == LEDGER_LAUNCH_OVERHEAD)
        return launch_advice(plan, fusible);
    if (category == LEDGER_MEMORY_BOUND && plan->flash_attention && plan->sequence_parallel)
        return fusible ? "compile: true, or a GPU with more HBM bandwidth" : "a GPU with more HBM bandwidth";
    return WORDS[category].advice;
}

static int collect_causes(const JobSpec *job, const char *straggler, Arena *arena, const Results *results,
                          Cause *causes) {
    bool taken[LEDGER_COUNT] = {[LEDGER_IDEAL_COMPUTE] = true};
    int count = 0;
    while (count < CAUSES_MAX) {
        int best = -1;
        for (int category = 0; category < LEDGER_COUNT; category++)
            if (!taken[category] && (best < 0 || results->ledger.ns[category] > results->ledger.ns[best]))
                best = category;
        if (best < 0 || fraction_of(results, best) < CAUSE_LEAST_FRACTION)
            break;
        taken[best] = true;
        causes[count++] = (Cause){.category = (LedgerCategory)best,
                                  .fraction = fraction_of(results, best),
                                  .sentence = cause_sentence(job, results, best, straggler, arena),
                                  .advice = cause_advice(job, results, best)};
    }
    return count;
}

/* "most is lost to recomputation (21.3 %), pipeline bubble (9.1 %) and memory-bound work (6.0 %)" */
static const char *loss_list(const Results *results, Arena *arena) {
    const char *text = "nothing above 1 %";
    for (int i = 0; i < results->cause_count && i < 3; i++) {
        bool last = i == 2 || i == results->cause_count - 1;
        const char *joint = i == 0 ? "" : last ? " and " : ", ";
        const char *title = ledger_category_title(results->causes[i].category);
        text = arena_format(arena, "%s%s%c%s (%.1f %%)", i == 0 ? "" : text, joint, title[0] + ('a' - 'A'), title + 1,
                            100 * results->causes[i].fraction);
    }
    return text;
}

static const char *interval_words(const Results *results, Arena *arena) {
    const StepInterval *interval = &results->interval;
    if (interval->high_s <= 0)
        return "";
    return arena_format(arena, " (80 %% between %.3g and %.3g s)", interval->low_s, interval->high_s);
}

static const char *list_verdict(const JobSpec *job, const Results *results, Arena *arena) {
    double samples_per_s = results_metric(results, "throughput.samples_per_s")->value;
    return arena_format(
        arena,
        "%s on %s: a step takes %.4g s%s, %.*f samples per second, %.1f %% of peak in model FLOPs; most "
        "is lost to %s.",
        job->training.model.name, results->gpu_words, results_metric(results, "time.step_s")->value,
        interval_words(results, arena), samples_per_s < 100 ? 2 : 0, samples_per_s,
        100 * results_metric(results, "utilisation.mfu_fraction")->value, loss_list(results, arena));
}

static const char *training_verdict(const JobSpec *job, const Results *results, Arena *arena) {
    if (is_list(job))
        return list_verdict(job, results, arena);
    return arena_format(arena,
                        "%s on %s: a step takes %.4g s%s, %.3g TFLOP/s per GPU executed, %.1f %% of peak in "
                        "model FLOPs; most is lost to %s.",
                        job->training.model.name, results->gpu_words, results_metric(results, "time.step_s")->value,
                        interval_words(results, arena), results_metric(results, "throughput.tflops_per_gpu")->value,
                        100 * results_metric(results, "utilisation.mfu_fraction")->value, loss_list(results, arena));
}

static const char *host_verdict(const JobSpec *job, const Results *results, Arena *arena) {
    const HostMemoryResults *host = results->host_memory;
    return arena_format(
        arena, "%s on %s does not fit into host memory: it needs %.1f GiB of a node, and a %s has %.1f GiB.",
        job->training.model.name, results->gpu_words, host->total_bytes / GIB, host->node, host->capacity_bytes / GIB);
}

static const char *memory_verdict(const JobSpec *job, const Results *results, Arena *arena) {
    const MemoryResults *fullest = results_fullest_memory(results);
    if (fullest->total_bytes <= fullest->capacity_bytes)
        return host_verdict(job, results, arena);
    return arena_format(arena, "%s on %s does not fit: it needs %.1f GiB per GPU and %s %.1f GiB.",
                        job->training.model.name, results->gpu_words, fullest->total_bytes / GIB,
                        results->gpu_kinds > 1 ? arena_format(arena, "%s has", fullest->gpu) : "there are",
                        fullest->capacity_bytes / GIB);
}

static const char *endless_verdict(const SimulationSpec *spec, const JobSpec *job, const Results *results,
                                   Arena *arena) {
    return arena_format(arena,
                        "%s on %s does not end: a step would take years. Look for a link, a GPU or a kernel "
                        "constant that is nearly 0%s.",
                        job->kind == JOB_TRAINING ? job->training.model.name : job->collective.operation,
                        results->gpu_words,
                        spec->link_event_count > 0 ? ", or for a link event without `for` on the only way" : "");
}

/* "1 GiB" */
static const char *size_text(double bytes, Arena *arena) {
    static const char *const UNITS[] = {"B", "KiB", "MiB", "GiB"};
    int unit = 0;
    for (; unit < 3 && bytes >= 1024; unit++)
        bytes /= 1024;
    return arena_format(arena, "%.4g %s", bytes, UNITS[unit]);
}

static const char *collective_verdict(const JobSpec *job, const Results *results, Arena *arena) {
    const CollectiveRow *largest = &results->sizes[results->size_count - 1];
    return arena_format(arena,
                        "%s of %s on %s takes %.4g ms by %s: %.1f GB/s algorithm bandwidth, %.1f GB/s "
                        "bus bandwidth.",
                        job->collective.operation, size_text(largest->bytes, arena), results->gpu_words,
                        1e3 * largest->time_s, largest->algorithm, largest->algorithm_bytes_per_s / 1e9,
                        largest->bus_bytes_per_s / 1e9);
}

static const char *fitting_verdict(const JobSpec *job, const Results *results, Arena *arena) {
    switch (job->kind) {
    case JOB_TRAINING:
        return training_verdict(job, results, arena);
    case JOB_COLLECTIVE:
        break;
    }
    return collective_verdict(job, results, arena);
}

void verdict_fill(const SimulationSpec *spec, const JobSpec *job, const char *straggler, Arena *arena,
                  Results *results) {
    if (results->status == RUN_OUT_OF_MEMORY) {
        results->verdict = memory_verdict(job, results, arena);
        return;
    }
    if (results->status == RUN_TOO_LONG) {
        results->verdict = endless_verdict(spec, job, results, arena);
        return;
    }
    if (results->status == RUN_STOPPED) {
        results->verdict = "Stopped: another job does not fit or does not end.";
        return;
    }
    Cause *causes = ARENA_ARRAY(arena, CAUSES_MAX, Cause);
    results->cause_count = collect_causes(job, straggler, arena, results, causes);
    results->causes = causes;
    results->verdict = fitting_verdict(job, results, arena);
}
