#include "plots/fabric_file.h"

#include <math.h>
#include <string.h>

#include "plots/cell.h"
#include "plots/dat_set.h"
#include "plots/fabric_view.h"
#include "plots/script_head.h"
#include "plots/text_layout.h"

enum { MOST_LABELS = 16, MOST_BUSIEST = 12, ARC_PIECES = 16, NAME_COLUMNS = 27 };

/* Both directions of a link beside each other. */
static const double WAY_APART = 0.003;

static void write_point(DatSet *set, double x, double y, double percent) {
    const double row[] = {x, y, percent};
    dat_set_row(set, row, 3);
    dat_set_end_row(set);
}

/* Straight from level to level, an arc above a level. */
static void write_line(DatSet *set, const FabricSpot *from, const FabricSpot *to, double percent) {
    bool upwards = from->y < to->y || (from->y == to->y && from->x < to->x);
    double shift = upwards ? -WAY_APART : WAY_APART;
    if (from->y != to->y) {
        write_point(set, from->x + shift, from->y, percent);
        write_point(set, to->x + shift, to->y, percent);
    }
    double height = 0.12 + 0.75 * fabs(to->x - from->x) + (upwards ? 0.04 : 0);
    for (int piece = 0; piece <= ARC_PIECES && from->y == to->y; piece++) {
        double t = (double)piece / ARC_PIECES;
        write_point(set, from->x + t * (to->x - from->x), from->y + 4 * t * (1 - t) * height, percent);
    }
    fputc('\n', set->out);
}

static void write_lines(FILE *out, const FabricView *view) {
    DatSet set = dat_set_open(out, "links", 3);
    for (int i = 0; i < view->line_count; i++) {
        const FabricLine *line = &view->lines[i];
        write_line(&set, &view->spots[line->from], &view->spots[line->to], line->percent);
    }
    dat_set_close(&set);
}

static void write_wedges(FILE *out, const FabricView *view) {
    DatSet set = dat_set_open(out, "wedges", 2);
    for (int i = 0; i < view->spot_count; i++) {
        const FabricSpot *spot = &view->spots[i];
        if (spot->low_x > spot->high_x || view->nodes <= FABRIC_VIEW_NODES_MAX)
            continue;
        double half = 0.5 / view->nodes;
        const double points[4][2] = {
            {spot->low_x - half, 0}, {spot->x, spot->y}, {spot->high_x + half, 0}, {spot->low_x - half, 0}};
        for (int point = 0; point < 4; point++) {
            dat_set_row(&set, points[point], 2);
            dat_set_end_row(&set);
        }
        fputc('\n', out);
    }
    dat_set_close(&set);
}

static int count_at(const FabricView *view, double y) {
    int count = 0;
    for (int i = 0; i < view->spot_count; i++)
        count += view->spots[i].y == y;
    return count;
}

static void write_switches(FILE *out, const FabricView *view) {
    DatSet set = dat_set_open(out, "switches", 3);
    for (int level = 1; level <= view->levels; level++) {
        int here = count_at(view, level);
        for (int i = 0; i < view->spot_count; i++) {
            const FabricSpot *spot = &view->spots[i];
            if (spot->y != level)
                continue;
            const double row[] = {spot->x, spot->y};
            dat_set_row(&set, row, 2);
            dat_set_text(&set, here <= MOST_LABELS ? spot->label : "");
            dat_set_end_row(&set);
        }
    }
    dat_set_close(&set);
}

static void write_cells(FILE *out, const FabricView *view) {
    DatSet set = dat_set_open(out, "nodes", 4);
    for (int i = 0; i < view->cell_count; i++) {
        const double row[] = {(double)i / view->cell_count, (i + 1.0) / view->cell_count, view->cells[i].nic_percent,
                              view->cells[i].port_percent};
        dat_set_row(&set, row, 4);
        dat_set_end_row(&set);
    }
    dat_set_close(&set);
}

/* Numbers under the nodes: all of them, or the first of every tenth or so. */
static void write_numbers(FILE *out, const FabricView *view) {
    DatSet set = dat_set_open(out, "numbers", 2);
    int every = 1;
    while (view->nodes / every > (view->nodes > 1000 ? 16 : 32))
        every *= every == 1 || every % 10 == 0 ? 2 : every % 4 == 0 ? 5 : 2;
    for (int node = 0; node < view->nodes; node += every) {
        const double x = (node + 0.5) / view->nodes;
        char number[32];
        snprintf(number, sizeof number, "%d", node);
        dat_set_row(&set, &x, 1);
        dat_set_text(&set, number);
        dat_set_end_row(&set);
    }
    dat_set_close(&set);
}

