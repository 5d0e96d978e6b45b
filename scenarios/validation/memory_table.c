#include "scenarios/validation/memory_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/memory/training_memory.h"
#include "models/plan/parameter_bytes.h"
#include "models/plan/plan_resolve.h"
#include "models/plan/training_parameters.h"
#include "scenarios/tables/measured_row.h"

static const double GIB = 0x1p30;

enum { TENSOR_PARALLEL = 8, SEQUENCE_TOKENS = 2048, VOCAB = 51200 };

/* Korthikanti et al. 2022, Table 3. */
typedef struct Layout {
    const char *model;
    int64_t hidden, layers, heads, pipeline, chunks, micro_batch, batch;
} Layout;

static const Layout LAYOUTS[] = {{"GPT 22B", 6144, 48, 64, 1, 1, 4, 4},
                                 {"GPT 175B", 12288, 96, 96, 8, 3, 1, 64},
                                 {"GPT 530B", 20480, 105, 128, 35, 3, 1, 280},
                                 {"GPT 1T", 25600, 128, 160, 64, 1, 1, 512}};

static const char *const COLUMNS[] = {"model", "mode", "params_optimizer_gib", "activations_gib",
                                      "activation_pct_of_none"};

bool memory_table_is_one(const CsvTable *table) {
    for (size_t i = 0; i < sizeof COLUMNS / sizeof *COLUMNS; i++)
        if (csv_column(table, COLUMNS[i]) < 0)
            return false;
    return true;
}

static const Layout *find_layout(const char *model) {
    for (size_t i = 0; i < sizeof LAYOUTS / sizeof *LAYOUTS; i++)
        if (strcmp(LAYOUTS[i].model, model) == 0)
            return &LAYOUTS[i];
    return NULL;
}

static TrainingSpec training_of(const Layout *layout, const char *mode, Arena *arena) {
    TrainingSpec training = {
        .model = transformer_default(), .sequence_tokens = SEQUENCE_TOKENS, .plan = plan_default()};
    training.model.hidden = layout->hidden;
    training.model.layers = layout->layers;
    training.model.heads = layout->heads;
    training.model.vocab = VOCAB;
    training.model.max_positions = SEQUENCE_TOKENS;
    training.model.dropout_fraction = 0.1;
    PlanSpec *plan = &training.plan;
    plan->tensor_parallel = TENSOR_PARALLEL;
    plan->pipeline_parallel = layout->pipeline;
    plan->virtual_stages = layout->chunks;
    plan->micro_batch_seqs = layout->micro_batch;
    plan->global_batch_seqs = layout->batch;
    plan->sequence_parallel = measured_row_has_words(mode, "sequence parallel");
    plan->recompute = measured_row_has_words(mode, "selective") ? RECOMPUTE_SELECTIVE
                      : measured_row_has_words(mode, "full")    ? RECOMPUTE_FULL
                                                                : RECOMPUTE_NONE;
    ErrorList errors;
    error_list_init(&errors, arena);
    plan_resolve(&training, TENSOR_PARALLEL * layout->pipeline, "memory", &errors);
    return training;
}

static double state_bytes(const TrainingSpec *training) {
    double per_parameter =
        training_weight_bytes(training) + training_gradient_bytes(&training->plan) + training_state_bytes(training);
    double layers = (double)training->model.layers / (double)training->plan.pipeline_parallel;
    return per_parameter * layers * training_layer_parameters(training);
}

/* All that layers keep is what offloading could move. */
static double activation_bytes_of(TrainingSpec training) {
    training.plan.offload_activations_fraction = 1;
    return training_stage_offloaded_bytes(&training, 0);
}

static void compare(MemoryRow *row, const Layout *layout, Arena *arena) {
    TrainingSpec training = training_of(layout, row->mode, arena);
    double unit = GIB;
    if (row->is_percent)
        unit = activation_bytes_of(training_of(layout, "none", arena)) / 100;
    row->ours = activation_bytes_of(training) / unit;
    row->state_error_fraction = state_bytes(&training) / GIB / row->state_gib - 1;
    /* Without recomputation and sequence parallelism it is what the percents are of: nothing to compare. */
    if (!row->is_percent || fabs(row->ours - 100) > 1e-6)
        row->error_fraction = row->ours / row->activations - 1;
}

static double read_number(const MeasuredRow *row, const char *column) {
    const char *text = measured_row_text(row, column);
    char *end = NULL;
    double value = strtod(text, &end);
    return end != text && *end == '\0' && value > 0 ? value : NAN;
}

static MemoryRow read_row(const CsvTable *table, int index, Arena *arena) {
    MeasuredRow cells = {.table = table, .row = &table->rows[index], .arena = arena};
    MemoryRow row = {.line = cells.row->line,
                     .model = measured_row_text(&cells, "model"),
                     .mode = measured_row_text(&cells, "mode"),
                     .state_gib = read_number(&cells, "params_optimizer_gib"),
                     .state_error_fraction = NAN,
                     .activations = read_number(&cells, "activations_gib"),
                     .ours = NAN,
                     .error_fraction = NAN};
    row.is_percent = isnan(row.activations);
    if (row.is_percent)
        row.activations = read_number(&cells, "activation_pct_of_none");
    const Layout *layout = find_layout(row.model);
    if (layout == NULL)
        row.reason = "its plan is not known: GPT 22B, 175B, 530B and 1T are";
    else
        compare(&row, layout, arena);
    return row;
}

const MemoryTable *memory_table_run(const CsvTable *table, Arena *arena) {
    MemoryTable *memory = ARENA_NEW(arena, MemoryTable);
    memory->file = table->file;
    memory->row_count = table->row_count;
    memory->rows = ARENA_ARRAY(arena, table->row_count, MemoryRow);
    double *state = ARENA_ARRAY(arena, table->row_count, double);
    double *activations = ARENA_ARRAY(arena, table->row_count, double);
    for (int i = 0; i < table->row_count; i++) {
        MemoryRow *row = &memory->rows[i];
        *row = read_row(table, i, arena);
        state[i] = row->state_error_fraction;
        activations[i] = row->error_fraction;
        memory->compared += !isnan(state[i]) || !isnan(activations[i]);
    }
    memory->state = validation_errors_of(state, table->row_count);
    memory->activations = validation_errors_of(activations, table->row_count);
    return memory;
}
