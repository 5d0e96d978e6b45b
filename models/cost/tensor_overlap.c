#include "models/cost/tensor_overlap.h"

#include "models/cost/lora_cost.h"
#include "models/cost/recompute.h"
#include "models/cost/recompute_modules.h"
#include "models/cost/training_experts.h"
#include "models/plan/attention_products.h"

/* initialize_ub: num_sm and num_splits of the method pipeline. */
enum { SCATTER_SMS = 16, SCATTER_PARTS = 4 };

/* Buffers of initialize_ub: inputs that are gathered, and outputs that are reduced. */
enum { GATHER_BUFFERS = 6, REDUCE_BUFFERS = 4 };

/* What an SM moves in a bulk collective: of userbuffers, and of NCCL. */
static const double SM_BYTES_PER_S = 20e9;
static const double NCCL_SM_BYTES_PER_S = 10e9;

/* Half of a sum is its all-gather, half its reduce-scatter. */
static const double HALF = 0.5;

/* Windows being listed. */
typedef struct Listing {
    const TrainingSpec *training;
    const GpuSpec *gpu;
    GpuSpec narrow; /* with the SMs that a scattered product has */
    AttentionFeatures attention;
    int64_t tokens;
    int64_t ffn; /* features inside the MLP on one GPU */
    TensorWindows out;
    TensorWindow *window; /* the one that is filled */
    bool gradients;       /* the products are those of gradients */
} Listing;

static bool has_userbuffers(const PlanSpec *plan) {
    return plan->tp_comm_overlap && plan->sequence_parallel && plan->tensor_parallel > 1;
}

/* Without products of weight gradients in the backward pass there is nothing to run beside. */
static bool has_async_sums(const PlanSpec *plan) {
    return plan->async_tensor_allreduce && plan->tensor_parallel > 1 && !plan_splits_backward(plan) &&
           lora_cost_backward_has_weights(plan);
}

bool tensor_overlap_is_there(const PlanSpec *plan) {
    return has_userbuffers(plan) || has_async_sums(plan);
}

/* `batch` products C[m,n] = A[m,k] B[k,n]. */
static double product_s(const Listing *list, const GpuSpec *gpu, int64_t batch, const int64_t size[3]) {
    Precision precision = list->training->plan.precision;
    KernelList products;
    kernel_list_init(&products, gpu, precision);
    kernel_list_add_gemm(&products, (GemmShape){batch, size[0], size[1], size[2], precision, false, list->gradients});
    return products.cost.gemm_s;
}

static void add_window(Listing *list, double sums, double cover_s, double longer_s) {
    list->window->sums += sums;
    list->window->cover_s += cover_s;
    list->window->longer_s += longer_s > 0 ? longer_s : 0;
}

/* The half of a sum that gathers an operand, in hidden states of 16 bit. */
static double gathered_half(const Listing *list) {
    return HALF * training_gathered_share(&list->training->plan, list->gradients ? PASS_BACKWARD : PASS_FORWARD);
}

/* C[tokens,n] = A[tokens,k] B[k,n] with A in t pieces, the first of which is there. */
static void add_gathered(Listing *list, int64_t n, int64_t k) {
    int64_t pieces = list->training->plan.tensor_parallel, tokens = list->tokens;
    double whole_s = product_s(list, list->gpu, 1, (const int64_t[]){tokens, n, k});
    double cut_s = product_s(list, list->gpu, pieces, (const int64_t[]){tokens / pieces, n, k});
    double covered = (double)(pieces - 1) / (double)pieces;
    add_window(list, gathered_half(list), covered * whole_s, cut_s - whole_s);
}

/* The same with C in parts, the last of which is waited for. */
static void add_scattered(Listing *list, int64_t n, int64_t k) {
    int64_t tokens = list->tokens;
    double whole_s = product_s(list, list->gpu, 1, (const int64_t[]){tokens, n, k});
    double part_s = product_s(list, &list->narrow, 1, (const int64_t[]){tokens, n / SCATTER_PARTS, k});
    double covered = (double)(SCATTER_PARTS - 1) / SCATTER_PARTS;
    list->out.open_sums += HALF / SCATTER_PARTS;
    add_window(list, HALF * covered, covered * whole_s, SCATTER_PARTS * part_s - whole_s);
}

/* Seconds of the whole GPU that half a sum takes from the product beside it. */
static double bulk_s(const Listing *list, double sm_bytes_per_s) {
    double tensors = (double)list->training->plan.tensor_parallel;
    return plan_hidden_bytes(list->training) * (tensors - 1) / tensors / sm_bytes_per_s / list->gpu->sm_count;
}

