#include "models/workload/quiet_links.h"

#include <string.h>

/* One more work that sends over a resource; a list from the last to the first. */
typedef struct LinkUser {
    int work;
    int next;        /* -1 = none */
    double fraction; /* of the capacity that its messages take */
} LinkUser;

typedef struct Span {
    SimTime start;
    SimTime end;
    double fraction;
} Span;

typedef struct SpanList {
    Span *items; /* ascending by start */
    int count;
} SpanList;

typedef struct Meeting {
    const QuietPasses *quiet;
    Arena *arena;
    const LinkRoom *room;
    int resource_count;
    int *collective_stage; /* [resource]: whose collectives use it, -1 = nobody's */
    int *first_user;       /* [resource]: into users, -1 = no message uses it */
    LinkUser *users;
    int user_count;
    double *fractions; /* [work]: of the resource that is looked at now, 0 = its messages do not use it */
    SpanList all;
    SpanList stage;
    SpanList merged;
    SimTime first;
} Meeting;

static int *nobody(Arena *arena, int count) {
    int *list = ARENA_ARRAY(arena, count, int);
    memset(list, 0xff, (size_t)count * sizeof *list);
    return list;
}

/* False when collectives of several stages may be on a resource that is too small for them. */
static bool note_collectives(Meeting *self, int work) {
    const QuietWork *what = &self->quiet->works[work];
    int stage = quiet_stage_of_work(&self->quiet->shape, work);
    for (int i = 0; i < what->way_count; i++)
        for (int u = 0; u < what->ways[i]->use_count; u++) {
            ResourceId resource = what->ways[i]->uses[u].resource;
            int *owner = &self->collective_stage[resource];
            if (link_room_is_enough(self->room, resource))
                continue;
            if (*owner >= 0 && *owner != stage)
                return false;
            *owner = stage;
        }
    return true;
}

/* False when collectives may be beside the message on a resource that is too small for both. */
static bool note_message(Meeting *self, int work) {
    const ShareWay *way = self->quiet->works[work].message_way;
    for (int u = 0; way != NULL && u < way->use_count; u++) {
        if (link_room_is_enough(self->room, way->uses[u].resource))
            continue;
        int resource = (int)way->uses[u].resource, owner = self->collective_stage[resource];
        if (owner >= 0 && (self->quiet->overlaps || owner != quiet_stage_of_work(&self->quiet->shape, work)))
            return false;
        self->users[self->user_count] =
            (LinkUser){work, self->first_user[resource], link_room_part_fraction(self->room, way, u)};
        self->first_user[resource] = self->user_count++;
    }
    return true;
}

static bool note_users(Meeting *self) {
    int uses = 0;
    for (int work = 0; work < self->quiet->work_count; work++) {
        const ShareWay *way = self->quiet->works[work].message_way;
        uses += way != NULL ? way->use_count : 0;
        if (!note_collectives(self, work))
            return false;
    }
    self->users = ARENA_ARRAY(self->arena, uses, LinkUser);
    for (int work = 0; work < self->quiet->work_count; work++)
        if (!note_message(self, work))
            return false;
    return true;
}

/* Stages that send over a resource; the users of one stage stand together. */
static int count_stages(const Meeting *self, int resource) {
    int count = 0, last = -1;
    for (int user = self->first_user[resource]; user >= 0; user = self->users[user].next) {
        int stage = quiet_stage_of_work(&self->quiet->shape, self->users[user].work);
        count += stage != last;
        last = stage;
    }
    return count;
}

static bool have_same_users(const Meeting *self, int resource, int other) {
    int one = self->first_user[resource], two = self->first_user[other];
    while (one >= 0 && two >= 0 && self->users[one].work == self->users[two].work &&
           self->users[one].fraction == self->users[two].fraction) {
        one = self->users[one].next;
        two = self->users[two].next;
    }
    return one < 0 && two < 0;
}

/* When the messages of a stage are on the resource. */
static void list_stage(Meeting *self, int stage) {
    const QuietPasses *quiet = self->quiet;
    const QuietPass *passes = &quiet->passes[stage * quiet->per_stage];
    self->stage.count = 0;
    for (int i = 0; i < quiet->counts[stage]; i++) {
        double fraction = self->fractions[passes[i].work];
        if (fraction > 0)
            self->stage.items[self->stage.count++] =
                (Span){passes[i].sent - quiet->works[passes[i].work].moving, passes[i].sent, fraction};
    }
}

