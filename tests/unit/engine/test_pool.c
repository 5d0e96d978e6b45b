#include "sim/engine/pool.h"

#include <criterion/criterion.h>
#include <signal.h>

#include "tests/unit/engine/whole_series.h"

enum { ROOM = 4096 };

/* One run with one pool; grants are noted in their order. */
typedef struct Fixture {
    Engine *engine;
    Pool *pool;
    int granted[ROOM];
    SimTime granted_at[ROOM];
    int count;
} Fixture;

static void open_fixture(Fixture *fixture, int64_t capacity) {
    fixture->engine = engine_create(&(EngineSettings){.seed = 17, .scenario = "pool"});
    fixture->pool = pool_create(fixture->engine, capacity);
    fixture->count = 0;
}

static void close_fixture(Fixture *fixture) {
    pool_destroy(fixture->pool);
    engine_destroy(fixture->engine);
}

static void note_grant(Engine *engine, void *subject, uint64_t argument) {
    Fixture *fixture = subject;
    fixture->granted_at[fixture->count] = engine_now(engine);
    fixture->granted[fixture->count++] = (int)argument;
}

static bool request(Fixture *fixture, int64_t units, int priority, int who) {
    return pool_request(fixture->pool, units, priority, (Event){note_grant, fixture, (uint64_t)who});
}

static void release_event(Engine *engine, void *subject, uint64_t argument) {
    (void)engine;
    pool_release(((Fixture *)subject)->pool, (int64_t)argument);
}

static void release_at(Fixture *fixture, SimTime time, int64_t units) {
    Event event = {release_event, fixture, (uint64_t)units};
    engine_schedule(fixture->engine, time - engine_now(fixture->engine), 0, event);
}

static void expect_order(const Fixture *fixture, const int *order, int count) {
    cr_assert_eq(fixture->count, count);
    for (int i = 0; i < count; i++)
        cr_assert_eq(fixture->granted[i], order[i], "grant %d went to %d", i, fixture->granted[i]);
}

Test(pool, free_units_are_taken_at_once_and_fire_no_event) {
    Fixture fixture;
    open_fixture(&fixture, 7);
    cr_assert(request(&fixture, 3, 0, 1));
    cr_assert(request(&fixture, 4, 0, 2));
    engine_run(fixture.engine);
    cr_assert_eq(fixture.count, 0);
    cr_assert_eq(pool_used(fixture.pool), 7);
    cr_assert_eq(pool_capacity(fixture.pool), 7);
    close_fixture(&fixture);
}

Test(pool, equal_priorities_are_served_in_order_of_arrival) {
    Fixture fixture;
    open_fixture(&fixture, 1);
    cr_assert(request(&fixture, 1, 0, 0));
    for (int who = 1; who <= 9; who++)
        cr_assert_not(request(&fixture, 1, 3, who));
    for (int i = 1; i <= 9; i++)
        release_at(&fixture, 10 * i, 1);
    engine_run(fixture.engine);
    expect_order(&fixture, (int[]){1, 2, 3, 4, 5, 6, 7, 8, 9}, 9);
    cr_assert_eq(fixture.granted_at[4], 50);
    close_fixture(&fixture);
}

Test(pool, a_queue_that_never_empties_keeps_its_order) {
    Fixture fixture;
    open_fixture(&fixture, 1);
    request(&fixture, 1, 0, 0);
    for (int who = 0; who < 11; who++)
        request(&fixture, 1, 0, who);
    for (int who = 11; who < 3000; who++) {
        pool_release(fixture.pool, 1);
        cr_assert_not(request(&fixture, 1, 0, who));
        cr_assert_eq(pool_waiting(fixture.pool), 11);
    }
    engine_run(fixture.engine);
    cr_assert_eq(fixture.count, 2989);
    for (int i = 0; i < fixture.count; i++)
        cr_assert_eq(fixture.granted[i], i);
    close_fixture(&fixture);
}

Test(pool, smaller_priorities_are_served_first) {
    Fixture fixture;
    open_fixture(&fixture, 1);
    request(&fixture, 1, 0, 0);
    const int priorities[] = {5, -2, 5, 0, -2, 7, 0};
    for (int who = 0; who < 7; who++)
        cr_assert_not(request(&fixture, 1, priorities[who], who));
    for (int i = 1; i <= 7; i++)
        release_at(&fixture, i, 1);
    engine_run(fixture.engine);
    expect_order(&fixture, (int[]){1, 4, 3, 6, 0, 2, 5}, 7);
    close_fixture(&fixture);
}

Test(pool, a_small_request_does_not_overtake_a_large_one_that_waits) {
    Fixture fixture;
    open_fixture(&fixture, 10);
    cr_assert(request(&fixture, 6, 0, 0));
    cr_assert_not(request(&fixture, 5, 0, 1));
    cr_assert_not(request(&fixture, 2, 0, 2));
    cr_assert_not(request(&fixture, 0, 0, 3));
    cr_assert_not(pool_try(fixture.pool, 1));
    cr_assert_not(pool_try(fixture.pool, 0));
    cr_assert_eq(pool_used(fixture.pool), 6);
    cr_assert_eq(pool_waiting(fixture.pool), 3);
    release_at(&fixture, 20, 1);
    engine_run(fixture.engine);
    expect_order(&fixture, (int[]){1}, 1);
    cr_assert_eq(pool_used(fixture.pool), 10);
    release_at(&fixture, 30, 3);
    engine_run(fixture.engine);
    expect_order(&fixture, (int[]){1, 2, 3}, 3);
    cr_assert_eq(pool_used(fixture.pool), 9);
    close_fixture(&fixture);
}

