#include "models/workload/pass_run.h"

enum { TASK_PRIORITY = 0 };

/* Where a stage is. */
typedef struct StageRun {
    int place;      /* of the pass that runs or comes next */
    int end;        /* behind its last */
    int task;       /* of the sketch, on the compute stream */
    int beside;     /* the same of what runs beside compute */
    int covered;    /* the task that it runs beside */
    bool is_busy;   /* with a pass */
    bool is_beside; /* something runs beside compute */
    bool waits;     /* for that */
    bool is_sending;
    int message;   /* place of the first pass that has not sent */
    SimTime began; /* of the task on the compute stream */
    SimTime ended; /* of the one before it */
    TaskId left;   /* tasks of the graph to be ended, TASK_NONE = none */
    TaskId all_sent;
} StageRun;

struct PassRun {
    QuietPasses *quiet;
    const TaskSketch *sketches;
    StepGround ground;
    TaskGraph *graph;
    SimTime start;
    StageRun *stages;
    SimTime *alone; /* [work * SKETCH_TASKS_MAX + task]: what it takes when it meets nobody */
    int *receivers; /* [place]: the pass that waits for its message, -1 = none of these */
    TaskId *told;   /* [place]: the task that does; TASK_NONE = none */
};

/* The tasks before the message. */
static int work_tasks(const PassRun *run, const QuietPass *pass) {
    bool sends = run->quiet->works[pass->work].message_way != NULL;
    return run->sketches[pass->work].count - sends;
}

static SimTime now(const PassRun *run) {
    return engine_now(run->ground.engine) - run->start;
}

static void note_receivers(const QuietPasses *quiet, int stage, int *receivers) {
    int first = stage * quiet->per_stage;
    for (int place = first; place < first + quiet->counts[stage]; place++)
        if (quiet->passes[place].sender >= 0)
            receivers[quiet->passes[place].sender] = place;
}

/* Without what compute takes, which no link changes. */
static SimTime *list_alone(const QuietPasses *quiet, const TaskSketch *sketches, const StepGround *ground) {
    SimTime *alone = ARENA_ARRAY(ground->arena, quiet->work_count * SKETCH_TASKS_MAX, SimTime);
    for (int work = 0; work < quiet->work_count; work++)
        for (int i = 0; i < sketches[work].count; i++) {
            const SketchTask *task = &sketches[work].tasks[i];
            SimTime moving = task->amount > 0 ? fair_share_alone_time(ground->share, task->way, task->amount) : 0;
            alone[work * SKETCH_TASKS_MAX + i] = task->duration + moving;
        }
    return alone;
}

PassRun *pass_run_create(QuietPasses *quiet, const TaskSketch *sketches, const StepGround *ground) {
    Arena *arena = ground->arena;
    int stages = quiet->shape.stages, places = stages * quiet->per_stage;
    PassRun *run = ARENA_NEW(arena, PassRun);
    *run = (PassRun){.quiet = quiet, .sketches = sketches, .ground = *ground};
    run->alone = list_alone(quiet, sketches, ground);
    run->stages = ARENA_ARRAY(arena, stages, StageRun);
    run->receivers = ARENA_ARRAY(arena, places, int);
    run->told = ARENA_ARRAY(arena, places, TaskId);
    for (int place = 0; place < places; place++) {
        run->receivers[place] = -1;
        run->told[place] = TASK_NONE;
    }
    for (int stage = 0; stage < stages; stage++) {
        int first = stage * quiet->per_stage;
        run->stages[stage] = (StageRun){.place = first, .message = first, .left = TASK_NONE, .all_sent = TASK_NONE};
        run->stages[stage].end = first + quiet->counts[stage];
        note_receivers(quiet, stage, run->receivers);
    }
    return run;
}

void pass_run_tell_sent(PassRun *run, int place, TaskId task) {
    run->told[place] = task;
}

void pass_run_tell_left(PassRun *run, int stage, TaskId task) {
    run->stages[stage].left = task;
}

void pass_run_tell_all_sent(PassRun *run, int stage, TaskId task) {
    run->stages[stage].all_sent = task;
}

static bool is_beside(const SketchTask *task) {
    return task->what.stream != STREAM_COMPUTE;
}

static void schedule(PassRun *run, SimTime delay, EventAction *action, int stage) {
    engine_schedule(run->ground.engine, delay, TASK_PRIORITY, (Event){action, run, (uint64_t)stage});
}

