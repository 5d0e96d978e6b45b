#include <criterion/criterion.h>

#include "tests/unit/scenarios/small_scenario.h"

/* A job of a model of the catalogue. */
static const TrainingSpec *training_of(Arena *arena, const char *model) {
    const char *jobs = arena_format(arena, "jobs=[{model: %s, plan: {micro_batch: 3}}]", model);
    return &SMALL_SCENARIO(arena, jobs)->spec.jobs[0].training;
}

static double parameters_of(Arena *arena, const char *model) {
    return training_model_parameters(training_of(arena, model));
}

/* Multiply-adds forward of one sample. */
static double multiply_adds_of(Arena *arena, const char *model) {
    return layer_list_flop(&training_of(arena, model)->list) / 2;
}

/* He et al. 2015: 25.6 M; torchvision's resnet50 has 25,557,032 and 4.09 GMAC. */
Test(layer_models, resnet_50_has_its_published_parameters_and_products) {
    Arena *arena = arena_create();
    cr_assert_eq(parameters_of(arena, "resnet-50"), 25557032);
    cr_assert_float_eq(multiply_adds_of(arena, "resnet-50"), 4.09e9, 0.005e9);
    arena_destroy(arena);
}

/* kuangliu/pytorch-cifar's ResNet18 has 11,173,962; 0.56 GMAC. */
Test(layer_models, resnet_18_for_cifar_has_its_published_parameters_and_products) {
    Arena *arena = arena_create();
    cr_assert_eq(parameters_of(arena, "resnet-18-cifar"), 11173962);
    cr_assert_float_eq(multiply_adds_of(arena, "resnet-18-cifar"), 0.556e9, 0.001e9);
    arena_destroy(arena);
}

/* Naumov et al. 2019, 5.1: about 540 M; MLPerf's: over 25 thousand million. */
Test(layer_models, dlrm_has_its_published_parameters_nearly_all_of_them_sharded) {
    Arena *arena = arena_create();
    cr_assert_float_eq(parameters_of(arena, "dlrm-kaggle"), 540e6, 1e6);
    cr_assert_float_eq(parameters_of(arena, "dlrm-terabyte"), 26.1e9, 0.05e9);
    const LayerListSpec *list = &training_of(arena, "dlrm-terabyte")->list;
    cr_assert_gt(layer_list_sharded_parameters(list), 0.999 * layer_list_parameters(list));
    cr_assert_eq(layer_list_exchanged_elements(list), 26 * 128);
    arena_destroy(arena);
}

/* Devlin et al. 2018: 110 M and 340 M, with a pooler and a segment table. */
Test(layer_models, bert_has_its_published_parameters_within_2_percent) {
    Arena *arena = arena_create();
    const char *base = "jobs=[{model: bert-base, sequence_length: 512}]";
    const char *large = "jobs=[{model: bert-large, sequence_length: 512}]";
    double base_parameters = training_model_parameters(&SMALL_SCENARIO(arena, base)->spec.jobs[0].training);
    double large_parameters = training_model_parameters(&SMALL_SCENARIO(arena, large)->spec.jobs[0].training);
    cr_assert_float_eq(base_parameters, 110e6, 0.02 * 110e6);
    cr_assert_float_eq(large_parameters, 340e6, 0.02 * 340e6);
    arena_destroy(arena);
}

Test(layer_models, a_changed_entry_of_the_catalogue_keeps_its_layers) {
    Arena *arena = arena_create();
    const TrainingSpec *training =
        training_of(arena, "{from: resnet-50, layers: [{kind: linear, in_features: 3, out_features: 5, bias: true}]}");
    cr_assert_eq(training->list.count, 1);
    cr_assert_eq(layer_list_parameters(&training->list), 20);
    cr_assert_str_eq(training->model.name, "resnet-50, changed");
    arena_destroy(arena);
}
