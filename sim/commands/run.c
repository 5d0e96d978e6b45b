#include <inttypes.h>
#include <string.h>

#include "scenarios/experiment/goal_check.h"
#include "scenarios/experiment/remedy.h"
#include "scenarios/experiment/sweep.h"
#include "scenarios/reader/manifest.h"
#include "scenarios/reader/spelling.h"
#include "sim/commands/folder_output.h"
#include "sim/commands/interrupt.h"
#include "sim/commands/note.h"
#include "sim/commands/places.h"
#include "sim/commands/progress.h"
#include "sim/commands/run_output.h"

/* What the options say. */
typedef struct Request {
    const Format *format;
    int threads; /* 0 = all cores */
} Request;

static const Format *read_format(const CommandLine *line, ErrorList *errors) {
    const char *name = command_line_value(line, "format");
    bool json = command_line_value(line, "json") != NULL;
    if (name == NULL)
        return format_find(json ? "json" : "text");
    const Format *format = format_find(name);
    const char *near = NULL;
    int distance = 0;
    for (size_t i = 0; format_at(i) != NULL; i++)
        spelling_consider(name, format_at(i)->name, &near, &distance);
    if (format == NULL)
        error_list_add(errors, (ErrorPlace){0}, "run",
                       "option --format: found \"%s\", expected one from `chokepoint list formats`%s",
                       yaml_node_shown_text(name, line->arena),
                       near != NULL ? arena_format(line->arena, " (did you mean %s?)", near) : "");
    else if (json && strcmp(name, "json") != 0)
        error_list_add(errors, (ErrorPlace){0}, "run", "option --json is --format json, found --format %s too", name);
    return format;
}

static void check_plot(const CommandLine *line, const Format *format, ErrorList *errors) {
    const char *where = command_line_value(line, "plot");
    if (where == NULL)
        return;
    if (strcmp(where, "terminal") != 0)
        error_list_add(errors, (ErrorPlace){0}, "run", "option --plot: found \"%s\", expected terminal",
                       yaml_node_shown_text(where, line->arena));
    else if (format != NULL && strcmp(format->name, "text") != 0)
        error_list_add(errors, (ErrorPlace){0}, "run", "option --plot needs --format text, found %s", format->name);
}

static bool read_request(const CommandLine *line, Request *request) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    request->format = read_format(line, &errors);
    request->threads = command_line_threads(line, &errors);
    check_plot(line, request->format, &errors);
    error_list_print(&errors, note_stream());
    return errors.count == 0;
}

/* The files behind the words, of which some may be names of scenarios. */
static const char *const *find_files(const CommandLine *line, const Catalogue *catalogue, ErrorList *errors) {
    const char **files = ARENA_ARRAY(line->arena, line->word_count, const char *);
    for (int i = 0; i < line->word_count; i++)
        files[i] = catalogue_scenario(catalogue, line->words[i], line->arena, errors);
    return files;
}

/* Not of the file as such, nor of --set. */
static bool concerns_scenario_of(const ErrorList *errors, const char *file) {
    for (int i = 0; i < errors->count; i++) {
        const Error *error = &errors->items[i];
        if (*error->path != '\0' && error->place.file != NULL && strcmp(error->place.file, file) == 0)
            return true;
    }
    return false;
}

static Scenario *read_scenario(const CommandLine *line) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    ScenarioSource source = {.file_count = line->word_count, .catalogue = places_catalogue(line->arena)};
    source.files = find_files(line, &source.catalogue, &errors);
    source.sets = command_line_values(line, "set", &source.set_count);
    if (errors.count > 0) {
        error_list_print(&errors, note_stream());
        return NULL;
    }
    Scenario *scenario = scenario_read(&source, line->arena, &errors);
    error_list_print(&errors, note_stream());
    for (int i = 0; scenario == NULL && i < source.file_count; i++)
        if (manifest_is_named(source.files[i]) && concerns_scenario_of(&errors, source.files[i]))
            fprintf(note_stream(),
                    "%s keeps the scenario, not the files that it names; its \"command\" says how it was run\n",
                    source.files[i]);
    if (scenario != NULL && !line->quiet)
        error_list_print(&scenario->notes, note_stream());
    return scenario;
}

