/*
 * hf_config: a Hugging Face config.json as the mapping of a `model:`. It takes the shape, leaves out everything that
 * has no part in it, and says from model_type what a config.json leaves to the code: gating, norms, biases, positions.
 *
 * Limits: decoder-only families, those in the table of hf_config.c, dense or with experts in every layer; experts in
 * other families and unknown families (DeepSeek's, whose latent attention is not modelled) are errors.
 * `attention_bias` is not read: only Qwen2's biases of query, key and value are known.
 */
#ifndef SCENARIOS_READER_HF_CONFIG_H
#define SCENARIOS_READER_HF_CONFIG_H

#include "scenarios/reader/yaml_node.h"

/* The keys of a `model:` that the config states; NULL and an error when it is no dense transformer that is known. */
YamlNode *hf_config_model(const YamlNode *config, const char *path, Arena *arena, ErrorList *errors);

#endif
