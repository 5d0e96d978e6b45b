/* fair_share by examples whose answer is known by hand; test_share_solver.c compares it with brute force. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "tests/unit/engine/share_bed.h"
#include "tests/unit/engine/whole_series.h"

typedef struct Ended {
    SimTime time; /* -1 = not yet */
    int count;
    uint64_t argument;
} Ended;

static void note_end(Engine *engine, void *subject, uint64_t argument) {
    Ended *ended = subject;
    ended->time = engine_now(engine);
    ended->count++;
    ended->argument = argument;
}

static ActivityId start_on(ShareBed *bed, double amount, ResourceId resource, Ended *ended) {
    const ResourceUse use = {resource, 1.0};
    *ended = (Ended){.time = -1};
    return fair_share_start(
        bed->share, &(ActivitySpec){.amount = amount, .uses = &use, .use_count = 1, .done = {note_end, ended, 17}});
}

static void expect_near(double actual, double expected, double relative) {
    cr_expect(fabs(actual - expected) <= relative * fabs(expected), "got %.15g, expected %.15g", actual, expected);
}

Test(fair_share, one_activity_gets_all_of_its_resource) {
    ShareBed bed = share_bed_create(0);
    Ended ended;
    ResourceId link = fair_share_add_resource(bed.share, 2.5);
    ActivityId id = start_on(&bed, 10.0, link, &ended);
    cr_expect(eq(dbl, fair_share_rate_per_s(bed.share, id), 2.5));
    engine_run(bed.engine);
    cr_expect(eq(i64, ended.time, 4000000000));
    cr_expect(eq(int, ended.count, 1));
    cr_expect(eq(u64, ended.argument, 17));
    share_bed_destroy(&bed);
}

Test(fair_share, the_time_alone_is_that_of_an_activity_with_its_way_to_itself) {
    const double amounts[] = {10.385, 1e-9, 3.0, 2385.77, 1e9 + 0.7};
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        ShareBed bed = share_bed_create(0);
        Ended ended = {.time = -1};
        ResourceUse uses[] = {{fair_share_add_resource(bed.share, 2.5), 0.317},
                              {fair_share_add_resource(bed.share, 6.1), 1.093}};
        const ShareWay way = {uses, 2};
        fair_share_start(bed.share, &(ActivitySpec){.amount = amounts[i], .way = &way, .done = {note_end, &ended, 0}});
        engine_run(bed.engine);
        cr_expect(eq(i64, ended.time, fair_share_alone_time(bed.share, &way, amounts[i])));
        cr_expect(eq(dbl, fair_share_alone_rate_per_s(bed.share, &way), 6.1 / 1.093));
        share_bed_destroy(&bed);
    }
}

Test(fair_share, at_capacity_zero_an_amount_takes_for_ever) {
    ShareBed bed = share_bed_create(0);
    const ResourceUse use = {fair_share_add_resource(bed.share, 0.0), 1.385};
    cr_expect(eq(i64, fair_share_alone_time(bed.share, &(ShareWay){&use, 1}, 2.385), SIM_TIME_MAX));
    cr_expect(eq(i64, fair_share_alone_time(bed.share, &(ShareWay){&use, 1}, 0.0), 0));
    cr_expect(eq(u32, fair_share_resource_count(bed.share), 1));
    cr_expect(eq(dbl, fair_share_capacity_per_s(bed.share, use.resource), 0.0));
    share_bed_destroy(&bed);
}

Test(fair_share, two_equal_flows_get_half_each_and_end_together) {
    ShareBed bed = share_bed_create(0);
    Ended ended[2];
    ResourceId link = fair_share_add_resource(bed.share, 7.0);
    ActivityId first = start_on(&bed, 14.0, link, &ended[0]);
    ActivityId second = start_on(&bed, 14.0, link, &ended[1]);
    cr_expect(eq(dbl, fair_share_rate_per_s(bed.share, first), 3.5));
    cr_expect(eq(dbl, fair_share_rate_per_s(bed.share, second), 3.5));
    cr_expect(eq(dbl, fair_share_load_per_s(bed.share, link), 7.0));
    engine_run(bed.engine);
    cr_expect(eq(i64, ended[0].time, 4000000000));
    cr_expect(eq(i64, ended[1].time, 4000000000));
    share_bed_destroy(&bed);
}

