#include "scenarios/search/plan_dimension.h"

#include <inttypes.h>
#include <string.h>

#include "models/plan/plan_experts.h"
#include "scenarios/reader/field_value.h"
#include "scenarios/reader/schema.h"
#include "sim/engine/check.h"

/* All divisors of `number` up to `most`, ascending; at least the 1. */
static int list_divisors(int64_t number, int64_t most, int64_t *values) {
    int count = 0;
    int64_t value = 1;
    for (; value <= number / value; value++)
        if (number % value == 0 && value <= most && count < PLAN_DIMENSION_MOST_VALUES)
            values[count++] = value;
    while (--value >= 1) {
        int64_t other = number / value;
        if (number % value == 0 && other > value && other <= most && count < PLAN_DIMENSION_MOST_VALUES)
            values[count++] = other;
    }
    if (count == 0)
        values[count++] = 1;
    return count;
}

static bool is_list(const JobSpec *job) {
    return training_family(&job->training) == FAMILY_LAYERS;
}

/* Layers, or pieces of a list of them, that stages are made of. */
static int64_t layers_of(const JobSpec *job) {
    return is_list(job) ? layer_list_piece_count(&job->training.list) : job->training.model.layers;
}

static int64_t model_gpus(const PlanSpec *plan) {
    return plan_stage_gpus(plan) * plan->pipeline_parallel;
}

static int list_tensor(const JobSpec *job, int64_t *values) {
    int64_t heads = job->training.model.heads, left = job->gpus / job->training.plan.context_parallel;
    return list_divisors(left, heads < left ? heads : left, values);
}

static int list_pipeline(const JobSpec *job, int64_t *values) {
    int64_t left = job->gpus / plan_stage_gpus(&job->training.plan), layers = layers_of(job);
    return list_divisors(left, layers < left ? layers : left, values);
}

/* Only fused attention goes around a ring of context. */
static int list_context(const JobSpec *job, int64_t *values) {
    const PlanSpec *plan = &job->training.plan;
    int64_t left = job->gpus / (plan->tensor_parallel * plan->pipeline_parallel);
    return list_divisors(left, plan->flash_attention ? left : 1, values);
}

/* Whole experts need as many GPUs with different ones as a tensor group has. */
static int list_expert_tensor(const JobSpec *job, int64_t *values) {
    int64_t tensors = job->training.plan.tensor_parallel, experts = job->training.model.experts;
    int count = 0;
    if (tensors > 1 && experts > 0)
        values[count++] = tensors;
    if (count == 0 || experts % tensors == 0)
        values[count++] = 1;
    return count;
}

/* Copies of the weights, or the GPUs that have them, as far as the experts go. */
static int list_expert(const JobSpec *job, int64_t *values) {
    const PlanSpec *plan = &job->training.plan;
    int64_t gpus = job->gpus / (plan_expert_tensor(plan) * plan->pipeline_parallel);
    int64_t least = plan->tensor_parallel / plan_expert_tensor(plan);
    int64_t experts = job->training.model.experts > 0 ? job->training.model.experts : 1;
    int64_t found[PLAN_DIMENSION_MOST_VALUES];
    int count = 0, all = list_divisors(experts, experts < gpus ? experts : gpus, found);
    for (int i = 0; i < all; i++)
        if (gpus % found[i] == 0 && (least < 1 || found[i] % least == 0))
            values[count++] = found[i];
    if (count == 0)
        values[count++] = 1;
    return count;
}

/* Stages that do not divide the layers are worth trying where the longest is not much longer than the mean; otherwise
 * even stages are listed, which cannot be. */
static bool is_nearly_even(int64_t layers, int64_t stages) {
    static const double MOST_OVER_MEAN = 1.25;
    int64_t longest = (layers + stages - 1) / stages;
    return (double)(longest * stages) <= MOST_OVER_MEAN * (double)layers;
}

/* Pieces are unequal anyway. */
static int list_virtual_of_list(const JobSpec *job, int64_t *values) {
    const PlanSpec *plan = &job->training.plan;
    int64_t most = plan->pipeline_parallel > 1 ? layers_of(job) / plan->pipeline_parallel : 1;
    int count = 0;
    for (int64_t chunks = 1; chunks <= most; chunks *= 2)
        values[count++] = chunks;
    return count;
}

