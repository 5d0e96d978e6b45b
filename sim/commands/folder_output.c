#include "sim/commands/folder_output.h"

#include <unistd.h>

#include "plots/output.h"
#include "sim/commands/note.h"
#include "sim/commands/places.h"

bool folder_output_claim(const CommandLine *line, const char *folder) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    bool claimed = folder == NULL || output_claim(&(Output){.folder = folder, .errors = &errors});
    error_list_print(&errors, note_stream());
    return claimed;
}

/* Also called by another thread, so it has an arena of its own. */
void folder_output_discard(const char *folder) {
    if (folder == NULL)
        return;
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    output_discard(&(Output){.folder = folder, .errors = &errors});
    arena_destroy(arena);
}

/* Says that a run was interrupted. */
static void interrupted(const char *folder) {
    folder_output_discard(folder);
    /* The progress, and what the terminal shows of Ctrl-C, stand in a line of their own. */
    fprintf(note_stream(), "%sinterrupted; the results were not written%s%s\n", isatty(STDERR_FILENO) ? "\n" : "",
            folder != NULL ? " to " : "", folder != NULL ? folder : "");
}

static void clean_up(void *folder) {
    interrupted(folder);
}

void folder_output_watch(Interrupt *interrupt, const char *folder) {
    interrupt_watch(interrupt, clean_up, (void *)folder);
}

bool folder_output_write(const FolderOutput *output) {
    const CommandLine *line = output->line;
    const char *folder = command_line_value(line, "output");
    if (folder == NULL)
        return true;
    ErrorList errors, warnings;
    error_list_init(&errors, line->arena);
    error_list_init(&warnings, line->arena);
    ReportTarget target = {.folder = folder,
                           .share = places_share(line->arena),
                           .command = line->typed,
                           .version = places_version(),
                           .scenario = output->scenario,
                           .seed = output->seed,
                           .is_stopped = interrupt_came,
                           .draw = output->draw,
                           .trace = output->trace,
                           .warnings = &warnings};
    bool written = output->write(&target, output->results, &errors);
    if (!written && interrupt_came()) {
        interrupted(folder);
        return false;
    }
    if (!line->quiet)
        error_list_print(&warnings, note_stream());
    error_list_print(&errors, note_stream());
    if (!written)
        fprintf(note_stream(), "%s is not complete; run again to write it anew\n", folder);
    return written;
}

void folder_output_tell(const CommandLine *line) {
    const char *folder = command_line_value(line, "output");
    if (folder != NULL && !line->quiet)
        fprintf(note_stream(), "wrote %s\n", folder);
}
