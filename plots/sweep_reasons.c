#include "plots/sweep_reasons.h"

#include <string.h>

#include "plots/text_layout.h"

/* More are hardly read. */
enum { MOST_SHOWN = 5 };

static const char *reason_of(const SweepPoint *point) {
    return point->error != NULL ? point->error : "no reason known";
}

int sweep_reasons_number(const SweepReasons *reasons, const SweepPoint *point) {
    for (int i = 0; point->results == NULL && i < reasons->count; i++)
        if (strcmp(reasons->texts[i], reason_of(point)) == 0)
            return i + 1;
    return 0;
}

SweepReasons sweep_reasons_of(Arena *arena, const SweepResults *sweep) {
    SweepReasons reasons = {.texts = ARENA_ARRAY(arena, sweep->point_count, const char *)};
    for (int i = 0; i < sweep->point_count; i++) {
        const SweepPoint *point = &sweep->points[i];
        if (point->results == NULL && sweep_reasons_number(&reasons, point) == 0)
            reasons.texts[reasons.count++] = reason_of(point);
    }
    return reasons;
}

void sweep_reasons_write(FILE *out, const SweepReasons *reasons) {
    for (int i = 0; i < reasons->count && i < MOST_SHOWN; i++) {
        char number[32];
        snprintf(number, sizeof number, "  (%d) ", i + 1);
        text_layout_wrap(out, number, reasons->texts[i]);
    }
    int left = reasons->count - MOST_SHOWN;
    if (left > 0)
        fprintf(out, "  and %d other reason%s: --format csv has them all, in the column error\n", left,
                left == 1 ? "" : "s");
}
