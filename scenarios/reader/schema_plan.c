#include "models/communication/collective.h"
#include "models/plan/pipeline.h"
#include "models/plan/plan_stages.h"
#include "scenarios/reader/schema.h"
#include "scenarios/reader/schema_plan_foreign.h"
#include "scenarios/reader/schema_plan_parts.h"

static const char *precision_word(int index) {
    return index < PRECISION_COUNT ? precision_name((Precision)index) : NULL;
}

static const char *split_word(int index) {
    return index <= STAGE_SPLIT_COST ? stage_split_name((StageSplit)index) : NULL;
}

static const char *schedule_word(int index) {
    const PipelineSchedule *schedule = index > 0 ? pipeline_at((size_t)index - 1) : NULL;
    if (index == 0)
        return "auto";
    return schedule != NULL ? schedule->name : NULL;
}

static const char *collective_word(int index) {
    const CollectiveAlgorithm *algorithm = index > 0 ? collective_at((size_t)index - 1) : NULL;
    if (index == 0)
        return "auto";
    return algorithm != NULL ? algorithm->name : NULL;
}

static const SchemaRow PLAN_ROWS[] = {
    {PLAN_COUNT("tensor_parallel", tensor_parallel, 1, MOST_PARALLEL), .default_text = "1",
     .aliases = "tensor_model_parallel_size", .help = "GPUs that share one layer"},
    {PLAN_COUNT("context_parallel", context_parallel, 1, MOST_PARALLEL), .default_text = "1",
     .aliases = "context_parallel_size", .help = "GPUs that share the tokens of a sequence; needs flash_attention"},
    {PLAN_COUNT("pipeline_parallel", pipeline_parallel, 1, MOST_PARALLEL), .default_text = "1",
     .aliases = "pipeline_model_parallel_size", .help = "stages of the pipeline"},
    {PLAN_COUNT("data_parallel", data_parallel, 1, MOST_PARALLEL),
     .default_text = "(gpus / (tensor_parallel * context_parallel * pipeline_parallel))",
     .aliases = "data_parallel_size", .help = "replicas of the model"},
    {PLAN_COUNT("virtual_stages", virtual_stages, 1, 100000), .default_text = "1",
     .aliases = "virtual_pipeline_model_parallel_size", .help = "model chunks on each stage"},
    {FLAG_ROW("sequence_parallel", sequence_parallel, "false"),
     .help = "norms and dropout are split over the tensor group"},
    {PLAN_COUNT("micro_batch", micro_batch_seqs, 1, MOST_PARALLEL), .default_text = "1", .aliases = "micro_batch_size",
     .help = "sequences of one micro-batch on one replica"},
    {PLAN_COUNT("global_batch", global_batch_seqs, 1, MOST_SEQUENCES),
     .default_text = "(micro_batch * gradient_accumulation * data_parallel)", .aliases = "global_batch_size",
     .help = "sequences of one step"},
    {PLAN_COUNT("gradient_accumulation", gradient_accumulation, 1, MOST_PARALLEL),
     .default_text = "(from global_batch)", .aliases = "gradient_accumulation_steps",
     .help = "micro-batches of one replica in one step"},
    {.key = "precision",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, precision),
     .default_text = "fp16",
     .help = "of weights and activations in the matrix products",
     .menu = precision_word},
    {.key = "schedule",
     .type = FIELD_WORD,
     .offset = offsetof(PlanSpec, schedule),
     .default_text = "auto",
     .help = "order of passes in the pipeline; zb_h1, zb_h2, zb_v, v_half and v_min put weight gradients off",
     .menu = schedule_word},
    {.key = "collective",
     .type = FIELD_WORD,
     .offset = offsetof(PlanSpec, collective),
     .default_text = "auto",
     .help = "algorithm of the collectives; auto = the cheapest that NCCL runs; for what a named one cannot do ring, "
             "in an all_to_all direct; "
             "`list collectives` explains each",
     .menu = collective_word},
    {.key = "stage_split",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, stage_split),
     .default_text = "even",
     .help = "how layers, of a list its pieces, are dealt out over stages and their chunks: even; ends = embedding and "
             "head each in the place of a layer; cost = so that the longest stage is as short as can be, ends included",
     .menu = split_word},
    {.key = "layers_per_stage",
     .type = FIELD_COUNTS,
     .offset = offsetof(PlanSpec, layers_per_stage),
     .count_offset = offsetof(PlanSpec, layers_per_stage_count),
     .min = 0,
     .max = 100000,
     .default_text = "(as many on each)",
     .help = "layers of every stage, as [5, 8, 8, 7], of a list its pieces (`schema layers`); with virtual stages of "
             "every chunk in the order of a forward pass; 0 for a chunk with the embedding or the head alone"},
    {PLAN_COUNT("first_stage_layers", first_stage_layers, 1, 100000), .default_text = "(as many as on the others)",
     .aliases = "decoder_first_pipeline_num_layers", .help = "layers on the first stage"},
    {PLAN_COUNT("last_stage_layers", last_stage_layers, 1, 100000), .default_text = "(as many as on the others)",
     .aliases = "decoder_last_pipeline_num_layers", .help = "layers on the last stage"},
    {FLAG_ROW("embedding_as_layer", embedding_as_layer, "false"), .aliases = "account_for_embedding_in_pipeline_split",
     .help = "the embedding takes the place of a layer: the first chunk holds one less"},
    {FLAG_ROW("head_as_layer", head_as_layer, "false"), .aliases = "account_for_loss_in_pipeline_split",
     .help = "the head takes the place of a layer: the last chunk holds one less"},
};

const SchemaTable SCHEMA_PLAN = {.name = "plan",
                                 .help = "How a training job is laid out; Megatron-LM's argument names are accepted "
                                         "too, and those of DeepSpeed and FSDP that mean the same.",
                                 .rows = PLAN_ROWS,
                                 .row_count = sizeof PLAN_ROWS / sizeof PLAN_ROWS[0],
                                 .bytes = sizeof(PlanSpec),
                                 .foreign = SCHEMA_PLAN_FOREIGN,
                                 .more = &SCHEMA_PLAN_EXPERTS};