Test(pool, a_more_urgent_request_that_fits_need_not_wait_behind_a_large_one) {
    Fixture fixture;
    open_fixture(&fixture, 10);
    request(&fixture, 6, 0, 0);
    cr_assert_not(request(&fixture, 5, 2, 1));
    cr_assert_not(request(&fixture, 4, 2, 2));
    cr_assert(request(&fixture, 4, 1, 3));
    cr_assert_not(request(&fixture, 1, 1, 4));
    release_at(&fixture, 20, 1);
    engine_run(fixture.engine);
    expect_order(&fixture, (int[]){4}, 1);
    close_fixture(&fixture);
}

Test(pool, units_belong_to_a_waiter_before_its_event_fires) {
    Fixture fixture;
    open_fixture(&fixture, 4);
    request(&fixture, 4, 0, 0);
    cr_assert_not(request(&fixture, 3, 0, 1));
    pool_release(fixture.pool, 4);
    cr_assert_eq(fixture.count, 0);
    cr_assert_eq(pool_used(fixture.pool), 3);
    cr_assert_not(pool_try(fixture.pool, 2));
    cr_assert(pool_try(fixture.pool, 1));
    engine_run(fixture.engine);
    cr_assert_eq(fixture.count, 1);
    close_fixture(&fixture);
}

Test(pool, means_peak_and_series_follow_the_units) {
    Fixture fixture;
    open_fixture(&fixture, 10);
    Series *series = series_create(16, 0);
    pool_observe(fixture.pool, series);
    request(&fixture, 8, 0, 0);
    request(&fixture, 9, 0, 1);
    release_at(&fixture, 25, 8);
    release_at(&fixture, 60, 9);
    engine_run_until(fixture.engine, 100);
    series_finish(series, 100);
    cr_assert_eq(pool_peak(fixture.pool), 9);
    cr_assert_float_eq(pool_mean_used(fixture.pool), (25 * 8 + 35 * 9) / 100.0, 1e-12);
    cr_assert_float_eq(pool_mean_waiting(fixture.pool), 25 / 100.0, 1e-12);
    cr_assert_float_eq(whole_series(series).mean, (25 * 8 + 35 * 9) / 100.0, 1e-12);
    cr_assert_eq(series_count(series), 3, "handing over must not look like a dip");
    series_destroy(series);
    close_fixture(&fixture);
}

/* Many requests and releases in no order, against a plain model: units in use, and a list that is searched for the
 * first. */
typedef struct Waiter {
    int64_t units;
    int priority;
    bool waits;
} Waiter;

typedef struct Model {
    Waiter waiters[ROOM];
    int count;
    int64_t used;
    int order[ROOM];
    int granted;
} Model;

static int model_first(const Model *model) {
    int first = -1;
    for (int i = 0; i < model->count; i++)
        if (model->waiters[i].waits && (first < 0 || model->waiters[i].priority < model->waiters[first].priority))
            first = i;
    return first;
}

static void model_serve(Model *model, int64_t capacity) {
    for (int i = model_first(model); i >= 0; i = model_first(model)) {
        if (model->waiters[i].units > capacity - model->used)
            return;
        model->used += model->waiters[i].units;
        model->waiters[i].waits = false;
        model->order[model->granted++] = i;
    }
}

static uint32_t draw(uint64_t *state, uint32_t bound) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % bound;
}

static void request_both(Fixture *fixture, Model *model, int64_t units, int priority) {
    int who = model->count++;
    int before = model->granted;
    model->waiters[who] = (Waiter){units, priority, true};
    model_serve(model, 50);
    bool at_once = request(fixture, units, priority, who);
    cr_assert_eq(at_once, model->granted > before);
    model->granted = before;
}

static void expect_agreement(const Fixture *fixture, const Model *model) {
    int waiting = 0;
    for (int i = 0; i < model->count; i++)
        waiting += model->waiters[i].waits;
    cr_assert_eq(pool_used(fixture->pool), model->used);
    cr_assert_eq(pool_waiting(fixture->pool), waiting);
    cr_assert(pool_used(fixture->pool) >= 0 && pool_used(fixture->pool) <= 50);
}

Test(pool, units_are_conserved_and_order_is_kept_under_a_random_load) {
    static const int64_t largest[] = {1, 5, 50};
    Fixture fixture;
    Model model;
    for (int round = 0; round < 3; round++) {
        uint64_t state = 2385 + (uint64_t)round;
        open_fixture(&fixture, 50);
        model = (Model){.count = 0};
        for (int step = 0; step < 3000; step++) {
            if (draw(&state, 2) == 0) {
                request_both(&fixture, &model, draw(&state, (uint32_t)largest[round] + 1), (int)draw(&state, 4) - 2);
            } else {
                int64_t units = draw(&state, (uint32_t)model.used + 1);
                model.used -= units;
                model_serve(&model, 50);
                pool_release(fixture.pool, units);
            }
            engine_run(fixture.engine);
            expect_agreement(&fixture, &model);
        }
        expect_order(&fixture, model.order, model.granted);
        close_fixture(&fixture);
    }
}

Test(pool, a_request_above_the_capacity_is_a_mistake, .signal = SIGABRT) {
    Fixture fixture;
    open_fixture(&fixture, 4);
    request(&fixture, 5, 0, 0);
}

Test(pool, giving_back_more_than_was_taken_is_a_mistake, .signal = SIGABRT) {
    Fixture fixture;
    open_fixture(&fixture, 4);
    request(&fixture, 3, 0, 0);
    pool_release(fixture.pool, 4);
}