/* 3 + 9 units at 2/s: 1/s each until 3 s, then the second has 6 left at 2/s. */
Test(fair_share, who_stays_gets_what_the_other_leaves) {
    ShareBed bed = share_bed_create(0);
    Ended ended[2];
    ResourceId link = fair_share_add_resource(bed.share, 2.0);
    start_on(&bed, 3.0, link, &ended[0]);
    ActivityId stays = start_on(&bed, 9.0, link, &ended[1]);
    engine_run_until(bed.engine, 2000000000);
    cr_expect(eq(dbl, fair_share_amount_left(bed.share, stays), 7.0));
    cr_expect(eq(dbl, fair_share_served(bed.share, link), 4.0));
    engine_run(bed.engine);
    cr_expect(eq(i64, ended[0].time, 3000000000));
    cr_expect(eq(i64, ended[1].time, 6000000000));
    share_bed_destroy(&bed);
}

/* The long flow is held to 0.5 by the narrow link, so the wide link has 4.5 for the short one. */
typedef struct LateStart {
    ShareBed *bed;
    ResourceId resource;
    double amount;
    Ended ended;
} LateStart;

static void start_late(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    LateStart *late = subject;
    start_on(late->bed, late->amount, late->resource, &late->ended);
}

/* Alone at 2.5 for a second, then 2 each, then alone again: 2.5 + 3 * 2 + 0.6 * 2.5 = 10. */
Test(fair_share, a_flow_that_was_alone_slows_down_when_another_comes) {
    ShareBed bed = share_bed_create(0);
    ResourceId slow = fair_share_add_resource(bed.share, 2.5), shared = fair_share_add_resource(bed.share, 4.0);
    const ResourceUse uses[] = {{slow, 1.0}, {shared, 1.0}};
    Ended first = {.time = -1};
    fair_share_start(bed.share,
                     &(ActivitySpec){.amount = 10.0, .uses = uses, .use_count = 2, .done = {note_end, &first, 0}});
    LateStart late = {&bed, shared, 6.0, {.time = -1}};
    engine_schedule(bed.engine, 1000000000, 0, (Event){start_late, &late, 0});
    engine_run(bed.engine);
    cr_expect(eq(i64, first.time, 4600000000));
    cr_expect(eq(i64, late.ended.time, 4000000000));
    cr_expect(eq(int, first.count, 1));
    share_bed_destroy(&bed);
}

Test(fair_share, who_comes_at_the_moment_of_completion_does_not_delay_it) {
    ShareBed bed = share_bed_create(0);
    ResourceId link = fair_share_add_resource(bed.share, 2.5);
    LateStart late = {&bed, link, 5.0, {.time = -1}};
    engine_schedule(bed.engine, 1000000000, 0, (Event){start_late, &late, 0});
    Ended first;
    start_on(&bed, 2.5, link, &first);
    engine_run(bed.engine);
    cr_expect(eq(i64, first.time, 1000000000));
    cr_expect(eq(int, first.count, 1));
    cr_expect(eq(i64, late.ended.time, 3000000000));
    share_bed_destroy(&bed);
}

Test(fair_share, a_flow_held_elsewhere_leaves_its_share_to_others) {
    ShareBed bed = share_bed_create(0);
    ResourceId narrow = fair_share_add_resource(bed.share, 1.0), wide = fair_share_add_resource(bed.share, 5.0);
    const ResourceUse both[] = {{narrow, 2.0}, {wide, 1.0}};
    ActivityId held = fair_share_start(bed.share, &(ActivitySpec){.amount = 9.0, .uses = both, .use_count = 2});
    Ended ended;
    ActivityId other = start_on(&bed, 9.0, wide, &ended);
    cr_expect(eq(dbl, fair_share_rate_per_s(bed.share, held), 0.5));
    cr_expect(eq(dbl, fair_share_rate_per_s(bed.share, other), 4.5));
    share_bed_destroy(&bed);
}

Test(fair_share, a_cap_holds_with_and_without_resources) {
    ShareBed bed = share_bed_create(0);
    Ended ended[3] = {{.time = -1}, {.time = -1}, {.time = -1}};
    ResourceId link = fair_share_add_resource(bed.share, 10.0);
    const ResourceUse use = {link, 1.0};
    ActivitySpec capped = {
        .amount = 6.0, .cap_per_s = 1.5, .uses = &use, .use_count = 1, .done = {note_end, &ended[0], 0}};
    ActivitySpec free_standing = {.amount = 6.0, .cap_per_s = 0.75, .done = {note_end, &ended[1], 0}};
    fair_share_start(bed.share, &capped);
    fair_share_start(bed.share, &free_standing);
    ActivityId rest = start_on(&bed, 100.0, link, &ended[2]);
    cr_expect(eq(dbl, fair_share_rate_per_s(bed.share, rest), 8.5));
    engine_run(bed.engine);
    cr_expect(eq(i64, ended[0].time, 4000000000));
    cr_expect(eq(i64, ended[1].time, 8000000000));
    share_bed_destroy(&bed);
}

