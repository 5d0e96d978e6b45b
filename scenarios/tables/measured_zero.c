#include "scenarios/tables/measured_zero.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "scenarios/tables/measured_row.h"

static const char MARKS[] = " -_=:";

/* Ends of lists: NULL. */
static const char *const FULLY_SHARDED[] = {"HSDP",          "HYBRID SHARD",  "FULL SHARD",
                                            "SHARD GRAD OP", "fully sharded", NULL};
static const char *const IN_NODE[] = {"HSDP", "HYBRID SHARD", NULL};
static const char *const OPTIMIZER[] = {"distributed optimizer", "dist opt", "sharded optimizer", "optimizer sharding",
                                        NULL};
static const char *const WHOLE[] = {"none", "no", "off", "DDP", "DP", "data parallel", NULL};
static const char *const KEPT[] = {"SHARD GRAD OP", "reshard after forward false", "HYBRID SHARD ZERO2", NULL};
static const char *const OFFLOADED[] = {"offload", "offloaded", "offloading", "ZeRO Infinity", NULL};
static const char *const OFFLOADED_MORE[] = {"offload param",
                                             "offload parameters",
                                             "offload params",
                                             "parameter offload",
                                             "param offload",
                                             "ZeRO Infinity",
                                             NULL};

static bool has_any(const char *text, const char *const *words) {
    while (*words != NULL && !measured_row_has_words(text, *words))
        words++;
    return *words != NULL;
}

/* Where the letters stand, of either case; NULL = nowhere. */
static const char *find_letters(const char *text, const char *letters) {
    while (*text != '\0' && strncasecmp(text, letters, strlen(letters)) != 0)
        text++;
    return *text != '\0' ? text : NULL;
}

/* The digit behind the word and "stage", which begins at `at`; -1 = there is none. */
static int stage_behind(const char *at, const char *word) {
    if (strncasecmp(at, word, strlen(word)) != 0)
        return -1;
    at += strlen(word);
    at += strspn(at, MARKS);
    if (strncasecmp(at, "stage", 5) == 0)
        at += 5 + strspn(at + 5, MARKS);
    bool is_stage = at[0] >= '0' && at[0] <= '3' && !isalnum((unsigned char)at[1]);
    return is_stage ? at[0] - '0' : -1;
}

/* "ZeRO-1", "zero2", "ZeRO stage 3", "stage3"; -1 = none of them. */
static int named_stage(const char *text) {
    for (const char *at = text; *at != '\0'; at++) {
        if (at > text && isalnum((unsigned char)at[-1]))
            continue;
        int stage = stage_behind(at, "ZeRO");
        stage = stage >= 0 ? stage : stage_behind(at, "stage");
        if (stage >= 0)
            return stage;
    }
    return -1;
}

static int read_stage(const char *text, int named) {
    if (measured_row_has_words(text, "NO SHARD"))
        return 0;
    if (named == 3 || measured_row_has_family(text, "FSDP") || has_any(text, FULLY_SHARDED))
        return 3;
    if (named >= 0)
        return named;
    if (measured_row_has_words(text, "ZeRO Offload")) /* arXiv 2101.06840: on ZeRO-2 */
        return 2;
    if (has_any(text, OPTIMIZER))
        return 1;
    return has_any(text, WHOLE) ? 0 : -1;
}

static int scan(const char *text, const char *word, const char *format, MeasuredZero *zero) {
    const char *at = find_letters(text, word);
    int read = at != NULL ? sscanf(at + strlen(word), format, &zero->shard, &zero->groups) : 0;
    return read > 0 ? read : 0;
}

/* "FSDP 128 x DP 4" as MaxText says it, "FSDP 64 x DDP 2", "ZeRO-1 over 8 ranks", "HSDP 8", "shard size 8". */
static int scan_shard(const char *text, MeasuredZero *zero) {
    static const struct {
        const char *word;
        const char *format;
    } FORMS[] = {
        {"over ", "%" SCNd64},
        {"HSDP ", "%" SCNd64},
        {"FSDP ", "%" SCNd64 " x DDP %" SCNd64},
        {"FSDP ", "%" SCNd64 " x DP %" SCNd64},
        {"shard size", "%*[ =:]%" SCNd64},
        {"shard", "%*[ =:]%" SCNd64},
    };
    int most = 0;
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS && most < 2; i++) {
        MeasuredZero tried = *zero;
        int read = scan(text, FORMS[i].word, FORMS[i].format, &tried);
        if (read <= most)
            continue;
        most = read;
        *zero = tried;
    }
    return most;
}

/* Numbers that are no part of a word: not those of "FSDP2" and "zero2". */
static int count_numbers(const char *text) {
    int count = 0;
    for (const char *at = text; *at != '\0'; at++) {
        bool starts = isdigit((unsigned char)*at) && (at == text || !isdigit((unsigned char)at[-1]));
        count += starts && (at == text || !isalpha((unsigned char)at[-1]));
    }
    return count;
}

/* "zero2", "stage3": the digit is a part of the word. */
static bool is_glued(const char *text, const char *word) {
    const char *at = find_letters(text, word);
    return at != NULL && isdigit((unsigned char)at[strlen(word)]);
}

MeasuredZero measured_zero_read(const char *text) {
    int named = named_stage(text);
    MeasuredZero zero = {.stage = read_stage(text, named)};
    zero.numbers = scan_shard(text, &zero);
    zero.is_in_node = zero.numbers == 0 && has_any(text, IN_NODE);
    zero.keeps_gathered = zero.stage == 3 && has_any(text, KEPT);
    zero.offloads_more = has_any(text, OFFLOADED_MORE);
    zero.offloads_optimizer = has_any(text, OFFLOADED);
    bool is_apart = named >= 0 && !is_glued(text, "ZeRO") && !is_glued(text, "stage");
    zero.has_other_numbers = zero.numbers == 0 && count_numbers(text) > (is_apart ? 1 : 0);
    return zero;
}
