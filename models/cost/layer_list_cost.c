#include "models/cost/layer_list_cost.h"

#include <math.h>

#include "models/cost/gradient_noise.h"
#include "models/plan/element_bytes.h"

static const double ROW_UNIT_BYTES = 64;  /* what a random read of HBM brings at least: two sectors of 32 bytes */
static const double TABLE_BYTES = 4;      /* per element of a table: fp32 */
static const double INDEX_BYTES = 8;      /* of a look-up: int64 */
static const double CAST_BYTES = 6;       /* between a weight of 4 bytes and one of 2 */
static const double NORM_PASSES = 3;      /* statistics read, then read and written */
static const double NORM_BACK_PASSES = 5; /* input and gradient read twice, gradient written */

/* Winograd's F(2x2, 3x3) makes 4x4 of a tile. */
enum { WINOGRAD_ELEMENTS = 16 };

/* One layer's kernels being listed. */
typedef struct LayerWork {
    const TrainingSpec *training;
    const LayerSpec *layer;
    double samples;
    double bytes; /* of an activation */
    KernelList list;
    int inner_launches; /* among those of the list: not issued like kernels of a layer */
    double host_s;      /* of the host for some of these; the rest are free, part of another kernel's call */
} LayerWork;

static LayerWork layer_work(const TrainingSpec *training, const LayerSpec *layer, const GpuSpec *gpu) {
    LayerWork work = {.training = training,
                      .layer = layer,
                      .samples = (double)training->plan.micro_batch_seqs,
                      .bytes = activation_bytes(training->plan.precision)};
    kernel_list_init(&work.list, gpu, training->plan.precision);
    return work;
}

static double in_bytes(const LayerWork *work) {
    return work->samples * layer_in_elements(work->layer) * work->bytes;
}

static double out_bytes(const LayerWork *work) {
    return work->samples * layer_out_elements(work->layer) * work->bytes;
}

/* A product whose operands are gathered from tensors of so many bytes in all. */
static void add_gathered_product(LayerWork *work, GemmShape shape, double tensor_bytes) {
    KernelList *list = &work->list;
    shape.precision = list->precision;
    shape.on_chip = true;
    double before_s = list->cost.gemm_s;
    kernel_list_add_gemm(list, shape);
    double traffic_s = gpu_memory_bound_seconds(list->gpu, tensor_bytes);
    list->cost.memory_s += fmax(0, traffic_s - (list->cost.gemm_s - before_s));
    list->cost.hbm_bytes += tensor_bytes;
}

/* Matrix units take NHWC: cuDNN turns what comes in another layout, and what goes out, by kernels of its own. */
static void add_transpositions(LayerWork *work) {
    if (work->training->list.channels_last || work->list.precision == PRECISION_FP32)
        return;
    kernel_list_add_memory(&work->list, 2 * in_bytes(work));
    kernel_list_add_memory(&work->list, 2 * out_bytes(work));
    work->inner_launches += 2;
}

static double conv_bytes(const LayerWork *work) {
    return in_bytes(work) + out_bytes(work) + layer_parameters(work->layer) * work->bytes;
}

/* A convolution as equal products: what im2col or Winograd's transform makes of it. */
typedef struct ConvProducts {
    int64_t batch;     /* groups of channels, or elements of a transformed tile */
    int64_t positions; /* rows: output positions, or tiles of 2x2 of them */
    int64_t window;    /* of one channel, in the length of a row */
    int64_t in;        /* channels */
    int64_t out;
} ConvProducts;

static ConvProducts conv_products(const LayerWork *work) {
    const LayerSpec *layer = work->layer;
    int64_t groups = layer_groups(layer), samples = work->training->plan.micro_batch_seqs;
    int64_t height = layer_out_height(layer), width = layer_out_width(layer);
    ConvProducts products = {.batch = groups,
                             .positions = samples * height * width,
                             .window = layer->kernel_size * layer->kernel_size,
                             .in = layer->in_channels / groups,
                             .out = layer->out_channels / groups};
    if (work->list.precision != PRECISION_FP32 || groups > 1 || layer->kernel_size != 3 || layer_stride(layer) > 1)
        return products;
    products.batch = WINOGRAD_ELEMENTS;
    products.positions = samples * ((height + 1) / 2) * ((width + 1) / 2);
    products.window = 1;
    return products;
}

static void add_conv_forward(LayerWork *work) {
    ConvProducts conv = conv_products(work);
    GemmShape shape = {.batch = conv.batch, .m = conv.positions, .n = conv.out, .k = conv.in * conv.window};
    add_gathered_product(work, shape, conv_bytes(work));
    add_transpositions(work);
}

