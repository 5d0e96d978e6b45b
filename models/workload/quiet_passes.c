#include "models/workload/quiet_passes.h"

/* With fewer than one in so many passes quiet, all had better be tasks. */
enum { WORTH_PARTS = 8 };

/* Beyond it a step may be too long to be simulated (WORK_MOST_S): every task of it must be looked at. */
static const double LONGEST_S = 1e5;

int quiet_works_of_stage(const PipelineShape *shape) {
    return shape->chunks * PASS_KIND_COUNT;
}

int quiet_stage_of_work(const PipelineShape *shape, int work) {
    return work / quiet_works_of_stage(shape);
}

int quiet_work_of(const PipelineShape *shape, int stage, const PipelinePass *pass) {
    return (stage * shape->chunks + pass->chunk) * PASS_KIND_COUNT + (int)pass->kind;
}

PipelinePass quiet_pass_at(const QuietPasses *quiet, int place) {
    const QuietPass *pass = &quiet->passes[place];
    return (PipelinePass){(PassKind)(pass->work % PASS_KIND_COUNT), pass->micro_batch,
                          pass->work / PASS_KIND_COUNT % quiet->shape.chunks};
}

/* Collectives beside the compute task that was read last. */
typedef struct Beside {
    SimTime cover; /* of that task */
    SimTime moved;
    LinkKind link;
} Beside;

/* What the compute stream waits for at the task that joins them. */
static void end_beside(QuietWork *work, Beside *beside) {
    SimTime wait = beside->moved > beside->cover ? beside->moved - beside->cover : 0;
    if (beside->moved > 0) {
        work->duration += wait;
        ledger_add(&work->row, LEDGER_COMM_TENSOR, wait);
        work->tensor_ns[beside->link] += wait;
    }
    *beside = (Beside){0};
}

/* False when it never ends. */
static bool add_work_task(QuietWork *work, const QuietPlan *plan, const SketchTask *task, Beside *beside) {
    SimTime moving = task->amount > 0 ? fair_share_alone_time(plan->share, task->way, task->amount) : 0;
    if (moving == SIM_TIME_MAX)
        return false;
    if (moving > 0)
        work->ways[work->way_count++] = task->way;
    if (task->what.stream != STREAM_COMPUTE) {
        beside->moved += task->duration + moving;
        beside->link = task->what.link;
        return task->what.category == LEDGER_COMM_TENSOR;
    }
    end_beside(work, beside);
    work->duration += task->duration + moving;
    if (task->what.profile >= 0) {
        const LedgerRow *row = &plan->profiles[task->what.profile].row;
        ledger_accumulate(&work->row, row, 1);
        work->tensor_ns[task->what.link] += row->ns[LEDGER_COMM_TENSOR];
        beside->cover = task->duration;
        return true;
    }
    ledger_add(&work->row, LEDGER_COMM_TENSOR, task->duration + moving);
    work->tensor_ns[task->what.link] += task->duration + moving;
    return task->what.category == LEDGER_COMM_TENSOR;
}

static bool add_message(QuietWork *work, const QuietPlan *plan, const SketchTask *task) {
    work->moving = task->amount > 0 ? fair_share_alone_time(plan->share, task->way, task->amount) : SIM_TIME_MAX;
    if (work->moving == SIM_TIME_MAX)
        return false;
    work->message = task->duration + work->moving;
    work->message_way = task->way;
    work->message_link = task->what.link;
    return true;
}

/* Compute and sums of the tensor group in one chain, some of them beside compute, then at most one message. */
static bool read_sketch(QuietWork *work, const QuietPlan *plan, const TaskSketch *sketch) {
    Beside beside = {0};
    if (sketch->irregular || sketch->count == 0)
        return false;
    for (int i = 0; i < sketch->count; i++) {
        const SketchTask *task = &sketch->tasks[i];
        bool is_message = task->what.kind == BAR_PIPELINE_COMM;
        if (is_message && (i == 0 || i + 1 < sketch->count))
            return false;
        if (is_message ? !add_message(work, plan, task) : !add_work_task(work, plan, task, &beside))
            return false;
    }
    return work->row.ns[LEDGER_STRAGGLER] == 0 && work->duration > 0;
}

