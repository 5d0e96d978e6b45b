#include "tests/fuzz/draw.h"

int draw_pick(const Draw *draw, const int *choices, uint64_t count) {
    return choices[random_below(draw->stream, count)];
}

bool draw_toss(const Draw *draw) {
    return random_below(draw->stream, 2) == 1;
}
