#include "plots/presence.h"

static bool has_row(const Contention *contention, int owner) {
    return contention->present != NULL && contention->present[owner].count > 0;
}

/* Events keep the last row when there are too many flows. */
int presence_owners(const Contention *contention, int owners[PRESENCE_ROWS]) {
    int events = contention->owner_count - 1;
    int room = PRESENCE_ROWS - (events >= 0 && has_row(contention, events));
    int count = 0;
    for (int owner = contention->job_count; owner < events && count < room; owner++) {
        if (has_row(contention, owner)) {
            owners[count++] = owner;
        }
    }
    if (room < PRESENCE_ROWS) {
        owners[count++] = events;
    }
    return count;
}

void presence_draw(const Contention *contention, int owner, SimTime resolution, SpanSink *sink, void *subject) {
    const Spans *spans = &contention->present[owner];
    for (int first = 0, next = 0; first < spans->count; first = next) {
        next = first + 1;
        while (next < spans->count && spans->starts[next] - spans->ends[next - 1] < resolution) {
            next++;
        }
        sink(subject, spans->starts[first], spans->ends[next - 1]);
    }
}
