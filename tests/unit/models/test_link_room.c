/* Who may be on a link at once: the largest transfer of each stream, as a part of the capacity. */
#include <criterion/criterion.h>

#include "models/communication/link_room.h"

typedef struct Bed {
    Arena *arena;
    Engine *engine;
    FairShare *share;
    LinkRoom *room;
    ResourceUse uses[2]; /* a NIC, of which a transfer takes all, and an uplink of 2.5 times as much */
} Bed;

static Bed bed_create(void) {
    Bed bed = {.arena = arena_create(), .engine = engine_create(&(EngineSettings){.seed = 1})};
    bed.share = fair_share_create(bed.engine);
    bed.uses[0] = (ResourceUse){fair_share_add_resource(bed.share, 2.0), 0.7};
    bed.uses[1] = (ResourceUse){fair_share_add_resource(bed.share, 5.0), 0.7};
    bed.room = link_room_create(bed.arena, bed.share);
    return bed;
}

static void bed_destroy(Bed *bed) {
    fair_share_destroy(bed->share);
    engine_destroy(bed->engine);
    arena_destroy(bed->arena);
}

Test(link_room, a_link_holds_what_all_streams_send_at_most_and_no_more) {
    Bed bed = bed_create();
    const ShareWay way = {bed.uses, 2};
    link_room_add(bed.room, 3, &way);
    cr_expect(link_room_is_enough(bed.room, 0));
    link_room_add(bed.room, 8, &way);
    cr_expect_not(link_room_is_enough(bed.room, 0));
    cr_expect(link_room_is_enough(bed.room, 1));
    link_room_add(bed.room, 9, &way);
    cr_expect_not(link_room_is_enough(bed.room, 1));
    cr_expect_float_eq(link_room_part_fraction(bed.room, &way, 1), 0.4, 1e-15);
    bed_destroy(&bed);
}

Test(link_room, transfers_of_one_stream_count_once_by_the_largest) {
    Bed bed = bed_create();
    const ResourceUse half = {bed.uses[1].resource, 0.35};
    const ShareWay way = {bed.uses, 2}, small = {(ResourceUse[]){bed.uses[0], half}, 2};
    for (int i = 0; i < 4; i++)
        link_room_add(bed.room, 3, i % 2 ? &way : &small);
    link_room_add(bed.room, 4, NULL);
    cr_expect(link_room_is_enough(bed.room, 0));
    link_room_add(bed.room, 4, &(ShareWay){&bed.uses[1], 1});
    cr_expect_not(link_room_is_enough(bed.room, 1), "0.4 and all of it");
    bed_destroy(&bed);
}

Test(link_room, parts_that_fill_a_link_to_the_last_bit_fit) {
    cr_expect(link_room_holds(0.1 + 0.2 + 0.7));
    cr_expect(link_room_holds(1));
    cr_expect_not(link_room_holds(1.0001));
}
