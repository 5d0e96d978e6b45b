/* Two stages of three micro-batches whose messages meet nobody, and a task that follows them. */
#include <criterion/criterion.h>

#include "models/cost/work_profile.h"
#include "models/workload/quiet_tail.h"

enum { WORK = 1000, LATENCY = 30, STAGES = 2, WORKS = STAGES * PASS_KIND_COUNT };

typedef struct Bed {
    Arena *arena;
    Engine *engine;
    FairShare *share;
    WorkProfile profile;
    ResourceUse uses[2]; /* a NIC, 70 ns for a message, and 0.3 of an uplink for those of either stage */
    ShareWay way;
    ResourceUse others[2]; /* another NIC and the same uplink */
    TaskSketch sketches[WORKS];
    StreamId streams[STAGES][STREAM_KIND_COUNT];
} Bed;

static void fill_sketch(Bed *bed, int work, bool sends) {
    TaskSketch *sketch = &bed->sketches[work];
    sketch->tasks[0] = (SketchTask){.what = {.kind = BAR_FORWARD, .stream = STREAM_COMPUTE}, .duration = WORK};
    sketch->tasks[1] = (SketchTask){.what = {.kind = BAR_PIPELINE_COMM, .stream = STREAM_PIPELINE, .profile = -1},
                                    .duration = LATENCY,
                                    .amount = 7.0,
                                    .way = &bed->way};
    sketch->count = sends ? 2 : 1;
}

/* Another NIC is as fast as that part of the uplink. */
static QuietPasses *choose(Bed *bed, double part_fraction) {
    const PipelineShape shape = {STAGES, 1, 3, false};
    bed->arena = arena_create();
    bed->engine = engine_create(&(EngineSettings){.seed = 1});
    bed->share = fair_share_create(bed->engine);
    bed->profile.row.ns[LEDGER_IDEAL_COMPUTE] = WORK;
    bed->uses[0] = (ResourceUse){fair_share_add_resource(bed->share, 1e8), 1};
    bed->uses[1] = (ResourceUse){fair_share_add_resource(bed->share, 1e8 / 0.3), 1};
    bed->way = (ShareWay){bed->uses, 2};
    bed->others[0] = (ResourceUse){fair_share_add_resource(bed->share, part_fraction * 1e8 / 0.3), 1};
    bed->others[1] = bed->uses[1];
    for (int i = 0; i < STAGES * STREAM_KIND_COUNT; i++)
        bed->streams[i / STREAM_KIND_COUNT][i % STREAM_KIND_COUNT] = (StreamId)i;
    for (int stage = 0; stage < STAGES; stage++)
        for (int kind = PASS_FORWARD; kind <= PASS_BACKWARD; kind++)
            fill_sketch(bed, stage * PASS_KIND_COUNT + kind, stage == (kind == PASS_FORWARD ? 0 : 1));
    return quiet_tail_choose(&(QuietPlan){.arena = bed->arena,
                                          .share = bed->share,
                                          .profiles = &bed->profile,
                                          .shape = shape,
                                          .schedule = pipeline_find("1f1b"),
                                          .streams = bed->streams,
                                          .sketches = bed->sketches,
                                          .overlaps = true,
                                          .until = SIM_TIME_MAX});
}

static void bed_destroy(Bed *bed, QuietPasses *quiet) {
    quiet_tail_destroy(quiet != NULL ? quiet->tail : NULL);
    fair_share_destroy(bed->share);
    engine_destroy(bed->engine);
    arena_destroy(bed->arena);
}

Test(quiet_tail, passes_follow_their_stream_and_their_messages) {
    Bed bed = {0};
    QuietPasses *quiet = choose(&bed, 0.2);
    cr_assert_not_null(quiet);
    /* Stage 0: F0 F1 B0 F2 B1 and the last, stage 1: F0 B0 F1 B1 F2 and the last. */
    const SimTime first[] = {1000, 2000, 4200, 5200, 6200}, second[] = {2100, 3100, 4100, 5100, 6300};
    cr_assert_eq(quiet->counts[0], 5);
    cr_assert_eq(quiet->counts[1], 5);
    for (int i = 0; i < 5; i++) {
        cr_expect_eq(quiet->passes[i].end, first[i], "pass %d ends at %lld", i, (long long)quiet->passes[i].end);
        cr_expect_eq(quiet->passes[6 + i].end, second[i], "pass %d ends at %lld", i,
                     (long long)quiet->passes[6 + i].end);
    }
    cr_expect_eq(quiet->passes[5].end, -1);
    cr_expect_eq(quiet->passes[3].sent, 5300);
    bed_destroy(&bed, quiet);
}

/* A transfer of stage 0 that may be on the link `after` ns after its passes. */
static SimTime meeting_of(Bed *bed, QuietPasses *quiet, SimTime after) {
    StreamId stream = bed->streams[0][STREAM_DATA], compute = bed->streams[0][STREAM_COMPUTE];
    const TaskSpec timer = {.streams = &compute, .stream_count = 1, .duration = quiet->free_at[0]};
    quiet_tail_note(quiet->tail, &timer);
    quiet_tail_note(quiet->tail, &(TaskSpec){.streams = &stream,
                                             .stream_count = 1,
                                             .dependencies = (TaskId[]){0},
                                             .dependency_count = 1,
                                             .duration = after,
                                             .amount = 2.385,
                                             .way = &bed->way});
    return quiet_tail_first_meeting(quiet->tail);
}

Test(quiet_tail, a_task_behind_the_last_message_meets_nobody) {
    Bed bed = {0};
    QuietPasses *quiet = choose(&bed, 0.2);
    cr_expect_eq(meeting_of(&bed, quiet, 0), SIM_TIME_MAX);
    bed_destroy(&bed, quiet);
}

Test(quiet_tail, a_task_that_may_be_on_a_link_too_early_says_when) {
    Bed bed = {0};
    QuietPasses *quiet = choose(&bed, 0.2);
    StreamId stream = bed.streams[0][STREAM_DATA];
    quiet_tail_note(
        quiet->tail,
        &(TaskSpec){.streams = &stream, .stream_count = 1, .duration = 4385, .amount = 2.385, .way = &bed.way});
    cr_expect_eq(quiet_tail_first_meeting(quiet->tail), 4385);
    bed_destroy(&bed, quiet);
}

/* From another NIC over the uplink, of which it takes a part. */
static SimTime meeting_on_uplink(double part_fraction) {
    Bed bed = {0};
    QuietPasses *quiet = choose(&bed, part_fraction);
    StreamId stream = bed.streams[0][STREAM_DATA];
    const ShareWay way = {bed.others, 2};
    quiet_tail_note(quiet->tail,
                    &(TaskSpec){.streams = &stream, .stream_count = 1, .duration = 17, .amount = 2.385, .way = &way});
    SimTime met = quiet_tail_first_meeting(quiet->tail);
    bed_destroy(&bed, quiet);
    return met;
}

Test(quiet_tail, a_link_with_room_for_the_task_and_the_message_may_be_used_at_once) {
    cr_expect_eq(meeting_on_uplink(0.399), SIM_TIME_MAX);
    cr_expect_eq(meeting_on_uplink(0.401), 17);
}

Test(quiet_tail, what_starts_something_of_its_own_cannot_be_told) {
    Bed bed = {0};
    QuietPasses *quiet = choose(&bed, 0.2);
    quiet_tail_note(quiet->tail, &(TaskSpec){.begin = {.action = (EventAction *)abort}});
    cr_expect_eq(quiet_tail_first_meeting(quiet->tail), 0);
    bed_destroy(&bed, quiet);
}
