/*
 * plan_folder: the folder of a search for a plan: summary.txt, plans.csv with every plan, best.yaml with the best as
 * a scenario to run, the data and the picture of the Pareto front, manifest.json.
 */
#ifndef SIM_COMMANDS_PLAN_FOLDER_H
#define SIM_COMMANDS_PLAN_FOLDER_H

#include "plots/report.h"
#include "scenarios/search/plan_findings.h"

/* False when an error was added, or the writing was stopped. */
bool plan_folder_write(const ReportTarget *target, const PlanSearch *search, ErrorList *errors);

#endif
