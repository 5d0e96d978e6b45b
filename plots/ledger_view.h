/*
 * ledger_view: the ledger as shares of all GPU time, in the order in which a reader wants them. Pure functions.
 */
#ifndef PLOTS_LEDGER_VIEW_H
#define PLOTS_LEDGER_VIEW_H

#include "models/results.h"

typedef struct LedgerShare {
    LedgerCategory category;
    double fraction; /* of all GPU time, 0..1 */
} LedgerShare;

/* What losses too small for a line or a colour of their own are together. */
#define LEDGER_VIEW_OTHER "Other, each below 0.5 %"
bool ledger_view_is_small(double fraction);

/* What a category has of the row's sum, 0..1; NaN when the row is empty. */
double ledger_view_fraction(const LedgerRow *row, LedgerCategory category);

/* The time that the ledger covers: all steps of the run. */
SimTime ledger_view_wall(const Results *results);

/* Everything but ideal compute that took time, largest first, equal ones in the order of the ledger; returns how many.
 */
int ledger_view_losses(const LedgerRow *row, LedgerShare losses[LEDGER_COUNT]);

#endif
