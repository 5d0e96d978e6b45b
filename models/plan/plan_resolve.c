#include "models/plan/plan_resolve.h"

#include <inttypes.h>
#include <string.h>

#include "models/communication/collective.h"
#include "models/plan/layer_list_stages.h"
#include "models/plan/plan_sharding.h"
#include "models/plan/plan_stages.h"

static void check_model(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const TransformerSpec *model = &training->model;
    int64_t tensor = training->plan.tensor_parallel;
    if (!model->head_dim && !model->kv_rank && model->hidden % model->heads)
        error_list_add_key(errors, path, "model.num_attention_heads",
                           "found %" PRId64 " heads, expected a divisor of hidden_size %" PRId64, model->heads,
                           model->hidden);
    if (model->heads % transformer_kv_heads(model))
        error_list_add_key(errors, path, "model.num_key_value_heads",
                           "found %" PRId64 ", expected a divisor of the %" PRId64 " heads", model->kv_heads,
                           model->heads);
    if (model->heads % tensor)
        error_list_add_key(errors, path, "plan.tensor_parallel",
                           "found %" PRId64 ", expected a divisor of the %" PRId64 " attention heads", tensor,
                           model->heads);
    else if (transformer_kv_heads(model) % tensor && tensor % transformer_kv_heads(model))
        error_list_add_key(errors, path, "plan.tensor_parallel",
                           "found %" PRId64 ", expected a divisor or a multiple of the %" PRId64 " key and value heads",
                           tensor, transformer_kv_heads(model));
    bool some_dense = transformer_expert_layers(model, 0, model->layers) < model->layers;
    if (some_dense && transformer_ffn_hidden(model) % tensor)
        error_list_add_key(errors, path, "plan.tensor_parallel",
                           "found %" PRId64 ", expected a divisor of intermediate_size %" PRId64, tensor,
                           transformer_ffn_hidden(model));
}

static void check_positions(const TrainingSpec *training, const char *path, ErrorList *errors) {
    int64_t positions = training->model.max_positions;
    if (positions && training->sequence_tokens > positions)
        error_list_add_key(errors, path, "sequence_length",
                           "found %" PRId64 ", expected at most the model's %" PRId64 " positions",
                           training->sequence_tokens, positions);
}

/* Everything that waits for a divisor is settled before the first division by it. */
static bool check_ranges(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    const TransformerSpec *model = &training->model;
    const struct {
        const char *key;
        int64_t value;
    } positive[] = {{"plan.tensor_parallel", plan->tensor_parallel},
                    {"plan.context_parallel", plan->context_parallel},
                    {"plan.expert_parallel", plan->expert_parallel},
                    {"plan.pipeline_parallel", plan->pipeline_parallel},
                    {"plan.virtual_stages", plan->virtual_stages},
                    {"plan.micro_batch", plan->micro_batch_seqs},
                    {"sequence_length", training->sequence_tokens},
                    /* What follows is a transformer's. */
                    {"model.hidden_size", model->hidden},
                    {"model.num_hidden_layers", model->layers},
                    {"model.num_attention_heads", model->heads},
                    {"model.vocab_size", model->vocab}};
    enum { OF_TRANSFORMER = 4 };
    size_t count = sizeof positive / sizeof *positive;
    bool good = true;
    for (size_t i = 0; i < (training_family(training) == FAMILY_LAYERS ? count - OF_TRANSFORMER : count); i++) {
        if (positive[i].value >= 1)
            continue;
        error_list_add_key(errors, path, positive[i].key, "found %" PRId64 ", expected at least 1", positive[i].value);
        good = false;
    }
    return good;
}

/* "tensor 8 x pipeline 2", and the context group where there is one. */
static const char *sizes_text(const PlanSpec *plan, Arena *arena) {
    const char *context =
        plan->context_parallel > 1 ? arena_format(arena, " x context %" PRId64, plan->context_parallel) : "";
    return arena_format(arena, "tensor %" PRId64 "%s x pipeline %" PRId64, plan->tensor_parallel, context,
                        plan->pipeline_parallel);
}

static void resolve_replicas(PlanSpec *plan, int64_t gpus, const char *path, ErrorList *errors) {
    int64_t model_gpus = plan_stage_gpus(plan) * plan->pipeline_parallel;
    const char *key = plan->context_parallel > 1 ? "plan.context_parallel" : "plan.tensor_parallel";
    if (!plan->data_parallel && gpus % model_gpus)
        error_list_add_key(errors, path, key, "found %s, expected a divisor of %" PRId64 " GPUs",
                           sizes_text(plan, errors->arena), gpus);
    else if (!plan->data_parallel)
        plan->data_parallel = gpus / model_gpus;
    else if ((double)plan->data_parallel * (double)model_gpus != (double)gpus) /* four sizes may not fit in 64 bits */
        error_list_add_key(errors, path, "plan.data_parallel",
                           "found %s x data %" PRId64 ", expected a product of %" PRId64 " GPUs",
                           sizes_text(plan, errors->arena), plan->data_parallel, gpus);
}

static void resolve_batch(PlanSpec *plan, const char *path, ErrorList *errors) {
    int64_t per_pass = plan->micro_batch_seqs * (plan->data_parallel ? plan->data_parallel : 1);
    if (!plan->global_batch_seqs)
        plan->global_batch_seqs = per_pass * (plan->gradient_accumulation ? plan->gradient_accumulation : 1);
    int64_t accumulation = plan->global_batch_seqs / per_pass;
    bool divides = plan->global_batch_seqs % per_pass == 0 && accumulation > 0;
    if (!divides || (plan->gradient_accumulation && plan->gradient_accumulation != accumulation))
        error_list_add_key(errors, path, "plan.global_batch",
                           "found %" PRId64 " sequences, expected a multiple of micro_batch %" PRId64
                           " x data_parallel %" PRId64 "%s",
                           plan->global_batch_seqs, plan->micro_batch_seqs, plan->data_parallel,
                           divides ? ", and gradient_accumulation to be their quotient" : "");
    plan->gradient_accumulation = divides ? accumulation : 1;
}

