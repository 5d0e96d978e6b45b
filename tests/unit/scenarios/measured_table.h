/*
 * measured_table: a measured-run table of one good row (GPT 7.5B on 16 A100), with some cells changed, for tests.
 */
#ifndef TESTS_UNIT_SCENARIOS_MEASURED_TABLE_H
#define TESTS_UNIT_SCENARIOS_MEASURED_TABLE_H

#include "scenarios/tables/measured_run.h"
#include "tests/unit/scenarios/reading.h"

/* Changes are "column=value" parted by |, "" for none; a column that is not in the table is added to it. */
const CsvTable *measured_table(Reading *reading, const char *changes);

/* The run of that row, with the catalogue of the project's folder. */
MeasuredRun measured_table_run(Reading *reading, const char *changes);

/* The plan of that row, which must run. */
PlanSpec measured_table_plan(const char *changes);

/* Whether a sentence is among the run's assumptions. */
bool measured_table_assumes(const MeasuredRun *run, const char *sentence);

/* Stops the test unless the row with these changes is left out for exactly this reason. */
void expect_reason(const char *changes, const char *reason);

/* Stops the test unless the row with these changes runs and has the sentence among its assumptions. */
void expect_assumption(const char *changes, const char *sentence);

#endif
