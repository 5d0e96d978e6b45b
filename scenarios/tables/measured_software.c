#include "scenarios/tables/measured_software.h"

/* The first name that a row has decides. */
static const struct {
    const char *words;
    SoftwareKnown known;
} NAMES[] = {
    {"torchtitan", SOFTWARE_READ},
    {"pytorch ao", SOFTWARE_READ}, /* its figures are of torchtitan */
    {"fms fsdp", SOFTWARE_READ},
    {"lightning thunder", SOFTWARE_READ},
    {"mosaicml examples", SOFTWARE_READ},
    {"Hugging Face", SOFTWARE_READ},
    {"DeepSpeedExamples", SOFTWARE_READ}, /* its fork of Megatron-LM of 2019 */
    {"DeepLearningExamples", SOFTWARE_READ},
    {"Paddle", SOFTWARE_READ},
    {"PaddleNLP", SOFTWARE_READ},
    {"nanoGPT", SOFTWARE_READ},
    {"Dao AILab training", SOFTWARE_READ}, /* of flash-attention */
    {"dgxc-benchmarking", SOFTWARE_MEASURED},
    {"MaxText", SOFTWARE_MEASURED}, /* of the same recipes */
    {"Megatron", SOFTWARE_MEASURED},
    {"FlagScale", SOFTWARE_MEASURED}, /* Megatron-LM's */
    {"Korthikanti", SOFTWARE_MEASURED},
    {"vTrain", SOFTWARE_MEASURED},
    {"NeMo", SOFTWARE_MEASURED},
    {"training_results_v3.1 NVIDIA", SOFTWARE_MEASURED},
    {"training_results_v5.0 NVIDIA", SOFTWARE_MEASURED},
    {"bigscience", SOFTWARE_MEASURED}, /* Megatron-DeepSpeed */
    {"llm-foundry", SOFTWARE_MEASURED},
    {"InternEvo", SOFTWARE_MEASURED},
};

SoftwareKnown measured_software_read(MeasuredRow *row) {
    SoftwareKnown known = SOFTWARE_UNKNOWN;
    for (size_t i = sizeof NAMES / sizeof *NAMES; i > 0; i--)
        if (measured_row_mentions(row, NAMES[i - 1].words))
            known = NAMES[i - 1].known;
    if (known != SOFTWARE_MEASURED)
        measured_row_assume(row, "software: %s, its steps were never compared: the interval reaches further up.",
                            software_known_name(known));
    return known;
}
