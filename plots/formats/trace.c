/*
 * trace: the step's timeline in the Trace Event Format (Chrome's chrome://tracing, Perfetto): a process a class of
 * GPUs, a track a stream, times in microseconds with nanoseconds behind the point. The points of a
 * sweep, and the longest steps of several jobs, are side by side.
 */
#include <inttypes.h>

#include "models/sweep_findings.h"
#include "plots/bars.h"
#include "plots/cell.h"
#include "plots/format.h"
#include "sim/engine/arena.h"

/* State of one file: events are separated by commas, processes are numbered across the points of a sweep. */
typedef struct Trace {
    FILE *out;
    const char *separator;
    int first_process;
} Trace;

static void begin_event(Trace *trace) {
    fputs(trace->separator, trace->out);
    trace->separator = ",\n";
}

static void name_process(Trace *trace, int process, const char *name) {
    begin_event(trace);
    fprintf(trace->out, "{\"ph\": \"M\", \"name\": \"process_name\", \"pid\": %d, \"args\": {\"name\": ", process);
    cell_json_text(trace->out, name);
    fputs("}}", trace->out);
    for (int stream = 0; stream < STREAM_KIND_COUNT; stream++) {
        begin_event(trace);
        fprintf(trace->out,
                "{\"ph\": \"M\", \"name\": \"thread_name\", \"pid\": %d, \"tid\": %d, \"args\": {\"name\": \"%s\"}}",
                process, stream, bars_stream_name((StreamKind)stream));
    }
}

/* What a bar has none of, as the optimizer has no micro-batch, is left out. */
static void write_number(FILE *out, const char *before, const char *name, int number) {
    if (number >= 0) {
        fprintf(out, "%s\"%s\": %d", before, name, number);
    }
}

static void write_bar(Trace *trace, const TimelineBar *bar) {
    SimTime length = bar->end - bar->start;
    begin_event(trace);
    fprintf(trace->out,
            "{\"ph\": \"X\", \"name\": \"%s\", \"pid\": %d, \"tid\": %d, \"ts\": %" PRId64 ".%03d, "
            "\"dur\": %" PRId64 ".%03d, \"args\": {",
            bars_kind_name(bar->kind), trace->first_process + bar->gpu_class, (int)bar->stream, bar->start / 1000,
            (int)(bar->start % 1000), length / 1000, (int)(length % 1000));
    write_number(trace->out, "", "micro_batch", bar->micro_batch);
    write_number(trace->out, bar->micro_batch >= 0 ? ", " : "", "chunk", bar->chunk);
    fputs("}}", trace->out);
}

static void write_own_events(Trace *trace, const Results *results, const char *prefix) {
    Arena *arena = arena_create();
    for (int i = 0; i < results->class_count; i++) {
        const GpuClassResults *row = &results->classes[i];
        name_process(trace, trace->first_process + i,
                     arena_format(arena, "%s%s (%" PRId64 " GPUs)", prefix, row->name, row->gpus));
    }
    for (int i = 0; i < results->timeline_count; i++) {
        write_bar(trace, &results->timeline[i]);
    }
    trace->first_process += results->class_count;
    arena_destroy(arena);
}

static void write_events(Trace *trace, const Results *results, const char *prefix) {
    write_own_events(trace, results, prefix);
    Arena *arena = arena_create();
    for (int i = 0; results->contention != NULL && i < results->contention->job_count; i++) {
        const Results *job = results->contention->jobs[i];
        write_own_events(trace, job, arena_format(arena, "%s%s: ", prefix, job->name));
    }
    arena_destroy(arena);
}

static Trace open_trace(FILE *out) {
    fputs("{\"displayTimeUnit\": \"ms\", \"traceEvents\": [", out);
    return (Trace){.out = out, .separator = "\n"};
}

static void write_run(FILE *out, const Results *results) {
    Trace trace = open_trace(out);
    write_events(&trace, results, "");
    fputs("\n]}\n", out);
}

static void write_sweep(FILE *out, const SweepFindings *findings) {
    const SweepResults *sweep = findings->sweep;
    Arena *arena = arena_create();
    Trace trace = open_trace(out);
    for (int i = 0; i < sweep->point_count; i++) {
        const SweepPoint *point = &sweep->points[i];
        if (point->results != NULL) {
            const char *name = sweep_names_point(arena, sweep, point);
            write_events(&trace, point->results, arena_format(arena, "%s: ", name));
        }
    }
    fputs("\n]}\n", out);
    arena_destroy(arena);
}

const Format format_trace = {
    .name = "trace",
    .summary = "the step's timeline for Chrome's tracing page and Perfetto",
    .file_extension = "json",
    .write_run = write_run,
    .write_sweep = write_sweep,
};
