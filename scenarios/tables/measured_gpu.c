#include "scenarios/tables/measured_gpu.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "scenarios/tables/measured_machine.h"
#include "scenarios/tables/measured_row.h"

/* The first row whose words are all in the text. */
typedef struct GpuWords {
    const char *words;
    MeasuredGpu gpu;
} GpuWords;

#define DGX_1_GPUS  "DGX-1: with V100 of 32 GB unless the text says 16."
#define MI250X_DIES "MI250X: each of a module's two dies counts as a GPU, as on Frontier and LUMI."

static const GpuWords GPU_WORDS[] = {
    {"A100 PCIe 40GB", {"pcie-a100-40", NULL}},
    {"A100 PCIe", {"pcie-a100-80", NULL}},
    {"H100 PCIe", {"pcie-h100", NULL}},
    {"H100 NVL", {"pcie-h100-nvl", NULL}},
    {"GH200", {"gh200", NULL}},
    {"L40S", {"pcie-l40s", NULL}},
    {"L40", {"pcie-l40", NULL}},
    {"L4", {"g6-48xlarge", NULL}},
    {"A30", {"pcie-a30", NULL}},
    {"A40", {"pcie-a40", NULL}},
    {"A10G", {"g5-48xlarge", NULL}},
    {"A10", {"pcie-a10", NULL}},
    {"6000 Ada", {"pcie-rtx6000-ada", NULL}},
    {"RTX PRO 6000", {"pcie-rtx-pro-6000", NULL}},
    {"A6000", {"pcie-a6000", NULL}},
    {"3090 Ti", {NULL, NULL}},
    {"3090", {"pcie-rtx3090", NULL}},
    {"4090 D", {NULL, NULL}},
    {"4090D", {NULL, NULL}},
    {"4090", {"pcie-rtx4090", NULL}},
    {"5090 D", {NULL, NULL}},
    {"5090", {"pcie-rtx5090", NULL}},
    {"V100 PCIe", {"pcie-v100", NULL}},
    {"MI210", {"pcie-mi210", NULL}},
    {"PCIe", {NULL, NULL}},
    {"NVL", {NULL, NULL}},
    {"DGX 2", {"dgx-2-v100", NULL}},
    {"DGX 2H", {"dgx-2-v100", NULL}},
    {"DGX 1", {"dgx-1-v100", DGX_1_GPUS}},
    {"V100 SXM3", {"dgx-2-v100", NULL}},
    {"V100 16GB", {"dgx-1-v100", NULL}},
    {"V100 32GB", {"dgx-1-v100", NULL}},
    {"V100", {"dgx-1-v100", "The memory of the V100 is not stated: 32 GB."}},
    {"T4", {"g4dn-12xlarge", NULL}},
    {"A800", {"hgx-a800", NULL}},
    {"H800", {"hgx-h800", NULL}},
    {"H20", {"hgx-h20", NULL}},
    {"A100 40GB", {"dgx-a100-40", NULL}},
    {"A100 80GB", {"dgx-a100-80", NULL}},
    {"A100", {"dgx-a100-80", "The memory of the A100 is not stated: 80 GB."}},
    {"H100", {"dgx-h100", NULL}},
    {"H200", {"hgx-h200", NULL}},
    {"B200", {"dgx-b200", NULL}},
    {"B300", {"dgx-b300", NULL}},
    {"GB200", {"gb200-nvl72", NULL}},
    {"GB300", {"gb300-nvl72", NULL}},
    {"MI300X", {"nd-mi300x", NULL}},
    {"MI325X", {"nd-mi325x", NULL}},
    {"MI350X", {"oam-mi350x", NULL}},
    {"MI355X", {"nd-mi355x", NULL}},
    {"MI250X", {"frontier-mi250x", MI250X_DIES}},
    {"MI250", {"hgx-mi250", NULL}},
};

