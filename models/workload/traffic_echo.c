#include "models/workload/traffic_echo.h"

#include <stdbool.h>

#include <string.h>

#include "sim/engine/check.h"

struct TrafficEcho {
    Arena *arena;
    EchoPair *pairs;
    int pair_count;
    int pair_capacity;
    double *runs; /* [operation] */
    int run_capacity;
    bool silent;
};

TrafficEcho *traffic_echo_create(Arena *arena) {
    TrafficEcho *echo = ARENA_NEW(arena, TrafficEcho);
    echo->arena = arena;
    return echo;
}

void traffic_echo_silence(TrafficEcho *echo) {
    echo->silent = true;
}

void traffic_echo_add(TrafficEcho *echo, EchoPair pair) {
    if (echo->silent)
        return;
    CHECK(echo->pair_count == 0 || echo->pairs[echo->pair_count - 1].operation <= pair.operation);
    if (echo->pair_count == echo->pair_capacity) {
        echo->pair_capacity = echo->pair_capacity ? 2 * echo->pair_capacity : 64;
        EchoPair *pairs = ARENA_ARRAY(echo->arena, echo->pair_capacity, EchoPair);
        if (echo->pair_count)
            memcpy(pairs, echo->pairs, (size_t)echo->pair_count * sizeof *pairs);
        echo->pairs = pairs;
    }
    echo->pairs[echo->pair_count++] = pair;
}

void traffic_echo_ran(TrafficEcho *echo, int operation, double times) {
    if (operation >= echo->run_capacity) {
        int capacity = 2 * operation + 16;
        double *runs = ARENA_ARRAY(echo->arena, capacity, double);
        if (echo->run_capacity)
            memcpy(runs, echo->runs, (size_t)echo->run_capacity * sizeof *runs);
        echo->runs = runs;
        echo->run_capacity = capacity;
    }
    echo->runs[operation] += times;
}

double traffic_echo_runs(const TrafficEcho *echo, int operation) {
    return operation < echo->run_capacity ? echo->runs[operation] : 0;
}

const EchoPair *traffic_echo_pairs(const TrafficEcho *echo, int *count) {
    *count = echo->pair_count;
    return echo->pairs;
}
