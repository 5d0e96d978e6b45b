/* What activities lose to each other, by examples whose answer is known by hand. */
#include <criterion/criterion.h>
#include <math.h>

#include "tests/unit/engine/share_bed.h"

enum { OWNERS = 4 }; /* the last is the links */
enum { LINK };       /* the only resource of the bed */

static ShareBed bed_create(uint32_t owners, double capacity_per_s) {
    ShareBed bed = share_bed_create(owners);
    fair_share_add_resource(bed.share, capacity_per_s);
    return bed;
}

typedef struct Flow {
    double lost_s[OWNERS];
    SimTime end; /* -1 = not yet */
    ActivityId id;
} Flow;

static void note_end(Engine *engine, void *subject, uint64_t argument) {
    (void)argument;
    ((Flow *)subject)->end = engine_now(engine);
}

/* `spec` has the amount, the owner and an own limit. */
static void start_as(ShareBed *bed, Flow *flow, ActivitySpec spec, double weight) {
    const ResourceUse use = {LINK, weight};
    *flow = (Flow){.end = -1};
    spec.uses = &use;
    spec.use_count = 1;
    spec.lost_s = flow->lost_s;
    spec.done = (Event){note_end, flow, 0};
    flow->id = fair_share_start(bed->share, &spec);
}

static void start(ShareBed *bed, Flow *flow, uint32_t owner, double amount, double weight) {
    start_as(bed, flow, (ActivitySpec){.owner = owner, .amount = amount}, weight);
}

static void expect_lost(const Flow *flow, double first, double second, double third, double links) {
    const double expected[OWNERS] = {first, second, third, links};
    for (int owner = 0; owner < OWNERS; owner++)
        cr_expect_float_eq(flow->lost_s[owner], expected[owner], 1e-8, "owner %d: lost %.12g s, expected %.12g s",
                           owner, flow->lost_s[owner], expected[owner]);
}

typedef struct Change {
    ShareBed *bed;
    double capacity_per_s;
    Flow *cancel; /* NULL = set the capacity */
} Change;

static void on_change(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    const Change *change = subject;
    if (change->cancel)
        fair_share_cancel(change->bed->share, change->cancel->id);
    else
        fair_share_set_capacity(change->bed->share, LINK, change->capacity_per_s);
}

static void change_at(SimTime time, Change *change) {
    engine_schedule(change->bed->engine, time, 0, (Event){on_change, change, 0});
}

Test(share_losses, two_equal_flows_lose_half_their_time_to_each_other) {
    ShareBed bed = bed_create(OWNERS, 7.0);
    Flow one, two;
    start(&bed, &one, 0, 14.0, 1);
    start(&bed, &two, 1, 14.0, 1);
    engine_run(bed.engine);
    cr_expect_eq(one.end, 4000000000);
    expect_lost(&one, 0, 2, 0, 0);
    expect_lost(&two, 2, 0, 0, 0);
    share_bed_destroy(&bed);
}

/* 2/s each at weights 1, 2, 3 on 12/s: the first alone would have 12/s, the second 6/s. */
Test(share_losses, losses_are_shared_out_by_the_load_that_each_puts_on_the_link) {
    ShareBed bed = bed_create(OWNERS, 12.0);
    Flow one, two, three;
    start(&bed, &one, 0, 6.0, 1);
    start(&bed, &two, 1, 6.0, 2);
    start(&bed, &three, 2, 6.0, 3);
    engine_run(bed.engine);
    cr_expect_eq(one.end, 3000000000);
    expect_lost(&one, 0, 2.5 * 2 / 5, 2.5 * 3 / 5, 0);
    expect_lost(&two, 2.0 * 1 / 4, 0, 2.0 * 3 / 4, 0);
    expect_lost(&three, 1.5 * 1 / 3, 1.5 * 2 / 3, 0, 0);
    share_bed_destroy(&bed);
}

Test(share_losses, an_owner_loses_to_itself_where_its_own_flows_meet) {
    ShareBed bed = bed_create(OWNERS, 9.0);
    Flow own[2], other;
    start(&bed, &own[0], 2, 9.0, 1);
    start(&bed, &own[1], 2, 9.0, 1);
    start(&bed, &other, 0, 9.0, 1);
    engine_run(bed.engine);
    expect_lost(&own[0], 1, 0, 1, 0);
    expect_lost(&own[1], 1, 0, 1, 0);
    expect_lost(&other, 0, 0, 2, 0);
    share_bed_destroy(&bed);
}

/* 10/s until 1 s, then 2.5/s: 10 of 20 are left and take 4 s, of which 3 are due to the link. */
Test(share_losses, lower_capacity_is_lost_to_the_last_owner) {
    ShareBed bed = bed_create(OWNERS, 10.0);
    Flow flow;
    start(&bed, &flow, 1, 20.0, 1);
    Change change = {&bed, 2.5, NULL};
    change_at(1000000000, &change);
    engine_run(bed.engine);
    cr_expect_eq(flow.end, 5000000000);
    expect_lost(&flow, 0, 0, 0, 3);
    share_bed_destroy(&bed);
}

