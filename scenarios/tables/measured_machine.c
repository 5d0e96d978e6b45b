#include "scenarios/tables/measured_machine.h"

#include <stdbool.h>
#include <stddef.h>

#include "scenarios/tables/measured_row.h"

static const struct {
    const char *words;
    const char *entry;
    bool is_network_only; /* the GPUs of some of these machines have more memory than the entry's */
} MACHINES[] = {
    {"p4d", "p4d-24xlarge", false},        {"p4de", "p4de-24xlarge", false},
    {"p5", "p5-48xlarge", false},          {"a3 megagpu", "a3-megagpu-8g", false},
    {"A3 Mega", "a3-megagpu-8g", false},   {"a3 ultragpu", "a3-ultragpu-8g", false},
    {"A3 Ultra", "a3-ultragpu-8g", false}, {"ND H100 v5", "nd-h100-v5", false},
    {"NDv5", "nd-h100-v5", true},          {"ND A100 v4", "nd-a100-v4", true},
    {"NDm A100 v4", "nd-a100-v4", true},   {"NDv4", "nd-a100-v4", true},
};

static const char *find(const char *text, bool with_networks) {
    for (size_t i = 0; i < sizeof MACHINES / sizeof *MACHINES; i++)
        if ((with_networks || !MACHINES[i].is_network_only) && measured_row_has_words(text, MACHINES[i].words))
            return MACHINES[i].entry;
    return NULL;
}

const char *measured_machine_node(const char *text) {
    return find(text, false);
}

const char *measured_machine_network(const char *text) {
    return find(text, true);
}