/* A set may take points away that the file's goals are at. */
static void keep_goals(const CommandLine *line, Scenario *scenario, const Sweep *sweep) {
    ErrorList notes;
    error_list_init(&notes, line->arena);
    GoalList goals = {scenario->goals, scenario->goal_count};
    goals = goal_check_left(goals, sweep_results(sweep), line->arena, &notes);
    scenario->goals = goals.goals;
    scenario->goal_count = goals.count;
    if (!line->quiet)
        error_list_print(&notes, note_stream());
}

static Sweep *lay_out(const CommandLine *line, Scenario *scenario) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    Sweep *sweep = sweep_create(scenario, &errors);
    if (sweep != NULL && scenario->sweep_is_set)
        keep_goals(line, scenario, sweep);
    if (sweep != NULL)
        goal_check_points((GoalList){scenario->goals, scenario->goal_count}, sweep_results(sweep), &errors);
    error_list_print(&errors, note_stream());
    if (errors.count == 0)
        return sweep;
    sweep_destroy(sweep);
    return NULL;
}

/* Only text, csv and json leave timelines out of a sweep; a single run is shown whole. */
static bool needs_timeline(const Scenario *scenario, const Format *format) {
    static const char *const SLIM_FORMATS[] = {"text", "csv", "json"};
    for (size_t i = 0; i < sizeof SLIM_FORMATS / sizeof *SLIM_FORMATS; i++)
        if (scenario->axis_count > 0 && strcmp(format->name, SLIM_FORMATS[i]) == 0)
            return false;
    return true;
}

static void run_points(const CommandLine *line, const Scenario *scenario, const Request *request, Sweep *sweep) {
    Progress progress = progress_start(!line->quiet && scenario->axis_count > 0);
    sweep_run(sweep, &(SweepOptions){.threads = request->threads,
                                     .keep_timeline = needs_timeline(scenario, request->format),
                                     .progress = progress_update,
                                     .context = &progress});
    if (!line->verbose)
        return;
    uint64_t events = 0;
    const SweepResults *results = sweep_results(sweep);
    for (int i = 0; i < results->point_count; i++)
        events += results->points[i].results != NULL ? results->points[i].results->event_count : 0;
    fprintf(note_stream(), "%d points, %" PRIu64 " events, %.3f s\n", results->point_count, events,
            progress_seconds(&progress));
}

/* A run that does not fit is shown with what would make it fit. */
static SweepResults with_remedy(const CommandLine *line, const Scenario *scenario, const SweepResults *results) {
    SweepResults shown = *results;
    if (scenario->axis_count == 0) {
        SweepPoint *point = ARENA_NEW(line->arena, SweepPoint);
        *point = results->points[0];
        point->results = remedy_add(&scenario->spec, point->results, line->arena);
        shown.points = point;
    }
    return shown;
}

static bool some_point_has_results(const SweepResults *results) {
    for (int i = 0; i < results->point_count; i++)
        if (results->points[i].results != NULL)
            return true;
    return false;
}

static int show(const CommandLine *line, const Scenario *scenario, const Request *request, const SweepResults *results,
                const Interrupt *interrupt) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    GoalList goals = {scenario->goals, scenario->goal_count};
    if (!goal_check_metrics(goals, results, &errors)) {
        error_list_print(&errors, note_stream());
        return EXIT_BAD_INPUT;
    }
    if (!some_point_has_results(results)) {
        fprintf(note_stream(), "run: no point could be run; the first: %s\n", results->points[0].error);
        return EXIT_BAD_INPUT;
    }
    SweepResults shown = with_remedy(line, scenario, results);
    const SweepFindings *findings = sweep_findings_of(line->arena, &shown);
    RunOutput output = {.line = line,
                        .format = request->format,
                        .draw_terminal = command_line_value(line, "plot") != NULL,
                        .draw = scenario->outputs.plots && command_line_value(line, "no-plots") == NULL,
                        .trace = scenario->outputs.trace,
                        .scenario = yaml_node_text(scenario->tree, line->arena),
                        .seed = scenario->spec.seed};
    /* Whoever reads stdout may leave early; the files must not suffer. */
    bool written = run_output_write_folder(&output, findings);
    if (!written && interrupt_came())
        return EXIT_INTERRUPTED;
    interrupt_release(interrupt);
    run_output_print(&output, findings);
    bool met = run_output_print_goals(&output, goal_check(goals, results, line->arena), goals.count);
    if (!written)
        return EXIT_NO_RESOURCES;
    folder_output_tell(line);
    return met ? EXIT_OK : EXIT_GOAL_MISSED;
}

