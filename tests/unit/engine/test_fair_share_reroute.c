/* Activities whose way changes while they are under way. */
#include <criterion/criterion.h>

#include "tests/unit/engine/share_bed.h"

typedef struct Ended {
    SimTime time; /* -1 = not yet */
    int count;
} Ended;

static void note_end(Engine *engine, void *subject, uint64_t argument) {
    (void)argument;
    Ended *ended = subject;
    ended->time = engine_now(engine);
    ended->count++;
}

enum { SLOW, FAST }; /* the resources of the bed: 2/s, 8/s */

static ShareBed bed_create(void) {
    ShareBed bed = share_bed_create(2);
    fair_share_add_resource(bed.share, 2);
    fair_share_add_resource(bed.share, 8);
    return bed;
}

static ActivityId start(const ShareBed *bed, const ShareWay *way, double amount, double *lost_s, Ended *ended) {
    *ended = (Ended){.time = -1};
    return fair_share_start(
        bed->share, &(ActivitySpec){.amount = amount, .way = way, .lost_s = lost_s, .done = {note_end, ended, 0}});
}

/* 12 units: 1 s at 2/s, then 10 at 8/s. */
Test(fair_share_reroute, goes_on_with_what_is_left_under_the_same_name) {
    ShareBed bed = bed_create();
    const ResourceUse over_slow = {SLOW, 1}, over_both[2] = {{FAST, 1}, {SLOW, 0.1}};
    ShareWay way = {&over_slow, 1};
    Ended ended;
    double lost_s[2] = {0};
    ActivityId id = start(&bed, &way, 12, lost_s, &ended);
    engine_run_until(bed.engine, 1000000000);
    way = (ShareWay){over_both, 2};
    fair_share_reroute(bed.share);
    cr_expect_eq(fair_share_amount_left(bed.share, id), 10);
    cr_expect_eq(fair_share_rate_per_s(bed.share, id), 8);
    engine_run(bed.engine);
    cr_expect_eq(ended.time, 2250000000);
    cr_expect_eq(ended.count, 1);
    cr_expect_eq(fair_share_amount_left(bed.share, id), 0);
    cr_expect_not(fair_share_cancel(bed.share, id), "its name is stale once it has ended");
    cr_expect_float_eq(fair_share_served(bed.share, FAST), 10, 1e-9);
    cr_expect_float_eq(fair_share_served(bed.share, SLOW), 2 + 0.1 * 10, 1e-9);
    share_bed_destroy(&bed);
}

Test(fair_share_reroute, can_be_cancelled_after_it_was_moved) {
    ShareBed bed = bed_create();
    const ResourceUse over_slow = {SLOW, 1}, over_fast = {FAST, 1};
    ShareWay way = {&over_slow, 1};
    Ended ended;
    ActivityId id = start(&bed, &way, 12, NULL, &ended);
    way.uses = &over_fast;
    fair_share_reroute(bed.share);
    cr_expect(fair_share_cancel(bed.share, id));
    engine_run(bed.engine);
    cr_expect_eq(ended.count, 0);
    cr_expect_eq(fair_share_load_per_s(bed.share, FAST), 0);
    share_bed_destroy(&bed);
}

/* One waits on a dead link for 1 s; on the way around it shares with the other, which was there alone until then. */
Test(fair_share_reroute, losses_go_on_in_the_same_row) {
    ShareBed bed = bed_create();
    const ResourceUse over_slow = {SLOW, 1}, over_fast = {FAST, 1};
    ShareWay way = {&over_slow, 1}, stays = {&over_fast, 1};
    Ended moved, stayed;
    double lost_s[2] = {0};
    fair_share_set_capacity(bed.share, SLOW, 0);
    start(&bed, &way, 12, lost_s, &moved);
    start(&bed, &stays, 20, NULL, &stayed);
    engine_run_until(bed.engine, 1000000000);
    way.uses = &over_fast;
    fair_share_reroute(bed.share);
    engine_run(bed.engine);
    cr_expect_eq(stayed.time, 4000000000);
    cr_expect_eq(moved.time, 4000000000);
    cr_expect_float_eq(lost_s[0], 1.5, 1e-9, "half of 3 s, to the other of its owner");
    cr_expect_float_eq(lost_s[1], 1, 1e-9, "the wait");
    share_bed_destroy(&bed);
}

Test(fair_share_reroute, a_way_that_has_not_changed_leaves_no_trace) {
    ShareBed bed = bed_create();
    const ResourceUse over_slow = {SLOW, 1};
    const ShareWay way = {&over_slow, 1};
    Ended ended;
    start(&bed, &way, 12, NULL, &ended);
    engine_run_until(bed.engine, 1000000000);
    fair_share_reroute(bed.share);
    engine_run(bed.engine);
    cr_expect_eq(ended.time, 6000000000);
    cr_expect_eq(engine_event_count(bed.engine), 1);
    share_bed_destroy(&bed);
}