static void add_conv_weight_gradient(LayerWork *work) {
    ConvProducts conv = conv_products(work);
    GemmShape shape = {.batch = conv.batch, .m = conv.out, .n = conv.in * conv.window, .k = conv.positions};
    add_gathered_product(work, shape, conv_bytes(work));
    add_transpositions(work);
}

/* An input position is in window / stride^2 output positions. */
static void add_conv_input_gradient(LayerWork *work) {
    ConvProducts conv = conv_products(work);
    int64_t area = layer_stride(work->layer) * layer_stride(work->layer);
    GemmShape shape = {
        .batch = conv.batch, .m = conv.positions * area, .n = conv.in, .k = conv.out * conv.window / area};
    add_gathered_product(work, shape, conv_bytes(work));
    add_transpositions(work);
}

static int64_t linear_rows(const LayerWork *work) {
    return work->training->plan.micro_batch_seqs * layer_rows(work->layer);
}

/* Two dot products of every pair, and the gathering of the vectors and of the pairs that are kept. */
static void add_interaction(LayerWork *work, bool forward) {
    const LayerSpec *layer = work->layer;
    int64_t vectors = layer->vectors, dim = layer->embedding_dim, samples = work->training->plan.micro_batch_seqs;
    double square_bytes = work->samples * (double)vectors * (double)vectors * work->bytes;
    Precision precision = work->list.precision;
    kernel_list_add_memory(&work->list, 2 * in_bytes(work));
    kernel_list_add_gemm(&work->list, forward ? (GemmShape){samples, vectors, vectors, dim, precision, false, false}
                                              : (GemmShape){samples, vectors, dim, vectors, precision, false, false});
    if (!forward)
        kernel_list_add_gemm(&work->list, (GemmShape){samples, vectors, dim, vectors, precision, false, false});
    kernel_list_add_memory(&work->list, square_bytes + out_bytes(work));
}

/* All rows of the micro-batch that a GPU looks up, once. With sharded tables it is another batch of as many. */
static double looked_up_bytes(const LayerWork *work) {
    const LayerSpec *layer = work->layer;
    double row_bytes = ceil((double)layer->embedding_dim * TABLE_BYTES / ROW_UNIT_BYTES) * ROW_UNIT_BYTES;
    return work->samples * (double)layer_tables(layer) * (double)layer_lookups(layer) * (row_bytes + INDEX_BYTES);
}

/* Replicated tables have a dense gradient, which is cleared, and is then summed like any other. */
static void add_look_up_backward(LayerWork *work) {
    kernel_list_add_memory(&work->list, out_bytes(work) + 2 * looked_up_bytes(work));
    if (!work->layer->sharded)
        kernel_list_add_memory(&work->list, layer_parameters(work->layer) * TABLE_BYTES);
}

/* Between weights in fp32 and what the products take. */
static void add_casts(LayerWork *work) {
    if (work->bytes < TABLE_BYTES)
        kernel_list_add_memory(&work->list, layer_parameters(work->layer) * CAST_BYTES);
}

static void add_norm_and_relu_forward(LayerWork *work) {
    if (work->layer->batch_norm)
        kernel_list_add_row_reduction(&work->list, NORM_PASSES * out_bytes(work));
    if (work->layer->relu)
        kernel_list_add_memory(&work->list, 2 * out_bytes(work));
}

static void add_norm_and_relu_backward(LayerWork *work) {
    if (work->layer->relu)
        kernel_list_add_memory(&work->list, 3 * out_bytes(work));
    if (work->layer->batch_norm)
        kernel_list_add_row_reduction(&work->list, NORM_BACK_PASSES * out_bytes(work));
    if (work->layer->bias)
        kernel_list_add_memory(&work->list, out_bytes(work));
}

/* Adds finished weight gradients to those kept over the micro-batches: read both, write one. */
static void add_gradient_accumulation(LayerWork *work) {
    const PlanSpec *plan = &work->training->plan;
    double kept_bytes = plan->grad_reduce_in_fp32 ? 4 : work->bytes;
    if (!plan->gradient_accumulation_fusion && plan_micro_batches(plan) > 1)
        kernel_list_add_memory(&work->list, layer_parameters(work->layer) * (work->bytes + 2 * kept_bytes));
}

