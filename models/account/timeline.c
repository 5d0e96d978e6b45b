#include "models/account/timeline.h"

enum { SERIES_POINTS = 512, SERIES_PER_CLASS = 5 };

static int count_bars(const Step *step) {
    int count = 0;
    for (int class = 0; class < step->ranks.class_count; class ++)
        for (int kind = 0; kind < STREAM_KIND_COUNT; kind++)
            count += task_graph_stream_count(step->graph, step->streams[class][kind]);
    return count;
}

static int add_stream_bars(const Step *step, int class, StreamKind kind, TimelineBar *bars) {
    StreamId stream = step->streams[class][kind];
    int added = 0;
    for (int position = 0; position < task_graph_stream_count(step->graph, stream); position++) {
        TaskId id = task_graph_stream_task(step->graph, stream, position);
        TaskRecord record = task_graph_record(step->graph, id);
        const StepTask *task = &step->tasks[id];
        if (record.end > record.start)
            bars[added++] = (TimelineBar){.gpu_class = class,
                                          .stream = kind,
                                          .kind = task->kind,
                                          .micro_batch = task->micro_batch,
                                          .chunk = task->chunk,
                                          .start = record.start - step->start,
                                          .end = record.end - step->start};
    }
    return added;
}

int timeline_bars(const Step *step, Arena *arena, const TimelineBar **bars) {
    TimelineBar *list = ARENA_ARRAY(arena, count_bars(step), TimelineBar);
    int count = 0;
    for (int class = 0; class < step->ranks.class_count; class ++)
        for (int kind = 0; kind < STREAM_KIND_COUNT; kind++)
            count += add_stream_bars(step, class, (StreamKind)kind, list + count);
    *bars = list;
    return count;
}

/* Times count from the start of the step. */
static SeriesSamples samples_of(const Step *step, const Series *series, int class, const char *metric, Arena *arena) {
    int count = series_count(series);
    double *time_s = ARENA_ARRAY(arena, count, double), *mean = ARENA_ARRAY(arena, count, double);
    double *max = ARENA_ARRAY(arena, count, double);
    for (int i = 0; i < count; i++) {
        SeriesPoint point = series_point(series, i);
        time_s[i] = sim_time_to_s(point.start - step->start);
        mean[i] = point.mean;
        max[i] = point.max;
    }
    return (SeriesSamples){.entity = step->ranks.classes[class].name,
                           .metric = metric,
                           .unit = "fraction",
                           .count = count,
                           .time_s = time_s,
                           .mean = mean,
                           .max = max};
}

/* Busy with compute, or the HBM bandwidth used by it, as a fraction over time. */
static SeriesSamples compute_samples(const Step *step, int class, double hbm_bytes_per_s, Arena *arena, SimTime end) {
    Series *series = series_create(SERIES_POINTS, step->start);
    StreamId stream = step->streams[class][STREAM_COMPUTE];
    for (int position = 0; position < task_graph_stream_count(step->graph, stream); position++) {
        TaskId id = task_graph_stream_task(step->graph, stream, position);
        TaskRecord record = task_graph_record(step->graph, id);
        int profile = step->tasks[id].profile;
        if (profile < 0 || record.end == record.start)
            continue;
        double rate = step->profiles[profile].hbm_bytes / sim_time_to_s(record.end - record.start);
        series_record(series, record.start, hbm_bytes_per_s > 0 ? rate / hbm_bytes_per_s : 1);
        series_record(series, record.end, 0);
    }
    series_finish(series, end);
    const char *metric = hbm_bytes_per_s > 0 ? "hbm" : "gpu";
    SeriesSamples samples = samples_of(step, series, class, metric, arena);
    series_destroy(series);
    return samples;
}

int timeline_series(const JobStep *job_step, const ClusterSpec *cluster, SimTime end, Arena *arena,
                    const SeriesSamples **series) {
    const Step *step = &job_step->step;
    SeriesSamples *list = ARENA_ARRAY(arena, step->ranks.class_count * SERIES_PER_CLASS, SeriesSamples);
    int count = 0;
    for (int class = 0; class < step->ranks.class_count; class ++) {
        ClassSeries *recorded = &job_step->series[class];
        double hbm_bytes_per_s = cluster_type(cluster, step->ranks.classes[class].node_type)->gpu.hbm_bytes_per_s;
        list[count++] = compute_samples(step, class, 0, arena, end);
        list[count++] = compute_samples(step, class, hbm_bytes_per_s, arena, end);
        const struct {
            Series *series;
            const char *metric;
        } links[] = {{recorded->nvlink, "nvlink"}, {recorded->nic, "nic"}, {recorded->memory, "memory"}};
        for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
            if (!links[i].series)
                continue;
            series_finish(links[i].series, end);
            list[count++] = samples_of(step, links[i].series, class, links[i].metric, arena);
        }
        if (step->memory[class])
            list[count - 1].unit = "bytes";
        else
            count--;
    }
    *series = list;
    return count;
}
