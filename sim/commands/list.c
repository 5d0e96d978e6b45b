#include <string.h>

#include "plots/cell.h"
#include "plots/text_layout.h"
#include "scenarios/reader/spelling.h"
#include "scenarios/reader/yaml_node.h"
#include "sim/commands/command_line.h"
#include "sim/commands/list_kinds.h"
#include "sim/commands/list_routes.h"
#include "sim/commands/note.h"

static int columns_max(int most, const char *text) {
    int columns = text_layout_columns(text);
    return columns > most ? columns : most;
}

static void print_in_columns(const ListItems *list, int names, int summaries) {
    for (int i = 0; i < list->count; i++) {
        const ListItem *item = &list->items[i];
        bool has_source = item->source[0] != '\0', has_summary = has_source || item->summary[0] != '\0';
        text_layout_cell(stdout, item->name, has_summary ? names + 2 : 0);
        text_layout_cell(stdout, item->summary, has_source ? summaries + 2 : 0);
        printf("%s\n", item->source);
    }
}

static void print_in_paragraphs(const ListItems *list, int names) {
    for (int i = 0; i < list->count; i++) {
        const ListItem *item = &list->items[i];
        text_layout_wrap(stdout, arena_format(list->arena, "%-*s  ", names, item->name), item->summary);
        if (item->source[0] != '\0')
            text_layout_wrap(stdout, arena_format(list->arena, "%*s", names + 2, ""), item->source);
    }
}

static void print_row(const ListItems *list, const ListItem *item, const int *widths) {
    const char *first = item->name;
    for (int column = 0; column <= LIST_FACTS; column++) {
        int blanks = widths[column] + 2 - text_layout_columns(column == 0 ? item->name : item->facts[column - 1]);
        const char *next = column < LIST_FACTS ? item->facts[column] : "";
        first = arena_format(list->arena, "%s%*s%s", first, blanks, "", next);
    }
    text_layout_wrap(stdout, first, item->summary);
}

/* Facts in columns, what the item is in the rest of the line. */
static void print_facts(const ListItems *list) {
    ListItem head = {.name = "name", .summary = "what it is"};
    int widths[LIST_FACTS + 1] = {columns_max(0, head.name)};
    for (int column = 0; column < LIST_FACTS; column++) {
        head.facts[column] = list->titles[column];
        widths[column + 1] = columns_max(0, head.facts[column]);
    }
    for (int i = 0; i < list->count; i++) {
        widths[0] = columns_max(widths[0], list->items[i].name);
        for (int column = 0; column < LIST_FACTS; column++)
            widths[column + 1] = columns_max(widths[column + 1], list->items[i].facts[column]);
    }
    print_row(list, &head, widths);
    for (int i = 0; i < list->count; i++)
        print_row(list, &list->items[i], widths);
    printf("\n");
    text_layout_wrap(stdout, "", list->footnote);
    text_layout_wrap(stdout, "",
                     arena_format(list->arena,
                                  "Where each figure is from: %s and the files beside it; --json names all.",
                                  list->items[0].source));
}

/* The folder that all items are files of, each by its name; NULL when there is none. */
static const char *folder_of(const ListItems *list) {
    const char *folder = NULL;
    for (int i = 0; i < list->count; i++) {
        const char *source = list->items[i].source, *slash = strrchr(source, '/');
        if (slash == NULL || strcmp(slash + 1, arena_format(list->arena, "%s.yaml", list->items[i].name)) != 0)
            return NULL;
        const char *own = arena_format(list->arena, "%.*s", (int)(slash - source), source);
        if (folder != NULL && strcmp(folder, own) != 0)
            return NULL;
        folder = own;
    }
    return folder;
}

/* Of files in one folder their names say the rest. */
static void print_files(const ListItems *list, const char *folder, int names) {
    ListItems plain = *list;
    plain.items = ARENA_ARRAY(list->arena, list->count, ListItem);
    for (int i = 0; i < list->count; i++) {
        plain.items[i] = list->items[i];
        plain.items[i].source = "";
    }
    print_in_paragraphs(&plain, names);
    printf("\nFiles: %s/NAME.yaml\n", folder);
}

/* Columns where every line fits; else what belongs to a name stands under each other. */
static void print_text(const ListItems *list) {
    int names = 0, summaries = 0, sources = 0;
    for (int i = 0; i < list->count; i++) {
        names = columns_max(names, list->items[i].name);
        summaries = columns_max(summaries, list->items[i].summary);
        sources = columns_max(sources, list->items[i].source);
    }
    const char *folder = folder_of(list);
    if (list->titles != NULL && list->count > 0)
        print_facts(list);
    else if (folder != NULL)
        print_files(list, folder, names);
    else if (names + 2 + summaries + (sources > 0 ? 2 + sources : 0) <= TEXT_COLUMNS)
        print_in_columns(list, names, summaries);
    else
        print_in_paragraphs(list, names);
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
        for (int fact = 0; list->titles != NULL && fact < LIST_FACTS; fact++) {
            fputs(", ", stdout);
            cell_json_text(stdout, list->titles[fact]);
            fputs(": ", stdout);
            cell_json_text(stdout, list->items[i].facts[fact]);
        }
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
        list.items[i] = (ListItem){.name = kind->name, .summary = kind->summary, .source = ""};
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
    .details = "`list routes` shows the way of a message link by link: bandwidth that large transfers reach,\n"
               "latency, the part of the message on the link. A GPU is a number, gpu[17], or node[2].gpu[1].\n",
    .example = "chokepoint list schedules",
    .options = {{"json", 0, NULL, "as JSON, for programs", false},
                {"from", 0, "GPU", "with routes: the sender", false},
                {"to", 0, "GPU", "with routes: the receiver", false},
                {"set", 's', "PATH=VALUE", "with routes: change one value of the scenario", true}},
    .most_words = 2,
    .run = run,
};
