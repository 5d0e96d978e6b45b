#include "plots/ledger_view.h"

#include <math.h>

bool ledger_view_is_small(double fraction) {
    return !(fraction >= 0.005);
}

double ledger_view_fraction(const LedgerRow *row, LedgerCategory category) {
    int64_t sum = ledger_sum(row);
    return sum > 0 ? (double)row->ns[category] / (double)sum : NAN;
}

SimTime ledger_view_wall(const Results *results) {
    return results->gpus > 0 ? ledger_sum(&results->ledger) / results->gpus : results->step;
}

int ledger_view_losses(const LedgerRow *row, LedgerShare losses[LEDGER_COUNT]) {
    int count = 0;
    for (int category = 0; category < LEDGER_COUNT; category++) {
        if (category == LEDGER_IDEAL_COMPUTE || row->ns[category] == 0) {
            continue;
        }
        LedgerShare share = {category, ledger_view_fraction(row, category)};
        int place = count++;
        for (; place > 0 && row->ns[losses[place - 1].category] < row->ns[category]; place--) {
            losses[place] = losses[place - 1];
        }
        losses[place] = share;
    }
    return count;
}