/* Links of a kind that are equally full, as far as the list shows, are one row. */
typedef struct BusiestRow {
    const FabricLine *first;
    int more;
} BusiestRow;

static bool looks_alike(const FabricLine *one, const FabricLine *other) {
    return one->kind == other->kind && lround(10 * one->percent) == lround(10 * other->percent);
}

static int find_busiest(const FabricView *view, BusiestRow rows[MOST_BUSIEST]) {
    int count = 0;
    for (int i = 0; i < view->busiest_count; i++) {
        const FabricLine *line = &view->busiest[i];
        int row = 0;
        while (row < count && !looks_alike(rows[row].first, line))
            row++;
        if (row == MOST_BUSIEST)
            break;
        if (row < count)
            rows[row].more++;
        else
            rows[count++] = (BusiestRow){line, 0};
    }
    return count;
}

static void write_busiest(FILE *out, const FabricView *view, Arena *arena) {
    DatSet set = dat_set_open(out, "busiest", 4);
    BusiestRow rows[MOST_BUSIEST];
    int count = find_busiest(view, rows);
    for (int i = 0; i < count; i++) {
        const double row[] = {i, rows[i].first->percent};
        const char *more = rows[i].more > 0 ? arena_format(arena, " +%d", rows[i].more) : "";
        int room = NAME_COLUMNS - text_layout_columns(more);
        dat_set_row(&set, row, 2);
        dat_set_text(&set, arena_format(arena, "%s%s", text_layout_squeeze(arena, rows[i].first->name, room), more));
        dat_set_text(&set, arena_format(arena, "%.1f %%", rows[i].first->percent));
        dat_set_end_row(&set);
    }
    dat_set_close(&set);
}

void fabric_file_write(FILE *out, const Results *results) {
    Arena *arena = arena_create();
    FabricView view = fabric_view_create(results, arena);
    dat_set_file_head(out, "the fabric as it is drawn, links by how full they were over the step; exact: links.csv",
                      "links: x y percent; wedges: x y; switches: x y name; nodes: x_low x_high nic_percent "
                      "port_percent; numbers: x text; busiest: rank percent name text");
    write_wedges(out, &view);
    write_lines(out, &view);
    write_switches(out, &view);
    write_cells(out, &view);
    write_numbers(out, &view);
    write_busiest(out, &view, arena);
    arena_destroy(arena);
}

void fabric_file_write_table(FILE *out, const Results *results) {
    fputs("name,kind,links,bandwidth_bytes_per_s,bytes,mean_fraction,fullest_fraction\n", out);
    for (int i = 0; i < results->link_count; i++) {
        const LinkUse *use = &results->links[i];
        cell_csv_text(out, use->name);
        fprintf(out, ",%s,%d,", link_kind_name(use->kind), use->links);
        const double values[] = {use->bytes_per_s, use->bytes, use->mean_fraction, use->fullest_fraction};
        for (int value = 0; value < 4; value++) {
            cell_number(out, values[value]);
            fputc(value < 3 ? ',' : '\n', out);
        }
    }
}

void fabric_file_head(FILE *out, Arena *arena, const Results *results) {
    FabricView view = fabric_view_create(results, arena);
    bool arcs = false;
    for (int i = 0; i < view.line_count; i++)
        arcs = arcs || view.spots[view.lines[i].from].y == view.spots[view.lines[i].to].y;
    bool drawn = view.nodes <= FABRIC_VIEW_NODES_MAX;
    script_head_number(out, "levels", view.levels);
    script_head_number(out, "highest", view.levels + (arcs ? 1.0 : 0.35));
    script_head_number(out, "line_width", view.line_count < 150 ? 2.5 : view.line_count < 800 ? 1.5 : 0.7);
    script_head_number(out, "switch_size", view.spot_count < 100 ? 2 : 1);
    script_head_text(out, "nodes_title",
                     arena_format(arena, "%d nodes: NIC above, NVLink or PCIe port below", view.nodes));
    script_head_text(out, "lines_title",
                     view.hidden_lines > 0 ? arena_format(arena, "the busiest %d of %d ways between switches",
                                                          view.line_count, view.line_count + view.hidden_lines)
                     : drawn               ? "left of a pair: up, right: down; several cables: the fullest"
                                           : "wedges: nodes under a switch; several cables: the fullest");
}
