#include "scenarios/tables/measured_software.h"

#include "scenarios/tables/measured_framework.h"

/* Of software that is read as that of its year, or that `release` alone names; the first that a row has decides. */
static const struct {
    const char *words;
    SoftwareKnown known;
} NAMES[] = {
    {"pytorch ao", SOFTWARE_READ}, /* its figures are of torchtitan */
    {"dgxc-benchmarking", SOFTWARE_MEASURED},
    {"MaxText", SOFTWARE_MEASURED}, /* of the same recipes */
    {"Megatron", SOFTWARE_MEASURED},
    {"Korthikanti", SOFTWARE_MEASURED},
    {"vTrain", SOFTWARE_MEASURED},
    {"NeMo", SOFTWARE_MEASURED},
    {"bigscience", SOFTWARE_MEASURED}, /* Megatron-DeepSpeed */
};

static SoftwareKnown known_by_name(const MeasuredRow *row) {
    SoftwareKnown known = SOFTWARE_UNKNOWN;
    for (size_t i = sizeof NAMES / sizeof *NAMES; i > 0; i--)
        if (measured_row_mentions(row, NAMES[i - 1].words))
            known = NAMES[i - 1].known;
    return known;
}

SoftwareKnown measured_software_read(MeasuredRow *row) {
    const MeasuredFramework *software = measured_framework_find(row);
    SoftwareKnown known = software->words ? software->known : known_by_name(row);
    if (known != SOFTWARE_MEASURED)
        measured_row_assume(row, "software: %s, its steps were never compared: the interval reaches further up.",
                            software_known_name(known));
    return known;
}
