#include "scenarios/tables/measured_release.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/reader/yaml_node.h"

enum { FIRST_YEAR = 2015, UNKNOWN_RELEASE_YEAR = 2022, MLPERF_YEAR_0 = 2020 };

/* A month of the calendar, counted from the year 0; one that is not told is July. */
static int month_of(int year, int month) {
    enum { MIDDLE = 7 };
    return year * 12 + (month >= 1 && month <= 12 ? month : MIDDLE) - 1;
}

/* The month of a version by year and month: "NeMo 24.07", "NGC 23.09-py3"; 0 when there is none. */
static int version_month(const char *release) {
    int year = 0, month = 0, read = 0;
    for (const char *at = release; *at != '\0'; at++) {
        bool starts = at == release || (!isalnum((unsigned char)at[-1]) && at[-1] != '.');
        if (starts && sscanf(at, "%2d.%2d%n", &year, &month, &read) == 2 && read == 5 && month >= 1 && month <= 12 &&
            year >= FIRST_YEAR - 2000 && !isdigit((unsigned char)at[read]))
            return month_of(2000 + year, month);
    }
    return 0;
}

/* The month at the start of a release, of "2021-04", of a version "v24.11", or of a round of MLPerf: "MLPerf Training
 * v3.1" was published in 2023; 0 when it has no year. */
static int release_month(const char *release) {
    int year = 0, month = 0;
    if (sscanf(release, "%4d-%2d", &year, &month) >= 1 && strchr(release, '-') == release + 4 && year >= FIRST_YEAR &&
        year <= MEASURED_LAST_YEAR)
        return month_of(year, month);
    if (sscanf(release, "v%2d.%2d", &year, &month) >= 1 && strchr(release, '.') == release + 3 &&
        year >= FIRST_YEAR - 2000)
        return month_of(2000 + year, month);
    if (sscanf(release, "MLPerf Training v%1d.", &year) == 1 && year >= 1)
        return month_of(MLPERF_YEAR_0 + year, 0);
    return version_month(release);
}

int measured_release_month(MeasuredRow *row) {
    const char *release = measured_row_text(row, "release");
    int month = release_month(release);
    if (month > 0)
        return month;
    measured_row_assume(row, "release \"%s\" names no year: software of 2022.",
                        yaml_node_shown_text(release, row->arena));
    return month_of(UNKNOWN_RELEASE_YEAR, 0);
}

int measured_release_year(MeasuredRow *row) {
    return measured_release_month(row) / 12;
}
