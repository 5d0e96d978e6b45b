#include "models/workload/loader.h"

#include <math.h>

#include "models/traffic/rank_gpus.h"
#include "sim/engine/check.h"

/* Double buffering. */
enum { COPIES_AHEAD = 2 };

static const double STAGGER_MOST_S = 1e6;

typedef enum BatchState {
    BATCH_EMPTY,
    BATCH_BEGUN,
    BATCH_READING,
    BATCH_PREPARING,
    BATCH_PREPARED,
    BATCH_COPYING
} BatchState;

/* Time by cause along the chain of releases from the first micro-batch on. */
typedef struct Chain {
    SimTime ns[INPUT_CAUSE_COUNT];
} Chain;

/* A micro-batch while it is made, in the place number % prefetch of its feed. */
typedef struct Batch {
    BatchState state;
    SimTime since; /* until when the chain is told */
    Chain chain;
    ActivityId activity;
} Batch;

/* What one replica set takes its micro-batches from; they are counted from 0. */
typedef struct Feed {
    Loader *loader;
    const FeedWork *work;
    Batch *batches;      /* [prefetch] */
    int64_t begun;       /* how many have a worker or had one */
    int64_t read;        /* how many have been read */
    int64_t copied;      /* how many have arrived on the GPU */
    int64_t taken;       /* how many passes have begun */
    int64_t started;     /* workers that are there */
    int64_t making;      /* of them, those that are busy */
    LoaderWait *waiting; /* NULL = nobody */
    SimTime waiting_since;
    SimTime waited_ns; /* since the books were opened */
    Chain opened;      /* of the last micro-batch taken before that */
    Chain taken_chain; /* of the last one that was taken */
} Feed;

struct Loader {
    HostGround ground;
    const LoaderSpec *spec;
    double samples; /* of a micro-batch */
    Feed *feeds;
    int feed_count;
    bool stopped;
};

int64_t loader_warm_up_steps(const JobSpec *job) {
    int64_t micro_batches = plan_micro_batches(&job->training.plan);
    return (2 * job->loader.prefetch + micro_batches - 1) / micro_batches;
}

int64_t loader_shown_steps(const JobSpec *job) {
    int64_t micro_batches = plan_micro_batches(&job->training.plan), steps = 1;
    while (steps * micro_batches < job->loader.prefetch || steps * micro_batches % job->loader.workers != 0)
        steps++;
    return steps;
}

const FeedWork *loader_work(Arena *arena, const JobSpec *job, const RankClasses *ranks, Host *host) {
    FeedWork *work = ARENA_ARRAY(arena, ranks->replica_set_count, FeedWork);
    int *gpus = ARENA_ARRAY(arena, job->training.plan.data_parallel, int);
    for (int set = 0; set < ranks->replica_set_count; set++) {
        StageRanks first = {.replica_set = set, .stage = 0, .member_count = 1};
        int count = rank_gpus_of(ranks, &job->training.plan, &first, gpus);
        work[set] = (FeedWork){.read = host_add(host, HOST_STORAGE_READ, gpus, count),
                               .prepare = host_add(host, HOST_CPU, gpus, count),
                               .copy = host_add(host, HOST_TO_GPU, gpus, count)};
    }
    return work;
}

static Batch *batch_at(const Feed *feed, int64_t number) {
    return &feed->batches[number % feed->loader->spec->prefetch];
}

/* Starts the next work on a micro-batch, which `by` was the last to wait for; NULL = nothing but itself. */
static void enter(Feed *feed, int64_t number, BatchState state, const Chain *by, ActivitySpec activity) {
    const HostGround *ground = &feed->loader->ground;
    Batch *batch = batch_at(feed, number);
    activity.owner = ground->owner;
    batch->chain = by != NULL ? *by : batch->chain;
    batch->since = engine_now(ground->engine);
    batch->state = state;
    batch->activity = fair_share_start(ground->share, &activity);
}

/* The work that was entered is done. */
static const Chain *leave(Feed *feed, int64_t number, InputCause cause) {
    Batch *batch = batch_at(feed, number);
    batch->chain.ns[cause] += engine_now(feed->loader->ground.engine) - batch->since;
    return &batch->chain;
}