/* What a task moves once its time is over; `done` happens at once when that is nothing. */
static void move(PassRun *run, const SketchTask *task, EventAction *done, int stage) {
    if (task->amount == 0) {
        done(run->ground.engine, run, (uint64_t)stage);
        return;
    }
    const ActivitySpec spec = {
        .amount = task->amount, .way = task->way, .owner = run->ground.owner, .done = {done, run, (uint64_t)stage}};
    fair_share_start(run->ground.share, &spec);
}

static const TaskSketch *sketch_of(const PassRun *run, int stage) {
    return &run->sketches[run->quiet->passes[run->stages[stage].place].work];
}

static void go_on(PassRun *run, int stage);

static void on_beside_moved(Engine *engine, void *subject, uint64_t argument);

static void on_beside_time(Engine *engine, void *subject, uint64_t argument) {
    PassRun *run = subject;
    (void)engine;
    move(run, &sketch_of(run, (int)argument)->tasks[run->stages[argument].beside], on_beside_moved, (int)argument);
}

static void begin_beside(PassRun *run, int stage) {
    StageRun *at = &run->stages[stage];
    at->is_beside = true;
    schedule(run, sketch_of(run, stage)->tasks[at->beside].duration, on_beside_time, stage);
}

static void on_beside_moved(Engine *engine, void *subject, uint64_t argument) {
    PassRun *run = subject;
    int stage = (int)argument;
    StageRun *at = &run->stages[stage];
    (void)engine;
    at->beside++;
    if (at->beside < work_tasks(run, &run->quiet->passes[at->place]) &&
        is_beside(&sketch_of(run, stage)->tasks[at->beside])) {
        begin_beside(run, stage);
        return;
    }
    at->is_beside = false;
    if (at->waits)
        go_on(run, stage);
}

/* What a transfer took longer than alone. */
static void note_late(PassRun *run, int stage) {
    const StageRun *at = &run->stages[stage];
    QuietWork *work = &run->quiet->works[run->quiet->passes[at->place].work];
    const SketchTask *task = &sketch_of(run, stage)->tasks[at->task];
    SimTime alone = run->alone[run->quiet->passes[at->place].work * SKETCH_TASKS_MAX + at->task];
    if (task->amount > 0)
        work->late_ns[task->what.link] += now(run) - at->began - alone;
}

static void on_task_moved(Engine *engine, void *subject, uint64_t argument) {
    PassRun *run = subject;
    (void)engine;
    note_late(run, (int)argument);
    run->stages[argument].ended = now(run);
    run->stages[argument].task++;
    go_on(run, (int)argument);
}

static void on_task_time(Engine *engine, void *subject, uint64_t argument) {
    PassRun *run = subject;
    (void)engine;
    move(run, &sketch_of(run, (int)argument)->tasks[run->stages[argument].task], on_task_moved, (int)argument);
}

/* What runs beside compute has ended, and so has its wait. */
static void note_late_wait(PassRun *run, int stage) {
    StageRun *at = &run->stages[stage];
    QuietWork *work = &run->quiet->works[run->quiet->passes[at->place].work];
    SimTime alone = 0, cover = sketch_of(run, stage)->tasks[at->covered].duration;
    LinkKind link = 0;
    for (int i = at->covered + 1; i < at->task; i++) {
        alone += run->alone[run->quiet->passes[at->place].work * SKETCH_TASKS_MAX + i];
        link = sketch_of(run, stage)->tasks[i].what.link;
    }
    work->late_ns[link] += now(run) - at->ended - (alone > cover ? alone - cover : 0);
}

static void end_pass(PassRun *run, int stage);

/* The next task on the compute stream. */
static void begin_task(PassRun *run, int stage) {
    StageRun *at = &run->stages[stage];
    const TaskSketch *sketch = sketch_of(run, stage);
    int count = work_tasks(run, &run->quiet->passes[at->place]);
    SimTime duration = sketch->tasks[at->task].duration;
    at->began = now(run);
    if (at->task + 1 < count && is_beside(&sketch->tasks[at->task + 1])) {
        at->covered = at->task;
        at->beside = at->task + 1;
        begin_beside(run, stage);
    }
    if (duration > 0)
        schedule(run, duration, on_task_time, stage);
    else
        on_task_time(run->ground.engine, run, (uint64_t)stage);
}

