/*
 * plan_table: a search for a plan in the formats of machines: csv (every plan of the space with what became of it),
 * json (the same for the best, the front and the classes), tidy (the figures of every plan that ran).
 */
#ifndef SIM_COMMANDS_PLAN_TABLE_H
#define SIM_COMMANDS_PLAN_TABLE_H

#include <stdio.h>

#include "scenarios/search/plan_findings.h"

void plan_table_csv(FILE *out, const PlanSearch *search);
void plan_table_json(FILE *out, const PlanSearch *search);
void plan_table_tidy(FILE *out, const PlanSearch *search);

#endif
