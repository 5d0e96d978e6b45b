#include "scenarios/experiment/comm_fit.h"
#include "scenarios/reader/node_entry.h"
#include "sim/commands/calibrate_text.h"
#include "sim/commands/command_line.h"
#include "sim/commands/note.h"
#include "sim/commands/places.h"

/* The node and the tables, all mistakes at once. */
static const CommTable **read_input(const CommandLine *line, NodeSpec *node, ErrorList *errors) {
    const CommTable **tables = ARENA_ARRAY(line->arena, line->word_count, const CommTable *);
    Catalogue catalogue = places_catalogue(line->arena);
    const char *name = command_line_value(line, "node");
    if (name == NULL)
        error_list_add(errors, (ErrorPlace){0}, "calibrate",
                       "option --node is missing, expected the catalogue's name of the nodes that were measured");
    else
        node_entry_read(&catalogue, name, "option --node", node, errors);
    for (int i = 0; i < line->word_count; i++)
        tables[i] = comm_table_read(line->words[i], line->arena, errors);
    if (errors->count == 0)
        comm_fit_check(tables, line->word_count, node, errors);
    return tables;
}

static int run(const CommandLine *line) {
    ErrorList errors;
    NodeSpec node;
    error_list_init(&errors, line->arena);
    const CommTable **tables = read_input(line, &node, &errors);
    error_list_print(&errors, note_stream());
    if (errors.count > 0)
        return EXIT_BAD_INPUT;
    const CommFit *fit = comm_fit(tables, line->word_count, &node, line->arena);
    if (command_line_value(line, "json") != NULL)
        calibrate_json_write(stdout, fit);
    else
        calibrate_text_write(stdout, fit, &node);
    return EXIT_OK;
}

const Command command_calibrate = {
    .name = "calibrate",
    .summary = "fit the latency, efficiency and ramp of links to measured collectives (nccl-tests)",
    .usage = "--node NAME FILE... [options]",
    .details = "A FILE is what nccl-tests printed, or a CSV table with the columns ranks (or num_gpus),\n"
               "size_bytes, time_us_oop and, unless it is an all_reduce, collective. Rows inside a node\n"
               "choose the constants of its port, rows between nodes those of its NICs. The lines that\n"
               "come out go into scenarios/hardware/NAME.yaml.\n",
    .example = "chokepoint calibrate --node dgx-a100-80 scenarios/measured/collectives.csv",
    .options = {{"node", 0, "NAME", "node of the catalogue: nominal bandwidths, GPUs and NICs", false},
                {"json", 0, NULL, "print JSON instead of text", false}},
    .least_words = 1,
    .most_words = COMMAND_ANY_WORDS,
    .run = run,
};
