#include "scenarios/tables/measured_run.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "models/spec_resolve.h"
#include "scenarios/reader/spelling.h"
#include "scenarios/reader/yaml_node.h"
#include "scenarios/tables/measured_fit.h"
#include "scenarios/tables/measured_hardware.h"
#include "scenarios/tables/measured_model.h"
#include "scenarios/tables/measured_plan.h"
#include "scenarios/tables/measured_precision.h"
#include "scenarios/tables/measured_recipe.h"
#include "scenarios/tables/measured_row.h"
#include "scenarios/tables/measured_software.h"

typedef struct KnownColumn {
    const char *name;
    bool needed;
} KnownColumn;

static const KnownColumn COLUMNS[] = {
    {"source", false},
    {"release", false},
    {"model", false},
    {"params_b", false},
    {"hidden", true},
    {"layers", true},
    {"heads", true},
    {"kv_heads", false},
    {"ffn_hidden", false},
    {"vocab", false},
    {"seq_tokens", true},
    {"gpu", true},
    {"power_limit", false},
    {"gpus", true},
    {"gpus_per_node", false},
    {"interconnect", false},
    {"precision", false},
    {"tp", false},
    {"pp", false},
    {"vp", false},
    {"cp", false},
    {"dp", false},
    {"ep", false},
    {"etp", false},
    {"sharding", false},
    {"micro_batch_seqs", true},
    {"grad_accum", false},
    {"global_batch_seqs", false},
    {"recompute", false},
    {"step_time_s", true},
    {"tflops_per_gpu", false},
    {"tflops_convention", false},
    {"tokens_per_s_per_gpu", false},
    {"mfu_pct", false},
    {"mem_gb", false},
    {"mem_kind", false},
    {"note", false},
};

static const double SAME_STEP_FRACTION = 0.05; /* rounding of both */

#define COLUMN_COUNT (sizeof COLUMNS / sizeof *COLUMNS)

bool measured_run_knows_column(const char *name) {
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        if (strcmp(COLUMNS[i].name, name) == 0)
            return true;
    return false;
}

bool measured_run_check_columns(const CsvTable *table, ErrorList *errors) {
    int before = errors->count;
    ErrorPlace place = {.file = table->file, .line = 1, .column = 1};
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (!COLUMNS[i].needed || csv_column(table, COLUMNS[i].name) >= 0)
            continue;
        const char *near = NULL;
        int distance = 0;
        for (int j = 0; j < table->column_count; j++)
            if (!measured_run_knows_column(table->columns[j]))
                spelling_consider(COLUMNS[i].name, table->columns[j], &near, &distance);
        error_list_add(errors, place, NULL,
                       "found no column \"%s\", expected those of scenarios/measured/example.csv%s%s%s",
                       COLUMNS[i].name, near != NULL ? " (is \"" : "",
                       near != NULL ? yaml_node_shown_text(near, errors->arena) : "", near != NULL ? "\" meant?)" : "");
    }
    return errors->count == before;
}

/* The path of an error without "jobs[0].", which means nothing to whoever wrote the table. */
static const char *short_path(const char *path) {
    static const char JOB[] = "jobs[0].";
    return strncmp(path, JOB, sizeof JOB - 1) == 0 ? path + sizeof JOB - 1 : path;
}

static void resolve(MeasuredRow *row, SimulationSpec *spec) {
    ErrorList errors;
    error_list_init(&errors, row->arena);
    if (!simulation_spec_resolve(spec, &errors))
        measured_row_refuse(row, "%s: %s", short_path(errors.items[0].path), errors.items[0].message);
}

/* A tensor group that splits experts has its tokens split already (Megatron-Core, validate_args). Their gradients have
 * collectives of their own. */
static void settle_experts(MeasuredRow *row, TrainingSpec *training) {
    PlanSpec *plan = &training->plan;
    if (training->model.experts == 0 && plan->expert_parallel > 1)
        measured_row_refuse(row,
                            "ep: found %" PRId64 " for a dense model; experts are read from \"MoE 8 experts top-2\" "
                            "in model",
                            plan->expert_parallel);
    plan->zero_all_reduce = plan->zero_all_reduce && training->model.experts == 0;
    if (training->model.experts == 0 || plan->tensor_parallel == 1 || plan->sequence_parallel)
        return;
    plan->sequence_parallel = true;
    measured_row_assume(row, "Experts over a tensor group: sequence parallelism, which Megatron-Core asks for.");
}

