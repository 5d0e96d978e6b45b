/* Broken files: whatever the bytes, the readers give a tree or an error with a line, and never stop the program. */
#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/reader/csv.h"
#include "scenarios/reader/yaml_tree.h"
#include "sim/engine/random.h"

enum { MUTATIONS = 6000, MOST_BYTES = 4096 };

static const char YAML[] = "cluster:\n  node: {from: dgx-a100-80, gpus: 4}\n  nodes: 2 # two\njobs:\n"
                           "  - &a {model: gpt-1.7b, sequence_length: 2048}\nsweep:\n  \"jobs[0].gpus\": [1, 2, 4]\n";
static const char CSV[] = "model,gpus,step_time_s\n\"GPT, 175B\",64,18.13\nGPT 22B,8,1.42\n";
static const char *const PIECES[] = {"",
                                     "\"",
                                     "'",
                                     "{",
                                     "}",
                                     "[",
                                     "]",
                                     ":",
                                     ": ",
                                     "- ",
                                     ",",
                                     "\n",
                                     "\r",
                                     "\t",
                                     "&a ",
                                     "*a ",
                                     "!!int ",
                                     "<<: *a",
                                     "---",
                                     "|",
                                     ">",
                                     "#",
                                     "\xff",
                                     "\xef\xbb\xbf",
                                     "\xf0\x9f\x98\x80",
                                     "1e999",
                                     "nan",
                                     "\"\\u0000\""};

typedef struct Text {
    char bytes[MOST_BYTES];
    size_t count;
} Text;

static void replace(Text *text, size_t at, size_t gone, const char *piece) {
    size_t added = strlen(piece);
    gone = gone < text->count - at ? gone : text->count - at;
    if (text->count - gone + added >= MOST_BYTES)
        return;
    memmove(text->bytes + at + added, text->bytes + at + gone, text->count - at - gone);
    memcpy(text->bytes + at, piece, added);
    text->count += added - gone;
    text->bytes[text->count] = '\0';
}

static void mutate(Text *text, RandomStream *stream) {
    for (uint64_t times = 1 + random_below(stream, 4); times > 0; times--) {
        size_t at = random_below(stream, text->count + 1), gone = random_below(stream, 12);
        const char *piece = PIECES[random_below(stream, sizeof PIECES / sizeof *PIECES)];
        char byte[] = {(char)(1 + random_below(stream, 255)), '\0'};
        replace(text, at, random_below(stream, 2) == 0 ? 0 : gone, random_below(stream, 4) ? piece : byte);
    }
}

static Text text_of(const char *whole) {
    Text text = {.count = strlen(whole)};
    memcpy(text.bytes, whole, text.count + 1);
    return text;
}

static void read_yaml(const Text *text, Arena *arena, ErrorList *errors) {
    const YamlNode *tree = yaml_tree_read_text(text->bytes, (ErrorPlace){"fuzz.yaml", 1, 1}, arena, errors);
    cr_assert(tree != NULL || errors->count > 0, "no tree and no error for:\n%s", text->bytes);
}

static void read_csv(const Text *text, Arena *arena, ErrorList *errors) {
    const CsvTable *table = csv_read_text(text->bytes, text->count, "fuzz.csv", arena, errors);
    cr_assert((table != NULL) == (errors->count == 0), "a table with errors, or neither, for:\n%s", text->bytes);
}

static void mutate_all(const char *whole, void (*read)(const Text *, Arena *, ErrorList *)) {
    RandomName name = {.seed = 2385, .entity = "file", .purpose = "mutation"};
    RandomStream *stream = random_stream_create(&name);
    for (int i = 0; i < MUTATIONS; i++) {
        Arena *arena = arena_create();
        ErrorList errors;
        error_list_init(&errors, arena);
        Text text = text_of(whole);
        mutate(&text, stream);
        read(&text, arena, &errors);
        arena_destroy(arena);
    }
    random_stream_destroy(stream);
}

Test(mutations, broken_yaml_is_a_tree_or_an_error) {
    mutate_all(YAML, read_yaml);
}

Test(mutations, broken_csv_is_a_table_or_an_error) {
    mutate_all(CSV, read_csv);
}
