#include "models/communication/link_room.h"

/* Sums of parts that fill a link, in another order than the solver's. */
static const double ROUNDING_FRACTION = 1e-12;

/* The most that transfers of one stream take of a resource. */
typedef struct RoomUser RoomUser;
struct RoomUser {
    RoomUser *next;
    double fraction; /* of the capacity */
    StreamId stream;
};

typedef struct RoomOfLink {
    RoomUser *users;
    double fraction; /* sum of all users */
} RoomOfLink;

struct LinkRoom {
    Arena *arena;
    const FairShare *share;
    RoomOfLink *links; /* [resource] */
};

LinkRoom *link_room_create(Arena *arena, const FairShare *share) {
    LinkRoom *room = ARENA_NEW(arena, LinkRoom);
    *room = (LinkRoom){.arena = arena, .share = share};
    room->links = ARENA_ARRAY(arena, fair_share_resource_count(share), RoomOfLink);
    return room;
}

static RoomUser *find_user(LinkRoom *room, RoomOfLink *link, StreamId stream) {
    RoomUser *user = link->users;
    while (user != NULL && user->stream != stream)
        user = user->next;
    if (user != NULL)
        return user;
    user = ARENA_NEW(room->arena, RoomUser);
    *user = (RoomUser){.next = link->users, .stream = stream};
    link->users = user;
    return user;
}

static double part_fraction(const LinkRoom *room, const ResourceUse *use, double rate_per_s) {
    double capacity_per_s = fair_share_capacity_per_s(room->share, use->resource);
    return capacity_per_s > 0 ? rate_per_s * use->weight / capacity_per_s : 2;
}

double link_room_part_fraction(const LinkRoom *room, const ShareWay *way, int index) {
    return part_fraction(room, &way->uses[index], fair_share_alone_rate_per_s(room->share, way));
}

bool link_room_holds(double sum_fraction) {
    return sum_fraction <= 1 + ROUNDING_FRACTION;
}

void link_room_add(LinkRoom *room, StreamId stream, const ShareWay *way) {
    double rate_per_s = way != NULL ? fair_share_alone_rate_per_s(room->share, way) : 0;
    for (int i = 0; way != NULL && i < way->use_count; i++) {
        RoomOfLink *link = &room->links[way->uses[i].resource];
        RoomUser *user = find_user(room, link, stream);
        double fraction = part_fraction(room, &way->uses[i], rate_per_s);
        if (fraction <= user->fraction)
            continue;
        link->fraction += fraction - user->fraction;
        user->fraction = fraction;
    }
}

bool link_room_is_enough(const LinkRoom *room, ResourceId resource) {
    return link_room_holds(room->links[resource].fraction);
}
