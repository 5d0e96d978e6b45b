#include "scenarios/experiment/measured_model.h"

#include <math.h>

static const int64_t USUAL_VOCAB = 51200; /* GPT-2's 50,257, padded as Megatron-LM does */
static const double GPT_DROPOUT_FRACTION = 0.1;

static TransformerSpec gpt_style(const TransformerSpec *sizes, int64_t sequence_tokens) {
    TransformerSpec model = *sizes;
    model.biases = true;
    model.tied_embeddings = true;
    model.max_positions = sequence_tokens;
    model.dropout_fraction = GPT_DROPOUT_FRACTION;
    return model;
}

static TransformerSpec llama_style(const TransformerSpec *sizes) {
    TransformerSpec model = *sizes;
    model.gated = true;
    model.rms_norm = true;
    model.biases = false;
    model.tied_embeddings = false;
    return model;
}

/* Parmar et al., Nemotron-4 15B Technical Report (2024), section 2: rotary positions, squared ReLU, no biases, dropout
 * 0, untied embeddings. */
static TransformerSpec nemotron_style(const TransformerSpec *sizes) {
    TransformerSpec model = *sizes;
    model.biases = false;
    model.tied_embeddings = false;
    return model;
}

/* A family that the model's name tells; rows of its parts (fewer layers) state no number of parameters. */
typedef struct Family {
    const char *word;
    TransformerSpec (*style)(const TransformerSpec *sizes);
    const char *assumption;
} Family;

static const Family FAMILIES[] = {
    {"Llama", llama_style,
     "Llama style by the name: gated MLP, RMSNorm, no biases, rotary positions, untied embeddings, no dropout."},
    {"Nemotron4", nemotron_style,
     "Nemotron-4 by the name: squared ReLU, LayerNorm, no biases, rotary positions, untied embeddings, no dropout."},
};

static const Family *find_family(const char *name) {
    for (size_t i = 0; i < sizeof FAMILIES / sizeof *FAMILIES; i++)
        if (measured_row_has_words(name, FAMILIES[i].word))
            return &FAMILIES[i];
    return NULL;
}

static TransformerSpec read_sizes(MeasuredRow *row) {
    TransformerSpec model = transformer_default();
    model.name = measured_row_text(row, "model");
    model.hidden = measured_row_needed_count(row, "hidden");
    model.layers = measured_row_needed_count(row, "layers");
    model.heads = measured_row_needed_count(row, "heads");
    model.kv_heads = measured_row_count(row, "kv_heads");
    model.ffn_hidden = measured_row_count(row, "ffn_hidden");
    model.vocab = measured_row_count(row, "vocab");
    if (model.kv_heads == 0)
        measured_row_assume(row, "kv_heads is not stated: as many as heads.");
    if (model.ffn_hidden == 0)
        measured_row_assume(row, "ffn_hidden is not stated: 4 x hidden.");
    if (model.vocab == 0) {
        model.vocab = USUAL_VOCAB;
        measured_row_assume(row, "vocab is not stated: 51200.");
    }
    return model;
}

TransformerSpec measured_model_read(MeasuredRow *row, int64_t sequence_tokens) {
    if (measured_row_has_words(measured_row_text(row, "model"), "MoE"))
        measured_row_refuse(row, "mixture of experts is not modelled yet");
    if (measured_row_has_words(measured_row_text(row, "note"), "LoRA"))
        measured_row_refuse(row, "LoRA fine-tuning is not modelled yet");
    TransformerSpec sizes = read_sizes(row);
    double stated = measured_row_number(row, "params_b") * 1e9;
    if (row->reason != NULL)
        return sizes;
    const Family *family = find_family(sizes.name);
    if (family != NULL) {
        measured_row_assume(row, "%s", family->assumption);
        return family->style(&sizes);
    }
    TransformerSpec gpt = gpt_style(&sizes, sequence_tokens);
    TransformerSpec llama = llama_style(&sizes);
    double gpt_distance = fabs(transformer_parameters(&gpt) - stated);
    if (stated > 0 && fabs(transformer_parameters(&llama) - stated) < gpt_distance) {
        measured_row_assume(row, "Llama style by the number of parameters: gated MLP, RMSNorm, no biases, rotary "
                                 "positions, untied embeddings, no dropout.");
        return llama;
    }
    /* conf/custom.yaml of NVIDIA's GPT-3 in MLPerf Training v3.1, as the reference before it; llm-foundry's MPT has
     * resid_pdrop, emb_pdrop and attn_pdrop 0. */
    if (measured_row_has_words(measured_row_text(row, "source"), "mlcommons/training_results") ||
        measured_row_has_words(gpt.name, "MPT"))
        gpt.dropout_fraction = 0;
    measured_row_assume(row, "GPT style%s: LayerNorm, biases, learned positions, tied embeddings, dropout %.1f.",
                        stated > 0 ? " by the number of parameters" : ", since params_b is not stated",
                        gpt.dropout_fraction);
    return gpt;
}