Test(fair_share, nothing_to_do_is_done_now_but_not_within_the_call) {
    ShareBed bed = share_bed_create(0);
    Ended ended;
    ResourceId link = fair_share_add_resource(bed.share, 0.0);
    engine_run_until(bed.engine, 2385);
    ActivityId id = start_on(&bed, 0.0, link, &ended);
    cr_expect(eq(int, ended.count, 0));
    cr_expect(eq(dbl, fair_share_rate_per_s(bed.share, id), 0.0));
    engine_run(bed.engine);
    cr_expect(eq(i64, ended.time, 2385));
    share_bed_destroy(&bed);
}

Test(fair_share, at_capacity_zero_everybody_waits_until_it_comes_back) {
    ShareBed bed = share_bed_create(0);
    Ended ended[2];
    ResourceId link = fair_share_add_resource(bed.share, 4.0);
    start_on(&bed, 8.0, link, &ended[0]);
    ActivityId second = start_on(&bed, 8.0, link, &ended[1]);
    engine_run_until(bed.engine, 1000000000);
    fair_share_set_capacity(bed.share, link, 0.0);
    engine_run_until(bed.engine, 50000000000);
    cr_expect(eq(dbl, fair_share_rate_per_s(bed.share, second), 0.0));
    cr_expect(eq(dbl, fair_share_amount_left(bed.share, second), 6.0));
    cr_expect(eq(int, ended[0].count + ended[1].count, 0));
    fair_share_set_capacity(bed.share, link, 8.0);
    engine_run(bed.engine);
    cr_expect(eq(i64, ended[0].time, 51500000000));
    cr_expect(eq(i64, ended[1].time, 51500000000));
    share_bed_destroy(&bed);
}

static void cut_link(Engine *engine, void *subject, uint64_t argument) {
    (void)engine;
    fair_share_set_capacity(subject, (ResourceId)argument, 0.0);
    fair_share_load_per_s(subject, (ResourceId)argument);
}

/* 0.9 - 0.3 * 3 is 1.1e-16 in doubles: a rest that must not wait for the link to come back. */
Test(fair_share, a_link_that_fails_at_the_moment_of_completion_does_not_undo_it) {
    ShareBed bed = share_bed_create(0);
    Ended ended[2];
    ResourceId link = fair_share_add_resource(bed.share, 0.6);
    start_on(&bed, 0.9, link, &ended[0]);
    start_on(&bed, 0.9, link, &ended[1]);
    engine_schedule(bed.engine, 3000000000, -1, (Event){cut_link, bed.share, link});
    engine_run(bed.engine);
    cr_expect(eq(i64, ended[0].time, 3000000000));
    cr_expect(eq(i64, ended[1].time, 3000000000));
    share_bed_destroy(&bed);
}

Test(fair_share, a_cancelled_activity_fires_nothing_and_its_id_is_stale_for_ever) {
    ShareBed bed = share_bed_create(0);
    Ended ended[3];
    ResourceId link = fair_share_add_resource(bed.share, 2.0);
    ActivityId gone = start_on(&bed, 10.0, link, &ended[0]);
    start_on(&bed, 10.0, link, &ended[1]);
    engine_run_until(bed.engine, 3000000000);
    cr_expect(fair_share_cancel(bed.share, gone));
    cr_expect(not(fair_share_cancel(bed.share, gone)));
    ActivityId next = start_on(&bed, 10.0, link, &ended[2]);
    cr_expect(eq(u32, next.slot, gone.slot));
    cr_expect(eq(dbl, fair_share_rate_per_s(bed.share, gone), 0.0));
    cr_expect(eq(dbl, fair_share_amount_left(bed.share, gone), 0.0));
    cr_expect(eq(dbl, fair_share_rate_per_s(bed.share, next), 1.0));
    engine_run(bed.engine);
    cr_expect(eq(int, ended[0].count, 0));
    cr_expect(eq(i64, ended[1].time, 10000000000));
    /* The third had 7 of its 10 by then. */
    cr_expect(eq(i64, ended[2].time, 11500000000));
    cr_expect(eq(dbl, fair_share_served(bed.share, link), 23.0));
    share_bed_destroy(&bed);
}

Test(fair_share, what_is_served_is_exactly_what_was_sent) {
    ShareBed bed = share_bed_create(0);
    enum { FLOWS = 200 };
    Ended ended[FLOWS];
    ResourceId link = fair_share_add_resource(bed.share, 3.1e9);
    double sent = 0.0;
    for (int i = 0; i < FLOWS; i++) {
        /* Whole numbers, so that their sum has no rounding of its own. */
        double amount = 1000003.0 + 7919.0 * (i * i % 53);
        start_on(&bed, amount, link, &ended[i]);
        sent += amount;
        engine_run_until(bed.engine, engine_now(bed.engine) + 777);
    }
    engine_run(bed.engine);
    cr_expect(eq(dbl, fair_share_served(bed.share, link), sent));
    expect_near(sim_time_to_s(engine_now(bed.engine)), sent / 3.1e9, 1e-6);
    share_bed_destroy(&bed);
}

