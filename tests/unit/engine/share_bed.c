#include "tests/unit/engine/share_bed.h"

ShareBed share_bed_create(uint32_t owners) {
    Engine *engine = engine_create(&(EngineSettings){.seed = 1});
    ShareBed bed = {engine, fair_share_create(engine)};
    if (owners > 0)
        fair_share_set_owners(bed.share, owners);
    return bed;
}

void share_bed_destroy(ShareBed *bed) {
    fair_share_destroy(bed->share);
    engine_destroy(bed->engine);
}
