/*
 * plan_lora: beside which products of a layer a plan puts low-rank adapters (lora.h), how many parameters that makes,
 * and what cannot go with them. What they cost is lora_cost.h's.
 */
#ifndef MODELS_PLAN_PLAN_LORA_H
#define MODELS_PLAN_PLAN_LORA_H

#include "models/plan/plan.h"

enum { LORA_PRODUCTS_MAX = 4 };

/* Whole sizes of a product that has an adapter. */
typedef struct LoraProduct {
    int64_t in;  /* features, >= 1 */
    int64_t out; /* the same */
} LoraProduct;

/* Whether the plan has adapters. */
bool plan_lora_is_there(const PlanSpec *plan);

/* Fills in the products with adapters and returns their number. */
int plan_lora_products(const TrainingSpec *training, LoraProduct products[LORA_PRODUCTS_MAX]);

/* Parameters of the adapters of one layer, whole; 0 without. */
double plan_lora_layer_parameters(const TrainingSpec *training);

/* Adds an error, with `path` as prefix ("jobs[0]"), for every key that cannot go with adapters yet. */
void plan_lora_check(const TrainingSpec *training, const char *path, ErrorList *errors);

#endif
