#include "models/cluster/cluster_run.h"

#include "models/account/link_use.h"
#include "models/cluster/background.h"
#include "models/cluster/job_run.h"
#include "models/cluster/link_events.h"
#include "models/cost/work_profile.h"

enum { FIRST_LOOK = 1000000 /* ns */ };

typedef struct ClusterRun {
    const SimulationSpec *spec;
    RunGround ground;
    Network network;
    Workload **workloads;
    JobRun **jobs;
    Background **background;
    const LinkEvents *link_events; /* NULL = none */
} ClusterRun;

/* Owners of activities: jobs, then background flows, then whatever lowers the speed of links. */
static uint32_t owner_count(const SimulationSpec *spec) {
    return simulation_spec_is_one_job(spec) ? 0 : (uint32_t)(spec->job_count + spec->background_count + 1);
}

/* How much of the traffic must be told apart. */
static TrafficDetail detail_of(const SimulationSpec *spec, const JobPlace *places) {
    TrafficDetail detail = link_events_detail(spec);
    for (int64_t i = 0; i < spec->job_count && detail == TRAFFIC_FOLDED; i++)
        if (collective_runs_as_flows(spec, &spec->jobs[i], places[i].rank_gpu))
            detail = TRAFFIC_UNFOLDED;
    return detail;
}

/* What jobs ask of hosts. */
static void lay_out_hosts(ClusterRun *run) {
    const SimulationSpec *spec = run->spec;
    RunGround *ground = &run->ground;
    for (int64_t i = 0; i < spec->job_count; i++) {
        if (!workload_needs_host(&spec->jobs[i]))
            continue;
        ground->host = ground->host != NULL ? ground->host : host_create(ground->arena, &spec->cluster);
        workload_add_host(ground->arena, run->workloads[i], ground->host);
    }
    if (ground->host != NULL)
        host_seal(ground->host, ground->share, spec->fidelity == FIDELITY_FOLDED);
}

static void lay_out(ClusterRun *run, const JobPlace *places) {
    const SimulationSpec *spec = run->spec;
    Arena *arena = run->ground.arena;
    run->network = cluster_network(&spec->cluster);
    run->ground.traffic = traffic_create(arena, &run->network, detail_of(spec, places));
    if (spec->without_links)
        traffic_echo_silence(traffic_echo(run->ground.traffic));
    run->workloads = ARENA_ARRAY(arena, spec->job_count, Workload *);
    for (int64_t i = 0; i < spec->job_count; i++)
        run->workloads[i] = workload_create(arena, spec, &spec->jobs[i], &places[i], run->ground.traffic);
    run->background = ARENA_ARRAY(arena, spec->background_count, Background *);
    for (int64_t i = 0; i < spec->background_count; i++)
        run->background[i] =
            background_create(&run->ground, spec, &spec->background[i], (uint32_t)(spec->job_count + i));
    link_events_single_out(spec, run->ground.traffic);
    traffic_seal(run->ground.traffic, run->ground.share);
    lay_out_hosts(run);
}

/* Nothing moves after the last job, so that what links carried is that of the run. */
static void on_all_done(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    ClusterRun *run = subject;
    for (int64_t i = 0; i < run->spec->background_count; i++)
        background_stop(run->background[i]);
}

static void start_all(ClusterRun *run, Results **results) {
    const SimulationSpec *spec = run->spec;
    run->ground.all_done = (Event){on_all_done, run, 0};
    run->jobs = ARENA_ARRAY(run->ground.arena, spec->job_count, JobRun *);
    for (int64_t i = 0; i < spec->job_count; i++)
        run->jobs[i] = job_run_create(&run->ground, run->workloads[i], (uint32_t)i, results[i]);
    for (int64_t i = 0; i < spec->job_count; i++)
        job_run_start(run->jobs[i]);
    for (int64_t i = 0; i < spec->background_count; i++)
        background_start(run->background[i]);
    if (spec->link_event_count > 0)
        run->link_events = link_events_start(&run->ground, spec);
}