static int run(const CommandLine *line) {
    Request request;
    if (!read_request(line, &request))
        return EXIT_BAD_INPUT;
    Scenario *scenario = read_scenario(line);
    /* What every link carried is only written to a folder. */
    if (scenario != NULL)
        scenario->spec.without_links = command_line_value(line, "output") == NULL;
    Sweep *sweep = scenario != NULL ? lay_out(line, scenario) : NULL;
    if (sweep == NULL)
        return EXIT_BAD_INPUT;
    const char *folder = command_line_value(line, "output");
    Interrupt interrupt;
    interrupt_hold(&interrupt);
    if (!folder_output_claim(line, folder)) {
        sweep_destroy(sweep);
        return EXIT_NO_RESOURCES;
    }
    folder_output_watch(&interrupt, folder);
    run_points(line, scenario, &request, sweep);
    interrupt_unwatch(&interrupt);
    int status = show(line, scenario, &request, sweep_results(sweep), &interrupt);
    if (status == EXIT_BAD_INPUT)
        folder_output_discard(folder);
    sweep_destroy(sweep);
    return status;
}

const Command command_run = {
    .name = "run",
    .summary = "simulate a scenario, or all points of its sweep, and say where the time went",
    .usage = "FILE... [options]",
    .details = "FILE is a scenario, or the name of one from `chokepoint list scenarios`. Of several, each is laid\n"
               "over those before it: keys of mappings are joined, everything else is replaced; --set comes last.\n"
               "The folder of an earlier run (or its manifest.json) is the scenario that it ran.\n"
               "\n"
               "--plot terminal draws with plain characters, as wide as $COLUMNS or the window (80 are enough): GPU\n"
               "time as bars, steps as letters, without any other program; curves with gnuplot's terminal \"dumb\",\n"
               "where gnuplot is installed.\n"
               "\n"
               "A training run says how sure it is: 80 % of measured steps should lie between time.step_low_s and\n"
               "time.step_high_s (also in summary.csv and json). The interval comes from the `spread` of the\n"
               "constants of the GPU and the links, and is wider where links are nearly full and where kernels are\n"
               "larger than those that were measured (`reach`), which the report names.\n"
               "\n"
               "Exit codes: 0 all went well, 1 a goal of `assert` was missed, 2 a mistake in the input, 3 files or\n"
               "output cannot be written or memory is out, 130 interrupted (Ctrl-C, SIGTERM): no results are left\n"
               "then.\n",
    .example = "chokepoint run sc21_145b --set jobs[0].plan.micro_batch=2 -o out/sc21",
    .options = {{"set", 's', "PATH=VALUE", "change one value of the scenario", true},
                {"output", 'o', "DIR", "write tables, data and pictures to this folder", false},
                {"format", 'f', "NAME", "what to print: text (default), csv, json, tidy, trace", false},
                {"json", 0, NULL, "the same as --format json", false},
                {"plot", 'p', "WHERE", "draw with characters instead of the report: terminal", false},
                {"no-plots", 0, NULL, "leave the drawing of pictures to you: only data and scripts", false},
                {"jobs", 'j', "N", "threads for a sweep; all cores by default", false}},
    .least_words = 1,
    .most_words = COMMAND_ANY_WORDS,
    .run = run,
};
