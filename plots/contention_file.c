#include "plots/contention_file.h"

#include <math.h>

#include "plots/contention_view.h"
#include "plots/dat_set.h"
#include "plots/script_head.h"
#include "plots/text_layout.h"

enum { MOST_OWNERS = 16, NAME_COLUMNS = 18, LEAST_SLOTS = 7, LEAST_ROWS = 3 };

/* Cells are so far from their middle to their edge, so that lines stay between them. */
static const double HALF_CELL = 0.485;

/* Percent: small losses stay pale. */
static const double LEAST_HIGH = 10;

/* Figures are white on cells above this part of the scale. */
static const double DARK_FRACTION = 0.55;

typedef struct HeatMap {
    FILE *out;
    Arena *arena;
    const Contention *contention;
    ContentionPick pick;
    int columns; /* the picked owners, and one for the rest when there is any */
    double high; /* percent, the dark end of the scale */
} HeatMap;

static double percent_at(const HeatMap *map, int row, int column) {
    int job = map->pick.owners[row];
    return 100 * (column < map->pick.count ? contention_view_due(map->contention, job, map->pick.owners[column])
                                           : contention_view_rest(map->contention, job, &map->pick));
}

static bool is_itself(const HeatMap *map, int row, int column) {
    return column < map->pick.count && map->pick.owners[row] == map->pick.owners[column];
}

static HeatMap map_of(FILE *out, Arena *arena, const Contention *contention) {
    HeatMap map = {.out = out, .arena = arena, .contention = contention, .high = LEAST_HIGH};
    map.pick = contention_view_pick(arena, contention, contention->owner_count, MOST_OWNERS);
    map.columns = map.pick.count;
    for (int row = 0; row < map.pick.job_count; row++) {
        double rest = contention_view_rest(contention, map.pick.owners[row], &map.pick);
        map.columns = rest > 1e-9 ? map.pick.count + 1 : map.columns;
    }
    for (int row = 0; row < map.pick.job_count; row++) {
        for (int column = 0; column < map.columns; column++) {
            map.high = is_itself(&map, row, column) ? map.high : fmax(map.high, percent_at(&map, row, column));
        }
    }
    return map;
}

static void write_cells(const HeatMap *map, const char *name, bool itself) {
    DatSet set = dat_set_open(map->out, name, 7);
    for (int row = 0; row < map->pick.job_count; row++) {
        for (int column = 0; column < map->columns; column++) {
            const double values[] = {column,
                                     row,
                                     column - HALF_CELL,
                                     column + HALF_CELL,
                                     row - HALF_CELL,
                                     row + HALF_CELL,
                                     percent_at(map, row, column)};
            if (is_itself(map, row, column) == itself) {
                dat_set_row(&set, values, 7);
                dat_set_end_row(&set);
            }
        }
    }
    dat_set_close(&set);
}

static void write_figures(const HeatMap *map, const char *name, bool dark) {
    DatSet set = dat_set_open(map->out, name, 3);
    for (int row = 0; row < map->pick.job_count; row++) {
        for (int column = 0; column < map->columns; column++) {
            double percent = percent_at(map, row, column);
            bool on_dark = !is_itself(map, row, column) && percent > DARK_FRACTION * map->high;
            if (on_dark == dark) {
                dat_set_row(&set, (const double[]){column, row}, 2);
                dat_set_text(&set, percent < 0.05 ? "0" : arena_format(map->arena, "%.1f", percent));
                dat_set_end_row(&set);
            }
        }
    }
    dat_set_close(&set);
}

static void write_names(const HeatMap *map) {
    DatSet rows = dat_set_open(map->out, "rows", 3);
    for (int row = 0; row < map->pick.job_count; row++) {
        double y = row;
        int job = map->pick.owners[row];
        dat_set_row(&rows, &y, 1);
        dat_set_text(&rows, text_layout_squeeze(map->arena, map->contention->owners[job], NAME_COLUMNS));
        dat_set_text(&rows, arena_format(map->arena, "%.1f", 100 * contention_view_exposed(map->contention, job)));
        dat_set_end_row(&rows);
    }
    dat_set_close(&rows);
    DatSet columns = dat_set_open(map->out, "heads", 2);
    for (int column = 0; column <= map->columns; column++) {
        double x = column;
        const char *name = column < map->pick.count
                               ? results_owner_title(map->contention->owners[map->pick.owners[column]])
                           : column == map->columns ? "all exposed"
                                                    : "all others";
        dat_set_row(&columns, &x, 1);
        dat_set_text(&columns, text_layout_squeeze(map->arena, name, NAME_COLUMNS));
        dat_set_end_row(&columns);
    }
    dat_set_close(&columns);
}

void contention_file_write(FILE *out, const Results *results) {
    Arena *arena = arena_create();
    HeatMap map = map_of(out, arena, results->contention);
    dat_set_file_head(out, "who hurt whom, in percent of the GPU time of the job of the row; all of it: contention.csv",
                      "column row x_low x_high y_low y_high percent; figures: column row text; rows: row name exposed; "
                      "heads: column name");
    write_cells(&map, "others", false);
    write_cells(&map, "itself", true);
    write_figures(&map, "dark_figures", true);
    write_figures(&map, "light_figures", false);
    write_names(&map);
    arena_destroy(arena);
}

void contention_file_head(FILE *out, Arena *arena, const Results *results) {
    HeatMap map = map_of(out, arena, results->contention);
    int slots = map.columns + 1 > LEAST_SLOTS ? map.columns + 1 : LEAST_SLOTS;
    int rows = map.pick.job_count > LEAST_ROWS ? map.pick.job_count : LEAST_ROWS;
    script_head_number(out, "map_columns", map.columns);
    script_head_number(out, "map_rows", map.pick.job_count);
    script_head_number(out, "slots", slots);
    script_head_number(out, "row_slots", rows);
    script_head_number(out, "percent_high", map.high);
    script_head_number(out, "slanted", slots > LEAST_SLOTS + 1);
}