Test(fair_share, completion_is_rounded_up_to_a_nanosecond) {
    ShareBed bed = share_bed_create(0);
    Ended ended[2];
    ResourceId fast = fair_share_add_resource(bed.share, 1e12), slow = fair_share_add_resource(bed.share, 3e9);
    start_on(&bed, 1.0, fast, &ended[0]);
    start_on(&bed, 10.0, slow, &ended[1]);
    engine_run(bed.engine);
    cr_expect(eq(i64, ended[0].time, 1));
    cr_expect(eq(i64, ended[1].time, 4));
    share_bed_destroy(&bed);
}

/* A change elsewhere may not even re-order the pending completion: amounts, rates and the number of events stay exactly
 * the same. */
Test(fair_share, a_change_in_one_component_leaves_the_other_untouched) {
    SimTime end[2];
    double left[2];
    for (int busy = 0; busy < 2; busy++) {
        ShareBed bed = share_bed_create(0);
        Ended ended, other, noise;
        ResourceId here = fair_share_add_resource(bed.share, 2.385), there = fair_share_add_resource(bed.share, 7.77);
        ActivityId watched = start_on(&bed, 3.3, here, &ended);
        start_on(&bed, 5.5, here, &other);
        for (int i = 0; busy && i < 50; i++) {
            engine_run_until(bed.engine, 12345677 * (i + 1));
            start_on(&bed, 1e6, there, &noise);
            fair_share_set_capacity(bed.share, there, 7.0 + i);
        }
        engine_run_until(bed.engine, 1000000007);
        left[busy] = fair_share_amount_left(bed.share, watched);
        engine_run_until(bed.engine, 9000000000);
        end[busy] = ended.time;
        share_bed_destroy(&bed);
    }
    cr_expect(eq(dbl, left[0], left[1]));
    cr_expect(eq(i64, end[0], end[1]));
    cr_expect(gt(i64, end[0], 0));
}

/* 100 starts at one instant are solved once: 100 starts, 100 ends, one flush after the starts and one after the ends.
 */
Test(fair_share, starts_at_one_instant_are_solved_together) {
    ShareBed bed = share_bed_create(0);
    Ended ended[100];
    ResourceId link = fair_share_add_resource(bed.share, 50.0);
    for (int i = 0; i < 100; i++)
        start_on(&bed, 2.0, link, &ended[i]);
    engine_run(bed.engine);
    cr_expect(eq(i64, engine_now(bed.engine), 4000000000));
    cr_expect(eq(u64, engine_event_count(bed.engine), 102));
    share_bed_destroy(&bed);
}

Test(fair_share, the_observed_load_is_a_fraction_of_the_capacity) {
    ShareBed bed = share_bed_create(0);
    Ended ended;
    ResourceId link = fair_share_add_resource(bed.share, 8.0);
    Series *series = series_create(16, 0);
    fair_share_observe(bed.share, link, series);
    const ResourceUse use = {link, 2.0};
    fair_share_start(bed.share, &(ActivitySpec){.amount = 3.0, .cap_per_s = 1.5, .uses = &use, .use_count = 1});
    start_on(&bed, 15.0, link, &ended);
    engine_run_until(bed.engine, 6000000000);
    series_finish(series, 6000000000);
    /* 2 s full, then 5 units left at 8/s: 0.625 s full, then nothing until 6 s. */
    expect_near(whole_series(series).max, 1.0, 1e-12);
    expect_near(whole_series(series).mean, 2.625 / 6.0, 1e-9);
    series_destroy(series);
    share_bed_destroy(&bed);
}

Test(fair_share, two_series_of_one_resource_see_the_same_until_one_is_forgotten) {
    ShareBed bed = share_bed_create(0);
    Ended ended;
    ResourceId link = fair_share_add_resource(bed.share, 8.0);
    Series *kept = series_create(16, 0), *forgotten = series_create(16, 0);
    fair_share_observe(bed.share, link, kept);
    fair_share_observe(bed.share, link, forgotten);
    start_on(&bed, 19.08, link, &ended);
    engine_run_until(bed.engine, 1000000000);
    series_finish(forgotten, 1000000000);
    fair_share_forget(bed.share, link, forgotten);
    engine_run_until(bed.engine, 4000000000);
    series_finish(kept, 4000000000);
    expect_near(whole_series(forgotten).mean, 1.0, 1e-12);
    expect_near(whole_series(kept).mean, 2.385 / 4.0, 1e-9);
    series_destroy(kept);
    series_destroy(forgotten);
    share_bed_destroy(&bed);
}
