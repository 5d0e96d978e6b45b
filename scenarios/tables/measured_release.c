#include "scenarios/tables/measured_release.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "scenarios/reader/yaml_node.h"
#include "scenarios/tables/measured_gpu.h"

enum { FIRST_YEAR = 2015, UNKNOWN_RELEASE_YEAR = 2022, MLPERF_YEAR_0 = 2020 };
enum { LAST_WORD_YEAR = 2039 }; /* of a year that stands alone: 2048 is a length */

/* The first whole year in which servers with these GPUs could be had, by their makers' announcements: no software that
 * ran on them is older. */
static const struct {
    const char *entry;
    int year;
} FIRST_YEARS[] = {
    {"dgx-h100", 2023},    {"hgx-h800", 2023},      {"pcie-h100", 2023},      {"pcie-h100-nvl", 2023},
    {"p5-48xlarge", 2023}, {"nd-h100-v5", 2023},    {"pcie-l40s", 2023},      {"pcie-l40", 2023},
    {"g6-48xlarge", 2024}, {"a3-megagpu-8g", 2024}, {"hgx-h20", 2024},        {"gh200", 2024},
    {"hgx-h200", 2024},    {"nd-mi300x", 2024},     {"a3-ultragpu-8g", 2025}, {"nd-mi325x", 2025},
    {"dgx-b200", 2025},    {"gb200-nvl72", 2025},   {"dgx-b300", 2025},       {"gb300-nvl72", 2025},
    {"oam-mi350x", 2025},  {"nd-mi355x", 2025},     {"pcie-rtx5090", 2025},   {"pcie-rtx-pro-6000", 2025},
};

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

/* The month whose name, or the start of it, is here: "May", "Sept"; 0 = none is. */
static int named_month(const char *at) {
    static const char *const MONTHS[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    size_t letters = 0;
    while (isalpha((unsigned char)at[letters]))
        letters++;
    for (int i = 0; i < 12 && letters >= 3; i++)
        if (letters <= strlen(MONTHS[i]) && strncasecmp(at, MONTHS[i], letters) == 0)
            return i + 1;
    return 0;
}

/* The first name of a month in the text; 0 = there is none. */
static int month_by_name(const char *text) {
    for (const char *at = text; *at != '\0'; at++)
        if ((at == text || !isalnum((unsigned char)at[-1])) && named_month(at) > 0)
            return named_month(at);
    return 0;
}

/* The month of a year that stands as a word: "2024", "2024/05", "2024.07", "May 2024"; 0 when there is none. */
static int calendar_month(const char *release) {
    for (const char *at = release; *at != '\0'; at++) {
        int year = 0, month = 0, read = 0;
        bool starts = at == release || (!isalnum((unsigned char)at[-1]) && at[-1] != '.');
        if (!starts || sscanf(at, "%4d%n", &year, &read) != 1 || read != 4 || year < FIRST_YEAR ||
            year > LAST_WORD_YEAR || isalnum((unsigned char)at[read]))
            continue;
        if (sscanf(at + read, "%*[-/.]%2d", &month) != 1)
            month = month_by_name(release);
        return month_of(year, month);
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
    month = version_month(release);
    return month > 0 ? month : calendar_month(release);
}

/* What is not dated is of 2022, or of the year of its GPU. */
static int undated_year(const MeasuredRow *row) {
    const char *entry = measured_gpu_find(measured_gpu_words(measured_row_text(row, "gpu"), row->arena)).entry;
    for (size_t i = 0; entry != NULL && i < sizeof FIRST_YEARS / sizeof *FIRST_YEARS; i++)
        if (strcmp(entry, FIRST_YEARS[i].entry) == 0)
            return FIRST_YEARS[i].year;
    return UNKNOWN_RELEASE_YEAR;
}

int measured_release_told_month(const MeasuredRow *row) {
    return release_month(measured_row_text(row, "release"));
}

int measured_release_month(MeasuredRow *row) {
    const char *release = measured_row_text(row, "release");
    int month = measured_release_told_month(row);
    if (month > 0)
        return month;
    int year = undated_year(row);
    measured_row_assume(row, "release \"%s\" names no year: software of %d%s.",
                        yaml_node_shown_text(release, row->arena), year,
                        year > UNKNOWN_RELEASE_YEAR ? ", since when there are such GPUs" : "");
    return month_of(year, 0);
}

int measured_release_year(MeasuredRow *row) {
    return measured_release_month(row) / 12;
}
