#include "sim/commands/run_output.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "plots/output.h"
#include "plots/report.h"
#include "plots/terminal.h"
#include "plots/text_layout.h"
#include "sim/commands/interrupt.h"
#include "sim/commands/note.h"
#include "sim/commands/places.h"

static bool is_single_run(const SweepFindings *findings) {
    return findings->sweep->parameter_count == 0;
}

static void draw_terminal(const SweepFindings *findings) {
    if (is_single_run(findings))
        terminal_draw_run(stdout, findings->sweep->points[0].results, terminal_columns());
    else
        terminal_draw_sweep(stdout, findings, terminal_columns());
}

void run_output_print(const RunOutput *output, const SweepFindings *findings) {
    if (output->draw_terminal)
        draw_terminal(findings);
    else if (is_single_run(findings))
        output->format->write_run(stdout, findings->sweep->points[0].results);
    else
        output->format->write_sweep(stdout, findings);
}

static void print_warnings(const RunOutput *output, ErrorList *warnings) {
    if (!output->line->quiet)
        error_list_print(warnings, note_stream());
}

bool run_output_claim_folder(const CommandLine *line, const char *folder) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    bool claimed = folder == NULL || output_claim(&(Output){.folder = folder, .errors = &errors});
    error_list_print(&errors, note_stream());
    return claimed;
}

/* Also called by another thread, so it has an arena of its own. */
void run_output_discard(const char *folder) {
    if (folder == NULL)
        return;
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    output_discard(&(Output){.folder = folder, .errors = &errors});
    arena_destroy(arena);
}

void run_output_interrupted(const char *folder) {
    run_output_discard(folder);
    /* The progress, and what the terminal shows of Ctrl-C, stand in a line of their own. */
    fprintf(note_stream(), "%sinterrupted; the results were not written%s%s\n", isatty(STDERR_FILENO) ? "\n" : "",
            folder != NULL ? " to " : "", folder != NULL ? folder : "");
}

bool run_output_write_folder(const RunOutput *output, const SweepFindings *findings) {
    if (output->folder == NULL)
        return true;
    ErrorList errors;
    ErrorList warnings;
    error_list_init(&errors, output->line->arena);
    error_list_init(&warnings, output->line->arena);
    ReportTarget target = {.folder = output->folder,
                           .share = places_share(output->line->arena),
                           .command = output->line->typed,
                           .version = places_version(),
                           .scenario = output->scenario,
                           .seed = output->seed,
                           .is_stopped = interrupt_came,
                           .draw = output->draw,
                           .trace = output->trace,
                           .warnings = &warnings};
    bool written = is_single_run(findings) ? report_write_run(&target, findings->sweep->points[0].results, &errors)
                                           : report_write_sweep(&target, findings, &errors);
    if (!written && interrupt_came()) {
        run_output_interrupted(output->folder);
        return false;
    }
    print_warnings(output, &warnings);
    error_list_print(&errors, note_stream());
    return written;
}

/* In the unit of the key figures: bytes as GiB, the others bare. */
static const char *goal_value(const GoalResults *goal, Arena *arena) {
    if (isnan(goal->value))
        return "no value";
    bool bytes = strcmp(goal->unit, "B") == 0;
    return arena_format(arena, bytes ? "%.6g GiB" : "%.6g", bytes ? ldexp(goal->value, -30) : goal->value);
}

static void print_goal(FILE *out, const GoalResults *goal, int columns, Arena *arena) {
    const char *at = goal->point[0] != '\0' ? arena_format(arena, " at %s", goal->point) : "";
    text_layout_wrap_to(out, goal->met ? "  met     " : "  MISSED  ",
                        arena_format(arena, "%s: %s%s", goal->text, goal_value(goal, arena), at), columns);
}

bool run_output_print_goals(const RunOutput *output, const GoalResults *goals, int count) {
    bool text = strcmp(output->format->name, "text") == 0;
    FILE *out = text ? stdout : note_stream();
    int columns = output->draw_terminal ? terminal_columns() : TEXT_COLUMNS;
    int missed = 0;
    if (count > 0 && text)
        text_layout_heading(out, "Goals");
    for (int i = 0; i < count; i++) {
        missed += !goals[i].met;
        if (text || !goals[i].met)
            print_goal(out, &goals[i], columns, output->line->arena);
    }
    return missed == 0;
}
