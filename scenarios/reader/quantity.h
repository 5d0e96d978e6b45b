/*
 * quantity: a number with its unit as people write it, "400 Gbit/s", as a double in SI units, and back. It knows
 * dimensions, prefixes and units; it knows no keys. A number without a unit is refused where a unit is needed: 400
 * what?
 *
 * Decimal prefixes k M G T P E and binary ones Ki Mi Gi Ti Pi for bytes, bits and FLOPs; m u n p before seconds. `B` is
 * a byte, `b` and `bit` are a bit. A fraction is a plain number, or a percentage: 0.8 or "80%".
 */
#ifndef SCENARIOS_READER_QUANTITY_H
#define SCENARIOS_READER_QUANTITY_H

#include <stdbool.h>

#include "sim/engine/arena.h"

typedef enum Dimension {
    DIMENSION_COUNT,     /* plain number */
    DIMENSION_FRACTION,  /* plain number or percentage */
    DIMENSION_BYTES,     /* bytes */
    DIMENSION_BANDWIDTH, /* bytes per second */
    DIMENSION_TIME,      /* seconds */
    DIMENSION_FLOP_RATE, /* FLOPs per second */
    DIMENSION_POWER,     /* watts */
    DIMENSION_FREQUENCY, /* hertz */
    DIMENSION_END
} Dimension;

typedef enum QuantityProblem {
    QUANTITY_GOOD,
    QUANTITY_NO_NUMBER, /* no decimal number at the front */
    QUANTITY_TOO_LARGE, /* no double holds it */
    QUANTITY_NO_UNIT,   /* a bare number where a unit is needed */
    QUANTITY_WRONG_UNIT /* a unit of another dimension, or none that is known */
} QuantityProblem;

/* Reads the whole text as a quantity of that dimension, in SI units; *value is untouched unless the answer is good. */
QuantityProblem quantity_read(const char *text, Dimension dimension, double *value);

/* The unit that the one in `text` is another spelling of, in upper and lower case or by its end, NULL when there is
 * none: "Gbit/s" for "400 gbit/s", "GB/s" for "50 GBps". */
const char *quantity_near_unit(const char *text, Dimension dimension, Arena *arena);

/* The dimension of a unit, prefix included, and how many SI units it is; false when it is unknown or "". */
bool quantity_read_unit(const char *unit, Dimension *dimension, double *factor);

/* Reads a decimal number at the front: no hexadecimal, infinity or NaN. The rest of the text starts at *rest. */
QuantityProblem quantity_read_number(const char *text, double *value, const char **rest);

/* A value as people write it: "400 GB/s", "80 GiB", "5 us", "0.8". */
const char *quantity_text(double value, Dimension dimension, Arena *arena);

/* "bandwidth", "duration". */
const char *quantity_name(Dimension dimension);

/* An example with its unit: "400 Gbit/s". */
const char *quantity_example(Dimension dimension);

/* A regular expression of ECMAScript that accepts what quantity_read accepts as text; NULL for plain numbers. */
const char *quantity_pattern(Dimension dimension);

#endif
