#include "tests/unit/models/small_plan.h"

#include <criterion/criterion.h>

#include "models/plan/plan_resolve.h"

TrainingSpec small_training(void) {
    TrainingSpec training = {.model = transformer_default(), .sequence_tokens = 96, .plan = plan_default()};
    training.model.hidden = 60;
    training.model.layers = 12;
    training.model.heads = 6;
    training.model.vocab = 1013;
    return training;
}

void expect_error(TrainingSpec training, int64_t gpus, const char *path, const char *message) {
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    cr_assert_not(plan_resolve(&training, gpus, "jobs[0]", &errors));
    cr_assert_eq(errors.count, 1, "%d errors", errors.count);
    cr_assert_str_eq(errors.items[0].path, path);
    cr_assert_str_eq(errors.items[0].message, message);
    cr_assert_null(errors.items[0].place.file);
    arena_destroy(arena);
}

void expect_good(TrainingSpec *training, int64_t gpus) {
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    cr_assert(plan_resolve(training, gpus, "jobs[0]", &errors), "%s: %s", errors.items[0].path,
              errors.items[0].message);
    cr_assert_eq(errors.count, 0);
    arena_destroy(arena);
}
