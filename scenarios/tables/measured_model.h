/*
 * measured_model: the transformer of a measured-run row. The table does not say whether the MLP is gated: it is when
 * the stated number of parameters is nearer to the gated count. A gated model is taken as Llama style (RMSNorm, no
 * biases, rotary positions, untied embeddings, no dropout), any other as GPT style (LayerNorm, biases, learned
 * positions, tied embeddings, dropout 0.1). "MoE" in the model's name asks for "8 experts top-2" there; such a model
 * without params_b is taken as gated.
 */
#ifndef SCENARIOS_TABLES_MEASURED_MODEL_H
#define SCENARIOS_TABLES_MEASURED_MODEL_H

#include "models/plan/transformer.h"
#include "scenarios/reader/catalogue.h"
#include "scenarios/tables/measured_row.h"

/* Returns the model for sequences of that length; what is missing is a reason of the row. */
TransformerSpec measured_model_read(MeasuredRow *row, const Catalogue *catalogue, int64_t sequence_tokens);

#endif