static void add_forward(LayerWork *work) {
    const LayerSpec *layer = work->layer;
    switch (layer->kind) {
    case LAYER_CONV:
        add_casts(work);
        add_conv_forward(work);
        add_norm_and_relu_forward(work);
        break;
    case LAYER_LINEAR:
        add_casts(work);
        kernel_list_add_product(&work->list, linear_rows(work), layer->out_features, layer->in_features);
        add_norm_and_relu_forward(work);
        break;
    case LAYER_POOL:
    case LAYER_ELEMENT_WISE:
        kernel_list_add_memory(&work->list, in_bytes(work) + out_bytes(work));
        add_norm_and_relu_forward(work);
        break;
    case LAYER_EMBEDDING_BAG:
        kernel_list_add_memory(&work->list, looked_up_bytes(work) + out_bytes(work));
        break;
    case LAYER_INTERACTION:
        add_interaction(work, true);
        break;
    case LAYER_BLOCK:
    case LAYER_KIND_COUNT:
        break;
    }
}

static void add_gradient_noise(LayerWork *work) {
    int before = work->list.launches;
    if (!work->training->plan.gradient_noise_scale)
        return;
    work->host_s += gradient_noise_add_hooks(&work->list, work->layer);
    work->inner_launches += work->list.launches - before;
}

static void add_product_backward(LayerWork *work, bool fed_by_samples) {
    const LayerSpec *layer = work->layer;
    bool conv = layer->kind == LAYER_CONV;
    add_norm_and_relu_backward(work);
    if (!fed_by_samples && conv)
        add_conv_input_gradient(work);
    else if (!fed_by_samples)
        kernel_list_add_product(&work->list, linear_rows(work), layer->in_features, layer->out_features);
    if (conv)
        add_conv_weight_gradient(work);
    else
        kernel_list_add_product(&work->list, layer->out_features, layer->in_features, linear_rows(work));
    add_casts(work);
    add_gradient_noise(work);
    add_gradient_accumulation(work);
}

static void add_backward(LayerWork *work, bool fed_by_samples) {
    switch (work->layer->kind) {
    case LAYER_CONV:
    case LAYER_LINEAR:
        add_product_backward(work, fed_by_samples);
        break;
    case LAYER_POOL:
    case LAYER_ELEMENT_WISE:
        add_norm_and_relu_backward(work);
        kernel_list_add_memory(&work->list, in_bytes(work) + out_bytes(work));
        break;
    case LAYER_EMBEDDING_BAG:
        add_look_up_backward(work);
        break;
    case LAYER_INTERACTION:
        add_interaction(work, false);
        break;
    case LAYER_BLOCK:
    case LAYER_KIND_COUNT:
        break;
    }
}

/* A GPU of n has an n-th of the sharded tables and looks up n micro-batches in them: as many rows with fewer kernels.
 */
static WorkCost finish(LayerWork *work, double products) {
    WorkCost cost = kernel_list_finish(&work->list, products * work->samples * layer_product_flop(work->layer),
                                       work->list.launches - work->inner_launches);
    cost.host_s += work->host_s;
    if (work->layer->sharded) {
        cost.launch_s /= (double)work->training->plan.data_parallel;
        cost.host_s /= (double)work->training->plan.data_parallel;
    }
    return cost;
}

WorkCost layer_list_forward_cost(const TrainingSpec *training, const LayerSpec *layer, const GpuSpec *gpu) {
    LayerWork work = layer_work(training, layer, gpu);
    add_forward(&work);
    return finish(&work, 1);
}

WorkCost layer_list_backward_cost(const TrainingSpec *training, const LayerSpec *layer, const GpuSpec *gpu,
                                  bool fed_by_samples) {
    LayerWork work = layer_work(training, layer, gpu);
    add_backward(&work, fed_by_samples);
    return finish(&work, fed_by_samples ? 1 : 2);
}

static void add_whole(const TrainingSpec *training, const LayerListSpec *list, const GpuSpec *gpu, WorkCost *sum) {
    for (int64_t i = 0; i < list->count; i++) {
        const LayerSpec *layer = &list->layers[i];
        WorkCost forward = layer_list_forward_cost(training, layer, gpu);
        WorkCost backward = layer_list_backward_cost(training, layer, gpu, false);
        work_cost_add(sum, &forward, (double)layer->repeat);
        work_cost_add(sum, &backward, (double)layer->repeat);
    }
}

WorkCost layer_list_whole_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    const LayerListSpec *list = &training->list;
    WorkCost sum = {0};
    add_whole(training, list, gpu, &sum);
    for (int64_t i = 0; i < list->count; i++) {
        WorkCost block = {0};
        add_whole(training, &list->layers[i].block, gpu, &block);
        work_cost_add(&sum, &block, (double)list->layers[i].repeat);
    }
    return sum;
}
