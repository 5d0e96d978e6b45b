/* Two stages of three micro-batches. Messages of both go over one NIC, where one forward and one backward meet. */
#include "models/workload/pass_run.h"

#include <criterion/criterion.h>

enum { FORWARD = 1000, BACKWARD = 1000, LATER_FORWARD = 1200, LATENCY = 30, STAGES = 2 };
enum { WORKS = STAGES * PASS_KIND_COUNT };

typedef struct Bed {
    Arena *arena;
    Engine *engine;
    FairShare *share;
    TaskGraph *graph;
    WorkProfile profile;
    ResourceUse nic; /* 300 ns for a message */
    ShareWay way;
    TaskSketch sketches[WORKS];
    StreamId streams[STAGES][STREAM_KIND_COUNT];
    QuietPasses *quiet;
    PassRun *run;
} Bed;

static void fill_sketch(Bed *bed, int stage, PassKind kind) {
    TaskSketch *sketch = &bed->sketches[stage * PASS_KIND_COUNT + (int)kind];
    SimTime duration = kind == PASS_BACKWARD ? BACKWARD : stage == 0 ? FORWARD : LATER_FORWARD;
    sketch->tasks[0] = (SketchTask){.what = {.kind = BAR_FORWARD, .stream = STREAM_COMPUTE}, .duration = duration};
    sketch->tasks[1] = (SketchTask){.what = {.kind = BAR_PIPELINE_COMM, .stream = STREAM_PIPELINE, .profile = -1},
                                    .duration = LATENCY,
                                    .amount = 30.0,
                                    .way = &bed->way};
    sketch->count = stage == (kind == PASS_FORWARD ? 0 : 1) ? 2 : 1;
}

static void create_passes(Bed *bed) {
    const StepGround ground = {.arena = bed->arena, .engine = bed->engine, .share = bed->share};
    for (int i = 0; i < WORKS; i++)
        if (i % PASS_KIND_COUNT != PASS_WEIGHT)
            fill_sketch(bed, i / PASS_KIND_COUNT, (PassKind)(i % PASS_KIND_COUNT));
    bed->quiet = quiet_passes_create(&(QuietPlan){.arena = bed->arena,
                                                  .share = bed->share,
                                                  .profiles = &bed->profile,
                                                  .shape = {STAGES, 1, 3, false},
                                                  .schedule = pipeline_find("1f1b"),
                                                  .streams = bed->streams,
                                                  .sketches = bed->sketches,
                                                  .overlaps = true});
    cr_assert(quiet_passes_time(bed->quiet, SIM_TIME_MAX));
    bed->run = pass_run_create(bed->quiet, bed->sketches, &ground);
}

static Bed bed_create(void) {
    Bed bed = {.arena = arena_create()};
    bed.engine = engine_create(&(EngineSettings){.seed = 1});
    bed.share = fair_share_create(bed.engine);
    bed.graph = task_graph_create(bed.engine, bed.share);
    bed.profile.row.ns[LEDGER_IDEAL_COMPUTE] = FORWARD;
    bed.nic = (ResourceUse){fair_share_add_resource(bed.share, 1e8), 1};
    return bed;
}

static void bed_destroy(Bed *bed) {
    task_graph_destroy(bed->graph);
    fair_share_destroy(bed->share);
    engine_destroy(bed->engine);
    arena_destroy(bed->arena);
}

static void wait_only(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)subject, (void)argument;
}

static TaskId add_waiting(Bed *bed) {
    return task_graph_add(bed->graph, &(TaskSpec){.begin = {.action = wait_only}});
}

static void run_all(Bed *bed) {
    task_graph_start(bed->graph, (Event){0});
    pass_run_start(bed->run, bed->graph);
    engine_run(bed->engine);
}

/* Stage 1 sends the second backward result from 5760 on, stage 0 the third forward result from 5890 on: 130 ns alone,
 * 340 ns at half the rate, and 130 ns alone. */
Test(pass_run, transfers_that_meet_share_their_link) {
    Bed bed = bed_create();
    bed.way = (ShareWay){&bed.nic, 1};
    create_passes(&bed);
    run_all(&bed);
    const SimTime first[] = {1000, 2000, 4860, 5860, 7230}, second[] = {2530, 3530, 4730, 5730, 7560};
    const QuietPass *passes = bed.quiet->passes;
    for (int i = 0; i < 5; i++) {
        cr_expect_eq(passes[i].end, first[i], "pass %d ends at %lld", i, (long long)passes[i].end);
        cr_expect_eq(passes[6 + i].end, second[i], "pass %d ends at %lld", i, (long long)passes[6 + i].end);
    }
    cr_expect_eq(passes[3].sending, 5860);
    cr_expect_eq(passes[3].sent, 6360);
    cr_expect_eq(passes[9].sent, 6230);
    cr_expect_eq(bed.quiet->works[PASS_FORWARD].late_message_ns, 170);
    cr_expect_eq(bed.quiet->works[PASS_KIND_COUNT + PASS_BACKWARD].late_message_ns, 170);
    bed_destroy(&bed);
}

Test(pass_run, tasks_that_wait_for_passes_and_messages_end_with_them) {
    Bed bed = bed_create();
    bed.way = (ShareWay){&bed.nic, 1};
    create_passes(&bed);
    TaskId left = add_waiting(&bed), all_sent = add_waiting(&bed), sent = add_waiting(&bed);
    pass_run_tell_left(bed.run, 1, left);
    pass_run_tell_all_sent(bed.run, 0, all_sent);
    pass_run_tell_sent(bed.run, 9, sent);
    run_all(&bed);
    cr_expect_eq(task_graph_record(bed.graph, left).end, 7560);
    cr_expect_eq(task_graph_record(bed.graph, all_sent).end, 6360);
    cr_expect_eq(task_graph_record(bed.graph, sent).end, 6230);
    bed_destroy(&bed);
}
