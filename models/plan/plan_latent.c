#include "models/plan/plan_latent.h"

#include <inttypes.h>

/* What only latent attention has. */
static void check_sizes(const TransformerSpec *model, const char *path, ErrorList *errors) {
    const struct {
        const char *key;
        int64_t value;
        bool needed;
    } sizes[] = {{"model.q_lora_rank", model->q_rank, false},
                 {"model.qk_nope_head_dim", model->nope_dim, true},
                 {"model.qk_rope_head_dim", model->rope_dim, true},
                 {"model.v_head_dim", model->value_dim, true}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (model->kv_rank && sizes[i].needed && !sizes[i].value)
            error_list_add_key(errors, path, sizes[i].key, "found none beside kv_lora_rank, expected at least 1");
        if (!model->kv_rank && sizes[i].value)
            error_list_add_key(errors, path, sizes[i].key,
                               "found %" PRId64 " for ordinary attention, expected kv_lora_rank beside it",
                               sizes[i].value);
    }
}

/* What only ordinary attention has. */
static void check_heads(const TransformerSpec *model, const char *path, ErrorList *errors) {
    if (!model->kv_rank)
        return;
    if (transformer_kv_heads(model) != model->heads)
        error_list_add_key(errors, path, "model.num_key_value_heads",
                           "found %" PRId64 " with kv_lora_rank, expected the %" PRId64
                           " heads: each has a key of its own",
                           model->kv_heads, model->heads);
    if (model->head_dim)
        error_list_add_key(errors, path, "model.head_dim",
                           "found %" PRId64 " with kv_lora_rank, expected qk_nope_head_dim and others",
                           model->head_dim);
}

/* weight_owners.h and tensor_overlap.h list the matrices of ordinary attention. */
static void check_plan(const TrainingSpec *training, const char *path, ErrorList *errors) {
    if (training->model.kv_rank && training->plan.zero_whole_weights)
        error_list_add_key(errors, path, "plan.zero_whole_weights", "found true with kv_lora_rank, expected false");
    if (training->model.kv_rank && training->plan.tp_comm_overlap)
        error_list_add_key(errors, path, "plan.tp_comm_overlap", "found true with kv_lora_rank, expected false");
}

void plan_latent_check(const TrainingSpec *training, const char *path, ErrorList *errors) {
    check_sizes(&training->model, path, errors);
    check_heads(&training->model, path, errors);
    check_plan(training, path, errors);
}
