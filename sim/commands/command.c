#include "sim/commands/command.h"

#include "scenarios/reader/spelling.h"
#include "sim/engine/menu.h"

#define COMMAND(word) extern const Command command_##word;
#include "sim/commands/table.h"
#undef COMMAND

#define COMMAND(word) &command_##word,
static const Command *const MENU[] = {
#include "sim/commands/table.h"
};
#undef COMMAND

MENU_LOOKUPS(Command, command)

const char *command_near(const char *typed) {
    const char *best = NULL;
    int distance = 0;
    for (size_t index = 0; command_at(index) != NULL; index++)
        spelling_consider(typed, command_at(index)->name, &best, &distance);
    return best;
}
