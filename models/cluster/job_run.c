#include "models/cluster/job_run.h"

struct JobRun {
    RunGround *ground;
    const Workload *workload;
    uint32_t owner;
    JobAccount account;
    JobStep *step;
    Arena *step_arena;      /* of the step */
    Loader *loader;         /* NULL = none */
    Checkpoint *checkpoint; /* NULL = none */
    int64_t warm_ups;       /* steps that were not counted */
    bool saves;             /* the step ends with a checkpoint */
    bool is_quiet;          /* nothing was being written when it began */
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

/*
 * Steps of a job alone that do not count: until its loader goes on as it will, and one with an asynchronous checkpoint,
 * so that the first that counts has its writing beside it, as every first after a checkpoint. Beside others all count.
 */
static int64_t warm_up_steps(const JobRun *run) {
    const JobSpec *job = run->workload->job;
    int64_t of_loader = run->loader != NULL ? loader_warm_up_steps(job) : 0;
    int64_t of_checkpoint = run->checkpoint != NULL && job->checkpoint.asynchronous ? 1 : 0;
    if (run->account.owners > 0 || run->workload->spec->counts_first_steps)
        return 0;
    return of_loader > of_checkpoint ? of_loader : of_checkpoint;
}

/* True when the step that is about to begin ends with a checkpoint. */
static bool saves_next(const JobRun *run) {
    const CheckpointSpec *spec = &run->workload->job->checkpoint;
    int64_t warm_ups = warm_up_steps(run);
    if (run->checkpoint == NULL)
        return false;
    if (run->warm_ups < warm_ups)
        return spec->asynchronous && run->warm_ups == warm_ups - 1;
    return (run->account.results->step_count + 1) % spec->every_steps == 0;
}

static void start_step(JobRun *run) {
    RunGround *ground = run->ground;
    run->saves = saves_next(run);
    run->is_quiet = run->checkpoint == NULL || !checkpoint_is_writing(run->checkpoint);
    run->step_arena = arena_create();
    run->step = job_step_create(&(StepGround){run->step_arena, ground->engine, ground->share, run->owner, run->loader,
                                              run->saves ? run->checkpoint : NULL, run->workload->offload},
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
static bool is_countable(const JobRun *run, SimTime end, int64_t times) {
    SimTime length = end - run->step->step.start, most = INT64_MAX / run->account.results->gpus;
    bool shared = run->account.owners > 0;
    int64_t cluster_gpus = shared ? network_gpu_count(traffic_network(run->ground->traffic)) : 1;
    return length <= (most - run->account.results->wall) / times && end <= INT64_MAX / cluster_gpus;
}

/*
 * How many steps the one that has ended stands for: of a job alone, those up to the next checkpoint are like it, when
 * it neither had one nor anything written beside it. They are counted, not simulated. Those of a loader differ.
 */
static int64_t times_of_step(const JobRun *run) {
    const JobSpec *job = run->workload->job;
    int64_t count = run->account.results->step_count, every = job->checkpoint.every_steps;
    if (run->checkpoint == NULL || run->loader != NULL || run->account.owners > 0 || run->saves || !run->is_quiet)
        return 1;
    int64_t like_it = every - 1 - count % every;
    return like_it < job->steps - count ? like_it : job->steps - count;
}

/* To the next step, with what goes on beside it. */
static void go_on(JobRun *run) {
    bool saves = run->saves;
    end_step(run);
    if (saves)
        checkpoint_write(run->checkpoint);
    start_step(run);
}

static void repeat_step(JobRun *run) {
    run->warm_ups++;
    if (run->loader != NULL)
        loader_open_books(run->loader);
    go_on(run);
}

static void finish(JobRun *run) {
    if (run->loader != NULL) {
        loader_causes(run->loader, run->account.results->input_fraction);
        loader_stop(run->loader);
    }
    if (run->checkpoint != NULL)
        checkpoint_stop(run->checkpoint);
    end_step(run);
    run->done = true;
}

static void on_step_done(Engine *engine, void *subject, uint64_t argument) {
    (void)argument;
    JobRun *run = subject;
    SimTime end = engine_now(engine);
    int64_t times = times_of_step(run);
    if (!is_countable(run, end, times)) {
        job_run_give_up(run);
        return;
    }
    if (run->warm_ups < warm_up_steps(run)) {
        repeat_step(run);
        return;
    }
    job_account_add(&run->account, run->step, end, times);
    if (run->account.results->step_count < run->workload->job->steps) {
        go_on(run);
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
    const HostGround host = {ground->arena, ground->engine, ground->share, ground->host, run->owner};
    if (workload->feeds != NULL)
        run->loader = loader_create(&host, workload->job, workload->feeds, workload->ranks.replica_set_count);
    if (workload->saves != NULL)
        run->checkpoint = checkpoint_create(&host, workload->job, workload->saves, workload->ranks.class_count);
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
