/*
 * plan_text: a search for a plan as a page of text: the verdict, the best plans, the Pareto front, what became of every
 * class of plans.
 */
#ifndef SIM_COMMANDS_PLAN_TEXT_H
#define SIM_COMMANDS_PLAN_TEXT_H

#include <stdio.h>

#include "scenarios/search/plan_findings.h"

void plan_text_write(FILE *out, const PlanSearch *search);

#endif