static bool read_works(QuietPasses *quiet, const QuietPlan *plan) {
    int kinds = plan->schedule->splits_backward ? PASS_KIND_COUNT : PASS_WEIGHT;
    for (int i = 0; i < plan->shape.stages * plan->shape.chunks * kinds; i++) {
        int stage = i / (plan->shape.chunks * kinds), from;
        PipelinePass pass = {.kind = (PassKind)(i % kinds), .chunk = i / kinds % plan->shape.chunks}, sender;
        int number = quiet_work_of(&plan->shape, stage, &pass);
        QuietWork *work = &quiet->works[number];
        if (!read_sketch(work, plan, &plan->sketches[number]))
            return false;
        bool waits = pipeline_sender(&plan->shape, stage, &pass, &from, &sender);
        work->sender = waits && from != stage ? quiet_work_of(&plan->shape, from, &sender) : -1;
    }
    return true;
}

/* Fills the passes of a stage; places[work * micro_batches + micro-batch] says where each is. */
static void order_stage(QuietPasses *quiet, const PipelinePass *order, int stage, int *places) {
    int first = stage * quiet->per_stage;
    for (int i = 0; i < quiet->per_stage; i++) {
        int work = quiet_work_of(&quiet->shape, stage, &order[i]);
        quiet->passes[first + i] = (QuietPass){.work = work, .micro_batch = order[i].micro_batch, .first = i == 0};
        places[work * quiet->shape.micro_batches + order[i].micro_batch] = first + i;
    }
}

/* The pass that completes the gradients of a chunk makes them: none is quiet from the first of those on. */
static int first_loud(const QuietPlan *plan, const PipelinePass *order, int *last_of_chunk) {
    PassKind completes = plan->schedule->splits_backward ? PASS_WEIGHT : PASS_BACKWARD;
    int count = pipeline_pass_count(plan->schedule, &plan->shape), first = count;
    for (int i = 0; i < count; i++)
        if (order[i].kind == completes)
            last_of_chunk[order[i].chunk] = i;
    for (int chunk = 0; chunk < plan->shape.chunks; chunk++)
        first = last_of_chunk[chunk] < first ? last_of_chunk[chunk] : first;
    return first;
}

static void order_passes(QuietPasses *quiet, const QuietPlan *plan) {
    int stages = plan->shape.stages, micro_batches = plan->shape.micro_batches;
    int *places = ARENA_ARRAY(plan->arena, quiet->work_count * micro_batches, int);
    int *last = ARENA_ARRAY(plan->arena, plan->shape.chunks, int);
    PipelinePass *orders = ARENA_ARRAY(plan->arena, stages * quiet->per_stage, PipelinePass);
    pipeline_all_orders(plan->schedule, &plan->shape, orders);
    for (int stage = 0; stage < stages; stage++) {
        const PipelinePass *order = &orders[stage * quiet->per_stage];
        quiet->most[stage] = first_loud(plan, order, last);
        order_stage(quiet, order, stage, places);
    }
    for (int place = 0; place < stages * quiet->per_stage; place++) {
        QuietPass *pass = &quiet->passes[place];
        int sender = quiet->works[pass->work].sender;
        pass->sender = sender < 0 ? -1 : places[sender * micro_batches + pass->micro_batch];
    }
}

/* When the message arrived that a pass waits for; 0 when it waits for none, -1 when that has no time. */
static SimTime arrival(const QuietPasses *quiet, const QuietPass *pass) {
    return pass->sender >= 0 ? quiet->passes[pass->sender].sent : 0;
}

