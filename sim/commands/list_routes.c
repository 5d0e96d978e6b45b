#include "sim/commands/list_routes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/hardware/route_view.h"
#include "plots/cell.h"
#include "plots/text_layout.h"
#include "scenarios/reader/quantity.h"
#include "scenarios/reader/scenario.h"
#include "sim/commands/note.h"
#include "sim/commands/places.h"

/* Reads "[17]" behind a word; false when it is not there. *text moves behind it. */
static bool read_index(const char **text, const char *word, long *index) {
    size_t length = strlen(word);
    if (strncmp(*text, word, length) != 0 || (*text)[length] != '[')
        return false;
    const char *digits = *text + length + 1;
    char *rest = NULL;
    *index = strtol(digits, &rest, 10);
    if (*digits < '0' || *digits > '9' || *rest != ']')
        return false;
    *text = rest + 1;
    return true;
}

/* "17", "gpu[17]" or "node[2].gpu[1]" as a number in the cluster, -1 when it is none of them. */
static long parse_gpu(const char *text, int per_node) {
    long node = 0, gpu = 0;
    char *rest = NULL;
    const char *behind = text;
    if (*text >= '0' && *text <= '9') {
        gpu = strtol(text, &rest, 10);
        return *rest == '\0' ? gpu : -1;
    }
    bool in_node = read_index(&behind, "node", &node) && *behind++ == '.';
    if (!in_node)
        behind = text;
    if (!read_index(&behind, "gpu", &gpu) || *behind != '\0' || (in_node && gpu >= per_node) || node > INT32_MAX)
        return -1;
    return node * per_node + gpu;
}

/* The GPU behind an option; -1 after an error. */
static int read_gpu(const CommandLine *line, const char *option, const ClusterSpec *cluster, ErrorList *errors) {
    const char *text = command_line_value(line, option);
    int per_node = cluster_gpus_per_node(cluster), gpus = (int)cluster->nodes * per_node;
    long gpu = text != NULL ? parse_gpu(text, per_node) : -1;
    if (gpu >= 0 && gpu < gpus && gpu % per_node < cluster_node(cluster, (int)gpu / per_node)->gpus)
        return (int)gpu;
    if (gpu >= 0 && gpu < gpus) {
        error_list_add(errors, (ErrorPlace){0}, "list", "option --%s: found \"%s\", expected a GPU: node %ld has %d",
                       option, yaml_node_shown_text(text, line->arena), gpu / per_node,
                       cluster_node(cluster, (int)gpu / per_node)->gpus);
        return -1;
    }
    const char *found =
        text != NULL ? arena_format(line->arena, "\"%s\"", yaml_node_shown_text(text, line->arena)) : "nothing";
    error_list_add(errors, (ErrorPlace){0}, "list",
                   "option --%s: found %s, expected a GPU in 0 .. %d, or node[0].gpu[0] .. node[%d].gpu[%d]", option,
                   found, gpus - 1, (int)cluster->nodes - 1, per_node - 1);
    return -1;
}

static Scenario *read_scenario(const CommandLine *line, ErrorList *errors) {
    if (line->word_count < 2) {
        error_list_add(errors, (ErrorPlace){0}, "list", "found no scenario, expected `list routes SCENARIO`");
        return NULL;
    }
    const char *files[1];
    ScenarioSource source = {.files = files, .file_count = 1, .catalogue = places_catalogue(line->arena)};
    files[0] = catalogue_scenario(&source.catalogue, line->words[1], line->arena, errors);
    source.sets = command_line_values(line, "set", &source.set_count);
    return errors->count == 0 ? scenario_read(&source, line->arena, errors) : NULL;
}

/* "node[2].gpu[1]" */
static const char *gpu_name(const Network *network, int gpu, Arena *arena) {
    return arena_format(arena, "node[%d].gpu[%d]", gpu / network->gpus_per_node, gpu % network->gpus_per_node);
}

static const char *hop_name(const Network *network, const RouteHop *hop, Arena *arena) {
    char name[NETWORK_LINK_NAME_BYTES];
    network_link_name(network, hop->link, name, sizeof name);
    return arena_text(arena, name);
}