/* At a quarter of the speed two flows have an eighth each: 3/4 of the time goes to the link, 1/8 to the other. */
Test(share_losses, on_a_slow_link_the_link_and_the_other_are_told_apart) {
    ShareBed bed = bed_create(OWNERS, 8.0);
    Flow one, two;
    fair_share_set_capacity(bed.share, LINK, 2.0);
    start(&bed, &one, 0, 3.0, 1);
    start(&bed, &two, 1, 3.0, 1);
    engine_run(bed.engine);
    cr_expect_eq(one.end, 3000000000);
    expect_lost(&one, 0, 3.0 / 8, 0, 3.0 * 3 / 4);
    expect_lost(&two, 3.0 / 8, 0, 0, 3.0 * 3 / 4);
    share_bed_destroy(&bed);
}

Test(share_losses, time_at_a_dead_link_is_lost_to_the_last_owner) {
    ShareBed bed = bed_create(OWNERS, 4.0);
    Flow flow;
    start(&bed, &flow, 0, 8.0, 1);
    Change down = {&bed, 0, NULL}, up = {&bed, 4.0, NULL};
    change_at(500000000, &down);
    change_at(2885000000, &up);
    engine_run(bed.engine);
    cr_expect_eq(flow.end, 4385000000);
    expect_lost(&flow, 0, 0, 0, 2.385);
    share_bed_destroy(&bed);
}

/* The second is taken away after 1 s: it and the first have lost half of that second. */
Test(share_losses, a_flow_that_is_cancelled_has_been_noted_until_then) {
    ShareBed bed = bed_create(OWNERS, 6.0);
    Flow one, two;
    start(&bed, &one, 0, 12.0, 1);
    start(&bed, &two, 1, 12.0, 1);
    Change change = {&bed, 0, &two};
    change_at(1000000000, &change);
    engine_run(bed.engine);
    cr_expect_eq(one.end, 2500000000);
    cr_expect_eq(two.end, -1);
    expect_lost(&one, 0, 0.5, 0, 0);
    expect_lost(&two, 0.5, 0, 0, 0);
    share_bed_destroy(&bed);
}

/* Its own cap is 3 of 4: beside another it has 2, and loses a third of its time and not a half. */
Test(share_losses, what_an_own_cap_takes_is_nobodys_fault) {
    ShareBed bed = bed_create(OWNERS, 4.0);
    Flow capped, other;
    start_as(&bed, &capped, (ActivitySpec){.amount = 6, .cap_per_s = 3}, 1);
    start(&bed, &other, 1, 6.0, 1);
    engine_run(bed.engine);
    cr_expect_eq(capped.end, 3000000000);
    expect_lost(&capped, 0, 1, 0, 0);
    expect_lost(&other, 1.5, 0, 0, 0);
    share_bed_destroy(&bed);
}

Test(share_losses, a_link_that_was_built_dead_takes_no_numbers_with_it) {
    ShareBed bed = bed_create(OWNERS, 0.0);
    Flow flow;
    start(&bed, &flow, 0, 5.0, 1);
    Change change = {&bed, 5.0, NULL};
    change_at(1000000000, &change);
    engine_run(bed.engine);
    cr_expect_eq(flow.end, 2000000000);
    for (int owner = 0; owner < OWNERS; owner++)
        cr_expect(isfinite(flow.lost_s[owner]), "owner %d", owner);
    share_bed_destroy(&bed);
}

static uint64_t hash_of_run(uint32_t owners) {
    ShareBed bed = bed_create(owners, 5.71);
    Flow flows[7];
    for (int i = 0; i < 7; i++)
        start(&bed, &flows[i], 0, 1.13 * (i + 1), 1 + 0.31 * i);
    engine_run(bed.engine);
    uint64_t hash = engine_event_hash(bed.engine);
    share_bed_destroy(&bed);
    return hash;
}

Test(share_losses, noting_changes_no_event) {
    cr_expect_eq(hash_of_run(0), hash_of_run(OWNERS));
}

/* On 10/s, an owner whose flows together go at 6/s alone meets a flow of 8/s: as one flow or as three, he loses alike.
 */
Test(share_losses, many_flows_of_an_owner_lose_what_one_for_them_all_would) {
    double lost_s[2];
    for (int split = 0; split < 2; split++) {
        ShareBed bed = bed_create(OWNERS, 10.0);
        Flow own[3], other;
        for (int i = 0; i < (split ? 3 : 1); i++)
            start_as(&bed, &own[i], (ActivitySpec){.amount = 6.0, .cap_per_s = 2.0, .owner = 2}, split ? 1 : 3);
        start(&bed, &other, 0, 1.0, 8.0);
        engine_run(bed.engine);
        lost_s[split] = own[0].lost_s[0];
        cr_expect_eq(own[0].lost_s[2], 0);
        share_bed_destroy(&bed);
    }
    cr_assert_gt(lost_s[0], 0.1);
    cr_assert_float_eq(lost_s[0], lost_s[1], 1e-8);
}
