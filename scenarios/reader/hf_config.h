/*
 * hf_config: a Hugging Face config.json as the mapping of a `model:`. It takes the shape, leaves out everything that
 * has no part in it, and says from model_type what a config.json leaves to the code: gating, norms, biases, positions.
 *
 * Limits: decoder-only families, those in the table of hf_config.c; of a config with a text_config only that is read.
 * Dense layers among those with experts must be in front or follow a step; modules that predict further tokens
 * (num_nextn_predict_layers) and attention in chunks are left out. Experts in other families are errors.
 * `attention_bias` is not read: only Qwen2's biases of query, key and value are known.
 */
#ifndef SCENARIOS_READER_HF_CONFIG_H
#define SCENARIOS_READER_HF_CONFIG_H

#include "scenarios/reader/yaml_node.h"

/* The keys of a `model:` that the config states; NULL and an error when it is no dense transformer that is known. */
YamlNode *hf_config_model(const YamlNode *config, const char *path, Arena *arena, ErrorList *errors);

#endif
