#include "sim/engine/task_contention.h"

#include <math.h>
#include <stdlib.h>

#include "sim/engine/fatal.h"

enum { TASK_PRIORITY = 0 };

/* A stream in front: what runs on it and what runs beside it. */
typedef struct Front {
    TaskId running; /* TASK_NONE = nothing that contends */
    EventHandle end;
    double left_ns;   /* of its time alone */
    SimTime since;    /* left_ns and shared_ns are of then */
    double exclusive; /* taken by all tasks behind */
    double shared;    /* the same */
    double shared_ns; /* time so far, each instant by the need for the shared resource */
    double stretch;   /* of the running task */
} Front;

struct TaskContention {
    Engine *engine;
    const TaskContact *contacts;
    const StreamId *front_of;
    Front *fronts;     /* [stream] */
    double *behind_ns; /* [stream behind]: shared_ns of its front when its task began */
};

TaskContention *task_contention_create(Engine *engine, const TaskContact *contacts, const StreamId *front_of,
                                       size_t stream_count) {
    TaskContention *self = calloc(1, sizeof *self);
    Front *fronts = calloc(stream_count + 1, sizeof *fronts);
    double *behind_ns = calloc(stream_count + 1, sizeof *behind_ns);
    if (self == NULL || fronts == NULL || behind_ns == NULL)
        fatal("out of memory for the contention of %zu streams", stream_count);
    for (size_t i = 0; i < stream_count; i++)
        fronts[i].running = TASK_NONE;
    *self = (TaskContention){engine, contacts, front_of, fronts, behind_ns};
    return self;
}

void task_contention_destroy(TaskContention *contention) {
    if (contention == NULL)
        return;
    free(contention->fronts);
    free(contention->behind_ns);
    free(contention);
}

static double stretch_of(const TaskContention *self, const Front *front) {
    const TaskContact *needs = &self->contacts[front->running];
    double more = (double)needs->exclusive * front->exclusive + (double)needs->shared * front->shared;
    return 1 + fmax(0, more - (double)needs->slack);
}

/* Brings a front up to now. */
static void settle(TaskContention *self, Front *front) {
    SimTime now = engine_now(self->engine);
    double passed_ns = (double)(now - front->since);
    front->since = now;
    if (front->running == TASK_NONE)
        return;
    front->left_ns = fmax(0, front->left_ns - passed_ns / front->stretch);
    front->shared_ns += passed_ns * (double)self->contacts[front->running].shared;
}

static SimTime time_left(const Front *front) {
    return (SimTime)ceil(front->left_ns * front->stretch);
}

/* What runs behind has changed. */
static void change(TaskContention *self, StreamId stream, const TaskContact *takes, double sign) {
    Front *front = &self->fronts[stream];
    settle(self, front);
    front->exclusive = fmax(0, front->exclusive + sign * (double)takes->exclusive);
    front->shared = fmax(0, front->shared + sign * (double)takes->shared);
    if (front->running == TASK_NONE)
        return;
    front->stretch = stretch_of(self, front);
    engine_reschedule(self->engine, front->end, time_left(front));
}

static bool contends(const TaskContention *self, const TaskStand *stand) {
    const TaskContact *contact = &self->contacts[stand->task];
    return stand->stream_count > 0 && (contact->exclusive > 0 || contact->shared > 0);
}

static bool is_behind(const TaskContention *self, const TaskStand *stand) {
    return self->front_of[stand->streams[0]] != STREAM_NONE;
}

static void change_fronts(TaskContention *self, const TaskStand *stand, double sign) {
    for (uint32_t i = 0; i < stand->stream_count; i++) {
        StreamId front = self->front_of[stand->streams[i]];
        change(self, front, &self->contacts[stand->task], sign);
        self->behind_ns[stand->streams[i]] = self->fronts[front].shared_ns;
    }
}

bool task_contention_start(TaskContention *self, const TaskStand *stand, SimTime duration, Event done) {
    if (!contends(self, stand))
        return false;
    if (is_behind(self, stand)) {
        change_fronts(self, stand, 1);
        return false;
    }
    if (duration == 0)
        return false;
    Front *front = &self->fronts[stand->streams[0]];
    front->running = stand->task;
    front->since = engine_now(self->engine);
    front->left_ns = (double)duration;
    front->stretch = stretch_of(self, front);
    front->end = engine_schedule(self->engine, time_left(front), TASK_PRIORITY, done);
    return true;
}

SimTime task_contention_owed(TaskContention *self, const TaskStand *stand) {
    double most_ns = 0;
    if (!contends(self, stand) || !is_behind(self, stand))
        return 0;
    for (uint32_t i = 0; i < stand->stream_count; i++) {
        Front *front = &self->fronts[self->front_of[stand->streams[i]]];
        settle(self, front);
        most_ns = fmax(most_ns, front->shared_ns - self->behind_ns[stand->streams[i]]);
    }
    return (SimTime)ceil(most_ns * (double)self->contacts[stand->task].shared);
}

void task_contention_end(TaskContention *self, const TaskStand *stand) {
    if (!contends(self, stand))
        return;
    if (is_behind(self, stand)) {
        change_fronts(self, stand, -1);
        return;
    }
    Front *front = &self->fronts[stand->streams[0]];
    if (front->running == stand->task) {
        settle(self, front);
        front->running = TASK_NONE;
    }
}
