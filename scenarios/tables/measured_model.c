#include "scenarios/tables/measured_model.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/tables/measured_mixture.h"

static const int64_t USUAL_VOCAB = 51200; /* GPT-2's 50,257, padded as Megatron-LM does */
enum { MOST_LAYERS = 100000 };            /* as a scenario may have */

static const double GPT_DROPOUT_FRACTION = 0.1;
static const double MOST_OTHER_PARAMETERS = 1.5; /* tables differ by 17 % at most, in what they do with embeddings */

static void make_gpt(TransformerSpec *model, int64_t sequence_tokens) {
    model->biases = true;
    model->tied_embeddings = true;
    model->max_positions = sequence_tokens;
    model->dropout_fraction = GPT_DROPOUT_FRACTION;
}

static void make_llama(TransformerSpec *model) {
    model->gated = true;
    model->rms_norm = true;
    model->biases = false;
    model->tied_embeddings = false;
}

/* Jiang et al., Mixtral of Experts, arXiv 2401.04088 */
static void make_mixtral(TransformerSpec *model) {
    make_llama(model);
    model->experts = 8;
    model->experts_per_token = 2;
}

/* Qwen2 Technical Report, arXiv 2407.10671 */
static void make_qwen2(TransformerSpec *model) {
    make_llama(model);
    model->qkv_biases = true;
}

/* Qwen3 Technical Report, arXiv 2505.09388, and the config.json of its models: heads of 128 features whatever the
 * hidden size; the mixtures, named by their active parameters, have 128 experts, 8 for a token. */
static void make_qwen3(TransformerSpec *model) {
    make_llama(model);
    model->head_dim = 128;
    if (model->experts == 0 && (strstr(model->name, "A3B") != NULL || strstr(model->name, "A22B") != NULL)) {
        model->experts = 128;
        model->experts_per_token = 8;
    }
}

static void make_nemotron(TransformerSpec *model) {
    model->biases = false;
    model->tied_embeddings = false;
}

/* What the name of a model says about its layers. */
typedef struct NamedStyle {
    const char *family;
    void (*make)(TransformerSpec *model);
    const char *assumption;
} NamedStyle;

static const NamedStyle NAMED_STYLES[] = {
    {"Llama", make_llama,
     "Llama style by the name: gated MLP, RMSNorm, no biases, rotary positions, untied embeddings, no dropout."},
    {"Mixtral", make_mixtral, "Mixtral: Mistral's layers with 8 experts, 2 for a token."},
    {"Mistral", make_llama,
     "Mistral is like Llama: gated MLP, RMSNorm, no biases, rotary positions, untied embeddings, no dropout."},
    {"Qwen2", make_qwen2,
     "Qwen2 is like Llama, with biases of query, key and value: gated MLP, RMSNorm, rotary positions, untied "
     "embeddings."},
    {"Qwen3", make_qwen3,
     "Qwen3 is like Llama, with heads of 128 features and, where its name tells active parameters, 128 experts, 8 for "
     "a "
     "token."},
    /* Nemotron-4 15B Technical Report, arXiv 2402.16819, section 2 */
    {"Nemotron", make_nemotron,
     "Nemotron: squared ReLU, LayerNorm, no biases, rotary positions, untied embeddings, no dropout."},
};

static const NamedStyle *named_style(MeasuredRow *row) {
    const NamedStyle *found = NULL;
    for (size_t i = 0; i < sizeof NAMED_STYLES / sizeof *NAMED_STYLES && found == NULL; i++)
        if (measured_row_has_family(measured_row_text(row, "model"), NAMED_STYLES[i].family))
            found = &NAMED_STYLES[i];
    return found;
}

/* "8 experts top-2" in the model's name: every expert has ffn_hidden features. */
static void read_experts(MeasuredRow *row, TransformerSpec *model) {
    long experts, chosen;
    const char *name = measured_row_text(row, "model"), *words = strstr(name, " experts top-");
    while (words != NULL && words > name && isdigit((unsigned char)words[-1]))
        words--;
    if (words == NULL || sscanf(words, "%8ld experts top-%8ld", &experts, &chosen) != 2) {
        measured_row_refuse(row, "model: found a mixture of experts, expected \"8 experts top-2\" in its name");
        return;
    }
    model->experts = experts;
    model->experts_per_token = chosen;
}

/* Megatron-LM pads tables to 128 rows on each GPU of a tensor group (make_vocab_size_divisible_by); others leave 50,257
 * as it is, and pay for it. */
static int64_t padded_vocab(MeasuredRow *row, int64_t vocab) {
    int64_t tensors = measured_row_count(row, "tp"), block = 128 * (tensors > 0 ? tensors : 1);
    if (vocab % 8 == 0 || !(measured_row_mentions(row, "Megatron") || measured_row_mentions(row, "NeMo")))
        return vocab;
    measured_row_assume(row, "vocab %" PRId64 " is padded as Megatron-LM does.", vocab);
    return (vocab + block - 1) / block * block;
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
    if (model.layers > MOST_LAYERS)
        measured_row_refuse(row, "layers: found %" PRId64 ", expected at most %d", model.layers, MOST_LAYERS);
    if (model.kv_heads == 0)
        measured_row_assume(row, "kv_heads is not stated: as many as heads.");
    if (model.ffn_hidden == 0)
        measured_row_assume(row, "ffn_hidden is not stated: 4 x hidden.");
    if (model.vocab == 0) {
        model.vocab = USUAL_VOCAB;
        measured_row_assume(row, "vocab is not stated: 51200.");
    }
    model.vocab = padded_vocab(row, model.vocab);
    return model;
}

