#include "models/cost/expert_kernels.h"

/* What a direction issues. */
typedef struct Issued {
    int router;
    int router_fused;
    int around;
    int around_fused;
    int exchange;
    int grouped;   /* for each expert of the GPU */
    int separate;  /* the same, experts one after the other */
    int deepep;    /* all but router, products and shared experts, with fused routing and DeepEP's dispatcher */
    int shared;    /* products, activation and sum of the shared experts */
    int dense_mlp; /* what a dense layer has in their place */
} Issued;

static const Issued FORWARD = {72, 31, 23, 13, 3, 2, 4, 10, 4, 3};
static const Issued BACKWARD = {30, 12, 23, 11, 3, 4, 6, 8, 7, 6};

/* Of the router's kernels forward, those that DeepEP's layout of a dispatch takes the place of. */
enum { LAYOUT_TAKES = 14 };

/* Of an expert: its first product, whose gate is part of it, and its last. */
enum { WEIGHT_PRODUCTS = 2 };

static const Issued *issued(bool backward) {
    return backward ? &BACKWARD : &FORWARD;
}

int expert_kernels_of_router(const PlanSpec *plan, bool backward) {
    bool laid_out = plan->expert_dispatcher == EXPERT_DEEPEP && plan->expert_parallel > 1 && !backward;
    int kernels = plan->fused_routing ? issued(backward)->router_fused : issued(backward)->router;
    return kernels - (laid_out ? LAYOUT_TAKES : 0);
}

int expert_kernels_of_weights(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    if (model->experts == 0)
        return 0;
    int experts = (int)(model->experts / training->plan.expert_parallel);
    return WEIGHT_PRODUCTS * (experts + (model->shared_experts > 0 ? 1 : 0));
}

int expert_kernels_issued(const TrainingSpec *training, bool backward) {
    const TransformerSpec *model = &training->model;
    const PlanSpec *plan = &training->plan;
    const Issued *of = issued(backward);
    if (model->experts == 0)
        return 0;
    int experts = (int)(model->experts / plan->expert_parallel);
    int products = experts * (plan->grouped_experts ? of->grouped : of->separate);
    int around = plan->fused_routing ? of->around_fused : of->around;
    int exchange = plan->expert_parallel > 1 ? of->exchange : 0, shared = model->shared_experts > 0 ? of->shared : 0;
    if (plan->expert_dispatcher == EXPERT_DEEPEP && plan->expert_parallel > 1)
        exchange = of->deepep - of->around_fused;
    return expert_kernels_of_router(plan, backward) + around + exchange + products + shared - of->dense_mlp;
}
