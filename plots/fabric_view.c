#include "plots/fabric_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/check.h"

static int count_nodes(const Results *results) {
    int nodes = 0;
    for (int i = 0; i < results->link_count; i++) {
        const LinkUse *use = &results->links[i];
        if (use->kind == LINK_NVLINK && use->from.index >= nodes)
            nodes = use->from.index + 1;
    }
    return nodes;
}

bool fabric_view_applies(const Results *results) {
    return results->status == RUN_OK && count_nodes(results) > 1;
}

static int compare_ends(FabricEnd one, FabricEnd other) {
    if (one.level != other.level)
        return one.level < other.level ? -1 : 1;
    return one.index < other.index ? -1 : one.index > other.index;
}

static int compare_spots(const void *left, const void *right) {
    return compare_ends(((const FabricSpot *)left)->end, ((const FabricSpot *)right)->end);
}

/* The spot of an end, NULL when it has none. */
static FabricSpot *find_spot(FabricSpot *spots, int count, FabricEnd end) {
    FabricSpot key = {.end = end};
    return bsearch(&key, spots, (size_t)count, sizeof *spots, compare_spots);
}

static double node_x(int node, int nodes) {
    return (node + 0.5) / nodes;
}

static bool is_drawn(FabricEnd end, int nodes) {
    return end.level != FABRIC_NODE || nodes <= FABRIC_VIEW_NODES_MAX;
}

/* Every end of a NIC or link of the fabric once, in order of level and index. */
static FabricSpot *collect_spots(const Results *results, int nodes, Arena *arena, int *count) {
    FabricSpot *spots = ARENA_ARRAY(arena, 2 * results->link_count, FabricSpot);
    int found = 0, kept = 0;
    for (int i = 0; i < results->link_count; i++) {
        const LinkUse *use = &results->links[i];
        if (use->kind == LINK_NVLINK)
            continue;
        if (is_drawn(use->from, nodes))
            spots[found++] = (FabricSpot){.end = use->from, .low_x = 1, .high_x = 0};
        if (is_drawn(use->to, nodes))
            spots[found++] = (FabricSpot){.end = use->to, .low_x = 1, .high_x = 0};
    }
    qsort(spots, (size_t)found, sizeof *spots, compare_spots);
    for (int i = 0; i < found; i++)
        if (i == 0 || compare_spots(&spots[i], &spots[kept - 1]) != 0)
            spots[kept++] = spots[i];
    *count = kept;
    return spots;
}

/* For a switch that no link is named after; a bundle of links leads to all switches of a level as one. */
static const char *level_label(const FabricSpot *spots, int count, int spot, Arena *arena) {
    static const char *const ONE[FABRIC_LEVEL_COUNT] = {"node", "switch", "spine", "core"};
    static const char *const ALONE[FABRIC_LEVEL_COUNT] = {"node", "switch", "spines", "core"};
    FabricEnd end = spots[spot].end;
    bool alone = end.index == 0 && (spot + 1 == count || spots[spot + 1].end.level != end.level);
    return alone ? ALONE[end.level] : arena_format(arena, "%s %d", ONE[end.level], end.index);
}

/* The part of a link's name before the first dot is the name of its start when nothing contradicts. */
static void label_spots(const Results *results, FabricSpot *spots, int count, Arena *arena) {
    for (int i = 0; i < results->link_count; i++) {
        const LinkUse *use = &results->links[i];
        FabricSpot *spot = use->kind == LINK_FABRIC ? find_spot(spots, count, use->from) : NULL;
        if (spot == NULL)
            continue;
        const char *word = arena_format(arena, "%.*s", (int)strcspn(use->name, "."), use->name);
        if (spot->label == NULL)
            spot->label = word;
        else if (strcmp(spot->label, word) != 0)
            spot->label = "";
    }
    for (int i = 0; i < count; i++) {
        bool repeated =
            i > 0 && spots[i].label && spots[i - 1].label && strcmp(spots[i].label, spots[i - 1].label) == 0;
        bool named = spots[i].label != NULL && spots[i].label[0] != '\0' && spots[i].end.level != FABRIC_NODE;
        if (!named || repeated)
            spots[i].label = level_label(spots, count, i, arena);
    }
}

/* The wedge of nodes under each switch. */
static void span_spots(const Results *results, int nodes, FabricSpot *spots, int count) {
    for (int i = 0; i < results->link_count; i++) {
        const LinkUse *use = &results->links[i];
        bool outwards = use->kind == LINK_NIC && use->from.level == FABRIC_NODE;
        FabricSpot *spot = outwards ? find_spot(spots, count, use->to) : NULL;
        if (spot == NULL)
            continue;
        spot->low_x = fmin(spot->low_x, node_x(use->from.index, nodes));
        spot->high_x = fmax(spot->high_x, node_x(use->from.index, nodes));
    }
}

/* A switch and where its nodes are. */
typedef struct Ranked {
    double middle;
    int spot;
} Ranked;

static int compare_ranked(const void *left, const void *right) {
    const Ranked *one = left, *other = right;
    if (one->middle != other->middle)
        return one->middle < other->middle ? -1 : 1;
    return one->spot - other->spot;
}

/* Spots first .. end - 1 of one level side by side, above their nodes as far as that goes. */
static void place_row(FabricSpot *spots, int first, int end, double y, Arena *arena) {
    Ranked *ranked = ARENA_ARRAY(arena, end - first, Ranked);
    for (int i = first; i < end; i++) {
        bool hangs = spots[i].low_x <= spots[i].high_x;
        double even = (i - first + 0.5) / (end - first);
        ranked[i - first] = (Ranked){hangs ? (spots[i].low_x + spots[i].high_x) / 2 : even, i};
    }
    qsort(ranked, (size_t)(end - first), sizeof *ranked, compare_ranked);
    for (int i = 0; i < end - first; i++) {
        spots[ranked[i].spot].x = (i + 0.5) / (end - first);
        spots[ranked[i].spot].y = y;
    }
}