static void resolve_schedule(PlanSpec *plan, const char *path, ErrorList *errors) {
    if (strcmp(plan->schedule, "auto") == 0)
        plan->schedule = plan->virtual_stages > 1 ? "interleaved_1f1b" : "1f1b";
    const PipelineSchedule *schedule = pipeline_find(plan->schedule);
    if (!schedule) {
        error_list_add_key(errors, path, "plan.schedule",
                           "found \"%s\", expected auto or a name from `chokepoint list schedules`", plan->schedule);
        return;
    }
    PipelineShape shape = plan_shape(plan);
    const char *needs = schedule->needs(&shape);
    if (needs)
        error_list_add_key(errors, path, "plan.schedule",
                           "found %s with %d stages, %d chunks and %d micro-batches, expected %s", schedule->name,
                           shape.stages, shape.chunks, shape.micro_batches, needs);
}

static void check_documents(const TrainingSpec *training, const char *path, ErrorList *errors) {
    int64_t tokens = training->document_tokens;
    if (tokens > training->sequence_tokens)
        error_list_add_key(errors, path, "document_length",
                           "found %" PRId64 ", expected at most sequence_length %" PRId64, tokens,
                           training->sequence_tokens);
    else if (tokens > 0 && !training->plan.flash_attention)
        error_list_add_key(errors, path, "document_length",
                           "found %" PRId64 " without flash_attention, expected flash_attention: true", tokens);
    else if (tokens > 0 && tokens < 2 * training->plan.context_parallel)
        error_list_add_key(errors, path, "document_length",
                           "found %" PRId64 ", expected at least 2 x context_parallel %" PRId64, tokens,
                           training->plan.context_parallel);
}

/* Megatron-LM cuts the sequence into two chunks per GPU of the context group, and needs a fused attention for it. */
static void check_sequence(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    int64_t tokens = training->sequence_tokens / plan->context_parallel;
    if (plan->context_parallel > 1 && !plan->flash_attention)
        error_list_add_key(errors, path, "plan.context_parallel",
                           "found %" PRId64 " without flash_attention, expected flash_attention: true",
                           plan->context_parallel);
    if (plan->context_parallel > 1 && training->sequence_tokens % (2 * plan->context_parallel))
        error_list_add_key(errors, path, "sequence_length",
                           "found %" PRId64 ", expected a multiple of 2 x context_parallel %" PRId64,
                           training->sequence_tokens, plan->context_parallel);
    else if (plan->tp_comm_overlap && plan->tensor_parallel > 1 && !plan->sequence_parallel)
        error_list_add_key(errors, path, "plan.tp_comm_overlap",
                           "found true without sequence_parallel, expected sequence_parallel: true");
    else if (plan->sequence_parallel && plan->tensor_parallel > 1 && tokens % plan->tensor_parallel)
        error_list_add_key(
            errors, path, "sequence_length",
            "found %" PRId64 ", expected a multiple of tensor_parallel %" PRId64 "%s for sequence_parallel",
            training->sequence_tokens, plan->tensor_parallel, plan->context_parallel > 1 ? " x context_parallel" : "");
}

static void resolve_attention(PlanSpec *plan, const char *path, ErrorList *errors) {
    if (plan->attention_kernel == ATTENTION_STANDARD && plan->flash_attention)
        error_list_add_key(errors, path, "plan.attention_kernel",
                           "found standard with flash_attention: true, expected auto or a fused kernel");
    if (plan->attention_kernel > ATTENTION_STANDARD)
        plan->flash_attention = true;
}

static void resolve_optimizer(TrainingSpec *training) {
    OptimizerSpec *optimizer = &training->plan.optimizer;
    if (optimizer->kind == OPTIMIZER_AUTO)
        optimizer->kind = training_family(training) == FAMILY_LAYERS ? OPTIMIZER_SGD_MOMENTUM : OPTIMIZER_ADAM;
}

bool plan_resolve(TrainingSpec *training, int64_t gpus, const char *path, ErrorList *errors) {
    PlanSpec *plan = &training->plan;
    int before = errors->count;
    plan->split_layers = NULL;
    plan->list_chunks = NULL;
    if (!check_ranges(training, path, errors))
        return false;
    if (training_family(training) == FAMILY_TRANSFORMER) {
        resolve_attention(plan, path, errors);
        check_model(training, path, errors);
        check_positions(training, path, errors);
        plan_stages_check(training, path, errors);
        if (plan->gradient_noise_scale)
            error_list_add_key(errors, path, "plan.gradient_noise_scale",
                               "found true with a transformer, expected a list of layers");
    } else
        layer_list_stages_check(training, path, errors);
    resolve_replicas(plan, gpus, path, errors);
    plan_sharding_check(plan, path, errors);
    resolve_batch(plan, path, errors);
    resolve_schedule(plan, path, errors);
    if (strcmp(plan->collective, "auto") != 0 && !collective_find(plan->collective))
        error_list_add_key(errors, path, "plan.collective",
                           "found \"%s\", expected auto or a name from `chokepoint list collectives`",
                           plan->collective);
    check_sequence(training, path, errors);
    check_documents(training, path, errors);
    resolve_optimizer(training);
    optimizer_check(&plan->optimizer, plan->precision, path, errors);
    return errors->count == before;
}
