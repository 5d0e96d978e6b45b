#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/reader/yaml_node.h"
#include "scenarios/validation/validation_set.h"
#include "sim/commands/command_line.h"
#include "sim/commands/folder_output.h"
#include "sim/commands/interrupt.h"
#include "sim/commands/note.h"
#include "sim/commands/places.h"
#include "sim/commands/progress.h"
#include "sim/commands/validate_csv.h"
#include "sim/commands/validate_folder.h"
#include "sim/commands/validate_json.h"
#include "sim/commands/validate_set_text.h"

/* One writer for each name. */
static const char *const FORMAT_NAMES[] = {"text", "csv", "json", NULL};
static void (*const WRITERS[])(FILE *out, const ValidationSet *set) = {validate_set_text_write, validate_csv_rows,
                                                                       validate_json_write};

/* What the options say. */
typedef struct Request {
    int format;                /* index into FORMAT_NAMES; -1 = refused */
    int threads;               /* 0 = all cores */
    double most_error_percent; /* INFINITY = no goal */
} Request;

static double read_percent(const CommandLine *line, ErrorList *errors) {
    static const double MOST_PERCENT = 1000000;
    const char *text = command_line_value(line, "max-error");
    char *end = NULL;
    double value = strtod(text, &end);
    if (end != text && *end == '\0' && value >= 0 && value <= MOST_PERCENT)
        return value;
    error_list_add(errors, (ErrorPlace){0}, "validate",
                   "option --max-error: found \"%s\", expected a number of percent from 0 to %.0f",
                   yaml_node_shown_text(text, line->arena), MOST_PERCENT);
    return 0;
}

static bool read_request(const CommandLine *line, Request *request) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    *request = (Request){.format = command_line_format(line, FORMAT_NAMES, &errors),
                         .threads = command_line_threads(line, &errors),
                         .most_error_percent = INFINITY};
    if (command_line_value(line, "max-error") != NULL)
        request->most_error_percent = read_percent(line, &errors);
    error_list_print(&errors, note_stream());
    return errors.count == 0;
}

/* The tables; false when the reasons why not are on stderr. */
static bool read_set(const CommandLine *line, ValidationSet *set) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    *set = validation_set_read(line->words, line->word_count, &errors);
    error_list_print(&errors, note_stream());
    return errors.count == 0;
}

static void run_set(const CommandLine *line, ValidationSet *set, int threads) {
    Progress progress = progress_start(!line->quiet);
    ValidationOptions options = {.catalogue = places_catalogue(line->arena),
                                 .threads = threads,
                                 .progress = progress_update,
                                 .context = &progress};
    validation_set_run(set, &options, line->arena);
    if (line->verbose)
        fprintf(note_stream(), "%d files, %d rows, %.3f s\n", set->file_count, set->all.rows,
                progress_seconds(&progress));
}

/* A table of which no row could be compared misses every goal, and the one that it shows anything. */
static bool check_goal(const Validation *validation, double most_percent) {
    double percent = 100 * validation->ours.mean_absolute_fraction;
    const int *counts = validation->counts;
    if (validation->ours.rows == 0)
        fprintf(note_stream(), "validate: %s: no row could be compared: %d not run, %d out of memory in the model\n",
                validation->file, counts[VALIDATION_NOT_RUN], counts[VALIDATION_OUT_OF_MEMORY]);
    else if (!isinf(most_percent) && percent > most_percent)
        fprintf(note_stream(), "validate: %s: found a mean absolute error of %.2f %%, expected at most %g %%\n",
                validation->file, percent, most_percent);
    else
        return true;
    return false;
}

/* Files that were left out miss no goal, unless nothing is left. */
static bool check_goals(const ValidationSet *set, double most_percent) {
    bool met = true;
    int compared = 0;
    for (int i = 0; i < set->file_count; i++) {
        const ValidationFile *file = &set->files[i];
        compared += file->skipped == NULL && (file->memory == NULL || file->memory->compared > 0);
        if (file->runs != NULL)
            met = check_goal(file->runs, most_percent) && met;
    }
    if (compared == 0)
        fprintf(note_stream(), "validate: no table of measured runs or memory among %d file%s\n", set->file_count,
                set->file_count == 1 ? "" : "s");
    return met && compared > 0;
}

static bool write_set(const ReportTarget *target, const void *set, ErrorList *errors) {
    return validate_folder_write(target, set, errors);
}

