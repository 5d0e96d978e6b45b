/*
 * measured_release: the year of the software of a measured run, by its `release`: a date ("2021-04", "May 2024"), a
 * version by year and month ("v24.11", "NeMo 24.07"), or a round of MLPerf ("MLPerf Training v3.1", which was published
 * in 2023).
 */
#ifndef SCENARIOS_TABLES_MEASURED_RELEASE_H
#define SCENARIOS_TABLES_MEASURED_RELEASE_H

#include "scenarios/tables/measured_row.h"

enum { MEASURED_LAST_YEAR = 2099 };

/* Returns a year up to MEASURED_LAST_YEAR; when the release has none 2022, or the year of a newer GPU, as an
 * assumption. */
int measured_release_year(MeasuredRow *row);

/* Returns the year times 12 plus the months before; the middle of the year when the release has no month. */
int measured_release_month(MeasuredRow *row);

/* The same, but 0 when the release tells no year. */
int measured_release_told_month(const MeasuredRow *row);

#endif
