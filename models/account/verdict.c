#include "models/account/verdict.h"

#include "models/account/verdict_advice.h"

enum { CAUSES_MAX = 6 };

static const double CAUSE_LEAST_FRACTION = 0.01;
static const double UNEVEN_FRACTION = 0.03; /* of a stage over the mean of the others */
static const double GIB = 1024.0 * 1024.0 * 1024.0;

/* What a category means when it is large. */
static const char *const MEANINGS[LEDGER_COUNT] = {
    [LEDGER_KERNEL_INEFFICIENCY] = "matrix products run below the GPU's peak",
    [LEDGER_RECOMPUTATION] = "forward work is done again to save memory",
    [LEDGER_MEMORY_BOUND] = "norms, softmax, dropout and the optimizer wait for HBM",
    [LEDGER_LAUNCH_OVERHEAD] = "the host cannot issue kernels as fast as the GPU finishes them",
    [LEDGER_COMM_TENSOR] = "the sums over the tensor group are exposed",
    [LEDGER_COMM_CONTEXT] = "attention waits for keys and values of the context group",
    [LEDGER_COMM_EXPERT] = "tokens travel to their experts and back",
    [LEDGER_COMM_EMBEDDING] = "the exchange of pooled vectors of sharded tables is exposed",
    [LEDGER_COMM_PIPELINE] = "stages wait for messages of their neighbours",
    [LEDGER_COMM_DATA] = "the reduction of gradients is exposed",
    [LEDGER_PIPELINE_BUBBLE] = "stages wait for the work of other stages",
    [LEDGER_STRAGGLER] = "GPUs are, or wait for, a slow GPU",
    [LEDGER_DATA_LOADING] = "GPUs wait for input",
    [LEDGER_OFFLOAD] = "GPUs wait for copies to and from host memory, and for the CPUs that update",
    [LEDGER_CHECKPOINT] = "training pauses for checkpoints",
    [LEDGER_LOST_WORK] = "work is lost to failures and done again",
    [LEDGER_IDLE] = "GPUs have nothing to do",
};

static double fraction_of(const Results *results, int category) {
    return (double)results->ledger.ns[category] / ((double)results->wall * (double)results->gpus);
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

static const char *cause_meaning(const JobSpec *job, int category) {
    if (training_family(&job->training) == FAMILY_LAYERS && category == LEDGER_MEMORY_BOUND)
        return "norms, activations, look-ups and the optimizer wait for HBM";
    if (job->kind == JOB_COLLECTIVE)
        return "the job is nothing else";
    if (category == LEDGER_CHECKPOINT && job->checkpoint.asynchronous)
        return "training waits until the checkpoint before is written";
    if (category == LEDGER_COMM_DATA && plan_zero_stage(&job->training.plan) == 3)
        return "gathers of parameters and reductions of gradients are exposed";
    if (category == LEDGER_COMM_EXPERT && job->training.plan.routing.imbalance > 1)
        return "tokens travel to their experts and back, and wait for the busiest expert";
    return MEANINGS[category];
}

static const char *cause_sentence(const JobSpec *job, const Results *results, int category, const char *straggler,
                                  Arena *arena) {
    const char *title = ledger_category_title((LedgerCategory)category);
    const char *meaning = cause_meaning(job, category);
    double percent = 100 * fraction_of(results, category);
    if (ledger_is_communication((LedgerCategory)category))
        return arena_format(arena, "%s, %.1f %% of GPU time: %s, mostly %s.", title, percent, meaning,
                            link_words(results_main_link(results, (LedgerCategory)category)));
    if (category == LEDGER_STRAGGLER && straggler)
        return arena_format(arena, "%s, %.1f %% of GPU time: %s, mostly in %s.", title, percent, meaning, straggler);
    const char *uneven = category == LEDGER_PIPELINE_BUBBLE ? longest_stage(results, arena) : "";
    return arena_format(arena, "%s, %.1f %% of GPU time: %s%s.", title, percent, meaning, uneven);
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
                                  .advice = verdict_advice(job, results, (LedgerCategory)best)};
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
    /* Three digits, but no power of ten in place of a fourth. */
    const char *low = arena_format(arena, interval->low_s < 1000 ? "%.3g" : "%.0f", interval->low_s);
    const char *high = arena_format(arena, interval->high_s < 1000 ? "%.3g" : "%.0f", interval->high_s);
    return arena_format(arena, " (80 %% between %s and %s s)", low, high);
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
    if (training_family(&job->training) == FAMILY_LAYERS)
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
