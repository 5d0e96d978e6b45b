/* share_bed: an engine and a fair share to try things on. */
#ifndef TESTS_UNIT_ENGINE_SHARE_BED_H
#define TESTS_UNIT_ENGINE_SHARE_BED_H

#include "sim/engine/fair_share.h"

typedef struct ShareBed {
    Engine *engine;
    FairShare *share;
} ShareBed;

/* With so many owners; 0 = losses are not noted. */
ShareBed share_bed_create(uint32_t owners);
void share_bed_destroy(ShareBed *bed);

#endif
