/*
 * Memory against Korthikanti et al. 2022 (arXiv 2205.05198), Figures 1 and 7, as stored in ../shared/data: parameters
 * with optimizer state, and activations of the fullest stage, by recomputation technique. The layouts are those of
 * their Table 3.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/workload/training_memory.h"
#include "tests/unit/models/small_cluster.h"

static const char *const FILE_NAME = "../shared/data/training-measured/korthikanti_memory.csv";
static const double GIB = 1024.0 * 1024.0 * 1024.0;

typedef struct Layout {
    const char *name;
    int64_t hidden, layers, heads, pipeline, chunks, micro_batch, batch;
} Layout;

static const Layout LAYOUTS[] = {{"GPT 22B", 6144, 48, 64, 1, 1, 4, 4},
                                 {"GPT 175B", 12288, 96, 96, 8, 3, 1, 64},
                                 {"GPT 530B", 20480, 105, 128, 35, 3, 1, 280},
                                 {"GPT 1T", 25600, 128, 160, 64, 1, 1, 512}};

static TrainingSpec training_of(Arena *arena, const Layout *layout, const char *mode) {
    SimulationSpec spec = small_cluster(arena, (int)layout->pipeline, 8);
    TrainingSpec *training = &spec.jobs[0].training;
    training->model.hidden = layout->hidden;
    training->model.layers = layout->layers;
    training->model.heads = layout->heads;
    training->model.vocab = 51200;
    training->model.max_positions = 2048;
    training->sequence_tokens = 2048;
    PlanSpec *plan = &training->plan;
    plan->tensor_parallel = 8;
    plan->pipeline_parallel = layout->pipeline;
    plan->virtual_stages = layout->chunks;
    plan->micro_batch_seqs = layout->micro_batch;
    plan->global_batch_seqs = layout->batch;
    plan->sequence_parallel = strstr(mode, "sequence parallel") != NULL;
    plan->recompute = strstr(mode, "selective") ? RECOMPUTE_SELECTIVE
                      : strstr(mode, "full")    ? RECOMPUTE_FULL
                                                : RECOMPUTE_NONE;
    small_cluster_resolve(arena, &spec);
    return *training;
}

/* Relative error of one row; NaN when the row has nothing to compare, as the one that the others are percents of. */
static double row_error(Arena *arena, const char *row, double *activations_none) {
    char model[32], mode[64];
    double state_gib = 0, activations_gib = 0, percent = 0;
    const char *fields = strstr(row, "GPT ");
    if (!fields || sscanf(fields, "%31[^,],%63[^,]", model, mode) != 2)
        return NAN;
    const char *rest = fields + strlen(model) + strlen(mode) + 2;
    bool figure_1 = sscanf(rest, "%lf,%lf", &state_gib, &activations_gib) == 2;
    if (!figure_1 && sscanf(rest, ",,%lf", &percent) != 1)
        return NAN;
    const Layout *layout = LAYOUTS;
    while (strcmp(layout->name, model) != 0)
        layout++;
    TrainingSpec training = training_of(arena, layout, mode);
    StageMemory memory = training_memory_of_stage(&training, 0);
    if (figure_1) {
        double state = (memory.weights_bytes + memory.gradients_bytes + memory.optimizer_bytes) / GIB;
        return (fabs(state / state_gib - 1) + fabs(memory.activations_bytes / GIB / activations_gib - 1)) / 2;
    }
    if (percent == 100) {
        *activations_none = memory.activations_bytes;
        return NAN;
    }
    return fabs(memory.activations_bytes / *activations_none * 100 / percent - 1);
}

Test(memory, is_within_10_percent_of_the_figures_of_korthikanti_on_average) {
    FILE *file = fopen(FILE_NAME, "r");
    if (!file)
        cr_skip_test("no file %s", FILE_NAME);
    char row[1024];
    double sum = 0, worst = 0, activations_none = NAN;
    int rows = 0;
    Arena *arena = arena_create();
    while (fgets(row, sizeof row, file)) {
        double error = row_error(arena, row, &activations_none);
        if (isnan(error))
            continue;
        sum += error;
        worst = fmax(worst, error);
        rows++;
        printf("%5.1f %%  %.70s\n", 100 * error, strstr(row, "GPT "));
    }
    fclose(file);
    arena_destroy(arena);
    printf("memory: %d rows, mean error %.1f %%, worst %.1f %%\n", rows, 100 * sum / rows, 100 * worst);
    cr_assert_eq(rows, 24);
    cr_assert_lt(sum / rows, 0.10);
}