static void print_rows(const Network *network, const RouteView *view, Arena *arena) {
    int widest = 4;
    for (int i = 0; i < view->hop_count; i++) {
        int columns = text_layout_columns(hop_name(network, &view->hops[i], arena));
        widest = columns > widest ? columns : widest;
    }
    printf("\n  %-*s  %-6s  %12s  %10s  %7s\n", widest, "link", "kind", "bandwidth", "latency", "share");
    for (int i = 0; i < view->hop_count; i++) {
        const RouteHop *hop = &view->hops[i];
        char share[TEXT_FIGURE_BYTES];
        printf("%s %-*s  %-6s  %12s  %10s  %7s\n", i == view->narrowest ? "*" : " ", widest,
               hop_name(network, hop, arena), link_kind_name(hop->kind),
               quantity_text(hop->bytes_per_s, DIMENSION_BANDWIDTH, arena),
               quantity_text(hop->latency_s, DIMENSION_TIME, arena),
               text_layout_figure(100 * hop->share_fraction, "%", share));
    }
}

static void print_text(const Network *network, const int gpus[2], const RouteView *view, Arena *arena) {
    printf("%s to %s: ", gpu_name(network, gpus[0], arena), gpu_name(network, gpus[1], arena));
    if (view->hop_count == 0) {
        printf("the same GPU, no link\n");
        return;
    }
    printf("%d links, %s, at most %s\n", view->hop_count, quantity_text(view->latency_s, DIMENSION_TIME, arena),
           quantity_text(view->bytes_per_s, DIMENSION_BANDWIDTH, arena));
    print_rows(network, view, arena);
    printf("\n* the narrowest for this message alone. Bandwidth is what large transfers reach, per direction.\n");
}

static void print_json_number(const char *key, double value) {
    printf(", \"%s\": ", key);
    cell_json_number(stdout, value);
}

static void print_json(const Network *network, const int gpus[2], const RouteView *view, Arena *arena) {
    printf("{\"from\": \"%s\", \"to\": \"%s\"", gpu_name(network, gpus[0], arena), gpu_name(network, gpus[1], arena));
    print_json_number("latency_s", view->latency_s);
    print_json_number("bytes_per_s", view->hop_count > 0 ? view->bytes_per_s : (double)NAN);
    fputs(", \"narrowest\": ", stdout);
    cell_json_text(stdout, view->hop_count > 0 ? hop_name(network, &view->hops[view->narrowest], arena) : NULL);
    fputs(", \"links\": [", stdout);
    for (int i = 0; i < view->hop_count; i++) {
        fputs(i > 0 ? ",\n {\"name\": " : "\n {\"name\": ", stdout);
        cell_json_text(stdout, hop_name(network, &view->hops[i], arena));
        printf(", \"kind\": \"%s\"", link_kind_name(view->hops[i].kind));
        print_json_number("bytes_per_s", view->hops[i].bytes_per_s);
        print_json_number("latency_s", view->hops[i].latency_s);
        print_json_number("share_fraction", view->hops[i].share_fraction);
        fputs("}", stdout);
    }
    fputs("\n]}\n", stdout);
}

int list_routes(const CommandLine *line) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    const Scenario *scenario = read_scenario(line, &errors);
    int gpus[2] = {-1, -1};
    if (scenario != NULL) {
        gpus[0] = read_gpu(line, "from", &scenario->spec.cluster, &errors);
        gpus[1] = read_gpu(line, "to", &scenario->spec.cluster, &errors);
    }
    error_list_print(&errors, note_stream());
    if (scenario == NULL || errors.count > 0)
        return EXIT_BAD_INPUT;
    const ClusterSpec *cluster = &scenario->spec.cluster;
    Network network = cluster_network(cluster);
    RouteView view;
    route_view_fill(&network, gpus[0], gpus[1], &view);
    if (command_line_value(line, "json") != NULL)
        print_json(&network, gpus, &view, line->arena);
    else
        print_text(&network, gpus, &view, line->arena);
    return EXIT_OK;
}
