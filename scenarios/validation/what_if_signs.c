#include "scenarios/validation/what_if_signs.h"

#include <math.h>

static const double NOISE_FRACTION = 0.02;

enum { NO_COLUMN = -1 };

/* The one column in which a pair differs, NO_COLUMN when it is no what-if. */
static int changed_column(RowSet difference) {
    RowSet changed = difference & ~ROW_BIT(ROW_ACCUMULATION);
    if (difference == (ROW_BIT(ROW_GPUS) | ROW_BIT(ROW_BATCH)))
        return ROW_GPUS;
    for (int column = 0; column < ROW_KNOBS; column++)
        if (changed == ROW_BIT(column))
            return column;
    return NO_COLUMN;
}

static void count(SignCount *sum, double measured, double simulated) {
    if (fabs(measured) < log1p(NOISE_FRACTION)) {
        sum->quiet++;
        return;
    }
    sum->pairs++;
    sum->right += measured * simulated > 0;
}

static void judge(WhatIfSigns *signs, const ValidationRow *one, const ValidationRow *other, int column) {
    double measured = log(row_keys_throughput(other, other->run.step_s) / row_keys_throughput(one, one->run.step_s));
    double simulated = log(row_keys_throughput(other, other->simulated_s) / row_keys_throughput(one, one->simulated_s));
    count(&signs->columns[column], measured, simulated);
    count(&signs->all, measured, simulated);
}

WhatIfSigns what_if_signs_of(const RowKeys *keys) {
    WhatIfSigns signs = {0};
    const Validation *validation = keys->validation;
    for (int one = 0; one < validation->row_count; one++)
        for (int other = one + 1; keys->ran[one] && other < validation->row_count; other++) {
            int column = keys->ran[other] ? changed_column(row_keys_difference(keys, one, other)) : NO_COLUMN;
            if (column != NO_COLUMN)
                judge(&signs, &validation->rows[one], &validation->rows[other], column);
        }
    return signs;
}

static void add(SignCount *sum, const SignCount *counts) {
    sum->pairs += counts->pairs;
    sum->right += counts->right;
    sum->quiet += counts->quiet;
}

void what_if_signs_add(WhatIfSigns *sum, const WhatIfSigns *signs) {
    for (int column = 0; column < ROW_KNOBS; column++)
        add(&sum->columns[column], &signs->columns[column]);
    add(&sum->all, &signs->all);
}