static bool is_word(const char *at, const char *word) {
    return strncasecmp(at, word, strlen(word)) == 0;
}

static size_t digits(const char *at) {
    return strspn(at, "0123456789");
}

/* True where a word ends between start and at, both inside one run of letters and digits: "8x|H100", "H100|x8",
 * "H100|SXM5", "RTX|4090". */
static bool parts_at(const char *start, const char *at) {
    static const char *const FORMS[] = {"SXM", "PCIe", "NVL", "HBM"};
    size_t count = digits(start);
    if (count > 0 && at == start + count + 1 && tolower((unsigned char)at[-1]) == 'x' && isalpha((unsigned char)*at))
        return true;
    if (at > start && tolower((unsigned char)*at) == 'x' && digits(at + 1) > 0 &&
        !isalnum((unsigned char)at[1 + digits(at + 1)]) && isdigit((unsigned char)at[-1]))
        return true;
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
        if (is_word(at, FORMS[i]))
            return true;
    return at == start + 3 && is_word(start, "RTX") && isdigit((unsigned char)*at);
}

/* Blanks and what follows them, where that is the unit of a memory; 0 = it is none. */
static size_t memory_unit(const char *at) {
    static const char *const UNITS[] = {"GiB", "GB", "G"};
    size_t blanks = strspn(at, " ");
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        size_t bytes = strlen(UNITS[i]);
        if (is_word(at + blanks, UNITS[i]) && !isalnum((unsigned char)at[blanks + bytes]) && at[blanks + bytes] != '/')
            return blanks + bytes;
    }
    return 0;
}

/* "A100-40", "v100-pcie-32": a size of memory that such a GPU has, joined to its name, without a unit. */
static bool is_bare_memory(const char *text, const char *at, size_t number) {
    static const char *const SIZES[] = {"40", "80", "96", "141", "192"}, *const OLDER_SIZES[] = {"16", "32"};
    if (at == text || (at[-1] != '-' && at[-1] != '_') || isalnum((unsigned char)at[number]) || at[number] == '.')
        return false;
    bool is_older = measured_row_has_family(text, "V100");
    const char *const *sizes = is_older ? OLDER_SIZES : SIZES;
    for (size_t i = 0; i < (is_older ? 2 : sizeof SIZES / sizeof *SIZES); i++)
        if (strlen(sizes[i]) == number && strncmp(at, sizes[i], number) == 0)
            return true;
    return false;
}

const char *measured_gpu_words(const char *text, Arena *arena) {
    char *words = ARENA_ARRAY(arena, 4 * strlen(text) + 4, char);
    size_t used = 0;
    for (const char *at = text, *start = text; *at != '\0';) {
        bool is_inside = isalnum((unsigned char)*at) != 0;
        if (!is_inside || parts_at(start, at))
            start = is_inside ? at : at + 1;
        if ((!is_inside || start == at) && used > 0 && words[used - 1] != ' ')
            words[used++] = ' ';
        size_t number = start == at ? digits(at) : 0, unit = number > 0 ? memory_unit(at + number) : 0;
        bool is_memory = unit > 0 || (number > 0 && is_bare_memory(text, at, number));
        size_t kept = is_memory ? number : 1;
        if (is_inside)
            memcpy(words + used, at, kept);
        used += is_inside ? kept : 0;
        if (is_memory) {
            memcpy(words + used, "GB", 2);
            used += 2;
        }
        at += kept + unit;
    }
    words[used] = '\0';
    return words;
}

MeasuredGpu measured_gpu_find(const char *words) {
    const char *machine = measured_machine_node(words);
    if (machine != NULL)
        return (MeasuredGpu){.entry = machine};
    for (size_t i = 0; i < sizeof GPU_WORDS / sizeof *GPU_WORDS; i++)
        if (measured_row_has_words(words, GPU_WORDS[i].words))
            return GPU_WORDS[i].gpu;
    return (MeasuredGpu){0};
}
