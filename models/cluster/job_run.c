#include "models/cluster/job_run.h"
struct JobRun {
    RunGround *ground;
    const Workload *workload;
    uint32_t owner;
    JobAccount account;
    JobStep *step;
    Arena *step_arena; /* of the step */
    Loader *loader;    /* NULL = none */
    int64_t warm_ups;  /* steps that were not counted */
    bool done;
    bool endless;
};

JobRun *job_run_create(RunGround *ground, const Workload *workload, uint32_t owner, Results *results) {
    JobRun *run = ARENA_NEW(ground->arena, JobRun);
    *run = (JobRun){.ground = ground, .workload = workload, .owner = owner};
    run->account = job_account_create(ground->arena, workload, fair_share_owner_count(ground->share), results);
    ground->jobs_left++;
    return run;
}

static void on_step_done(Engine *engine, void *subject, uint64_t argument);

static void start_step(JobRun *run) {
    RunGround *ground = run->ground;
    run->step_arena = arena_create();
    run->step = job_step_create(&(StepGround){run->step_arena, ground->engine, ground->share, run->owner, run->loader},
                                run->workload);
    if (run->step->endless)
        job_run_give_up(run);
    else
        job_step_start(run->step, (Event){on_step_done, run, 0});
}

static void end_step(JobRun *run) {
    job_step_destroy(run->step);
    arena_destroy(run->step_arena);
    run->step = NULL;
}

/* False when the GPU-nanoseconds of the job, or beside others those of the cluster, could no longer be counted. */
static bool is_countable(const JobRun *run, SimTime end) {
    SimTime wall = run->account.results->wall + end - run->step->step.start;
    bool shared = run->account.owners > 0;
    int64_t cluster_gpus = shared ? network_gpu_count(traffic_network(run->ground->traffic)) : 1;
    return wall <= INT64_MAX / run->account.results->gpus && end <= INT64_MAX / cluster_gpus;
}

/* True when a step does not count yet, since the loader began with nothing made. Beside others every step counts. */
static bool is_warming_up(JobRun *run) {
    if (run->loader == NULL || run->account.owners > 0)
        return false;
    return run->warm_ups++ < loader_warm_up_steps(run->workload->job);
}

static void repeat_step(JobRun *run) {
    loader_open_books(run->loader);
    end_step(run);
    start_step(run);
}

static void finish(JobRun *run) {
    if (run->loader != NULL) {
        loader_causes(run->loader, run->account.results->input_fraction);
        loader_stop(run->loader);
    }
    run->done = true;
}

static void on_step_done(Engine *engine, void *subject, uint64_t argument) {
    (void)argument;
    JobRun *run = subject;
    SimTime end = engine_now(engine);
    if (!is_countable(run, end)) {
        job_run_give_up(run);
        return;
    }
    if (is_warming_up(run)) {
        repeat_step(run);
        return;
    }
    job_account_add(&run->account, run->step, end);
    end_step(run);
    if (run->account.results->step_count < run->workload->job->steps) {
        start_step(run);
        return;
    }
    finish(run);
    const Event all_done = run->ground->all_done;
    if (--run->ground->jobs_left == 0)
        all_done.action(engine, all_done.subject, all_done.argument);
}

static void begin(JobRun *run) {
    RunGround *ground = run->ground;
    const Workload *workload = run->workload;
    if (workload->feeds != NULL)
        run->loader =
            loader_create(&(LoaderGround){ground->arena, ground->engine, ground->share, ground->host, run->owner},
                          workload->job, workload->feeds, workload->ranks.replica_set_count);
    start_step(run);
}

static void on_start(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    begin(subject);
}

void job_run_start(JobRun *run) {
    SimTime start = sim_time_from_s(run->workload->job->start_s);
    if (start == 0)
        begin(run);
    else
        engine_schedule(run->ground->engine, start, 0, (Event){on_start, run, 0});
}

void job_run_give_up(JobRun *run) {
    run->endless = !run->done;
    run->ground->endless = run->ground->endless || run->endless;
}

bool job_run_is_endless(const JobRun *run) {
    return run->endless;
}

JobAccount *job_run_account(JobRun *run) {
    return &run->account;
}

void job_run_destroy(JobRun *run) {
    if (run->step != NULL)
        end_step(run);
}
