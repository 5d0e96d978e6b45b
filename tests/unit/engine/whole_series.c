#include "tests/unit/engine/whole_series.h"

#include <criterion/criterion.h>
#include <math.h>

SeriesPoint whole_series(const Series *series) {
    cr_assert_gt(series_count(series), 0);
    SeriesPoint whole = series_point(series, 0);
    double area = 0;
    for (int i = 0; i < series_count(series); i++) {
        SeriesPoint point = series_point(series, i);
        cr_assert(i == 0 || point.start == whole.end);
        whole.end = point.end;
        whole.min = fmin(whole.min, point.min);
        whole.max = fmax(whole.max, point.max);
        area += point.mean * (double)(point.end - point.start);
    }
    whole.mean = area / (double)(whole.end - whole.start);
    return whole;
}
