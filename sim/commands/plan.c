#include <stdlib.h>
#include <string.h>

#include "scenarios/search/plan_search.h"
#include "sim/commands/command_line.h"
#include "sim/commands/folder_output.h"
#include "sim/commands/interrupt.h"
#include "sim/commands/note.h"
#include "sim/commands/places.h"
#include "sim/commands/plan_folder.h"
#include "sim/commands/plan_table.h"
#include "sim/commands/plan_text.h"
#include "sim/commands/progress.h"

enum { USUAL_TOP = 10, MOST_TOP = 1000 };

/* One writer for each name. */
static const char *const FORMAT_NAMES[] = {"text", "csv", "json", "tidy", NULL};
static void (*const WRITERS[])(FILE *out, const PlanSearch *search) = {plan_text_write, plan_table_csv, plan_table_json,
                                                                       plan_table_tidy};

/* What the options say. */
typedef struct Request {
    int format; /* index into FORMAT_NAMES; -1 = refused */
    PlanSearchOptions options;
    PlanWish wish;
} Request;

static int read_top(const CommandLine *line, ErrorList *errors) {
    const char *text = command_line_value(line, "top");
    char *end = NULL;
    long top = text != NULL ? strtol(text, &end, 10) : USUAL_TOP;
    if (text == NULL || (end != text && *end == '\0' && top >= 1 && top <= MOST_TOP))
        return (int)top;
    error_list_add(errors, (ErrorPlace){0}, "plan", "option --top: found \"%s\", expected a whole number from 1 to %d",
                   yaml_node_shown_text(text, line->arena), MOST_TOP);
    return USUAL_TOP;
}

static bool read_request(const CommandLine *line, Request *request) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    *request = (Request){.format = command_line_format(line, FORMAT_NAMES, &errors),
                         .wish = {.gpus = command_line_value(line, "gpus")}};
    request->options.top = read_top(line, &errors);
    request->options.threads = command_line_threads(line, &errors);
    request->options.exhaustive = command_line_value(line, "exhaustive") != NULL;
    request->wish.tries = command_line_values(line, "try", &request->wish.try_count);
    request->wish.frees = command_line_values(line, "free", &request->wish.free_count);
    error_list_print(&errors, note_stream());
    return errors.count == 0;
}

/* The scenario with an open plan, and the space around it; false when the reasons are on stderr. */
static bool open_space(const CommandLine *line, const Request *request, Scenario **scenario, PlanSpace *space) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    ScenarioSource source = {
        .file_count = line->word_count, .catalogue = places_catalogue(line->arena), .plans_open = true};
    const char **files = ARENA_ARRAY(line->arena, line->word_count, const char *);
    for (int i = 0; i < line->word_count; i++)
        files[i] = catalogue_scenario(&source.catalogue, line->words[i], line->arena, &errors);
    source.files = files;
    source.sets = command_line_values(line, "set", &source.set_count);
    *scenario = errors.count == 0 ? scenario_read(&source, line->arena, &errors) : NULL;
    if (*scenario != NULL)
        plan_space_open(space, *scenario, &request->wish, line->arena, &errors);
    error_list_print(&errors, note_stream());
    return *scenario != NULL && errors.count == 0;
}

static bool write_plans(const ReportTarget *target, const void *search, ErrorList *errors) {
    return plan_folder_write(target, search, errors);
}

static bool write_folder(const CommandLine *line, const Scenario *scenario, const PlanSearch *search) {
    bool draw = scenario->outputs.plots && command_line_value(line, "no-plots") == NULL;
    return folder_output_write(&(FolderOutput){.line = line,
                                               .scenario = yaml_node_text(scenario->tree, line->arena),
                                               .seed = scenario->spec.seed,
                                               .draw = draw,
                                               .write = write_plans,
                                               .results = search});
}

static int show(const CommandLine *line, const Scenario *scenario, const Request *request, const PlanSearch *search,
                const Interrupt *interrupt) {
    bool written = write_folder(line, scenario, search);
    if (!written && interrupt_came())
        return EXIT_INTERRUPTED;
    interrupt_release(interrupt);
    WRITERS[request->format](stdout, search);
    if (!written)
        return EXIT_NO_RESOURCES;
    folder_output_tell(line);
    return search->top_count > 0 ? EXIT_OK : EXIT_GOAL_MISSED;
}

static int run(const CommandLine *line) {
    Request request;
    Scenario *scenario;
    PlanSpace space;
    if (!read_request(line, &request) || !open_space(line, &request, &scenario, &space))
        return EXIT_BAD_INPUT;
    const char *folder = command_line_value(line, "output");
    Interrupt interrupt;
    interrupt_hold(&interrupt);
    if (!folder_output_claim(line, folder))
        return EXIT_NO_RESOURCES;
    folder_output_watch(&interrupt, folder);
    Progress clock = progress_start(false);
    const PlanSearch *search = plan_search_run(&space, &request.options, line->arena);
    if (line->verbose)
        fprintf(note_stream(), "%d plans, %d run, %.3f s\n", search->count, search->fates[PLAN_SIMULATED],
                progress_seconds(&clock));
    interrupt_unwatch(&interrupt);
    return show(line, scenario, &request, search, &interrupt);
}

const Command command_plan = {
    .name = "plan",
    .summary = "search for the best plan of a training job: step time, memory and cost",
    .usage = "FILE... [options]",
    .details =
        "FILE is as for `run`, with one training job and its `global_batch`. What its plan says is fixed,\n"
        "everything else of this is searched: tensor_parallel, pipeline_parallel, context_parallel (with\n"
        "flash_attention), expert_tensor_parallel, expert_parallel (both of a mixture), virtual_stages,\n"
        "schedule, stage_split (what the stages hold), micro_batch, recompute, sequence_parallel, zero_stage.\n"
        "Data parallelism follows. Of a list of layers only pipeline_parallel, virtual_stages, schedule, stage_split,\n"
        "micro_batch and zero_stage up to 1 are; its samples are the tokens of GPUh/Gtok.\n"
        "\n"
        "Plans that cannot be, do not fit into memory, or are beaten whatever a run would say, are not run.\n"
        "The best plans and the Pareto front are those of a search that runs everything (--exhaustive), on\n"
        "any number of threads.\n"
        "\n"
        "Exit codes: 0 a plan was found, 1 none fits, 2 a mistake in the input, 3 files or output cannot be\n"
        "written or memory is out, 130 interrupted (Ctrl-C, SIGTERM): no results are left then.\n",
    .example = "chokepoint plan plan_gpt3_175b --try tensor_parallel=4,8 --top 5",
    .options = {{"set", 's', "PATH=VALUE", "change one value; a key of the plan is fixed by it", true},
                {"try", 't', "KEY=VALUES", "only these values, parted by commas", true},
                {"free", 0, "KEY", "search what the scenario's plan fixes; `all` of it", true},
                {"gpus", 'g', "COUNTS", "numbers of GPUs, parted by commas; the job's by default", false},
                {"top", 'n', "N", "so many of the best plans (10)", false},
                {"exhaustive", 0, NULL, "run every plan that fits", false},
                {"output", 'o', "DIR", "write tables, data and the picture of the front to this folder", false},
                {"format", 'f', "NAME", "what to print: text (default), csv (every plan), json, tidy", false},
                {"json", 0, NULL, "the same as --format json", false},
                {"no-plots", 0, NULL, "leave the drawing of pictures to you: only data and scripts", false},
                {"jobs", 'j', "N", "threads; all cores by default", false}},
    .least_words = 1,
    .most_words = COMMAND_ANY_WORDS,
    .run = run,
};