static bool write_folder(const CommandLine *line, const ValidationSet *set) {
    return folder_output_write(&(FolderOutput){.line = line,
                                               .scenario = "",
                                               .draw = command_line_value(line, "no-plots") == NULL,
                                               .write = write_set,
                                               .results = set});
}

static int show(const CommandLine *line, const Request *request, const ValidationSet *set, const Interrupt *interrupt) {
    bool written = write_folder(line, set);
    if (!written && interrupt_came())
        return EXIT_INTERRUPTED;
    interrupt_release(interrupt);
    WRITERS[request->format](stdout, set);
    if (!written)
        return EXIT_NO_RESOURCES;
    folder_output_tell(line);
    return check_goals(set, request->most_error_percent) ? EXIT_OK : EXIT_GOAL_MISSED;
}

static int run(const CommandLine *line) {
    Request request;
    ValidationSet set;
    if (!read_request(line, &request) || !read_set(line, &set))
        return EXIT_BAD_INPUT;
    const char *folder = command_line_value(line, "output");
    Interrupt interrupt;
    interrupt_hold(&interrupt);
    if (!folder_output_claim(line, folder))
        return EXIT_NO_RESOURCES;
    folder_output_watch(&interrupt, folder);
    run_set(line, &set, request.threads);
    interrupt_unwatch(&interrupt);
    return show(line, &request, &set, &interrupt);
}

const Command command_validate = {
    .name = "validate",
    .summary = "simulate measured runs and compare step times with what was measured",
    .usage = "FILE.csv|FOLDER... [options]",
    .details =
        "A FILE is a table of measured runs (columns as in scenarios/measured/example.csv), or of memory by\n"
        "recomputation technique; a FOLDER is its *.csv. One table of runs is shown row by row, several file\n"
        "by file; --format csv has all rows of all files, an output folder also the picture of simulated over\n"
        "measured steps. Tables of another kind are left out and named, unless one is all there is.\n"
        "\n"
        "mem_gb is the printed peak of one GPU in 1e9 bytes, mem_kind what it is of: process (empty, nvidia-smi),\n"
        "allocated or reserved (torch.cuda.max_memory_allocated, max_memory_reserved). power_limit is what the\n"
        "boards are set to in W, where it is less than their default; a gpu cell may say it too: \"H100, 500 W\".\n"
        "Where step_time_s is empty, tokens_per_s_per_gpu is the step; a `release` without a year is of 2022, or\n"
        "of the first year of its GPU. A mixture says so in its model: \"Grok-1 314B MoE 8 experts top-2\".\n"
        "An interconnect that says \"no GPUDirect\" sends bytes through the host's memory: a third of the line less.\n"
        "\n"
        "What neither row nor recipe says, the software does: words of `source` and `note` name it (Megatron-LM,\n"
        "Megatron-DeepSpeed, NeMo, Megatron Bridge, FlagPerf, FlagScale, InternEvo, llm-foundry, torchtitan,\n"
        "fms-fsdp, Lightning Thunder, Hugging Face, DeepLearningExamples, DeepSpeedExamples, Paddle, PaddleNLP,\n"
        "Paxml, nanoGPT), `release` dates it; other software is read as Megatron-LM's of its year. fp32 on GPUs\n"
        "with TF32 is read as tf32 unless the note says \"no TF32\", ZeRO-2 without overlap unless it says\n"
        "\"overlap_comm\". Each row's assumptions are printed for a single table.\n"
        "\n"
        "Beside the errors stand those of a null model, the rank correlation of plans, the numbers of GPUs\n"
        "from which on a GPU has lost a fifth of its throughput, and the signs of what-ifs.\n"
        "\n"
        "Exit codes: 0 all went well, 1 no row of a file could be compared or --max-error was missed, 2 a\n"
        "mistake in the input, 3 output cannot be written or memory is out, 130 interrupted.\n",
    .example = "chokepoint validate scenarios/measured/example.csv --max-error 8",
    .options = {{"max-error", 0, "PERCENT", "exit 1 when a file's mean absolute error is above", false},
                {"output", 'o', "DIR", "write tables, data and the picture to this folder", false},
                {"format", 'f', "NAME", "what to print: text (default), csv (every row), json", false},
                {"json", 0, NULL, "the same as --format json", false},
                {"no-plots", 0, NULL, "leave the drawing of the picture to you: only data and script", false},
                {"jobs", 'j', "N", "threads; all cores by default", false}},
    .least_words = 1,
    .most_words = COMMAND_ANY_WORDS,
    .run = run,
};