/* Bursts and flaps go on for as long as a job does; one that never ends is looked for now and then. */
static void run_to_the_end(ClusterRun *run) {
    const SimTime most = sim_time_from_s(WORK_MOST_S);
    for (SimTime until = FIRST_LOOK; !run->ground.endless && engine_now(run->ground.engine) < most; until *= 2) {
        engine_run_until(run->ground.engine, until < most ? until : most);
        for (int64_t i = 0; i < run->spec->job_count; i++)
            if (engine_now(run->ground.engine) == most ||
                (run->link_events && link_events_hold_up_for_ever(run->link_events, (uint32_t)i)))
                job_run_give_up(run->jobs[i]);
    }
}

/* Beside the jobs; NULL when they are alone. */
static const Spans *find_spans(const ClusterRun *run, uint32_t owners, SimTime end) {
    const SimulationSpec *spec = run->spec;
    if (owners == 0)
        return NULL;
    Spans *present = ARENA_ARRAY(run->ground.arena, owners, Spans);
    for (int64_t i = 0; i < spec->background_count; i++)
        present[spec->job_count + i] = background_spans(run->background[i], end);
    if (run->link_events)
        present[owners - 1] = link_events_spans(run->link_events, end);
    return present;
}

static ClusterOutcome close_books(ClusterRun *run, Results **results) {
    const SimulationSpec *spec = run->spec;
    Arena *arena = run->ground.arena;
    const char **stragglers = ARENA_ARRAY(arena, spec->job_count, const char *);
    const double **lost_s = ARENA_ARRAY(arena, spec->job_count, const double *);
    ClusterOutcome outcome = {.done = run->ground.jobs_left == 0,
                              .stragglers = stragglers,
                              .owner_count = fair_share_owner_count(run->ground.share),
                              .lost_s = lost_s};
    for (int64_t i = 0; i < spec->job_count; i++)
        if (job_run_is_endless(run->jobs[i]))
            results[i]->status = RUN_TOO_LONG;
    for (int64_t i = 0; i < spec->job_count && outcome.done; i++) {
        JobAccount *account = job_run_account(run->jobs[i]);
        stragglers[i] = job_account_finish(account);
        lost_s[i] = account->lost_s;
        results[i]->event_count = engine_event_count(run->ground.engine);
        results[i]->event_hash = engine_event_hash(run->ground.engine);
        SimTime end = results[i]->start + results[i]->wall - account->skipped;
        outcome.end = end > outcome.end ? end : outcome.end;
    }
    if (outcome.done)
        outcome.present = find_spans(run, outcome.owner_count, outcome.end);
    LinkUseQuery query = {&run->network, run->ground.traffic, run->ground.share, outcome.end};
    if (outcome.done && outcome.end > 0 && !spec->without_links)
        outcome.link_count = link_use_fill(&query, arena, &outcome.links);
    return outcome;
}

ClusterOutcome cluster_run(const SimulationSpec *spec, const JobPlace *places, Arena *arena, Results **results) {
    Engine *engine = engine_create(&(EngineSettings){.seed = spec->seed, .scenario = spec->name});
    ClusterRun run = {.spec = spec, .ground = {.arena = arena, .engine = engine, .share = fair_share_create(engine)}};
    fair_share_set_owners(run.ground.share, owner_count(spec));
    lay_out(&run, places);
    start_all(&run, results);
    run_to_the_end(&run);
    ClusterOutcome outcome = close_books(&run, results);
    for (int64_t i = 0; i < spec->job_count; i++)
        job_run_destroy(run.jobs[i]);
    for (int64_t i = 0; i < spec->background_count; i++)
        background_destroy(run.background[i]);
    traffic_destroy(run.ground.traffic);
    fair_share_destroy(run.ground.share);
    engine_destroy(engine);
    return outcome;
}
