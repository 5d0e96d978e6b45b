#include "models/account/pass_shares.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "models/cost/ends_cost.h"
#include "models/cost/layer_cost.h"
#include "models/cost/layer_list_cost.h"
#include "models/cost/recompute.h"
#include "models/plan/training_flop.h"

enum { SIZES = 4 };

/* Added to the spread by each doubling beyond the largest size that was measured: assumed; an error of 10 % over two
 * doublings is what the shapes at the border of the tables show. */
static const double DOUBLING_SPREAD = 0.05;

/* A pass of a layer or of the head, and how often a micro-batch goes through it. */
typedef struct Pass {
    WorkCost cost;
    WorkCost attention; /* the part of it that is attention */
    double times;
} Pass;

/* The largest sizes of all passes, and what was measured. */
typedef struct Sizes {
    double most[SIZES];
    double reach[SIZES];
} Sizes;

static void widen(PassShares *shares, const Sizes *sizes, const GpuSpec *gpu, Arena *arena) {
    static const char *const NAMES[SIZES] = {"products with m", "products with n", "products with k",
                                             "attention over sequences"};
    shares->beyond = ARENA_ARRAY(arena, SIZES, const char *);
    for (int i = 0; i < SIZES; i++) {
        if (sizes->reach[i] <= 0 || sizes->most[i] <= sizes->reach[i])
            continue;
        PassSharePart part = i == SIZES - 1 ? PASS_ATTENTION : PASS_PRODUCTS;
        shares->spread[part] = hypot(shares->spread[part], DOUBLING_SPREAD * log2(sizes->most[i] / sizes->reach[i]));
        shares->beyond[shares->beyond_count++] =
            arena_format(arena, "%s of %.0f are extrapolated: the kernels of %s were measured up to %.0f", NAMES[i],
                         sizes->most[i], gpu->name, sizes->reach[i]);
    }
}

/* Standard deviation of the logarithm of the device's time. */
static double device_spread(const double *part_s, const double *spread, double device_s) {
    double variance = 0;
    for (int part = 0; part < PASS_HOST; part++)
        variance += pow(part_s[part] * spread[part] / device_s, 2);
    return sqrt(variance);
}

/* Probability that the host is slower than the device. */
static double host_probability(double host_s, double device_s, double of_device, double host_spread) {
    double doubt = hypot(of_device, host_spread);
    if (host_s <= 0 || device_s <= 0 || doubt <= 0)
        return host_s > device_s;
    return gsl_cdf_ugaussian_P(log(host_s / device_s) / doubt);
}

static void add_pass(PassShares *shares, const Pass *pass, double *total_s) {
    const WorkCost *cost = &pass->cost;
    double part_s[PASS_HOST] = {
        [PASS_PRODUCTS] = cost->gemm_s - pass->attention.gemm_s,
        [PASS_ATTENTION] = pass->attention.gemm_s + pass->attention.memory_s,
        [PASS_MEMORY] = cost->memory_s - pass->attention.memory_s,
    };
    double device_s = cost->gemm_s + cost->memory_s + cost->launch_s;
    if (device_s <= 0 || pass->times <= 0)
        return;
    double host = host_probability(cost->host_s, device_s, device_spread(part_s, shares->spread, device_s),
                                   shares->spread[PASS_HOST]);
    for (int part = 0; part < PASS_HOST; part++)
        shares->share[part] += pass->times * (1 - host) * part_s[part];
    shares->share[PASS_HOST] += pass->times * (host * cost->host_s + (1 - host) * cost->launch_s);
    *total_s += pass->times * work_cost_seconds(cost);
}

static void see_sizes(Sizes *sizes, const WorkCost *cost) {
    sizes->most[0] = fmax(sizes->most[0], cost->most_m);
    sizes->most[1] = fmax(sizes->most[1], cost->most_n);
    sizes->most[2] = fmax(sizes->most[2], cost->most_k);
}

enum { LAYER_PASSES = 4, END_PASSES = 3, MOST_PASSES = MLP_KIND_COUNT * LAYER_PASSES + END_PASSES };

static int list_passes(const TrainingSpec *training, const GpuSpec *gpu, Pass *passes) {
    passes[0] = (Pass){.cost = layer_list_whole_cost(training, gpu), .times = 1};
    return 1;
}

/* Of `layers` layers of the kind that the job is seen as. The weights' gradients are passes of their own where the
 * schedule splits the backward pass, otherwise empty. */
static int layer_passes(const TrainingSpec *training, const GpuSpec *gpu, double layers, Pass *passes) {
    WorkCost none = {0}, forward = layer_attention_forward_cost(training, gpu);
    Recompute mode = training->plan.recompute;
    bool again = mode == RECOMPUTE_FULL || (mode == RECOMPUTE_SELECTIVE && !training->plan.flash_attention);
    double again_layers = mode == RECOMPUTE_FULL ? layers * recompute_full_share(&training->plan) : layers;
    const Pass all[LAYER_PASSES] = {
        {layer_forward_cost(training, gpu), forward, layers},
        {layer_backward_cost(training, gpu), layer_attention_backward_cost(training, gpu), layers},
        {layer_weight_cost(training, gpu), none, layers},
        {layer_recompute_cost(training, gpu), again ? forward : none, again_layers}};
    memcpy(passes, all, sizeof all);
    return LAYER_PASSES;
}

static int transformer_passes(const TrainingSpec *training, const GpuSpec *gpu, Pass *passes) {
    const TrainingSpec dense = training_with_mlp(training, MLP_DENSE);
    int64_t layers = training->model.layers, experts = transformer_expert_layers(&training->model, 0, layers);
    WorkCost none = {0};
    int count = 0;
    if (experts > 0)
        count += layer_passes(training, gpu, (double)experts, passes);
    if (experts < layers)
        count += layer_passes(&dense, gpu, (double)(layers - experts), passes + count);
    passes[count++] = (Pass){head_forward_cost(training, gpu), none, 1};
    passes[count++] = (Pass){head_backward_cost(training, gpu), none, 1};
    passes[count++] = (Pass){head_weight_cost(training, gpu), none, 1};
    return count;
}

PassShares pass_shares_of(const TrainingSpec *training, const GpuSpec *gpu, Arena *arena) {
    GpuSpec in_plan = plan_gpu(&training->plan, gpu);
    const GpuReach *reach = &gpu->kernels.reach;
    const GpuSpread *spread = &in_plan.kernels.spread;
    Pass passes[MOST_PASSES];
    bool is_list = training_family(training) == FAMILY_LAYERS;
    int count = (is_list ? list_passes : transformer_passes)(training, &in_plan, passes);
    Sizes sizes = {.most = {[3] = is_list ? 0 : (double)training->sequence_tokens},
                   .reach = {reach->m, reach->n, reach->k, reach->sequence}};
    PassShares shares = {.spread = {spread->products, spread->attention, spread->memory, spread->host}};
    double total_s = 0;
    for (int i = 0; i < count; i++)
        see_sizes(&sizes, &passes[i].cost);
    widen(&shares, &sizes, gpu, arena);
    for (int i = 0; i < count; i++)
        add_pass(&shares, &passes[i], &total_s);
    for (int part = 0; part < PASS_PARTS && total_s > 0; part++)
        shares.share[part] /= total_s;
    return shares;
}
