#include "models/workload/plan_latent.h"

#include <inttypes.h>

typedef struct Report {
    const char *path;
    ErrorList *errors;
} Report;

#define COMPLAIN(report, key, ...)                                                                                     \
    error_list_add((report)->errors, (ErrorPlace){0},                                                                  \
                   arena_format((report)->errors->arena, "%s%s", (report)->path, (key)), __VA_ARGS__)

/* What only latent attention has. */
static void check_sizes(const TransformerSpec *model, const Report *report) {
    const struct {
        const char *key;
        int64_t value;
        bool needed;
    } sizes[] = {{".model.q_lora_rank", model->q_rank, false},
                 {".model.qk_nope_head_dim", model->nope_dim, true},
                 {".model.qk_rope_head_dim", model->rope_dim, true},
                 {".model.v_head_dim", model->value_dim, true}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (model->kv_rank && sizes[i].needed && !sizes[i].value)
            COMPLAIN(report, sizes[i].key, "found none beside kv_lora_rank, expected at least 1");
        if (!model->kv_rank && sizes[i].value)
            COMPLAIN(report, sizes[i].key, "found %" PRId64 " for ordinary attention, expected kv_lora_rank beside it",
                     sizes[i].value);
    }
}

/* What only ordinary attention has. */
static void check_heads(const TransformerSpec *model, const Report *report) {
    if (!model->kv_rank)
        return;
    if (transformer_kv_heads(model) != model->heads)
        COMPLAIN(report, ".model.num_key_value_heads",
                 "found %" PRId64 " with kv_lora_rank, expected the %" PRId64 " heads: each has a key of its own",
                 model->kv_heads, model->heads);
    if (model->head_dim)
        COMPLAIN(report, ".model.head_dim", "found %" PRId64 " with kv_lora_rank, expected qk_nope_head_dim and others",
                 model->head_dim);
}

/* weight_owners.h and tensor_overlap.h list the matrices of ordinary attention. */
static void check_plan(const TrainingSpec *training, const Report *report) {
    if (training->model.kv_rank && training->plan.zero_whole_weights)
        COMPLAIN(report, ".plan.zero_whole_weights", "found true with kv_lora_rank, expected false");
    if (training->model.kv_rank && training->plan.tp_comm_overlap)
        COMPLAIN(report, ".plan.tp_comm_overlap", "found true with kv_lora_rank, expected false");
}

void plan_latent_check(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const Report report = {path, errors};
    check_sizes(&training->model, &report);
    check_heads(&training->model, &report);
    check_plan(training, &report);
}