static int list_virtual(const JobSpec *job, int64_t *values) {
    const PlanSpec *plan = &job->training.plan;
    if (is_list(job))
        return list_virtual_of_list(job, values);
    int64_t layers = job->training.model.layers + plan->embedding_as_layer + plan->head_as_layer;
    int64_t of_stage = (layers + plan->pipeline_parallel - 1) / plan->pipeline_parallel;
    bool unequal = plan->first_stage_layers || plan->last_stage_layers || plan->layers_per_stage_count;
    bool one = plan->pipeline_parallel == 1 || unequal || !is_nearly_even(layers, plan->pipeline_parallel);
    return list_divisors(one ? 1 : of_stage, one ? 1 : of_stage, values);
}

/* Where the plan does not say it with numbers. */
static int list_split(const JobSpec *job, int64_t *values) {
    const PlanSpec *plan = &job->training.plan;
    int64_t layers = job->training.model.layers, chunks = plan->pipeline_parallel * plan->virtual_stages;
    bool said = plan->first_stage_layers || plan->last_stage_layers || plan->layers_per_stage_count ||
                plan->embedding_as_layer || plan->head_as_layer;
    bool one = plan->pipeline_parallel == 1 || said || !is_nearly_even(layers, plan->pipeline_parallel);
    int count = 0;
    if (is_list(job)) {
        values[count++] = STAGE_SPLIT_EVEN;
        if (chunks > 1 && !said)
            values[count++] = STAGE_SPLIT_COST;
        return count;
    }
    if (one || layers % chunks == 0)
        values[count++] = STAGE_SPLIT_EVEN;
    if (!one && (layers + 2) % chunks == 0)
        values[count++] = STAGE_SPLIT_ENDS;
    if (!one)
        values[count++] = STAGE_SPLIT_COST;
    return count;
}

/* Without chunks interleaving is 1f1b; without stages all orders are alike but for what they hold. */
static int list_schedule(const JobSpec *job, int64_t *values) {
    const PlanSpec *plan = &job->training.plan;
    PipelineShape any = {(int)plan->pipeline_parallel, (int)plan->virtual_stages, (int)plan->pipeline_parallel, false};
    int count = 0;
    for (int i = 0; pipeline_at((size_t)i) != NULL; i++) {
        const PipelineSchedule *schedule = pipeline_at((size_t)i);
        bool same = plan->virtual_stages == 1 && strcmp(schedule->name, "interleaved_1f1b") == 0;
        bool one = plan->pipeline_parallel == 1 && strcmp(schedule->name, "1f1b") != 0;
        bool splits = schedule->splits_backward && is_list(job);
        if (!same && !one && !splits && schedule->needs(&any) == NULL)
            values[count++] = i + 1; /* behind "auto" in the schema's menu */
    }
    if (count == 0)
        values[count++] = 0;
    return count;
}

static int list_micro_batch(const JobSpec *job, int64_t *values) {
    const PlanSpec *plan = &job->training.plan;
    int64_t replicas = job->gpus / model_gpus(plan);
    int64_t sequences =
        replicas > 0 && plan->global_batch_seqs % replicas == 0 ? plan->global_batch_seqs / replicas : 1;
    return list_divisors(sequences, sequences, values);
}

/* Fused attention leaves nothing for selective recomputation; layers of a list are not computed again. */
static int list_recompute(const JobSpec *job, int64_t *values) {
    int count = 0;
    values[count++] = RECOMPUTE_NONE;
    if (!job->training.plan.flash_attention && !is_list(job))
        values[count++] = RECOMPUTE_SELECTIVE;
    if (!is_list(job))
        values[count++] = RECOMPUTE_FULL;
    return count;
}

static int list_switch(bool matters, int64_t *values) {
    values[0] = 0;
    values[1] = 1;
    return matters ? 2 : 1;
}

/* A tensor group with experts needs it. */
static int list_sequence_parallel(const JobSpec *job, int64_t *values) {
    bool splits = job->training.plan.tensor_parallel > 1;
    if (!splits || job->training.model.experts == 0)
        return list_switch(splits, values);
    values[0] = 1;
    return 1;
}

/* Without replicas there is nothing to split. With stages 2 and 3 are FSDP's way, not Megatron-LM's and DeepSpeed's
 * (plan_sharding.h): they are tried where the plan has a zero_sync. `distributed_optimizer` is the first by another
 * name. */
