/*
 * lora: how low-rank adapters stand beside frozen weights (Hu et al. 2021, arXiv 2106.09685): of which rank, beside
 * which products. Plain values; beside which products of a plan that is, is plan_lora.h's, what they cost
 * lora_cost.h's.
 */
#ifndef MODELS_PLAN_LORA_H
#define MODELS_PLAN_LORA_H

#include <stdbool.h>
#include <stdint.h>

/* Products of a layer that have an adapter: query, key and value together; the projection too; the MLP's too. */
typedef enum LoraTargets { LORA_QKV, LORA_ATTENTION, LORA_ALL } LoraTargets;

typedef struct LoraSpec {
    int64_t rank; /* >= 0; features between the two matrices of an adapter; 0 = no adapters, all weights are trained */
    LoraTargets targets;
    bool fp8_weights; /* frozen products keep their weights in fp8 alone; only with precision fp8 */
} LoraSpec;

#endif
