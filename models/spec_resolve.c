#include "models/spec_resolve.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/cluster/link_events.h"
#include "models/cluster/node_list.h"
#include "models/cluster/placement.h"
#include "models/cluster_resolve.h"
#include "models/cost/work_profile.h"
#include "models/job_resolve.h"

static const double GPUS_MAX = 4e6;

/* The whole list of a `nodes`, `from` or `to`; NULL and an error when it is wrong. */
static const int *check_nodes(const SimulationSpec *spec, const char *text, int64_t *count, const char *path,
                              ErrorList *errors) {
    const char *found;
    const int *nodes = node_list_read(text, spec->cluster.nodes, errors->arena, count, &found);
    if (!nodes)
        error_list_add(errors, (ErrorPlace){0}, path,
                       "found %s, expected nodes in 0 .. %" PRId64 ", such as \"0-7, 12\"", found,
                       spec->cluster.nodes - 1);
    return nodes;
}

/* The GPU time of the cluster is counted from 0 on, in nanoseconds; the jobs are left as much as went before. */
static void check_start(const SimulationSpec *spec, const JobSpec *job, const char *path, ErrorList *errors) {
    double gpus = (double)cluster_gpu_count(&spec->cluster);
    double most_s = fmin(WORK_MOST_S, (double)INT64_MAX * 1e-9 / gpus) / 2;
    if (job->start_s > most_s)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.start", path),
                       "found %.3g s, expected at most %.3g s, or the time of %.0f GPUs can no longer be counted",
                       job->start_s, most_s, gpus);
}

static void resolve_jobs(SimulationSpec *spec, ErrorList *errors) {
    if (spec->job_count < 1)
        error_list_add(errors, (ErrorPlace){0}, "jobs", "found no job, expected at least 1");
    for (int64_t i = 0; i < spec->job_count; i++) {
        JobSpec *job = &spec->jobs[i];
        const char *path = arena_format(errors->arena, "jobs[%" PRId64 "]", i);
        job->index = i;
        job_resolve(spec, job, errors);
        check_start(spec, job, path, errors);
        int64_t count;
        if (*job->nodes != '\0')
            check_nodes(spec, job->nodes, &count, arena_format(errors->arena, "%s.nodes", path), errors);
        if (strcmp(job->name, OWNER_OF_LINKS) == 0)
            error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.name", path),
                           "found \"%s\", expected another: results call slow links so", job->name);
        for (int64_t other = 0; other < i; other++)
            if (strcmp(spec->jobs[other].name, job->name) == 0)
                error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.name", path),
                               "found \"%s\" again, expected a `name` of its own for each job", job->name);
    }
}

/* Nobody sends to himself over the network. */
static void check_pairs(const SimulationSpec *spec, const BackgroundSpec *flow, const char *path, ErrorList *errors) {
    int64_t from_count, to_count;
    const int *from = check_nodes(spec, flow->from, &from_count, arena_format(errors->arena, "%s.from", path), errors);
    const int *to = check_nodes(spec, flow->to, &to_count, arena_format(errors->arena, "%s.to", path), errors);
    if (!from || !to)
        return;
    for (int64_t i = 0; i < from_count || i < to_count; i++) {
        if (from[i % from_count] != to[i % to_count])
            continue;
        error_list_add(errors, (ErrorPlace){0}, path,
                       "found node %d that sends to itself, expected two nodes in every pair of `from` and `to`",
                       from[i % from_count]);
        return;
    }
}

/* Results name each of the others by its name. */
static void check_name(const SimulationSpec *spec, int64_t index, const char *path, ErrorList *errors) {
    const char *name = spec->background[index].name;
    bool taken = strcmp(name, OWNER_OF_LINKS) == 0;
    for (int64_t job = 0; job < spec->job_count; job++)
        taken = taken || strcmp(spec->jobs[job].name, name) == 0;
    for (int64_t other = 0; other < index; other++)
        taken = taken || strcmp(spec->background[other].name, name) == 0;
    if (taken)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.name", path),
                       "found \"%s\" again, expected a `name` of its own for each job and background", name);
}

static void resolve_background(const SimulationSpec *spec, ErrorList *errors) {
    for (int64_t i = 0; i < spec->background_count; i++) {
        const BackgroundSpec *flow = &spec->background[i];
        const char *path = arena_format(errors->arena, "background[%" PRId64 "]", i);
        check_name(spec, i, path, errors);
        check_pairs(spec, flow, path, errors);
        if (spec->cluster.node.nics < 1)
            error_list_add(errors, (ErrorPlace){0}, path, "found nodes without NICs, expected a node type with `nics`");
        if ((flow->on_s > 0) != (flow->off_s > 0))
            error_list_add(errors, (ErrorPlace){0}, path, "found one of `on` and `off`, expected both or none");
        if (flow->random && flow->on_s <= 0)
            error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.random", path),
                           "found true without bursts, expected `on` and `off`");
        if (*flow->counters != '\0' && (flow->bytes_per_s > 0 || flow->on_s > 0))
            error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.counters", path),
                           "found `rate` or `on` beside it, expected one or the other");
    }
}

/* The fabric is sound. */
static void resolve_link_events(const SimulationSpec *spec, ErrorList *errors) {
    Network network = cluster_network(&spec->cluster);
    for (int64_t i = 0; i < spec->link_event_count; i++) {
        const LinkEventSpec *event = &spec->link_events[i];
        const char *path = arena_format(errors->arena, "link_events[%" PRId64 "]", i);
        if (link_events_find(&network, event->link, NULL) == 0)
            error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.link", path),
                           "found \"%s\", which no link is called, expected one that `chokepoint list routes` shows",
                           event->link);
        if (event->every_s > 0 && (event->for_s <= 0 || event->for_s >= event->every_s))
            error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.every", path),
                           "found %g s beside `for` %g s, expected a `for` that is shorter", event->every_s,
                           event->for_s);
    }
}

static int by_start_and_name(const void *left, const void *right) {
    const JobSpec *a = left, *b = right;
    if (a->start_s != b->start_s)
        return a->start_s < b->start_s ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int by_name(const void *left, const void *right) {
    const BackgroundSpec *a = left, *b = right;
    return strcmp(a->name, b->name);
}

bool simulation_spec_resolve(SimulationSpec *spec, ErrorList *errors) {
    int before = errors->count;
    if (!cluster_resolve_types(&spec->cluster, errors))
        return false;
    double gpus = (double)spec->cluster.nodes * (double)cluster_gpus_per_node(&spec->cluster);
    if (gpus > GPUS_MAX) {
        error_list_add(errors, (ErrorPlace){0}, "cluster.nodes", "found %.3g GPUs, expected at most %.3g", gpus,
                       GPUS_MAX);
        return false;
    }
    spec->cluster.fabric.seed = spec->seed;
    cluster_resolve(&spec->cluster, errors);
    resolve_jobs(spec, errors);
    resolve_background(spec, errors);
    if (errors->count == before)
        resolve_link_events(spec, errors);
    if (errors->count > before)
        return false;
    if (spec->job_count > 1)
        qsort(spec->jobs, (size_t)spec->job_count, sizeof *spec->jobs, by_start_and_name);
    if (spec->background_count > 1)
        qsort(spec->background, (size_t)spec->background_count, sizeof *spec->background, by_name);
    return spec->job_count == 1 && *spec->jobs[0].nodes == '\0'
               ? true
               : placement_of_jobs(spec, errors->arena, errors) != NULL;
}