/* Names of families whose layers are others. */
static void refuse_other_layers(MeasuredRow *row) {
    static const struct {
        const char *words;
        const char *what;
    } OTHERS[] = {{"Nemotron H", "Mamba"},
                  {"NemotronH", "Mamba"},
                  {"Mamba", "Mamba"},
                  {"Jamba", "Mamba"},
                  {"Zamba", "Mamba"},
                  {"RWKV", "recurrences"},
                  {"xLSTM", "recurrences"},
                  {"Hyena", "long convolutions"},
                  {"T5", "cross attention"},
                  {"BART", "cross attention"},
                  {"Whisper", "cross attention"},
                  {"UNet", "convolutions"},
                  {"Stable Diffusion", "convolutions"},
                  {"SDXL", "convolutions"},
                  {"GPT OSS", "attention in windows"}};
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        if (measured_row_has_words(measured_row_text(row, "model"), OTHERS[i].words))
            measured_row_refuse(row, "model: layers with %s are not modelled", OTHERS[i].what);
}

/* conf/custom.yaml of NVIDIA's GPT-3 in MLPerf Training v3.1, as the reference before it; llm-foundry's MPT and
 * MosaicGPT before it have resid_pdrop, emb_pdrop and attn_pdrop 0; nanoGPT's config/train_gpt2.py and Paxml's
 * scripts_gpu/configs.py leave dropout at 0. */
static bool has_no_dropout(const MeasuredRow *row) {
    return measured_row_has_words(measured_row_text(row, "source"), "mlcommons/training_results") ||
           measured_row_has_words(measured_row_text(row, "model"), "MPT") ||
           measured_row_has_words(measured_row_text(row, "model"), "MosaicGPT") ||
           measured_row_mentions(row, "Paxml") || measured_row_mentions(row, "nanoGPT");
}

/* A mixture that its name does not tell would pass as one of its experts. */
static void check_parameters(MeasuredRow *row, const TransformerSpec *model, double stated) {
    double parameters = transformer_parameters(model);
    if (row->reason != NULL || !(stated > 0) ||
        (stated < MOST_OTHER_PARAMETERS * parameters && parameters < MOST_OTHER_PARAMETERS * stated))
        return;
    if (stated > parameters && model->experts == 0)
        measured_row_refuse(row,
                            "params_b: found %.4g, but the layers have %.4g; experts are read from \"MoE 8 experts "
                            "top-2\" in model",
                            stated / 1e9, parameters / 1e9);
    else
        measured_row_refuse(row, "params_b: found %.4g, but the layers have %.4g", stated / 1e9, parameters / 1e9);
}

static TransformerSpec read_layers(MeasuredRow *row, const Catalogue *catalogue, int64_t sequence_tokens,
                                   double stated) {
    TransformerSpec sizes = read_sizes(row);
    if (row->reason != NULL || measured_mixture_read(row, catalogue, &sizes))
        return sizes;
    if (measured_row_has_words(sizes.name, "MoE"))
        read_experts(row, &sizes);
    if (row->reason != NULL)
        return sizes;
    const NamedStyle *named = named_style(row);
    if (named != NULL) {
        measured_row_assume(row, "%s", named->assumption);
        named->make(&sizes);
        return sizes;
    }
    TransformerSpec gpt = sizes, llama = sizes;
    make_gpt(&gpt, sequence_tokens);
    make_llama(&llama);
    double gpt_distance = fabs(transformer_parameters(&gpt) - stated);
    bool is_bert = measured_row_has_family(sizes.name, "BERT") || measured_row_has_family(sizes.name, "RoBERTa");
    if (sizes.experts > 0 && !(stated > 0)) {
        measured_row_assume(row, "Llama style, as published mixtures of experts: gated MLP, RMSNorm, no biases, rotary "
                                 "positions, untied embeddings, no dropout.");
        return llama;
    }
    if (!is_bert && stated > 0 && fabs(transformer_parameters(&llama) - stated) < gpt_distance) {
        measured_row_assume(row, "Llama style by the number of parameters: gated MLP, RMSNorm, no biases, rotary "
                                 "positions, untied embeddings, no dropout.");
        return llama;
    }
    if (has_no_dropout(row))
        gpt.dropout_fraction = 0;
    measured_row_assume(row, "GPT style%s: LayerNorm, biases, learned positions, tied embeddings, dropout %.1f.",
                        is_bert      ? " by the name"
                        : stated > 0 ? " by the number of parameters"
                                     : ", since params_b is not stated",
                        gpt.dropout_fraction);
    return gpt;
}

TransformerSpec measured_model_read(MeasuredRow *row, const Catalogue *catalogue, int64_t sequence_tokens) {
    refuse_other_layers(row);
    double stated = measured_row_number(row, "params_b") * 1e9;
    TransformerSpec model = read_layers(row, catalogue, sequence_tokens, stated);
    if (row->reason == NULL)
        check_parameters(row, &model, stated);
    return model;
}
