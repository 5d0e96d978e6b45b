/*
 * host_calls: what a call of PyTorch of 2020 and 2021 takes the host, for what is counted call by call (shard_lists.h,
 * gradient_noise.h, the operations of KernelList). A layer's own kernels, with its modules and functions of Python, are
 * the host_s of GpuKernels instead. An operation on a small tensor took 2 us from Python and about 1 us from C++, and
 * 1.8 us more where autograd notes it (6.8 against 5 us; pytorch/pytorch #41383, 2020), a launch 3.8 us (NVIDIA
 * Technical Blog, Getting Started with CUDA Graphs, 2019). One CPU of that time; no fit. Beside it: torch's Linear
 * forward, a module, takes 13.5 us on the host of a DGX H100 in 2025 (NVIDIA/TransformerEngine #2053).
 */
#ifndef MODELS_COST_HOST_CALLS_H
#define MODELS_COST_HOST_CALLS_H

#define HOST_CALLS_OPERATION_S 1e-6   /* of PyTorch, from C++ */
#define HOST_CALLS_PYTHON_S    1e-6   /* more, from Python; as much for a function of Python's own */
#define HOST_CALLS_AUTOGRAD_S  1.8e-6 /* more, where gradients are wanted */
#define HOST_CALLS_LAUNCH_S    3.8e-6

#endif