/* Passes over what began beside the task before, and waits for it. */
static void go_on(PassRun *run, int stage) {
    StageRun *at = &run->stages[stage];
    const TaskSketch *sketch = sketch_of(run, stage);
    int count = work_tasks(run, &run->quiet->passes[at->place]);
    bool joins = at->waits;
    for (; at->task < count && is_beside(&sketch->tasks[at->task]); at->task++)
        joins = true;
    at->waits = joins && at->is_beside;
    if (at->waits)
        return;
    if (joins)
        note_late_wait(run, stage);
    if (at->task < count)
        begin_task(run, stage);
    else
        end_pass(run, stage);
}

static void end_task(PassRun *run, TaskId task) {
    if (task != TASK_NONE)
        task_graph_end_task(run->graph, task);
}

/* Begins the next pass of a stage that is free, once its message is there. */
static void begin_pass(PassRun *run, int stage) {
    StageRun *at = &run->stages[stage];
    if (at->is_busy)
        return;
    if (at->place == at->end) {
        end_task(run, at->left);
        return;
    }
    QuietPass *pass = &run->quiet->passes[at->place];
    if (pass->sender >= 0 && run->quiet->passes[pass->sender].sent < 0)
        return;
    at->is_busy = true;
    at->task = 0;
    pass->start = now(run);
    go_on(run, stage);
}

static void leave_pass(PassRun *run, int stage) {
    run->stages[stage].is_busy = false;
    run->stages[stage].place++;
    begin_pass(run, stage);
}

static void send_next(PassRun *run, int stage);

/* The message of the first pass of a stage that has not sent yet. */
static void on_sent(Engine *engine, void *subject, uint64_t argument) {
    PassRun *run = subject;
    StageRun *at = &run->stages[argument];
    QuietPass *pass = &run->quiet->passes[at->message];
    QuietWork *work = &run->quiet->works[pass->work];
    int place = at->message++, receiver = run->receivers[place];
    (void)engine;
    pass->sent = now(run);
    work->late_message_ns += pass->sent - pass->sending - work->message;
    at->is_sending = false;
    if (run->quiet->overlaps)
        send_next(run, (int)argument);
    else
        leave_pass(run, (int)argument);
    if (receiver >= 0 && run->stages[receiver / run->quiet->per_stage].place == receiver)
        begin_pass(run, receiver / run->quiet->per_stage);
    end_task(run, run->told[place]);
}

static const SketchTask *message_of(const PassRun *run, int stage) {
    const TaskSketch *sketch = &run->sketches[run->quiet->passes[run->stages[stage].message].work];
    return &sketch->tasks[sketch->count - 1];
}

static void on_message_time(Engine *engine, void *subject, uint64_t argument) {
    PassRun *run = subject;
    (void)engine;
    move(run, message_of(run, (int)argument), on_sent, (int)argument);
}

/* Messages leave one after the other in the order of their passes. */
static void send_next(PassRun *run, int stage) {
    StageRun *at = &run->stages[stage];
    const QuietPasses *quiet = run->quiet;
    while (at->message < at->end && quiet->works[quiet->passes[at->message].work].message_way == NULL)
        at->message++;
    if (at->is_sending)
        return;
    if (at->message == at->end) {
        end_task(run, at->all_sent);
        at->all_sent = TASK_NONE;
        return;
    }
    if (quiet->passes[at->message].end < 0)
        return;
    at->is_sending = true;
    quiet->passes[at->message].sending = now(run);
    schedule(run, message_of(run, stage)->duration, on_message_time, stage);
}

static void end_pass(PassRun *run, int stage) {
    const QuietPasses *quiet = run->quiet;
    QuietPass *pass = &quiet->passes[run->stages[stage].place];
    bool sends = quiet->works[pass->work].message_way != NULL;
    pass->end = now(run);
    if (sends)
        send_next(run, stage);
    if (!sends || quiet->overlaps)
        leave_pass(run, stage);
}

void pass_run_start(PassRun *run, TaskGraph *graph) {
    const QuietPasses *quiet = run->quiet;
    run->graph = graph;
    run->start = engine_now(run->ground.engine);
    for (int place = 0; place < quiet->shape.stages * quiet->per_stage; place++)
        quiet->passes[place].end = quiet->passes[place].sent = -1;
    for (int stage = 0; stage < quiet->shape.stages; stage++)
        begin_pass(run, stage);
}