static SimulationSpec read_spec(MeasuredRow *row, const Catalogue *catalogue) {
    SimulationSpec spec = simulation_spec_default();
    spec.name = measured_row_text(row, "model");
    spec.jobs = ARENA_NEW(row->arena, JobSpec);
    spec.job_count = 1;
    JobSpec *job = &spec.jobs[0];
    *job = job_default();
    job->gpus = measured_row_needed_count(row, "gpus");
    job->training.sequence_tokens = measured_row_needed_count(row, "seq_tokens");
    job->training.plan = measured_plan_read(row);
    job->training.document_tokens = measured_recipe_document_tokens(row);
    job->training.model = measured_model_read(row, catalogue, job->training.sequence_tokens);
    settle_experts(row, &job->training);
    job->software = measured_software_read(row);
    if (row->reason == NULL)
        measured_hardware_read(row, catalogue, job->gpus, &spec.cluster);
    if (row->reason == NULL)
        measured_precision_settle(row, &spec.cluster.node.gpu, &job->training.plan);
    if (row->reason == NULL)
        measured_fit_settle(row, &spec);
    if (row->reason == NULL)
        resolve(row, &spec);
    return spec;
}

/* What is no number is no reason to leave out the row, whose step time can still be compared. */
static double read_peak_bytes(const MeasuredRow *row) {
    return measured_row_decimal(measured_row_text(row, "mem_gb")) * 1e9;
}

static MemoryKind read_memory_kind(MeasuredRow *row) {
    static const char *const WORDS[] = {[MEMORY_ALLOCATED] = "allocated", [MEMORY_RESERVED] = "reserved"};
    const char *text = measured_row_text(row, "mem_kind");
    for (int kind = MEMORY_ALLOCATED; kind <= MEMORY_RESERVED; kind++)
        if (measured_row_has_words(text, WORDS[kind]))
            return (MemoryKind)kind;
    if (text[0] != '\0' && !measured_row_has_words(text, "process"))
        measured_row_assume(row, "mem_kind \"%s\" is read as process.", yaml_node_shown_text(text, row->arena));
    return MEMORY_PROCESS;
}

/* A step that the tokens per second say, of a plan that was resolved. */
static double step_of_tokens(const SimulationSpec *spec, double tokens_per_s_per_gpu) {
    const TrainingSpec *training = &spec->jobs[0].training;
    double tokens = (double)training->plan.global_batch_seqs * (double)training->sequence_tokens;
    return tokens / (tokens_per_s_per_gpu * (double)spec->jobs[0].gpus);
}

/* Where a row has tokens per second they are the step, or have to agree with it. */
static void settle_step(MeasuredRow *row, MeasuredRun *run) {
    double tokens_per_s = measured_row_decimal(measured_row_text(row, "tokens_per_s_per_gpu"));
    if (tokens_per_s <= 0 || row->reason != NULL)
        return;
    double other_s = step_of_tokens(&run->spec, tokens_per_s);
    if (run->step_s <= 0) {
        run->step_s = other_s;
        measured_row_assume(row, "step_time_s is not stated: the batch's tokens over tokens_per_s_per_gpu.");
    } else if (fabs(other_s / run->step_s - 1) > SAME_STEP_FRACTION) {
        measured_row_assume(row, "tokens_per_s_per_gpu says %.4g s for a step, step_time_s %.4g s, which is compared.",
                            other_s, run->step_s);
    }
}

MeasuredRun measured_run_read(const CsvTable *table, int index, const Catalogue *catalogue, Arena *arena) {
    MeasuredRow row = {.table = table, .row = &table->rows[index], .arena = arena};
    MeasuredRun run = {.line = row.row->line, .model = measured_row_text(&row, "model")};
    run.step_s = measured_row_number(&row, "step_time_s");
    if (run.step_s <= 0 && measured_row_number(&row, "tokens_per_s_per_gpu") <= 0)
        measured_row_refuse(&row, "no measured step time");
    run.peak_bytes = read_peak_bytes(&row);
    run.peak_kind = read_memory_kind(&row);
    run.spec = read_spec(&row, catalogue);
    settle_step(&row, &run);
    run.reason = row.reason;
    const char **assumptions = ARENA_ARRAY(arena, row.assumption_count, const char *);
    memcpy(assumptions, row.assumptions, (size_t)row.assumption_count * sizeof assumptions[0]);
    run.assumptions = assumptions;
    run.assumption_count = row.assumption_count;
    return run;
}