/* Gradients of C = A B: that of A beside the gathering of A, that of B beside the reduction of A's. */
static void add_bulk(Listing *list, int64_t n, int64_t k) {
    int64_t tokens = list->tokens;
    if (!lora_cost_backward_has_weights(&list->training->plan)) {
        add_scattered(list, k, n);
        return;
    }
    add_window(list, gathered_half(list), product_s(list, list->gpu, 1, (const int64_t[]){tokens, k, n}),
               bulk_s(list, SM_BYTES_PER_S) * gathered_half(list) / HALF);
    add_window(list, HALF, product_s(list, list->gpu, 1, (const int64_t[]){n, k, tokens}),
               bulk_s(list, SM_BYTES_PER_S));
}

/* Features that the first product of the MLP makes. */
static int64_t mlp_up(const Listing *list) {
    return list->training->model.gated ? 2 * list->ffn : list->ffn;
}

static void add_attention(Listing *list, PassKind kind) {
    int64_t hidden = list->training->model.hidden, query = list->attention.query;
    list->window = &list->out.of[0];
    list->gradients = kind != PASS_FORWARD;
    if (kind == PASS_FORWARD) {
        add_gathered(list, query + list->attention.key_value, hidden);
        add_scattered(list, hidden, query);
    } else {
        add_gathered(list, query, hidden);
        add_bulk(list, query + list->attention.key_value, hidden);
    }
}

/* Of the sums of a layer one is the attention's. */
static void add_mlp(Listing *list, PassKind kind) {
    int64_t hidden = list->training->model.hidden, ffn = list->ffn;
    list->window = &list->out.of[1];
    list->gradients = kind != PASS_FORWARD;
    if (list->training->model.experts > 0) {
        list->out.open_sums += training_mlp_sums(list->training, PASS_FORWARD);
    } else if (kind == PASS_FORWARD) {
        add_gathered(list, mlp_up(list), hidden);
        add_scattered(list, hidden, ffn);
    } else {
        add_gathered(list, ffn, hidden);
        add_bulk(list, mlp_up(list), hidden);
    }
}

/* Of C = A B, the sum of A's gradient beside the gradient of B: its reduce-scatter, or all of it. */
static void add_async(Listing *list, int64_t n, int64_t k) {
    double halves = list->training->plan.sequence_parallel ? 1 : 2;
    list->out.open_sums -= HALF * halves;
    add_window(list, HALF * halves, product_s(list, list->gpu, 1, (const int64_t[]){n, k, list->tokens}),
               halves * bulk_s(list, NCCL_SM_BYTES_PER_S));
}

static void add_async_sums(Listing *list) {
    const TransformerSpec *model = &list->training->model;
    list->window = &list->out.of[0];
    list->gradients = true;
    if (model->kv_rank == 0)
        add_async(list, list->attention.query + list->attention.key_value, model->hidden);
    if (model->experts == 0)
        add_async(list, mlp_up(list), model->hidden);
}

/* A forward pass of that share of the layers. */
static void add_again(Listing *list, double share) {
    add_attention(list, PASS_FORWARD);
    add_mlp(list, PASS_FORWARD);
    list->out.open_sums *= share;
    for (int i = 0; i < TENSOR_WINDOWS; i++) {
        TensorWindow *window = &list->out.of[i];
        window->sums *= share;
        window->longer_s *= share;
        window->cover_s *= share;
        window->again_s = window->cover_s;
    }
}

static void add_userbuffers(Listing *list, PassKind kind) {
    double again = recompute_full_share(&list->training->plan);
    if (kind == PASS_BACKWARD && again > 0)
        add_again(list, again);
    if (kind == PASS_BACKWARD && recompute_modules_have_mlp(list->training)) {
        add_mlp(list, PASS_FORWARD);
        list->window->again_s = list->window->cover_s;
    }
    add_attention(list, kind);
    add_mlp(list, kind);
}

TensorWindows tensor_overlap_windows(const TrainingSpec *training, const GpuSpec *gpu, PassKind kind) {
    Listing list = {.training = training,
                    .gpu = gpu,
                    .narrow = *gpu,
                    .attention = attention_features_of(training),
                    .tokens = plan_micro_batch_tokens(training),
                    .ffn = transformer_ffn_hidden(&training->model) / training->plan.tensor_parallel};
    list.narrow.sm_count -= gpu->sm_count > 2 * SCATTER_SMS ? SCATTER_SMS : gpu->sm_count / 2;
    if (has_userbuffers(&training->plan) && kind != PASS_WEIGHT) {
        add_userbuffers(&list, kind);
        return list.out;
    }
    list.out.open_sums = training_layer_sums(training, kind);
    if (has_async_sums(&training->plan) && kind == PASS_BACKWARD)
        add_async_sums(&list);
    return list.out;
}

double tensor_overlap_buffer_bytes(const TrainingSpec *training) {
    double gathered = training->plan.precision == PRECISION_FP8 ? 0.5 : 1;
    if (!has_userbuffers(&training->plan))
        return 0;
    return (GATHER_BUFFERS * gathered + REDUCE_BUFFERS) * plan_hidden_bytes(training);
}
