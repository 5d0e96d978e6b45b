/*
 * extremes: the larger and the smaller of two numbers. Like fmax and fmin without their care for NaN, which costs a
 * call.
 */
#ifndef SIM_ENGINE_EXTREMES_H
#define SIM_ENGINE_EXTREMES_H

static inline double larger(double a, double b) {
    return b > a ? b : a;
}

static inline double smaller(double a, double b) {
    return b < a ? b : a;
}

#endif
