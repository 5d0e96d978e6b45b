#include "scenarios/tables/measured_recompute.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenarios/reader/yaml_node.h"
#include "scenarios/tables/measured_sharding.h"
#include "scenarios/tables/measured_torch.h"

static const struct {
    const char *words;
    Recompute meaning;
} WORDS[] = {
    {"by operator", RECOMPUTE_BY_OPERATOR},
    {"selective op", RECOMPUTE_BY_OPERATOR},
    {"selective", RECOMPUTE_SELECTIVE},
    {"full", RECOMPUTE_FULL},
    {"none", RECOMPUTE_NONE},
    {"uniform", RECOMPUTE_FULL},
    {"block", RECOMPUTE_FULL},
};

/* Cells that only say whether. */
static const char *const YES[] = {"yes", "true", "on", "enabled"}, *const NO[] = {"no", "false", "off", "disabled"};
static const char *const CHECKPOINTING[] = {"checkpointing", "checkpoint", "ckpt"};

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static bool is_one_of(const char *text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(text, words[i]) == 0)
            return true;
    return false;
}

/* "gradient checkpointing", "no activation checkpointing", "checkpointing off". */
static bool read_checkpointing(const char *text, Recompute *meaning) {
    static const char *const DENIED[] = {"no", "not", "without", "off", "disabled", "false"};
    bool is_named = false, is_denied = false;
    for (size_t i = 0; i < COUNT_OF(CHECKPOINTING); i++)
        is_named = is_named || measured_row_has_words(text, CHECKPOINTING[i]);
    for (size_t i = 0; i < COUNT_OF(DENIED); i++)
        is_denied = is_denied || measured_row_has_words(text, DENIED[i]);
    *meaning = is_named && !is_denied ? RECOMPUTE_FULL : RECOMPUTE_NONE;
    return is_named;
}

/* The first row whose words are there decides; false = the text is not understood. */
static bool find_meaning(const char *text, Recompute *meaning) {
    for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
        if (!measured_row_has_words(text, WORDS[i].words))
            continue;
        *meaning = WORDS[i].meaning;
        return true;
    }
    bool is_yes = is_one_of(text, YES, COUNT_OF(YES));
    *meaning = is_yes ? RECOMPUTE_FULL : RECOMPUTE_NONE;
    return is_yes || is_one_of(text, NO, COUNT_OF(NO)) || read_checkpointing(text, meaning);
}

/* Layers of Megatron-LM's recompute_method: "full, block, 4 layers". */
static void read_method(MeasuredRow *row, const char *text, const char *shown, PlanSpec *plan) {
    bool is_block = measured_row_has_words(text, "block");
    if (plan->recompute != RECOMPUTE_FULL || (!is_block && !measured_row_has_words(text, "uniform")))
        return;
    const char *number = strpbrk(text, "0123456789");
    int64_t layers = number != NULL ? strtoll(number, NULL, 10) : 0;
    if (is_block && layers < 1)
        measured_row_refuse(row, "recompute: found \"%s\", expected the number of layers too, as in \"full, block, 4\"",
                            shown);
    plan->recompute_method = is_block ? RECOMPUTE_BLOCK : RECOMPUTE_UNIFORM;
    plan->recompute_num_layers = layers;
}

/* Whether the software around the cell says what it means, or what an empty one does. */
static bool read_software(MeasuredRow *row, const char *text, PlanSpec *plan) {
    if (plan->recompute != RECOMPUTE_FULL && measured_torch_recompute(row, &plan->recompute))
        return true;
    return text[0] == '\0' && measured_sharding_recompute(row, plan);
}

void measured_recompute_read(MeasuredRow *row, PlanSpec *plan) {
    const char *text = measured_row_text(row, "recompute"), *shown = yaml_node_shown_text(text, row->arena);
    plan->recompute = RECOMPUTE_NONE;
    plan->sequence_parallel = measured_row_has_words(text, "sequence parallel");
    bool is_understood = find_meaning(text, &plan->recompute);
    if (measured_row_has_words(text, "offload") || measured_row_has_words(text, "offloading"))
        measured_row_refuse(row, "recompute: found \"%s\", how much of the activations is offloaded is not stated",
                            shown);
    if (read_software(row, text, plan))
        return;
    if (text[0] == '\0')
        measured_row_assume(row, "recompute is not stated: none.");
    else if (!is_understood)
        measured_row_refuse(row, "recompute: found \"%s\", expected none, selective or full", shown);
    else if (strcasecmp(text, recompute_name(plan->recompute)) != 0 && !plan->sequence_parallel)
        measured_row_assume(row, "recompute \"%s\" is read as %s.", shown, recompute_name(plan->recompute));
    read_method(row, text, shown, plan);
}
