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
                                          .start = record.start,
                                          .end = record.end};
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

static SeriesSamples samples_of(const Series *series, const char *entity, const char *metric, Arena *arena) {
    int count = series_count(series);
    double *time_s = ARENA_ARRAY(arena, count, double), *mean = ARENA_ARRAY(arena, count, double);
    double *max = ARENA_ARRAY(arena, count, double);
    for (int i = 0; i < count; i++) {
        SeriesPoint point = series_point(series, i);
        time_s[i] = sim_time_to_s(point.start);
        mean[i] = point.mean;
        max[i] = point.max;
    }
    return (SeriesSamples){.entity = entity,
                           .metric = metric,
                           .unit = "fraction",
                           .count = count,
                           .time_s = time_s,
                           .mean = mean,
                           .max = max};
}

/* Busy with compute, or the HBM bandwidth used by it, as a fraction over time. */
static SeriesSamples compute_samples(const Step *step, int class, double hbm_bytes_per_s, Arena *arena, SimTime end) {
    Series *series = series_create(SERIES_POINTS);
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
    SeriesSamples samples = samples_of(series, step->ranks.classes[class].name, metric, arena);
    series_destroy(series);
    return samples;
}

int timeline_series(const TrainingStep *training, double hbm_bytes_per_s, SimTime end, Arena *arena,
                    const SeriesSamples **series) {
    const Step *step = &training->step;
    SeriesSamples *list = ARENA_ARRAY(arena, step->ranks.class_count * SERIES_PER_CLASS, SeriesSamples);
    int count = 0;
    for (int class = 0; class < step->ranks.class_count; class ++) {
        const char *entity = step->ranks.classes[class].name;
        ClassSeries *recorded = &training->series[class];
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
            list[count++] = samples_of(links[i].series, entity, links[i].metric, arena);
        }
        list[count - 1].unit = "bytes";
    }
    *series = list;
    return count;
}
