#include "sim/engine/share_meter.h"

#include <stdlib.h>

#include "sim/engine/array.h"

void share_meter_free(ShareMeter *meter) {
    free(meter->series);
}

void share_meter_observe(ShareMeter *meter, Series *series) {
    meter->series = array_grow(meter->series, &meter->series_capacity, meter->series_count + 1, sizeof *meter->series);
    meter->series[meter->series_count++] = series;
}

void share_meter_forget(ShareMeter *meter, const Series *series) {
    size_t kept = 0;
    for (size_t i = 0; i < meter->series_count; i++)
        if (meter->series[i] != series)
            meter->series[kept++] = meter->series[i];
    meter->series_count = kept;
}

void share_meter_record(const ShareMeter *meter, SimTime now, double load_fraction) {
    for (size_t i = 0; i < meter->series_count; i++)
        series_record(meter->series[i], now, load_fraction);
}
