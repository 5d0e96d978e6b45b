/*
 * share_meter: what is known of one resource of a fair_share over time: units served, and the series that its load is
 * recorded into. It knows no activities.
 */
#ifndef SIM_ENGINE_SHARE_METER_H
#define SIM_ENGINE_SHARE_METER_H

#include <stddef.h>

#include "sim/engine/series.h"

/* All zeros has served nothing and records nothing. */
typedef struct ShareMeter {
    double served;   /* units, of activities that have ended */
    Series **series; /* borrowed */
    size_t series_count;
    size_t series_capacity;
} ShareMeter;

void share_meter_free(ShareMeter *meter);

void share_meter_observe(ShareMeter *meter, Series *series);
void share_meter_forget(ShareMeter *meter, const Series *series);

/* Records a load, as a fraction of the capacity, into all series. */
void share_meter_record(const ShareMeter *meter, SimTime now, double load_fraction);

#endif
