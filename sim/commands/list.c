#include <string.h>

#include "plots/cell.h"
#include "scenarios/reader/spelling.h"
#include "scenarios/reader/yaml_node.h"
#include "sim/commands/command_line.h"
#include "sim/commands/list_kinds.h"
#include "sim/commands/list_routes.h"
#include "sim/commands/note.h"

static int widest(const ListItems *list, bool summaries) {
    size_t most = 0;
    for (int i = 0; i < list->count; i++) {
        const char *text = summaries ? list->items[i].summary : list->items[i].name;
        most = strlen(text) > most ? strlen(text) : most;
    }
    return (int)(most < 90 ? most : 90);
}

static void print_text(const ListItems *list) {
    int names = widest(list, false);
    int summaries = widest(list, true);
    for (int i = 0; i < list->count; i++) {
        const ListItem *item = &list->items[i];
        if (item->source[0] != '\0')
            printf("%-*s  %-*s  %s\n", names, item->name, summaries, item->summary, item->source);
        else if (item->summary[0] != '\0')
            printf("%-*s  %s\n", names, item->name, item->summary);
        else
            printf("%s\n", item->name);
    }
}

static void print_json(const ListItems *list) {
    fputs("[", stdout);
    for (int i = 0; i < list->count; i++) {
        fputs(i > 0 ? ",\n {\"name\": " : "\n {\"name\": ", stdout);
        cell_json_text(stdout, list->items[i].name);
        fputs(", \"summary\": ", stdout);
        cell_json_text(stdout, list->items[i].summary);
        fputs(", \"source\": ", stdout);
        cell_json_text(stdout, list->items[i].source);
        fputs("}", stdout);
    }
    fputs("\n]\n", stdout);
}

/* Without a kind: the kinds themselves. */
static ListItems list_of_kinds(Arena *arena) {
    ListItems list = {.arena = arena};
    while (list_kind_at((size_t)list.count) != NULL)
        list.count++;
    list.items = ARENA_ARRAY(arena, list.count, ListItem);
    for (int i = 0; i < list.count; i++) {
        const ListKind *kind = list_kind_at((size_t)i);
        list.items[i] = (ListItem){kind->name, kind->summary, ""};
    }
    return list;
}

static int complain(const char *typed, Arena *arena) {
    const char *near = NULL;
    int distance = 0;
    for (size_t i = 0; list_kind_at(i) != NULL; i++)
        spelling_consider(typed, list_kind_at(i)->name, &near, &distance);
    fprintf(note_stream(), "list: found the kind \"%s\", expected one from `chokepoint list`%s\n",
            yaml_node_shown_text(typed, arena), near != NULL ? arena_format(arena, " (did you mean %s?)", near) : "");
    return EXIT_BAD_INPUT;
}

/* Without `routes` a kind is all that makes sense. */
static bool is_plain(const CommandLine *line, ErrorList *errors) {
    static const char *const OF_ROUTES[] = {"from", "to", "set"};
    for (size_t i = 0; i < sizeof OF_ROUTES / sizeof *OF_ROUTES; i++)
        if (command_line_value(line, OF_ROUTES[i]) != NULL)
            error_list_add(errors, (ErrorPlace){0}, "list", "option --%s: expected `list routes` with it",
                           OF_ROUTES[i]);
    if (line->word_count > 1)
        error_list_add(errors, (ErrorPlace){0}, "list", "found \"%s\" as well, expected one kind",
                       yaml_node_shown_text(line->words[1], line->arena));
    return errors->count == 0;
}

static int run(const CommandLine *line) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    if (line->word_count > 0 && strcmp(line->words[0], "routes") == 0)
        return list_routes(line);
    if (!is_plain(line, &errors)) {
        error_list_print(&errors, note_stream());
        return EXIT_BAD_INPUT;
    }
    ListItems list = {.arena = line->arena};
    if (line->word_count == 0) {
        list = list_of_kinds(line->arena);
    } else {
        const ListKind *kind = list_kind_find(line->words[0]);
        if (kind == NULL)
            return complain(line->words[0], line->arena);
        kind->collect(&list);
    }
    if (command_line_value(line, "json") != NULL)
        print_json(&list);
    else
        print_text(&list);
    if (list.searched == NULL)
        return EXIT_OK;
    fprintf(note_stream(), "list: found no %s in %s; the variable CHOKEPOINT_SHARE may name the folder of scenarios/\n",
            line->words[0], list.searched);
    return EXIT_NO_RESOURCES;
}

const Command command_list = {
    .name = "list",
    .summary = "list what a scenario may name: hardware, models, schedules, ...",
    .usage = "[KIND] [options], or routes SCENARIO --from GPU --to GPU",
    .details = "`list routes` shows the way of a message link by link: bandwidth that large transfers reach, latency,\n"
               "the part of the message on the link. A GPU is a number, gpu[17], or node[2].gpu[1].\n",
    .example = "chokepoint list schedules",
    .options = {{"json", 0, NULL, "as JSON, for programs", false},
                {"from", 0, "GPU", "with routes: the sender", false},
                {"to", 0, "GPU", "with routes: the receiver", false},
                {"set", 's', "PATH=VALUE", "with routes: change one value of the scenario", true}},
    .most_words = 2,
    .run = run,
};
