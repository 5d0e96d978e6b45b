/*
 * pictures: which pictures a run has, and what each script must be told. Files are the report's business.
 */
#ifndef PLOTS_PICTURES_H
#define PLOTS_PICTURES_H

#include <stdbool.h>
#include <stdio.h>

#include "models/results.h"
#include "sim/engine/arena.h"

typedef struct Picture {
    const char *name; /* of the script and of the picture, without an ending */
    bool (*applies)(const Results *results);
    void (*write_head)(FILE *out, Arena *arena, const Results *results); /* what follows the title */
} Picture;

/* The pictures of a run: 0 .. pictures_count() - 1. */
int pictures_count(void);
const Picture *pictures_at(int index);

#endif