static void on_read(Engine *engine, void *subject, uint64_t argument);
static void on_prepared(Engine *engine, void *subject, uint64_t argument);
static void on_copied(Engine *engine, void *subject, uint64_t argument);

/* One at a time and in order. */
static void read_next(Feed *feed, const Chain *by) {
    const Loader *loader = feed->loader;
    if (feed->read == feed->begun || batch_at(feed, feed->read)->state != BATCH_BEGUN)
        return;
    enter(feed, feed->read, BATCH_READING, by,
          (ActivitySpec){.amount = loader->samples * loader->spec->stored_bytes,
                         .way = host_way(loader->ground.host, feed->work->read),
                         .done = {on_read, feed, (uint64_t)feed->read}});
}

/* Idle workers begin what there is room for, now that the work of `by` is done. */
static void begin_batches(Feed *feed, Chain by) {
    const Loader *loader = feed->loader;
    const LoaderSpec *spec = loader->spec;
    while (!loader->stopped && feed->making < feed->started && feed->begun < feed->taken + spec->prefetch) {
        *batch_at(feed, feed->begun++) = (Batch){.state = BATCH_BEGUN, .chain = by};
        feed->making++;
    }
    read_next(feed, NULL);
}

static void on_read(Engine *engine, void *subject, uint64_t argument) {
    (void)engine;
    Feed *feed = subject;
    const Loader *loader = feed->loader;
    if (loader->stopped)
        return;
    const Chain *chain = leave(feed, (int64_t)argument, INPUT_STORAGE);
    enter(feed, (int64_t)argument, BATCH_PREPARING, NULL,
          (ActivitySpec){.amount = loader->samples * loader->spec->prepare_core_s,
                         .cap_per_s = 1, /* one core */
                         .way = host_way(loader->ground.host, feed->work->prepare),
                         .done = {on_prepared, feed, argument}});
    feed->read++;
    read_next(feed, chain);
}

/* One at a time and in order. */
static void copy_next(Feed *feed, const Chain *by) {
    const Loader *loader = feed->loader;
    bool is_ready = feed->copied < feed->begun && batch_at(feed, feed->copied)->state == BATCH_PREPARED;
    if (!is_ready || feed->copied >= feed->taken + COPIES_AHEAD)
        return;
    enter(feed, feed->copied, BATCH_COPYING, by,
          (ActivitySpec){.amount = loader->samples * loader->spec->copied_bytes,
                         .way = host_way(loader->ground.host, feed->work->copy),
                         .done = {on_copied, feed, (uint64_t)feed->copied}});
}

static void on_prepared(Engine *engine, void *subject, uint64_t argument) {
    (void)engine;
    Feed *feed = subject;
    if (feed->loader->stopped)
        return;
    const Chain *chain = leave(feed, (int64_t)argument, INPUT_PREPARATION);
    batch_at(feed, (int64_t)argument)->state = BATCH_PREPARED;
    feed->making--;
    begin_batches(feed, *chain);
    copy_next(feed, NULL);
}

/* A pass begins with the next micro-batch. */
static void take(Feed *feed) {
    feed->taken_chain = batch_at(feed, feed->taken++)->chain;
    begin_batches(feed, feed->taken_chain);
    copy_next(feed, NULL);
}

static void on_copied(Engine *engine, void *subject, uint64_t argument) {
    Feed *feed = subject;
    LoaderWait *waiting = feed->waiting;
    if (feed->loader->stopped)
        return;
    const Chain chain = *leave(feed, (int64_t)argument, INPUT_COPY);
    batch_at(feed, feed->copied++)->state = BATCH_EMPTY;
    copy_next(feed, &chain);
    if (waiting == NULL)
        return;
    feed->waited_ns += engine_now(engine) - feed->waiting_since;
    feed->waiting = NULL;
    take(feed);
    task_graph_end_task(waiting->graph, waiting->task);
}

static void on_there(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    const LoaderWait *wait = subject;
    task_graph_end_task(wait->graph, wait->task);
}

