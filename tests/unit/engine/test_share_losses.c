/* What activities lose to each other, by examples whose answer is known by hand. */
#include <criterion/criterion.h>
#include <math.h>

#include "sim/engine/fair_share.h"

enum { OWNERS = 4, LINKS = OWNERS - 1 };

typedef struct Bed {
    Engine *engine;
    FairShare *share;
} Bed;

static Bed bed_create(uint32_t owners) {
    Engine *engine = engine_create(&(EngineSettings){.seed = 1});
    Bed bed = {engine, fair_share_create(engine)};
    if (owners > 0)
        fair_share_set_owners(bed.share, owners);
    return bed;
}

static void bed_destroy(Bed *bed) {
    fair_share_destroy(bed->share);
    engine_destroy(bed->engine);
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

static void start(Bed *bed, Flow *flow, uint32_t owner, double amount, ResourceUse use) {
    *flow = (Flow){.end = -1};
    flow->id = fair_share_start(bed->share, &(ActivitySpec){.amount = amount,
                                                            .uses = &use,
                                                            .use_count = 1,
                                                            .owner = owner,
                                                            .lost_s = flow->lost_s,
                                                            .done = {note_end, flow, 0}});
}

static void expect_lost(const Flow *flow, double first, double second, double third, double links) {
    const double expected[OWNERS] = {first, second, third, links};
    for (int owner = 0; owner < OWNERS; owner++)
        cr_expect_float_eq(flow->lost_s[owner], expected[owner], 1e-8, "owner %d: lost %.12g s, expected %.12g s",
                           owner, flow->lost_s[owner], expected[owner]);
}

typedef struct Change {
    Bed *bed;
    ResourceId link;
    double capacity_per_s;
    Flow *cancel; /* NULL = set the capacity */
} Change;

static void on_change(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    const Change *change = subject;
    if (change->cancel)
        fair_share_cancel(change->bed->share, change->cancel->id);
    else
        fair_share_set_capacity(change->bed->share, change->link, change->capacity_per_s);
}

Test(share_losses, two_equal_flows_lose_half_their_time_to_each_other) {
    Bed bed = bed_create(OWNERS);
    Flow one, two;
    ResourceUse use = {fair_share_add_resource(bed.share, 7.0), 1};
    start(&bed, &one, 0, 14.0, use);
    start(&bed, &two, 1, 14.0, use);
    engine_run(bed.engine);
    cr_expect_eq(one.end, 4000000000);
    expect_lost(&one, 0, 2, 0, 0);
    expect_lost(&two, 2, 0, 0, 0);
    bed_destroy(&bed);
}

/* 2/s each at weights 1, 2, 3 on 12/s: the first alone would have 12/s, the second 6/s. */
Test(share_losses, losses_are_shared_out_by_the_load_that_each_puts_on_the_link) {
    Bed bed = bed_create(OWNERS);
    Flow one, two, three;
    ResourceId link = fair_share_add_resource(bed.share, 12.0);
    start(&bed, &one, 0, 6.0, (ResourceUse){link, 1});
    start(&bed, &two, 1, 6.0, (ResourceUse){link, 2});
    start(&bed, &three, 2, 6.0, (ResourceUse){link, 3});
    engine_run(bed.engine);
    cr_expect_eq(one.end, 3000000000);
    expect_lost(&one, 0, 2.5 * 2 / 5, 2.5 * 3 / 5, 0);
    expect_lost(&two, 2.0 * 1 / 4, 0, 2.0 * 3 / 4, 0);
    expect_lost(&three, 1.5 * 1 / 3, 1.5 * 2 / 3, 0, 0);
    bed_destroy(&bed);
}

Test(share_losses, an_owner_loses_to_itself_where_its_own_flows_meet) {
    Bed bed = bed_create(OWNERS);
    Flow own[2], other;
    ResourceUse use = {fair_share_add_resource(bed.share, 9.0), 1};
    start(&bed, &own[0], 2, 9.0, use);
    start(&bed, &own[1], 2, 9.0, use);
    start(&bed, &other, 0, 9.0, use);
    engine_run(bed.engine);
    expect_lost(&own[0], 1, 0, 1, 0);
    expect_lost(&own[1], 1, 0, 1, 0);
    expect_lost(&other, 0, 0, 2, 0);
    bed_destroy(&bed);
}

/* 10/s until 1 s, then 2.5/s: 10 of 20 are left and take 4 s, of which 3 are due to the link. */
Test(share_losses, lower_capacity_is_lost_to_the_last_owner) {
    Bed bed = bed_create(OWNERS);
    Flow flow;
    ResourceId link = fair_share_add_resource(bed.share, 10.0);
    start(&bed, &flow, 1, 20.0, (ResourceUse){link, 1});
    Change change = {&bed, link, 2.5, NULL};
    engine_schedule(bed.engine, 1000000000, 0, (Event){on_change, &change, 0});
    engine_run(bed.engine);
    cr_expect_eq(flow.end, 5000000000);
    expect_lost(&flow, 0, 0, 0, 3);
    bed_destroy(&bed);
}

/* At a quarter of the speed two flows have an eighth each: 3/4 of the time goes to the link, 1/8 to the other. */
Test(share_losses, on_a_slow_link_the_link_and_the_other_are_told_apart) {
    Bed bed = bed_create(OWNERS);
    Flow one, two;
    ResourceId link = fair_share_add_resource(bed.share, 8.0);
    fair_share_set_capacity(bed.share, link, 2.0);
    start(&bed, &one, 0, 3.0, (ResourceUse){link, 1});
    start(&bed, &two, 1, 3.0, (ResourceUse){link, 1});
    engine_run(bed.engine);
    cr_expect_eq(one.end, 3000000000);
    expect_lost(&one, 0, 3.0 / 8, 0, 3.0 * 3 / 4);
    expect_lost(&two, 3.0 / 8, 0, 0, 3.0 * 3 / 4);
    bed_destroy(&bed);
}

Test(share_losses, time_at_a_dead_link_is_lost_to_the_last_owner) {
    Bed bed = bed_create(OWNERS);
    Flow flow;
    ResourceId link = fair_share_add_resource(bed.share, 4.0);
    start(&bed, &flow, 0, 8.0, (ResourceUse){link, 1});
    Change down = {&bed, link, 0, NULL}, up = {&bed, link, 4.0, NULL};
    engine_schedule(bed.engine, 500000000, 0, (Event){on_change, &down, 0});
    engine_schedule(bed.engine, 2885000000, 0, (Event){on_change, &up, 0});
    engine_run(bed.engine);
    cr_expect_eq(flow.end, 4385000000);
    expect_lost(&flow, 0, 0, 0, 2.385);
    bed_destroy(&bed);
}

/* The second is taken away after 1 s: it and the first have lost half of that second. */
Test(share_losses, a_flow_that_is_cancelled_has_been_noted_until_then) {
    Bed bed = bed_create(OWNERS);
    Flow one, two;
    ResourceId link = fair_share_add_resource(bed.share, 6.0);
    start(&bed, &one, 0, 12.0, (ResourceUse){link, 1});
    start(&bed, &two, 1, 12.0, (ResourceUse){link, 1});
    Change change = {&bed, link, 0, &two};
    engine_schedule(bed.engine, 1000000000, 0, (Event){on_change, &change, 0});
    engine_run(bed.engine);
    cr_expect_eq(one.end, 2500000000);
    cr_expect_eq(two.end, -1);
    expect_lost(&one, 0, 0.5, 0, 0);
    expect_lost(&two, 0.5, 0, 0, 0);
    bed_destroy(&bed);
}

/* Its own cap is 3 of 4: beside another it has 2, and loses a third of its time and not a half. */
Test(share_losses, what_an_own_cap_takes_is_nobodys_fault) {
    Bed bed = bed_create(OWNERS);
    Flow capped = {.end = -1}, other;
    const ResourceUse use = {fair_share_add_resource(bed.share, 4.0), 1};
    fair_share_start(bed.share, &(ActivitySpec){.amount = 6,
                                                .cap_per_s = 3,
                                                .uses = &use,
                                                .use_count = 1,
                                                .owner = 0,
                                                .lost_s = capped.lost_s,
                                                .done = {note_end, &capped, 0}});
    start(&bed, &other, 1, 6.0, use);
    engine_run(bed.engine);
    cr_expect_eq(capped.end, 3000000000);
    expect_lost(&capped, 0, 1, 0, 0);
    expect_lost(&other, 1.5, 0, 0, 0);
    bed_destroy(&bed);
}

Test(share_losses, a_link_that_was_built_dead_takes_no_numbers_with_it) {
    Bed bed = bed_create(OWNERS);
    Flow flow;
    ResourceId link = fair_share_add_resource(bed.share, 0.0);
    start(&bed, &flow, 0, 5.0, (ResourceUse){link, 1});
    Change change = {&bed, link, 5.0, NULL};
    engine_schedule(bed.engine, 1000000000, 0, (Event){on_change, &change, 0});
    engine_run(bed.engine);
    cr_expect_eq(flow.end, 2000000000);
    for (int owner = 0; owner < OWNERS; owner++)
        cr_expect(isfinite(flow.lost_s[owner]), "owner %d", owner);
    bed_destroy(&bed);
}

static uint64_t hash_of_run(uint32_t owners) {
    Bed bed = bed_create(owners);
    Flow flows[7];
    ResourceId link = fair_share_add_resource(bed.share, 5.71);
    for (int i = 0; i < 7; i++)
        start(&bed, &flows[i], 0, 1.13 * (i + 1), (ResourceUse){link, 1 + 0.31 * i});
    engine_run(bed.engine);
    uint64_t hash = engine_event_hash(bed.engine);
    bed_destroy(&bed);
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
        Bed bed = bed_create(OWNERS);
        Flow own[3], other;
        ResourceId link = fair_share_add_resource(bed.share, 10.0);
        for (int i = 0; i < (split ? 3 : 1); i++) {
            own[i] = (Flow){.end = -1};
            ResourceUse use = {link, split ? 1 : 3};
            fair_share_start(bed.share, &(ActivitySpec){.amount = 6.0,
                                                        .cap_per_s = 2.0,
                                                        .uses = &use,
                                                        .use_count = 1,
                                                        .owner = 2,
                                                        .lost_s = own[i].lost_s,
                                                        .done = {note_end, &own[i], 0}});
        }
        start(&bed, &other, 0, 1.0, (ResourceUse){link, 8.0});
        engine_run(bed.engine);
        lost_s[split] = own[0].lost_s[0];
        cr_expect_eq(own[0].lost_s[2], 0);
        bed_destroy(&bed);
    }
    cr_assert_gt(lost_s[0], 0.1);
    cr_assert_float_eq(lost_s[0], lost_s[1], 1e-8);
}