static int list_zero(const JobSpec *job, int64_t *values) {
    const PlanSpec *plan = &job->training.plan;
    bool one_chunk = plan->pipeline_parallel * plan->virtual_stages == 1;
    bool shards = !is_list(job) && (one_chunk || plan->zero_sync != ZERO_SYNC_AUTO);
    int64_t least = plan->distributed_optimizer ? 1 : 0, most = shards && least == 0 ? 3 : 1;
    if (plan->zero_sync == ZERO_SYNC_STEP)
        least = 2;
    int count = 0;
    if (job->gpus * plan->context_parallel <= model_gpus(plan))
        least = most = 0;
    for (int64_t stage = least; stage <= most; stage++)
        values[count++] = stage;
    return count;
}

static const PlanDimension DIMENSIONS[] = {
    {"tensor_parallel", "tp", list_tensor},
    {"pipeline_parallel", "pp", list_pipeline},
    {"context_parallel", "cp", list_context},
    {"expert_tensor_parallel", "etp", list_expert_tensor},
    {"expert_parallel", "ep", list_expert},
    {"virtual_stages", "vp", list_virtual},
    {"schedule", "schedule", list_schedule},
    {"stage_split", "split", list_split},
    {"micro_batch", "mb", list_micro_batch},
    {"recompute", "recompute", list_recompute},
    {"sequence_parallel", "sp", list_sequence_parallel},
    {"zero_stage", "zero", list_zero},
};

enum { ROW_COUNT = sizeof DIMENSIONS / sizeof *DIMENSIONS };

int plan_dimension_count(void) {
    return ROW_COUNT;
}

const PlanDimension *plan_dimension_at(int index) {
    return index < ROW_COUNT ? &DIMENSIONS[index] : NULL;
}

static const SchemaRow *row_of(const PlanDimension *dimension) {
    const SchemaRow *row = schema_row_find(&SCHEMA_PLAN, dimension->key);
    CHECK(row != NULL);
    return row;
}

int plan_dimension_find(const char *key) {
    const SchemaRow *row = schema_row_find(&SCHEMA_PLAN, key);
    for (int i = 0; row != NULL && i < ROW_COUNT; i++)
        if (strcmp(row->key, DIMENSIONS[i].key) == 0)
            return i;
    return -1;
}

/* Place of a word in the menu; 0 when it is not in it. */
static int64_t word_index(const SchemaRow *row, const char *word) {
    for (int i = 0; row->menu(i) != NULL; i++)
        if (strcmp(row->menu(i), word) == 0)
            return i;
    return 0;
}

int64_t plan_dimension_get(const PlanDimension *dimension, const PlanSpec *plan) {
    const SchemaRow *row = row_of(dimension);
    const char *field = (const char *)plan + row->offset;
    switch (row->type) {
    case FIELD_BOOL:
        return *(const bool *)field;
    case FIELD_CHOICE:
        return *(const int *)field;
    case FIELD_WORD: {
        const char *word;
        memcpy(&word, field, sizeof word);
        return word_index(row, word);
    }
    default:
        CHECK(row->type == FIELD_INT64);
        return *(const int64_t *)field;
    }
}

void plan_dimension_set(const PlanDimension *dimension, PlanSpec *plan, int64_t value) {
    const SchemaRow *row = row_of(dimension);
    char *field = (char *)plan + row->offset;
    switch (row->type) {
    case FIELD_BOOL:
        *(bool *)field = value != 0;
        break;
    case FIELD_CHOICE:
        *(int *)field = (int)value;
        break;
    case FIELD_WORD: {
        const char *word = row->menu((int)value);
        memcpy(field, &word, sizeof word);
        break;
    }
    default:
        CHECK(row->type == FIELD_INT64);
        *(int64_t *)field = value;
    }
}

const char *plan_dimension_text(const PlanDimension *dimension, const PlanSpec *plan, Arena *arena) {
    const SchemaRow *row = row_of(dimension);
    int64_t value = plan_dimension_get(dimension, plan);
    if (row->type == FIELD_BOOL)
        return value != 0 ? "true" : "false";
    return row->menu != NULL ? row->menu((int)value) : arena_format(arena, "%" PRId64, value);
}

bool plan_dimension_read(const PlanDimension *dimension, const YamlNode *node, int64_t *value, ErrorList *errors) {
    const SchemaRow *row = row_of(dimension);
    PlanSpec plan = plan_default();
    int before = errors->count;
    field_value_read(row, node, dimension->key, errors, (char *)&plan + row->offset);
    *value = plan_dimension_get(dimension, &plan);
    return errors->count == before;
}
