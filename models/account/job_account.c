#include "models/account/job_account.h"

#include <string.h>

#include "models/account/attribution.h"
#include "models/account/critical_path.h"
#include "models/account/timeline.h"

JobAccount job_account_create(Arena *arena, const Workload *workload, uint32_t owners, Results *results) {
    const RankClasses *ranks = &workload->ranks;
    JobAccount account = {.arena = arena, .workload = workload, .results = results, .owners = owners};
    account.classes = ARENA_ARRAY(arena, ranks->class_count, GpuClassResults);
    account.blame_ns = ARENA_ARRAY(arena, ranks->class_count, int64_t);
    account.lost_s = ARENA_ARRAY(arena, owners, double);
    account.step_ends = ARENA_ARRAY(arena, workload->job->steps, SimTime);
    account.size_s = ARENA_ARRAY(arena, workload->collective.size_count, double);
    for (int i = 0; i < ranks->class_count; i++) {
        const RankClass *class = &ranks->classes[i];
        account.classes[i] = (GpuClassResults){
            .name = class->name, .gpus = class->gpus, .first_rank = class->first_rank, .stage = class->stage};
    }
    results->step_ends = account.step_ends;
    results->classes = account.classes;
    results->class_count = ranks->class_count;
    return account;
}

/* The ledger of one class over the step. */
static void attribute(JobAccount *account, const Step *step, int index, SimTime end, Attribution *attribution) {
    const Results *results = account->results;
    attribution->row = (LedgerRow){{0}};
    memset(attribution->comm_ns, 0, sizeof attribution->comm_ns);
    memset(attribution->straggler_ns, 0, (size_t)results->class_count * sizeof *attribution->straggler_ns);
    memset(attribution->lost_s, 0, account->owners * sizeof *attribution->lost_s);
    attribution_of_class(step, index, end, attribution);
    ledger_check(&attribution->row, end - step->start);
}

/* Adds it `times` times over. */
static void add_class(JobAccount *account, int index, const Attribution *attribution, int64_t times) {
    Results *results = account->results;
    GpuClassResults *class = &account->classes[index];
    int64_t gpus = class->gpus * times;
    ledger_accumulate(&class->ledger, &attribution->row, times);
    ledger_accumulate(&results->ledger, &attribution->row, gpus);
    for (int i = 0; i < LEDGER_COUNT * LINK_KIND_COUNT; i++)
        results->comm_ns[i / LINK_KIND_COUNT][i % LINK_KIND_COUNT] +=
            attribution->comm_ns[i / LINK_KIND_COUNT][i % LINK_KIND_COUNT] * gpus;
    for (int i = 0; i < results->class_count; i++)
        account->blame_ns[i] += attribution->straggler_ns[i] * gpus;
    for (uint32_t owner = 0; owner < account->owners; owner++)
        account->lost_s[owner] += attribution->lost_s[owner] * (double)gpus;
}

/* Pictures of the step, when it is the longest so far. */
static void keep_longest(JobAccount *account, JobStep *job_step, SimTime end) {
    Results *results = account->results;
    const Step *step = &job_step->step;
    if (results->step_count > 0 && end - step->start <= results->step)
        return;
    results->step = end - step->start;
    if (account->workload->spec->only_times)
        return;
    results->timeline_count = timeline_bars(step, account->arena, &results->timeline);
    results->series_count =
        timeline_series(job_step, &account->workload->spec->cluster, end, account->arena, &results->series);
    results->critical_count = critical_path_of_step(step, account->arena, &results->critical);
}

static void add_sizes(JobAccount *account, const Step *step) {
    StreamId stream = step->streams[0][STREAM_COMPUTE];
    for (int position = 0; position < task_graph_stream_count(step->graph, stream); position++) {
        TaskId id = task_graph_stream_task(step->graph, stream, position);
        TaskRecord record = task_graph_record(step->graph, id);
        if (step->tasks[id].chunk >= 0)
            account->size_s[step->tasks[id].chunk] += sim_time_to_s(record.end - record.start);
    }
}

/* Their ends follow each other as if all had been simulated. */
static void add_ends(JobAccount *account, const Step *step, SimTime end, int64_t times) {
    Results *results = account->results;
    SimTime length = end - step->start;
    results->start = results->step_count == 0 ? step->start : results->start;
    for (int64_t i = 0; i < times; i++)
        account->step_ends[results->step_count++] = end + account->skipped + i * length;
    results->wall += times * length;
    account->skipped += (times - 1) * length;
}

void job_account_add(JobAccount *account, JobStep *job_step, SimTime end, int64_t times) {
    Results *results = account->results;
    const Step *step = &job_step->step;
    Arena *scratch = arena_create();
    Attribution attribution = {.lost_s = ARENA_ARRAY(scratch, account->owners, double),
                               .straggler_ns = ARENA_ARRAY(scratch, results->class_count, int64_t)};
    for (int i = 0; i < results->class_count; i++) {
        attribute(account, step, i, end, &attribution);
        add_class(account, i, &attribution, times);
    }
    arena_destroy(scratch);
    if (account->workload->job->kind == JOB_COLLECTIVE)
        add_sizes(account, step);
    keep_longest(account, job_step, end);
    add_ends(account, step, end, times);
}

static void fill_sizes(JobAccount *account) {
    const CollectiveTraffic *traffic = &account->workload->collective;
    const JobSpec *job = account->workload->job;
    CollectiveRow *rows = ARENA_ARRAY(account->arena, traffic->size_count, CollectiveRow);
    double times = (double)job->collective.repeats * (double)account->results->step_count;
    for (int i = 0; i < traffic->size_count; i++) {
        CollectiveRow *row = &rows[i];
        row->bytes = traffic->bytes[i];
        row->time_s = account->size_s[i] / times;
        row->algorithm = traffic_algorithm(account->workload->traffic, traffic->operations[i]);
        row->algorithm_bytes_per_s = row->bytes / row->time_s;
        row->bus_bytes_per_s =
            row->algorithm_bytes_per_s * collective_operation_bus_factor(job->collective.operation, (int)job->gpus);
    }
    account->results->operation = job->collective.operation;
    account->results->sizes = rows;
    account->results->size_count = traffic->size_count;
}

const char *job_account_finish(JobAccount *account) {
    const Results *results = account->results;
    ledger_check(&results->ledger, results->wall * results->gpus);
    if (account->workload->job->kind == JOB_COLLECTIVE)
        fill_sizes(account);
    int worst = 0;
    for (int i = 1; i < results->class_count; i++)
        worst = account->blame_ns[i] > account->blame_ns[worst] ? i : worst;
    return account->blame_ns[worst] > 0 ? account->classes[worst].name : NULL;
}