static void on_wait(Engine *engine, void *subject, uint64_t argument) {
    (void)argument;
    LoaderWait *wait = subject;
    Feed *feed = &wait->loader->feeds[wait->feed];
    CHECK(feed->waiting == NULL);
    if (feed->taken == feed->copied) {
        feed->waiting = wait;
        feed->waiting_since = engine_now(engine);
        return;
    }
    take(feed);
    engine_schedule(engine, 0, 0, (Event){on_there, wait, 0});
}

Event loader_wait_begin(LoaderWait *wait) {
    return (Event){on_wait, wait, 0};
}

/* Workers that began at once would stay in step for ever. */
static SimTime stagger(const Loader *loader, const FeedWork *work) {
    const LoaderSpec *spec = loader->spec;
    const Host *host = loader->ground.host;
    double cores = fmin(1, host_rate_per_s(host, work->prepare));
    double batch_s =
        loader->samples * (spec->stored_bytes / host_rate_per_s(host, work->read) + spec->prepare_core_s / cores);
    return sim_time_from_s(fmin(batch_s / (double)spec->workers, STAGGER_MOST_S));
}

static void on_worker(Engine *engine, void *subject, uint64_t argument) {
    Feed *feed = subject;
    if (feed->loader->stopped)
        return;
    feed->started++;
    begin_batches(feed, feed->taken_chain);
    if (feed->started < feed->loader->spec->workers)
        engine_schedule(engine, (SimTime)argument, 0, (Event){on_worker, feed, argument});
}

Loader *loader_create(const HostGround *ground, const JobSpec *job, const FeedWork *work, int feeds) {
    Loader *loader = ARENA_NEW(ground->arena, Loader);
    *loader = (Loader){.ground = *ground,
                       .spec = &job->loader,
                       .samples = (double)job->training.plan.micro_batch_seqs,
                       .feeds = ARENA_ARRAY(ground->arena, feeds, Feed),
                       .feed_count = feeds};
    for (int i = 0; i < feeds; i++) {
        loader->feeds[i] = (Feed){
            .loader = loader, .work = &work[i], .batches = ARENA_ARRAY(ground->arena, job->loader.prefetch, Batch)};
        engine_schedule(ground->engine, 0, 0,
                        (Event){on_worker, &loader->feeds[i], (uint64_t)stagger(loader, &work[i])});
    }
    return loader;
}

void loader_stop(Loader *loader) {
    loader->stopped = true;
    for (int i = 0; i < loader->feed_count; i++)
        for (int64_t number = loader->feeds[i].copied; number < loader->feeds[i].begun; number++)
            fair_share_cancel(loader->ground.share, batch_at(&loader->feeds[i], number)->activity);
}

void loader_open_books(Loader *loader) {
    for (int i = 0; i < loader->feed_count; i++) {
        Feed *feed = &loader->feeds[i];
        feed->opened = feed->taken_chain;
        feed->waited_ns = 0;
    }
}

void loader_causes(const Loader *loader, double fractions[INPUT_CAUSE_COUNT]) {
    double waited_ns = 0;
    for (int cause = 0; cause < INPUT_CAUSE_COUNT; cause++)
        fractions[cause] = 0;
    for (int i = 0; i < loader->feed_count; i++) {
        const Feed *feed = &loader->feeds[i];
        double sum_ns = 0;
        for (int cause = 0; cause < INPUT_CAUSE_COUNT; cause++)
            sum_ns += (double)(feed->taken_chain.ns[cause] - feed->opened.ns[cause]);
        for (int cause = 0; cause < INPUT_CAUSE_COUNT && sum_ns > 0; cause++)
            fractions[cause] +=
                (double)feed->waited_ns * (double)(feed->taken_chain.ns[cause] - feed->opened.ns[cause]) / sum_ns;
        waited_ns += sum_ns > 0 ? (double)feed->waited_ns : 0;
    }
    for (int cause = 0; cause < INPUT_CAUSE_COUNT && waited_ns > 0; cause++)
        fractions[cause] /= waited_ns;
}
