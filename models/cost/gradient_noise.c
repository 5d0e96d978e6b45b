#include "models/cost/gradient_noise.h"

#include <math.h>

#include "models/cost/host_calls.h"

/* An operation from Python and its launch. */
static const double ISSUE_S = HOST_CALLS_PYTHON_S + HOST_CALLS_OPERATION_S + HOST_CALLS_LAUNCH_S;

static const double NUMBER_BYTES = 8;   /* one in fp64 */
static const int HOOK_NUMBERS = 2;      /* kernels on a number: an addition and its copy */
static const int COMPARISONS = 3;       /* with itself, with both infinities */
static const int KERNELS_A_READING = 2; /* the comparison and the copy of its result */

/* Bytes per parameter of kernels on gradients in fp32. */
static const double HOOK_BYTES[] = {8, 8, 4}; /* scaled, squared, summed */
static const double CHECK_BYTES[] = {8, 8, 4};
static const double SQUARE_BYTES[] = {8, 4, 0}; /* the sums are added up */
static const double LONE_BYTES[] = {8, 4, 0, 8, 4, 0, 12, 8, 8, 4, 0, 8};

#define COUNT_OF(array) (int)(sizeof(array) / sizeof *(array))

/* Kernels on tensors of so many parameters in the mean, one after the other. */
typedef struct Tensors {
    double count;
    double parameters;
} Tensors;

static void add_kernels(KernelList *list, Tensors tensors, const double *bytes, int count) {
    for (int i = 0; i < count; i++) {
        double kernel_s = gpu_memory_bound_seconds(list->gpu, bytes[i] * tensors.parameters + NUMBER_BYTES);
        list->cost.memory_s += tensors.count * kernel_s;
        list->cost.hbm_bytes += tensors.count * (bytes[i] * tensors.parameters + NUMBER_BYTES);
        list->launches += (int)tensors.count;
    }
}

static void add_numbers(KernelList *list, Tensors tensors, int count) {
    const double none[] = {0};
    for (int i = 0; i < count; i++)
        add_kernels(list, tensors, none, COUNT_OF(none));
}

double gradient_noise_add_hooks(KernelList *list, const LayerSpec *layer) {
    Tensors tensors = {.count = layer_tensors(layer)};
    tensors.parameters = tensors.count > 0 ? layer_parameters(layer) / tensors.count : 0;
    add_kernels(list, tensors, HOOK_BYTES, COUNT_OF(HOOK_BYTES));
    add_numbers(list, tensors, HOOK_NUMBERS);
    return tensors.count * (COUNT_OF(HOOK_BYTES) + HOOK_NUMBERS) * ISSUE_S;
}

/* What the host waits for: it issues nothing else meanwhile. */
static double readings_s(const GpuSpec *gpu, double tensors) {
    double kernel_s = gpu_memory_bound_seconds(gpu, NUMBER_BYTES) + gpu->kernels.launch_s;
    return tensors * COMPARISONS * KERNELS_A_READING * (ISSUE_S + kernel_s);
}

WorkCost gradient_noise_step_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    KernelList list;
    Tensors tensors = {.count = layer_list_tensors(&training->list)};
    if (!training->plan.gradient_noise_scale)
        return (WorkCost){0};
    tensors.parameters = layer_list_parameters(&training->list) / tensors.count;
    bool lone = training->plan.data_parallel == 1;
    kernel_list_init(&list, gpu, training->plan.precision);
    add_kernels(&list, tensors, CHECK_BYTES, COUNT_OF(CHECK_BYTES));
    if (lone)
        add_kernels(&list, tensors, LONE_BYTES, COUNT_OF(LONE_BYTES));
    else
        add_kernels(&list, tensors, SQUARE_BYTES, COUNT_OF(SQUARE_BYTES));
    int kernels = COUNT_OF(CHECK_BYTES) + (lone ? COUNT_OF(LONE_BYTES) : COUNT_OF(SQUARE_BYTES));
    WorkCost cost = kernel_list_finish(&list, 0, 0);
    double issued_s = tensors.count * kernels * ISSUE_S;
    cost.launch_s = fmax(cost.launch_s, issued_s - cost.memory_s) + readings_s(gpu, tensors.count);
    return cost;
}
