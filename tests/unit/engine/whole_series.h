/* whole_series: all points of a finished series as one. */
#ifndef TESTS_UNIT_ENGINE_WHOLE_SERIES_H
#define TESTS_UNIT_ENGINE_WHOLE_SERIES_H

#include "sim/engine/series.h"

/* From the start of the first to the end of the last, of at least one; fails when there is a gap. */
SeriesPoint whole_series(const Series *series);

#endif
