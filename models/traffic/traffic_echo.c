#include "models/traffic/traffic_echo.h"

#include "sim/engine/check.h"

struct TrafficEcho {
    Arena *arena;
    EchoPair *pairs;
    size_t pair_count;
    size_t pair_capacity;
    double *runs; /* [operation] */
    size_t run_capacity;
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

bool traffic_echo_is_silent(const TrafficEcho *echo) {
    return echo->silent;
}

void traffic_echo_add(TrafficEcho *echo, EchoPair pair) {
    if (echo->silent)
        return;
    CHECK(echo->pair_count == 0 || echo->pairs[echo->pair_count - 1].operation <= pair.operation);
    echo->pairs = arena_grow(echo->arena, echo->pairs, &echo->pair_capacity, echo->pair_count + 1, sizeof *echo->pairs);
    echo->pairs[echo->pair_count++] = pair;
}

void traffic_echo_ran(TrafficEcho *echo, int operation, double times) {
    echo->runs = arena_grow(echo->arena, echo->runs, &echo->run_capacity, (size_t)operation + 1, sizeof *echo->runs);
    echo->runs[operation] += times;
}

double traffic_echo_runs(const TrafficEcho *echo, int operation) {
    return (size_t)operation < echo->run_capacity ? echo->runs[operation] : 0;
}

const EchoPair *traffic_echo_pairs(const TrafficEcho *echo, int *count) {
    *count = (int)echo->pair_count;
    return echo->pairs;
}
