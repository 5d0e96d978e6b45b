/*
 * layer_list_cost: the kernels of one layer of a list (layer_list.h) for one micro-batch of samples on one GPU. No
 * communication, no order of layers.
 *
 * A convolution is the product that im2col makes of it, without writing the matrix (implicit GEMM, as cuDNN does):
 * forward B*H_out*W_out x C_out x C_in*K*K; backward two products of as many FLOPs for the gradients of inputs and of
 * weights. In fp32, 3x3 of stride 1 is Winograd's F(2x2, 3x3): 16 products of B*H_out*W_out/4 x C_out x C_in, 2.25
 * times fewer FLOPs (Lavin and Gray 2016, arXiv 1509.09308), as cuDNN chooses. Its time is that of the products or of
 * its tensors' traffic, whichever is longer. In 16 bit and tf32, products are of tensors in NHWC: unless the model is
 * kept so (channels_last), what goes in and what comes out is transposed, read and written once more; PyTorch's own
 * layout is NCHW. (MosaicML Composer measured 30 % for ResNet-50 on A100: method card Channels Last.)
 *
 * Batch norm is a row reduction of 3 passes over its tensor forward and 5 backward, ReLU 2 and 3, as PyTorch runs them
 * one by one. With 16 bit, weights are kept in fp32 and cast for each pass and their gradients back (autocast: 6 bytes
 * per weight each way). A looked-up row is read whole, in units of 64 bytes, and updated in the backward pass: read and
 * written again (SGD on sparse rows, as in DLRM).
 *
 * Limits: Winograd's transforms, the loss and the dropped halves of odd tiles are free; random rows come at full
 * bandwidth.
 */
#ifndef MODELS_COST_LAYER_LIST_COST_H
#define MODELS_COST_LAYER_LIST_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* Of one run of a layer that is no block. */
WorkCost layer_list_forward_cost(const TrainingSpec *training, const LayerSpec *layer, const GpuSpec *gpu);

/* Nobody needs the gradient of the inputs of a layer that is fed by samples. */
WorkCost layer_list_backward_cost(const TrainingSpec *training, const LayerSpec *layer, const GpuSpec *gpu,
                                  bool fed_by_samples);

/* Forward and backward of everything. */
WorkCost layer_list_whole_cost(const TrainingSpec *training, const GpuSpec *gpu);

#endif
