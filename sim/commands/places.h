/*
 * places: where the program finds what it was installed with, and which version it is. The build says both
 * (CHOKEPOINT_SHARE_DIR, CHOKEPOINT_VERSION); the variable CHOKEPOINT_SHARE and the folder above the program come
 * first.
 */
#ifndef SIM_COMMANDS_PLACES_H
#define SIM_COMMANDS_PLACES_H

#include "scenarios/reader/catalogue.h"
#include "sim/engine/arena.h"

const char *places_version(void);

/* The folder that has plots/ with the gnuplot scripts; the installed one when none is found. */
const char *places_share(Arena *arena);

/* Where named hardware and models are looked for. */
Catalogue places_catalogue(Arena *arena);

#endif
