/*
 * axes: the `sweep:` of a scenario as lists of values, one list per path. A list says its values; `{from, to, factor}`
 * or `{from, to, step}` counts them out, with the unit of `from`. What is done with the points is the experiment's
 * business.
 */
#ifndef SCENARIOS_READER_AXES_H
#define SCENARIOS_READER_AXES_H

#include "scenarios/reader/yaml_node.h"

enum { AXES_MOST = 16, AXES_MOST_VALUES = 10000 };

typedef struct SweepAxis {
    const char *path;
    const char *const *values; /* YAML texts */
    const char *const *labels; /* shown: a mapping's `name`, else "key=value"; "unchanged" when empty */
    int count;                 /* 1 .. AXES_MOST_VALUES */
    const ErrorPlace *places;  /* of each value */
} SweepAxis;

/* Reads the mapping of a `sweep:`; adds an error for each axis that cannot be read and leaves it out. Sets *count. */
const SweepAxis *axes_read(YamlNode *sweep, Arena *arena, ErrorList *errors, int *count);

#endif