static void place_spots(FabricView *view, FabricSpot *spots, Arena *arena) {
    for (int first = 0, end = 0; first < view->spot_count; first = end) {
        FabricLevel level = spots[first].end.level;
        while (end < view->spot_count && spots[end].end.level == level)
            end++;
        if (level != FABRIC_NODE)
            place_row(spots, first, end, ++view->levels, arena);
        for (int i = first; i < end && level == FABRIC_NODE; i++)
            spots[i].x = node_x(spots[i].end.index, view->nodes);
    }
}

static int compare_ways(const void *left, const void *right) {
    const FabricLine *one = left, *other = right;
    return one->from != other->from ? one->from - other->from : one->to - other->to;
}

static int compare_fullness(const void *left, const void *right) {
    const FabricLine *one = left, *other = right;
    if (one->percent != other->percent)
        return one->percent < other->percent ? -1 : 1;
    return compare_ways(left, right);
}

/* Lines between the same spots become one. */
static int join_lines(FabricLine *lines, int count) {
    int kept = 0;
    qsort(lines, (size_t)count, sizeof *lines, compare_ways);
    for (int i = 0; i < count; i++) {
        if (i == 0 || compare_ways(&lines[i], &lines[kept - 1]) != 0)
            lines[kept++] = lines[i];
        else if (lines[i].percent > lines[kept - 1].percent)
            lines[kept - 1] = lines[i];
    }
    return kept;
}

static int compare_busiest(const void *left, const void *right) {
    const FabricLine *one = left, *other = right;
    if (one->percent != other->percent)
        return one->percent > other->percent ? -1 : 1;
    return compare_ways(left, right);
}

/* The fullest port of each node, behind the lines. */
static int add_ports(const Results *results, FabricLine *lines, int count) {
    int first = count;
    for (int i = 0; i < results->link_count; i++) {
        const LinkUse *use = &results->links[i];
        if (use->kind == LINK_NVLINK)
            lines[count++] = (FabricLine){-1, use->from.index, 100 * use->fullest_fraction, use->name, use->kind};
    }
    return first + join_lines(lines + first, count - first);
}

static void rank_busiest(const Results *results, FabricView *view, const FabricLine *lines, int count, Arena *arena) {
    FabricLine *busiest = ARENA_ARRAY(arena, count + results->link_count, FabricLine);
    for (int i = 0; i < count; i++)
        busiest[i] = lines[i];
    view->busiest_count = add_ports(results, busiest, count);
    qsort(busiest, (size_t)view->busiest_count, sizeof *busiest, compare_busiest);
    view->busiest = busiest;
}

static void draw_lines(const Results *results, FabricView *view, FabricSpot *spots, Arena *arena) {
    FabricLine *lines = ARENA_ARRAY(arena, results->link_count, FabricLine);
    int count = 0;
    for (int i = 0; i < results->link_count; i++) {
        const LinkUse *use = &results->links[i];
        if (use->kind == LINK_NVLINK)
            continue;
        const FabricSpot *from = find_spot(spots, view->spot_count, use->from);
        const FabricSpot *to = find_spot(spots, view->spot_count, use->to);
        if (from != NULL && to != NULL)
            lines[count++] =
                (FabricLine){(int)(from - spots), (int)(to - spots), 100 * use->fullest_fraction, use->name, use->kind};
    }
    count = join_lines(lines, count);
    qsort(lines, (size_t)count, sizeof *lines, compare_fullness);
    rank_busiest(results, view, lines, count, arena);
    view->hidden_lines = count > FABRIC_VIEW_LINES_MAX ? count - FABRIC_VIEW_LINES_MAX : 0;
    /* Where not all are drawn, idle ones would only look like an edge. */
    while (view->hidden_lines > 0 && view->hidden_lines < count && lines[view->hidden_lines].percent <= 0)
        view->hidden_lines++;
    view->lines = lines + view->hidden_lines;
    view->line_count = count - view->hidden_lines;
}

static void fill_cells(const Results *results, FabricView *view, Arena *arena) {
    view->cell_count = view->nodes < FABRIC_VIEW_CELLS_MAX ? view->nodes : FABRIC_VIEW_CELLS_MAX;
    FabricCell *cells = ARENA_ARRAY(arena, view->cell_count, FabricCell);
    CHECK(view->nodes >= 1);
    for (int i = 0; i < results->link_count; i++) {
        const LinkUse *use = &results->links[i];
        FabricEnd end = use->from.level == FABRIC_NODE ? use->from : use->to;
        if (use->kind == LINK_FABRIC)
            continue;
        FabricCell *cell = &cells[(int64_t)end.index * view->cell_count / view->nodes];
        double *percent = use->kind == LINK_NIC ? &cell->nic_percent : &cell->port_percent;
        *percent = fmax(*percent, 100 * use->fullest_fraction);
    }
    view->cells = cells;
}

FabricView fabric_view_create(const Results *results, Arena *arena) {
    FabricView view = {.nodes = count_nodes(results)};
    FabricSpot *spots = collect_spots(results, view.nodes, arena, &view.spot_count);
    label_spots(results, spots, view.spot_count, arena);
    span_spots(results, view.nodes, spots, view.spot_count);
    place_spots(&view, spots, arena);
    view.spots = spots;
    draw_lines(results, &view, spots, arena);
    fill_cells(results, &view, arena);
    return view;
}
