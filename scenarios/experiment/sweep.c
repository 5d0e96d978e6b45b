#include "scenarios/experiment/sweep.h"

#include <string.h>

#include "models/simulation.h"
#include "scenarios/experiment/kept_results.h"
#include "scenarios/experiment/parallel.h"
#include "sim/engine/check.h"

struct Sweep {
    const Scenario *scenario;
    Arena *arena;       /* of the layout */
    Arena **arenas;     /* of each point, NULL before it was run */
    SweepPoint *points; /* those of `results` */
    SweepResults results;
    bool keep_timeline;
    bool has_run;
};

/* -1 when there are too many. */
static int count_points(const Scenario *scenario) {
    int64_t count = 1;
    for (int i = 0; i < scenario->axis_count; i++) {
        count *= scenario->axes[i].count;
        if (count > SWEEP_MOST_POINTS)
            return -1;
    }
    return (int)count;
}

/* Index of the point's value on an axis. */
static int value_index(const Scenario *scenario, int point, int axis) {
    for (int i = scenario->axis_count - 1; i > axis; i--)
        point /= scenario->axes[i].count;
    return point % scenario->axes[axis].count;
}

static void lay_out(Sweep *sweep) {
    const Scenario *scenario = sweep->scenario;
    int axes = scenario->axis_count;
    const char **parameters = ARENA_ARRAY(sweep->arena, axes, const char *);
    for (int axis = 0; axis < axes; axis++)
        parameters[axis] = scenario->axes[axis].path;
    for (int point = 0; point < sweep->results.point_count; point++) {
        const char **values = ARENA_ARRAY(sweep->arena, axes, const char *);
        for (int axis = 0; axis < axes; axis++)
            values[axis] = scenario->axes[axis].labels[value_index(scenario, point, axis)];
        sweep->points[point].values = values;
    }
    sweep->results.parameters = parameters;
}

Sweep *sweep_create(const Scenario *scenario, ErrorList *errors) {
    int count = count_points(scenario);
    if (count < 0) {
        error_list_add(errors, scenario->axes[0].places[0], "sweep",
                       "found more than %d points, expected fewer or shorter lists", SWEEP_MOST_POINTS);
        return NULL;
    }
    Arena *arena = arena_create();
    Sweep *sweep = ARENA_NEW(arena, Sweep);
    *sweep = (Sweep){.scenario = scenario, .arena = arena};
    sweep->arenas = ARENA_ARRAY(arena, count, Arena *);
    sweep->points = ARENA_ARRAY(arena, count, SweepPoint);
    sweep->results = (SweepResults){.name = scenario->spec.name,
                                    .lesson = scenario->spec.lesson,
                                    .parameter_count = scenario->axis_count,
                                    .points = sweep->points,
                                    .point_count = count};
    lay_out(sweep);
    return sweep;
}

const SweepResults *sweep_results(const Sweep *sweep) {
    return &sweep->results;
}

void sweep_destroy(Sweep *sweep) {
    if (sweep == NULL)
        return;
    for (int i = 0; i < sweep->results.point_count; i++)
        arena_destroy(sweep->arenas[i]);
    arena_destroy(sweep->arena);
}

/* All errors as one line. */
static const char *errors_text(const ErrorList *errors, Arena *arena) {
    const char *text = "";
    for (int i = 0; i < errors->count; i++) {
        const Error *error = &errors->items[i];
        text = arena_format(arena, "%s%s%s%s%s", text, i > 0 ? "; " : "", error->path,
                            error->path[0] != '\0' ? ": " : "", error->message);
    }
    return text;
}

static void run_point(void *context, int index) {
    Sweep *sweep = context;
    const Scenario *scenario = sweep->scenario;
    SweepPoint *point = &sweep->points[index];
    Arena *run = arena_create();
    Arena *kept = sweep->keep_timeline ? run : arena_create();
    ErrorList errors;
    error_list_init(&errors, run);
    const char **values = ARENA_ARRAY(run, scenario->axis_count, const char *);
    for (int axis = 0; axis < scenario->axis_count; axis++)
        values[axis] = scenario->axes[axis].values[value_index(scenario, index, axis)];
    SimulationSpec spec = {0};
    if (scenario_spec_at(scenario, values, run, &spec, &errors)) {
        spec.without_links = sweep->scenario->axis_count > 0 || sweep->scenario->spec.without_links;
        const Results *results = simulation_run(&spec, run);
        point->results = kept == run ? results : kept_results_copy(results, kept);
    } else {
        point->error = arena_text(kept, errors_text(&errors, run));
    }
    sweep->arenas[index] = kept;
    if (kept != run)
        arena_destroy(run);
}

void sweep_run(Sweep *sweep, const SweepOptions *options) {
    CHECK(!sweep->has_run);
    sweep->has_run = true;
    sweep->keep_timeline = options->keep_timeline;
    ParallelWork work = {.count = sweep->results.point_count,
                         .work = run_point,
                         .context = sweep,
                         .progress = options->progress,
                         .progress_context = options->context};
    parallel_run(&work, options->threads);
}
