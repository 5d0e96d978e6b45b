#include "sim/commands/run_output.h"

#include <math.h>
#include <string.h>

#include "plots/terminal.h"
#include "plots/text_layout.h"
#include "sim/commands/folder_output.h"
#include "sim/commands/note.h"

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

static bool write_report(const ReportTarget *target, const void *results, ErrorList *errors) {
    const SweepFindings *findings = results;
    return is_single_run(findings) ? report_write_run(target, findings->sweep->points[0].results, errors)
                                   : report_write_sweep(target, findings, errors);
}

bool run_output_write_folder(const RunOutput *output, const SweepFindings *findings) {
    return folder_output_write(&(FolderOutput){.line = output->line,
                                               .scenario = output->scenario,
                                               .seed = output->seed,
                                               .draw = output->draw,
                                               .trace = output->trace,
                                               .write = write_report,
                                               .results = findings});
}

/* With as many digits as tell a near miss: in units of handy size, what has none of them bare. */
static const char *goal_value(const GoalResults *goal, Arena *arena) {
    static const struct {
        const char *unit;
        double size;
        const char *shown;
    } UNITS[] = {{"B", 0x1p30, "GiB"}, {"B/s", 1e9, "GB/s"}, {"s", 1, "s"}};
    if (isnan(goal->value))
        return "no value";
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (strcmp(goal->unit, UNITS[i].unit) == 0)
            return arena_format(arena, "%.6g %s", goal->value / UNITS[i].size, UNITS[i].shown);
    return arena_format(arena, "%.6g", goal->value);
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
