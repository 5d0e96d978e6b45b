#include "tests/unit/plots/fixture.h"

#include <math.h>
#include <string.h>

enum { MICRO_BATCHES = 48, SAMPLES = 500 };

static const SimTime FORWARD = 62385000;
static const SimTime BACKWARD = 151237000;
static const SimTime TENSOR = 21113000;
static const SimTime TRANSFER = 3271000;

/* The timeline under construction: bars by class and stream. */
typedef struct Step {
    TimelineBar *bars[FIXTURE_STAGES][STREAM_KIND_COUNT];
    int counts[FIXTURE_STAGES][STREAM_KIND_COUNT];
    SimTime forward_end[FIXTURE_STAGES][MICRO_BATCHES];
    SimTime backward_end[FIXTURE_STAGES][MICRO_BATCHES];
    SimTime now[FIXTURE_STAGES];
} Step;

static void add_bar(Step *step, int stage, TimelineBar bar) {
    bar.gpu_class = stage;
    step->bars[stage][bar.stream][step->counts[stage][bar.stream]++] = bar;
}

static SimTime later(SimTime one, SimTime other) {
    return one > other ? one : other;
}

/* A pass of one micro-batch: transfer in, compute, tensor communication. */
static void add_pass(Step *step, int stage, BarKind kind, int micro_batch, SimTime ready) {
    SimTime start = later(step->now[stage], ready);
    SimTime compute = kind == BAR_FORWARD ? FORWARD : BACKWARD;
    SimTime half = start + compute;
    SimTime end = half + TENSOR;
    if (ready > 0) {
        add_bar(step, stage,
                (TimelineBar){0, STREAM_PIPELINE, BAR_PIPELINE_COMM, micro_batch, 0, ready - TRANSFER, ready});
    }
    add_bar(step, stage, (TimelineBar){0, STREAM_COMPUTE, kind, micro_batch, 0, start, half});
    add_bar(step, stage, (TimelineBar){0, STREAM_COMPUTE, BAR_TENSOR_COMM, micro_batch, 0, half, end});
    step->now[stage] = end;
    if (kind == BAR_FORWARD) {
        step->forward_end[stage][micro_batch] = end;
    } else {
        step->backward_end[stage][micro_batch] = end;
    }
}

static void forward(Step *step, int stage, int micro_batch) {
    SimTime ready = stage > 0 ? step->forward_end[stage - 1][micro_batch] + TRANSFER : 0;
    add_pass(step, stage, BAR_FORWARD, micro_batch, ready);
}

static void backward(Step *step, int stage, int micro_batch) {
    SimTime ready = stage < FIXTURE_STAGES - 1 ? step->backward_end[stage + 1][micro_batch] + TRANSFER : 0;
    add_pass(step, stage, BAR_BACKWARD, micro_batch, ready);
}

/* The pass that a stage does as its index-th under 1F1B: micro-batch, and whether it is a backward pass. */
static bool pass_of(int stage, int index, int *micro_batch) {
    int warm_up = FIXTURE_STAGES - 1 - stage;
    if (index < warm_up) {
        *micro_batch = index;
        return false;
    }
    int steady = 2 * (MICRO_BATCHES - warm_up);
    if (index < warm_up + steady) {
        bool is_backward = (index - warm_up) % 2 == 1;
        *micro_batch = (index - warm_up) / 2 + (is_backward ? 0 : warm_up);
        return is_backward;
    }
    *micro_batch = index - MICRO_BATCHES;
    return true;
}

static bool is_ready(const Step *step, int stage, bool is_backward, int micro_batch) {
    if (is_backward) {
        return stage == FIXTURE_STAGES - 1 || step->backward_end[stage + 1][micro_batch] > 0;
    }
    return stage == 0 || step->forward_end[stage - 1][micro_batch] > 0;
}

static void run_schedule(Step *step) {
    int next[FIXTURE_STAGES] = {0};
    for (int done = 0; done < FIXTURE_STAGES * 2 * MICRO_BATCHES;) {
        for (int stage = 0; stage < FIXTURE_STAGES; stage++) {
            int micro_batch;
            bool is_backward = pass_of(stage, next[stage], &micro_batch);
            if (next[stage] == 2 * MICRO_BATCHES || !is_ready(step, stage, is_backward, micro_batch)) {
                continue;
            }
            (is_backward ? backward : forward)(step, stage, micro_batch);
            next[stage]++;
            done++;
        }
    }
}

