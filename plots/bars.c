#include "plots/bars.h"

#include <stddef.h>

/* On one stream of a picture 1200 wide. */
enum { MOST_VISIBLE_BARS = 40 };

static const char *const STREAM_NAMES[STREAM_KIND_COUNT] = {
    [STREAM_COMPUTE] = "compute", [STREAM_CONTEXT] = "context", [STREAM_PIPELINE] = "pipeline",
    [STREAM_DATA] = "data",       [STREAM_HOST] = "host",       [STREAM_EXPERT] = "expert",
};

static const char *const KIND_NAMES[BAR_KIND_COUNT] = {
    [BAR_FORWARD] = "forward",         [BAR_BACKWARD] = "backward",         [BAR_TENSOR_COMM] = "tensor_comm",
    [BAR_EXPERT_COMM] = "expert_comm", [BAR_CONTEXT_COMM] = "context_comm", [BAR_PIPELINE_COMM] = "pipeline_comm",
    [BAR_DATA_COMM] = "data_comm",     [BAR_OPTIMIZER] = "optimizer",       [BAR_WEIGHT] = "weight",
    [BAR_INPUT_WAIT] = "input_wait",   [BAR_CHECKPOINT] = "checkpoint",     [BAR_OFFLOAD] = "offload",
};

const char *bars_stream_name(StreamKind stream) {
    return STREAM_NAMES[stream];
}

const char *bars_kind_name(BarKind kind) {
    return KIND_NAMES[kind];
}

/* Neighbours that are drawn as one. */
typedef struct BarGroup {
    TimelineBar bar; /* from the first start to the last end; the longest member's names */
    SimTime longest;
    SimTime by_kind[BAR_KIND_COUNT];
    bool filled;
} BarGroup;

static void flush(BarGroup *group, BarSink *sink, void *subject) {
    if (!group->filled) {
        return;
    }
    for (int kind = 0; kind < BAR_KIND_COUNT; kind++) {
        if (group->by_kind[kind] > group->by_kind[group->bar.kind]) {
            group->bar.kind = (BarKind)kind;
        }
    }
    sink(subject, &group->bar);
    *group = (BarGroup){0};
}

static bool joins(const BarGroup *group, const TimelineBar *bar, SimTime resolution) {
    return group->filled && group->bar.gpu_class == bar->gpu_class && group->bar.stream == bar->stream &&
           bar->end - group->bar.start <= resolution;
}

static void add(BarGroup *group, const TimelineBar *bar) {
    SimTime length = bar->end - bar->start;
    if (!group->filled) {
        *group = (BarGroup){.bar = *bar, .longest = length, .filled = true};
    }
    group->by_kind[bar->kind] += length;
    group->bar.end = bar->end > group->bar.end ? bar->end : group->bar.end;
    if (length > group->longest) {
        group->longest = length;
        group->bar.micro_batch = bar->micro_batch;
        group->bar.chunk = bar->chunk;
    }
}

void bars_draw(const Results *results, BarWindow window, BarSink *sink, void *subject) {
    BarGroup group = {0};
    for (int i = 0; i < results->timeline_count; i++) {
        TimelineBar bar = results->timeline[i];
        bar.start = bar.start > window.start ? bar.start : window.start;
        bar.end = bar.end < window.end ? bar.end : window.end;
        if (bar.start >= bar.end) {
            continue;
        }
        if (!joins(&group, &bar, window.resolution)) {
            flush(&group, sink, subject);
        }
        add(&group, &bar);
    }
    flush(&group, sink, subject);
}

static SimTime first_backward_end(const Results *results) {
    for (int i = 0; i < results->timeline_count; i++) {
        if (results->timeline[i].kind == BAR_BACKWARD && results->timeline[i].gpu_class == 0) {
            return results->timeline[i].end;
        }
    }
    return results->step;
}

SimTime bars_zoom(const Results *results) {
    SimTime zoom = first_backward_end(results) / 4 * 5;
    SimTime least = results->step / 40;
    SimTime most = results->step / 5;
    return zoom < least ? least : zoom > most ? most : zoom;
}

bool bars_are_thin(const Results *results) {
    int bars = 0;
    for (int i = 0; i < results->timeline_count; i++) {
        bars += results->timeline[i].gpu_class == 0 && results->timeline[i].stream == STREAM_COMPUTE;
    }
    return bars > MOST_VISIBLE_BARS;
}
