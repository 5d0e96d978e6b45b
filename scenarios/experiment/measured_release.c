#include "scenarios/experiment/measured_release.h"

#include <ctype.h>
#include <stdio.h>

#include "scenarios/reader/yaml_node.h"

enum { FIRST_YEAR = 2015, UNKNOWN_RELEASE_YEAR = 2022, MLPERF_YEAR_0 = 2020 };

/* The year of a version by year and month: "NeMo 24.07", "NGC 23.09-py3"; 0 when there is none. */
static int version_year(const char *release) {
    int year = 0, month = 0, read = 0;
    for (const char *at = release; *at != '\0'; at++) {
        bool starts = at == release || (!isalnum((unsigned char)at[-1]) && at[-1] != '.');
        if (starts && sscanf(at, "%2d.%2d%n", &year, &month, &read) == 2 && read == 5 && month >= 1 && month <= 12 &&
            year >= FIRST_YEAR - 2000 && !isdigit((unsigned char)at[read]))
            return 2000 + year;
    }
    return 0;
}

/* The year at the start of a release, of "2021-04", of a version "v24.11", or of a round of MLPerf: "MLPerf Training
 * v3.1" was published in 2023; 0 when it has none. */
static int release_year(const char *release) {
    int year = 0;
    if (sscanf(release, "%4d-", &year) == 1 && year >= FIRST_YEAR && year <= MEASURED_LAST_YEAR)
        return year;
    if (sscanf(release, "v%2d.", &year) == 1 && year >= FIRST_YEAR - 2000)
        return 2000 + year;
    if (sscanf(release, "MLPerf Training v%1d.", &year) == 1 && year >= 1)
        return MLPERF_YEAR_0 + year;
    return version_year(release);
}

int measured_release_year(MeasuredRow *row) {
    const char *release = measured_row_text(row, "release");
    int year = release_year(release);
    if (year > 0)
        return year;
    measured_row_assume(row, "release \"%s\" names no year: software of 2022.",
                        yaml_node_shown_text(release, row->arena));
    return UNKNOWN_RELEASE_YEAR;
}