static SimTime finish_step(Step *step) {
    SimTime end = 0;
    for (int stage = 0; stage < FIXTURE_STAGES; stage++) {
        SimTime reduced = step->now[stage] + 411000000;
        SimTime optimized = reduced + 92000000;
        add_bar(step, stage, (TimelineBar){0, STREAM_DATA, BAR_DATA_COMM, -1, -1, step->now[stage], reduced});
        add_bar(step, stage, (TimelineBar){0, STREAM_COMPUTE, BAR_OPTIMIZER, -1, -1, reduced, optimized});
        end = later(end, optimized);
    }
    return end;
}

static void make_timeline(Arena *arena, Results *results) {
    Step *step = ARENA_NEW(arena, Step);
    for (int stage = 0; stage < FIXTURE_STAGES; stage++) {
        for (int stream = 0; stream < STREAM_KIND_COUNT; stream++) {
            step->bars[stage][stream] = ARENA_ARRAY(arena, 4 * MICRO_BATCHES + 2, TimelineBar);
        }
    }
    run_schedule(step);
    results->step = finish_step(step);
    TimelineBar *all = ARENA_ARRAY(arena, FIXTURE_STAGES * STREAM_KIND_COUNT * (4 * MICRO_BATCHES + 2), TimelineBar);
    int count = 0;
    for (int stage = 0; stage < FIXTURE_STAGES; stage++) {
        for (int stream = 0; stream < STREAM_KIND_COUNT; stream++) {
            memcpy(all + count, step->bars[stage][stream], (size_t)step->counts[stage][stream] * sizeof *all);
            count += step->counts[stage][stream];
        }
    }
    results->timeline = all;
    results->timeline_count = count;
}

static const int STEP_TENTHS[LEDGER_COUNT] = {
    [LEDGER_KERNEL_INEFFICIENCY] = 203,
    [LEDGER_RECOMPUTATION] = 121,
    [LEDGER_MEMORY_BOUND] = 62,
    [LEDGER_LAUNCH_OVERHEAD] = 11,
    [LEDGER_COMM_TENSOR] = 119,
    [LEDGER_COMM_PIPELINE] = 3,
    [LEDGER_COMM_DATA] = 31,
    [LEDGER_PIPELINE_BUBBLE] = 92,
    [LEDGER_STRAGGLER] = 4,
};

static void make_classes(Arena *arena, Results *results) {
    GpuClassResults *classes = ARENA_ARRAY(arena, FIXTURE_STAGES, GpuClassResults);
    for (int stage = 0; stage < FIXTURE_STAGES; stage++) {
        classes[stage] = (GpuClassResults){.name = arena_format(arena, "stage %d", stage),
                                           .gpus = 64,
                                           .first_rank = 64 * stage,
                                           .stage = stage,
                                           .ledger = fixture_ledger(results->step, STEP_TENTHS)};
        ledger_accumulate(&results->ledger, &classes[stage].ledger, 64);
    }
    results->classes = classes;
    results->class_count = FIXTURE_STAGES;
    results->gpus = 64 * FIXTURE_STAGES;
    results->comm_ns[LEDGER_COMM_TENSOR][LINK_NVLINK] = results->ledger.ns[LEDGER_COMM_TENSOR] / 4;
    results->comm_ns[LEDGER_COMM_TENSOR][LINK_NIC] = results->ledger.ns[LEDGER_COMM_TENSOR] / 4 * 3;
}

/* Fraction of an interval in which a stream of a stage was busy with one of two kinds. */
static double busy_fraction(const Results *results, int stage, BarKind kind, BarKind other, int sample) {
    SimTime from = results->step / SAMPLES * sample;
    SimTime to = from + results->step / SAMPLES;
    SimTime busy = 0;
    for (int i = 0; i < results->timeline_count; i++) {
        const TimelineBar *bar = &results->timeline[i];
        if (bar->gpu_class == stage && (bar->kind == kind || bar->kind == other)) {
            SimTime start = later(from, bar->start);
            SimTime end = bar->end < to ? bar->end : to;
            busy += end > start ? end - start : 0;
        }
    }
    return fmin(1, (double)busy / (double)(to - from));
}