static void swap(SpanList *one, SpanList *other) {
    SpanList kept = *one;
    *one = *other;
    *other = kept;
}

/* Takes a stage's messages in among all. */
static void merge_stage(Meeting *self) {
    const SpanList *all = &self->all, *stage = &self->stage;
    SpanList *merged = &self->merged;
    if (all->count == 0) {
        swap(&self->all, &self->stage);
        return;
    }
    merged->count = 0;
    for (int i = 0, j = 0; i < all->count || j < stage->count;) {
        bool take_stage = i == all->count || (j < stage->count && stage->items[j].start < all->items[i].start);
        merged->items[merged->count++] = take_stage ? stage->items[j++] : all->items[i++];
    }
    swap(&self->all, &self->merged);
}

/* The first time at which more is on the resource than it has room for. */
static void sum_up(Meeting *self) {
    Span *on = self->merged.items; /* those that have not ended */
    int on_count = 0;
    for (int i = 0; i < self->all.count && self->all.items[i].start < self->first; i++) {
        const Span *next = &self->all.items[i];
        double sum = next->fraction;
        int left = 0;
        for (int j = 0; j < on_count; j++)
            if (on[j].end > next->start) {
                sum += on[j].fraction;
                on[left++] = on[j];
            }
        if (left > 0 && !link_room_holds(sum))
            self->first = next->start;
        on[left] = *next;
        on_count = left + 1;
    }
}

/* All messages over a resource, stage by stage. */
static void look_at(Meeting *self, int resource) {
    const QuietPasses *quiet = self->quiet;
    self->all.count = 0;
    for (int user = self->first_user[resource]; user >= 0; user = self->users[user].next)
        self->fractions[self->users[user].work] = self->users[user].fraction;
    for (int user = self->first_user[resource]; user >= 0; user = self->users[user].next) {
        int stage = quiet_stage_of_work(&quiet->shape, self->users[user].work), next = self->users[user].next;
        bool is_last_of_stage = next < 0 || quiet_stage_of_work(&quiet->shape, self->users[next].work) != stage;
        if (!is_last_of_stage)
            continue;
        list_stage(self, stage);
        merge_stage(self);
    }
    sum_up(self);
    for (int user = self->first_user[resource]; user >= 0; user = self->users[user].next)
        self->fractions[self->users[user].work] = 0;
}

/* Resources that the same messages use are looked at once. */
static void look_at_all(Meeting *self) {
    int *seen = ARENA_ARRAY(self->arena, self->resource_count, int), seen_count = 0;
    for (int resource = 0; resource < self->resource_count; resource++) {
        int known = 0;
        if (count_stages(self, resource) < 2)
            continue;
        while (known < seen_count && !have_same_users(self, resource, seen[known]))
            known++;
        if (known < seen_count)
            continue;
        seen[seen_count++] = resource;
        look_at(self, resource);
    }
}

static SpanList room_for(const QuietPasses *quiet, int stages, Arena *arena) {
    return (SpanList){.items = ARENA_ARRAY(arena, stages * quiet->per_stage, Span)};
}

static int most_stages(const Meeting *self) {
    int most = 0;
    for (int resource = 0; resource < self->resource_count; resource++) {
        int count = count_stages(self, resource);
        most = count > most ? count : most;
    }
    return most;
}

SimTime quiet_links_first_meeting(const QuietPasses *quiet, const LinkRoom *room, int resources, Arena *arena) {
    Meeting self = {.quiet = quiet, .room = room, .arena = arena, .resource_count = resources, .first = SIM_TIME_MAX};
    self.collective_stage = nobody(arena, resources);
    self.first_user = nobody(arena, resources);
    if (!note_users(&self))
        return 0;
    self.fractions = ARENA_ARRAY(arena, quiet->work_count, double);
    int stages = most_stages(&self);
    self.all = room_for(quiet, stages, arena);
    self.merged = room_for(quiet, stages, arena);
    self.stage = room_for(quiet, stages, arena);
    look_at_all(&self);
    return self.first;
}