/* Times the next pass of a stage, whose message has arrived; false when it is not over in time. */
static bool time_pass(QuietPasses *quiet, int stage, QuietPass *pass) {
    QuietWork *work = &quiet->works[pass->work];
    SimTime arrived = arrival(quiet, pass), start = quiet->free_at[stage], sent = -1;
    start = arrived > start ? arrived : start;
    SimTime end = start + work->duration, left = end, from = end;
    if (work->message_way != NULL) {
        from = quiet->sent_at[stage] > end ? quiet->sent_at[stage] : end;
        sent = from + work->message;
        left = quiet->overlaps ? end : sent;
    }
    if (sent > quiet->until || left > quiet->until)
        return false;
    pass->start = start;
    pass->end = end;
    pass->sending = from;
    pass->sent = sent;
    quiet->free_at[stage] = left;
    quiet->sent_at[stage] = sent < 0 ? quiet->sent_at[stage] : sent;
    work->last_sent = sent < 0 ? 0 : sent;
    work->count++;
    quiet->counts[stage]++;
    return true;
}

static bool time_stage(QuietPasses *quiet, int stage) {
    int before = quiet->counts[stage];
    QuietPass *next = &quiet->passes[stage * quiet->per_stage + before];
    while (quiet->counts[stage] < quiet->most[stage] && arrival(quiet, next) >= 0 && time_pass(quiet, stage, next))
        next++;
    return quiet->counts[stage] > before;
}

static void forget_times(QuietPasses *quiet) {
    int stages = quiet->shape.stages;
    for (int place = 0; place < stages * quiet->per_stage; place++)
        quiet->passes[place].end = quiet->passes[place].sent = -1;
    for (int work = 0; work < quiet->work_count; work++)
        quiet->works[work].last_sent = quiet->works[work].count = 0;
    for (int stage = 0; stage < stages; stage++)
        quiet->free_at[stage] = quiet->sent_at[stage] = quiet->counts[stage] = 0;
}

/* Forward passes go up through the stages, backward passes down: so do we, until nobody can go on. */
static void time_passes(QuietPasses *quiet) {
    int stages = quiet->shape.stages;
    for (bool moved = true; moved;) {
        moved = false;
        for (int stage = 0; stage < stages; stage++)
            moved = time_stage(quiet, stage) || moved;
        for (int stage = stages - 1; stage >= 0; stage--)
            moved = time_stage(quiet, stage) || moved;
    }
}

static bool is_worth_it(const QuietPasses *quiet) {
    int count = 0, stages = quiet->shape.stages;
    double total_s = 0;
    for (int stage = 0; stage < stages; stage++) {
        count += quiet->counts[stage];
        total_s += sim_time_to_s(quiet->free_at[stage]);
        if (quiet->counts[stage] == 0)
            return false;
    }
    return WORTH_PARTS * count >= stages * quiet->per_stage && total_s < LONGEST_S;
}

bool quiet_passes_time(QuietPasses *quiet, SimTime until) {
    quiet->until = until;
    forget_times(quiet);
    time_passes(quiet);
    return is_worth_it(quiet);
}

QuietPasses *quiet_passes_create(const QuietPlan *plan) {
    Arena *arena = plan->arena;
    int stages = plan->shape.stages, per_stage = pipeline_pass_count(plan->schedule, &plan->shape);
    QuietPasses *quiet = ARENA_NEW(arena, QuietPasses);
    *quiet = (QuietPasses){.shape = plan->shape, .overlaps = plan->overlaps, .per_stage = per_stage};
    quiet->streams = plan->streams;
    quiet->work_count = stages * quiet_works_of_stage(&plan->shape);
    quiet->works = ARENA_ARRAY(arena, quiet->work_count, QuietWork);
    quiet->most = ARENA_ARRAY(arena, stages, int);
    quiet->counts = ARENA_ARRAY(arena, stages, int);
    quiet->free_at = ARENA_ARRAY(arena, stages, SimTime);
    quiet->sent_at = ARENA_ARRAY(arena, stages, SimTime);
    if (!read_works(quiet, plan))
        return NULL;
    quiet->passes = ARENA_ARRAY(arena, stages * per_stage, QuietPass);
    order_passes(quiet, plan);
    return quiet;
}
