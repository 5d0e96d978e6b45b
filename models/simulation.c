#include "models/simulation.h"

#include "models/account/input_cause.h"
#include "models/account/job_facts.h"
#include "models/account/jobs_together.h"
#include "models/account/metrics.h"
#include "models/account/step_interval.h"
#include "models/account/verdict.h"
#include "models/cluster/cluster_run.h"
#include "sim/engine/check.h"
#include "sim/engine/engine.h"

/* Facts of every job; RUN_OK when all fit. */
static RunStatus start_results(const SimulationSpec *spec, const JobPlace *places, Arena *arena, Results **results) {
    RunStatus status = RUN_OK;
    for (int64_t i = 0; i < spec->job_count; i++) {
        results[i] = ARENA_NEW(arena, Results);
        job_facts_fill(spec, &spec->jobs[i], &places[i], arena, results[i]);
        status = results[i]->status == RUN_OK ? status : results[i]->status;
    }
    return status;
}

/* Runs all jobs of the spec, or says why not; every job's results are complete afterwards. */
static ClusterOutcome run_jobs(const SimulationSpec *spec, const JobPlace *places, Arena *arena, Results **results) {
    ClusterOutcome outcome = {0};
    if (start_results(spec, places, arena, results) == RUN_OK)
        outcome = cluster_run(spec, places, arena, results);
    for (int64_t i = 0; i < spec->job_count; i++) {
        if (results[i]->status == RUN_OK && !outcome.done)
            results[i]->status = RUN_STOPPED;
        const char *straggler = outcome.done ? outcome.stragglers[i] : NULL;
        if (!spec->only_times || !spec->without_links)
            step_interval_fill(spec, &spec->jobs[i], (LinkUses){outcome.links, outcome.link_count}, arena, results[i]);
        metrics_fill(&spec->jobs[i], arena, results[i]);
        verdict_fill(spec, &spec->jobs[i], straggler, arena, results[i]);
    }
    return outcome;
}

/* Job `index` by itself, on a sound fabric, at the same place: as many steps, where they are not alike. */
static StepWaits alone_waits(const SimulationSpec *spec, const JobPlace *places, int64_t index) {
    SimulationSpec alone = *spec;
    JobSpec job = spec->jobs[index];
    JobPlace place = {.rank_gpu = places[index].rank_gpu};
    Arena *arena = arena_create();
    Results *results;
    if (job.checkpoint.every_steps == 0 && job.loader.workers == 0)
        job.steps = 1;
    job.start_s = 0;
    alone.jobs = &job;
    alone.job_count = 1;
    alone.background_count = alone.link_event_count = 0;
    alone.without_links = alone.only_times = alone.counts_first_steps = true;
    run_jobs(&alone, &place, arena, &results);
    StepWaits waits = shared_host_waits(results);
    arena_destroy(arena);
    return waits;
}

/* Runs a job that waits for samples again without what it waits for most, and says what came of it. */
static void prove_input(const SimulationSpec *spec, const JobPlace *places, Arena *arena, Results *results) {
    SimulationSpec ideal = *spec;
    JobSpec job = spec->jobs[0];
    Arena *scratch = arena_create();
    Results *run;
    input_cause_remove(&job, input_cause_main(results));
    ideal.jobs = &job;
    ideal.without_links = ideal.only_times = true;
    run_jobs(&ideal, places, scratch, &run);
    input_cause_tell(spec, &spec->jobs[0], run, arena, results);
    arena_destroy(scratch);
}

const Results *simulation_run(const SimulationSpec *spec, Arena *arena) {
    ErrorList errors;
    error_list_init(&errors, arena);
    const JobPlace *places = placement_of_jobs(spec, arena, &errors);
    CHECK(places != NULL);
    Results **results = ARENA_ARRAY(arena, spec->job_count, Results *);
    ClusterOutcome outcome = run_jobs(spec, places, arena, results);
    /* The results of one job that has the cluster for itself are those of the run. */
    if (simulation_spec_is_one_job(spec)) {
        if (input_cause_is_there(results[0]))
            prove_input(spec, places, arena, results[0]);
        results[0]->links = outcome.links;
        results[0]->link_count = outcome.link_count;
        results[0]->name = spec->name;
        results[0]->lesson = spec->lesson;
        return results[0];
    }
    StepWaits *alone = ARENA_ARRAY(arena, spec->job_count, StepWaits);
    for (int64_t i = 0; i < spec->job_count && outcome.done; i++)
        alone[i] = alone_waits(spec, places, i);
    return jobs_together(spec, &outcome, alone, arena, results);
}