static SeriesSamples make_series(Arena *arena, const Results *results, int stage, int which) {
    static const char *const metrics[] = {"gpu", "hbm", "nvlink", "nic", "memory"};
    static const BarKind kinds[][2] = {{BAR_FORWARD, BAR_BACKWARD},
                                       {BAR_BACKWARD, BAR_OPTIMIZER},
                                       {BAR_TENSOR_COMM, BAR_TENSOR_COMM},
                                       {BAR_PIPELINE_COMM, BAR_DATA_COMM},
                                       {BAR_FORWARD, BAR_FORWARD}};
    static const double scales[] = {1, 0.46, 0.83, 0.71, 1};
    double *time_s = ARENA_ARRAY(arena, SAMPLES, double);
    double *mean = ARENA_ARRAY(arena, SAMPLES, double);
    for (int i = 0; i < SAMPLES; i++) {
        double at = (double)i / SAMPLES;
        time_s[i] = (double)(results->step / SAMPLES * i) / 1e9;
        double busy = busy_fraction(results, stage, kinds[which][0], kinds[which][1], i);
        double live = (FIXTURE_STAGES - stage) * fmin(1, fmin(at * 12, (1 - at) * 12));
        mean[i] = which == 4 ? (38.5 + 3.1 * live + 0.4 * busy) * 0x1p30 : scales[which] * busy;
    }
    return (SeriesSamples){.entity = results->classes[stage].name,
                           .metric = metrics[which],
                           .unit = which == 4 ? "bytes" : "fraction",
                           .count = SAMPLES,
                           .time_s = time_s,
                           .mean = mean,
                           .max = mean};
}

static const Metric STEP_METRICS[] = {
    {"throughput.model_tflops_per_gpu", 113.7, "TFLOP/s", "model FLOPs per second and GPU"},
    {"throughput.mfu", 0.364, "fraction", "model FLOPs over peak"},
    {"throughput.tokens_per_s", 142385.3, "tokens/s", "of the whole job"},
    {"step.time_s", 12.385, "s", "one optimizer step"},
    {"memory.peak_bytes", 61.3 * 0x1p30, "bytes", "of the fullest GPU"},
    {"pipeline.bubble_fraction", 0.0923, "fraction", "waiting for other stages, measured; (p-1)/m would say 14.6 %"},
    {"expert.imbalance", NAN, "fraction", "no experts"},
};

static const Cause STEP_CAUSES[] = {
    {LEDGER_KERNEL_INEFFICIENCY, 0.203, "Matrix products run at 64 % of peak: the shards of a layer are narrow.",
     "Use less tensor parallelism, or larger micro-batches."},
    {LEDGER_COMM_TENSOR, 0.119,
     "Tensor-parallel collectives are exposed for 11.9 % of GPU time, three quarters of it over the network between "
     "nodes.",
     "Keep tensor parallelism inside the node (8), and use the GPUs for pipeline stages: simulated gain 9.8 %."},
};

static const char *const STEP_ASSUMPTIONS[] = {
    "jobs[0].plan.micro_batches is 48: global batch 1536, micro-batch 1, data parallelism 32.",
    "The catalogue entry dgx-a100-80 gives no host-bound floor; CUDA graphs are assumed.",
};

const Results *fixture_step(Arena *arena) {
    Results *results = ARENA_NEW(arena, Results);
    results->name = "gpt-175b on 512 GPUs";
    results->lesson = "what tensor parallelism across nodes costs";
    results->verdict = "36.4 % of peak: matrix products below peak cost most (20.3 % of GPU time), then recomputation "
                       "(12.1 %) and exposed tensor-parallel communication (11.9 %).";
    make_timeline(arena, results);
    make_classes(arena, results);
    SeriesSamples *series = ARENA_ARRAY(arena, 5 * FIXTURE_STAGES, SeriesSamples);
    for (int i = 0; i < 5 * FIXTURE_STAGES; i++) {
        series[i] = make_series(arena, results, i / 5, i % 5);
    }
    results->series = series;
    results->series_count = 5 * FIXTURE_STAGES;
    results->memory = fixture_memory(arena, 1, 80 * 0x1p30);
    results->memory_count = FIXTURE_STAGES;
    results->metrics = STEP_METRICS;
    results->metric_count = sizeof STEP_METRICS / sizeof STEP_METRICS[0];
    results->causes = STEP_CAUSES;
    results->cause_count = 2;
    CriticalPart *critical = ARENA_ARRAY(arena, 3, CriticalPart);
    critical[0] = (CriticalPart){"stage 0", LEDGER_IDEAL_COMPUTE, results->step / 1000 * 412};
    critical[1] = (CriticalPart){"stage 7", LEDGER_COMM_TENSOR, results->step / 1000 * 108};
    critical[2] = (CriticalPart){"stage 0", LEDGER_COMM_DATA, results->step / 1000 * 33};
    results->critical = critical;
    results->critical_count = 3;
    results->assumptions = STEP_ASSUMPTIONS;
    results->assumption_count = 2;
    results->seed = 42;
    results->event_count = 10385;
    results->event_hash = 0x1f2e3d4c5b6a7988;
    return results;
}
