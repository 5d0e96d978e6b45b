#include "sim/commands/command.h"

#include <string.h>

#include "scenarios/reader/spelling.h"

#define COMMAND(word) extern const Command command_##word;
#include "sim/commands/table.h"
#undef COMMAND

#define COMMAND(word) &command_##word,
static const Command *const MENU[] = {
#include "sim/commands/table.h"
};
#undef COMMAND

const Command *command_at(size_t index) {
    return index < sizeof MENU / sizeof *MENU ? MENU[index] : NULL;
}

const Command *command_find(const char *name) {
    for (size_t index = 0; command_at(index) != NULL; index++)
        if (strcmp(command_at(index)->name, name) == 0)
            return command_at(index);
    return NULL;
}

const char *command_near(const char *typed) {
    const char *best = NULL;
    int distance = 0;
    for (size_t index = 0; command_at(index) != NULL; index++)
        spelling_consider(typed, command_at(index)->name, &best, &distance);
    return best;
}
