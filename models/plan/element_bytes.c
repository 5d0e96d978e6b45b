#include "models/plan/element_bytes.h"

double activation_bytes(Precision precision) {
    return precision == PRECISION_FP32 || precision == PRECISION_TF32 ? 4 : 2;
}

double operand_bytes(Precision precision) {
    return precision == PRECISION_FP8 ? 1 : activation_bytes(precision);
}

double gathered_share(Precision precision) {
    return operand_bytes(precision) / activation_bytes(precision);
}
