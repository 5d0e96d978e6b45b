#include "scenarios/experiment/comm_files.h"
#include "scenarios/experiment/comm_fit.h"
#include "scenarios/reader/node_entry.h"
#include "sim/commands/calibrate_text.h"
#include "sim/commands/command_line.h"
#include "sim/commands/note.h"
#include "sim/commands/places.h"

/* The tables of all files; *count is set. */
static const CommTable **read_tables(const CommandLine *line, int *count, ErrorList *errors) {
    CommFiles files = comm_files_find(line->words, line->word_count, errors);
    const CommTable **tables = ARENA_ARRAY(line->arena, files.count, const CommTable *);
    for (int i = 0; i < files.count; i++)
        tables[i] = comm_table_read(files.paths[i], line->arena, errors);
    *count = files.count;
    return tables;
}

static void read_node(const CommandLine *line, NodeSpec *node, ErrorList *errors) {
    Catalogue catalogue = places_catalogue(line->arena);
    const char *name = command_line_value(line, "node");
    if (name == NULL)
        error_list_add(errors, (ErrorPlace){0}, "calibrate", "%s",
                       "option --node is missing, expected the catalogue's name of the nodes that were measured");
    else
        node_entry_read(&catalogue, name, "option --node", node, errors);
}

static int run(const CommandLine *line) {
    ErrorList errors;
    NodeSpec node;
    int count;
    error_list_init(&errors, line->arena);
    read_node(line, &node, &errors);
    const CommTable **tables = read_tables(line, &count, &errors);
    if (errors.count == 0)
        comm_fit_check(tables, count, &node, &errors);
    error_list_print(&errors, note_stream());
    if (errors.count > 0)
        return EXIT_BAD_INPUT;
    const CommFit *fit = comm_fit(tables, count, &node, line->arena);
    if (command_line_value(line, "json") != NULL)
        calibrate_json_write(stdout, fit);
    else
        calibrate_text_write(stdout, fit, &node);
    return EXIT_OK;
}

const Command command_calibrate = {
    .name = "calibrate",
    .summary = "fit the latency, efficiency and ramp of links to measured collectives (nccl-tests)",
    .usage = "--node NAME FILE|FOLDER... [options]",
    .details = "A FILE is what nccl-tests printed (named all_reduce_perf.txt: older ones print no name), or a\n"
               "CSV table with the columns ranks (or num_gpus), size_bytes, time_us_oop and, unless it is an\n"
               "all_reduce, collective. A FOLDER is its *.csv, *.txt and *.log, all of one type of node. Rows\n"
               "inside a node choose the constants of its port, rows between nodes those of its NICs. The\n"
               "lines that come out go under `node: {from: NAME}` of a scenario, or into\n"
               "scenarios/hardware/NAME.yaml.\n",
    .example = "chokepoint calibrate --node dgx-a100-80 scenarios/measured/collectives.csv",
    .options = {{"node", 0, "NAME", "node of the catalogue: nominal bandwidths, GPUs and NICs", false},
                {"json", 0, NULL, "print JSON instead of text", false}},
    .least_words = 1,
    .most_words = COMMAND_ANY_WORDS,
    .run = run,
};
