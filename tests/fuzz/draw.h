/* draw: choices by chance, for specs that nobody would think of. */
#ifndef TESTS_FUZZ_DRAW_H
#define TESTS_FUZZ_DRAW_H

#include <stdbool.h>

#include "sim/engine/arena.h"
#include "sim/engine/random.h"

typedef struct Draw {
    Arena *arena;
    RandomStream *stream;
} Draw;

int draw_pick(const Draw *draw, const int *choices, uint64_t count);
bool draw_toss(const Draw *draw);

/* One of the numbers that follow. */
#define DRAW_PICK(draw, ...) draw_pick(draw, (const int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

#endif
