/*
 * link_room: whether a resource has room for all transfers that may be on it at once. Tasks that share a stream run one
 * after the other (task_graph.h), so of each stream it counts the transfer that would load the resource most if it had
 * its way to itself. Where the sum is at most the capacity, the resource holds nobody back: then every transfer on it
 * is as fast as without the others. It knows no times.
 */
#ifndef MODELS_COMMUNICATION_LINK_ROOM_H
#define MODELS_COMMUNICATION_LINK_ROOM_H

#include <stdbool.h>

#include "sim/engine/arena.h"
#include "sim/engine/fair_share.h"
#include "sim/engine/task.h"

typedef struct LinkRoom LinkRoom;

/* `share` has all its resources and is borrowed. */
LinkRoom *link_room_create(Arena *arena, const FairShare *share);

/* A transfer over `way` may run on the stream; NULL is ignored. */
void link_room_add(LinkRoom *room, StreamId stream, const ShareWay *way);

/* Part of the capacity that a transfer over `way` takes of its use `index`, with the way to itself; > 1 = it waits. */
double link_room_part_fraction(const LinkRoom *room, const ShareWay *way, int index);

/* True when so much may be on a resource at once that it holds nobody back. */
bool link_room_holds(double sum_fraction);

/* True when all that was added may be on the resource at once. */
bool link_room_is_enough(const LinkRoom *room, ResourceId resource);

#endif
