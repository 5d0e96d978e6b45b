#include "plots/pictures.h"

#include <math.h>
#include <string.h>

#include "plots/bands.h"
#include "plots/bars.h"
#include "plots/collective_file.h"
#include "plots/collective_view.h"
#include "plots/contention_file.h"
#include "plots/contention_view.h"
#include "plots/fabric_file.h"
#include "plots/fabric_view.h"
#include "plots/grid_view.h"
#include "plots/jobs_file.h"
#include "plots/ledger_view.h"
#include "plots/script_head.h"
#include "plots/series_files.h"
#include "plots/text_layout.h"
#include "sim/engine/check.h"

static double seconds(SimTime time) {
    return (double)time / 1e9;
}

/* Columns of the longest name of a class. */
static int class_columns(const Results *results) {
    int most = 0;
    for (int i = 0; i < results->class_count; i++) {
        int columns = text_layout_columns(results->classes[i].name);
        most = columns > most ? columns : most;
    }
    return most;
}

/* The same of a bar of memory. */
static int memory_columns(const Results *results) {
    int most = 0;
    for (int i = 0; i < results->memory_count; i++) {
        int columns = text_layout_columns(results->memory[i].gpu_class);
        most = columns > most ? columns : most;
    }
    return most;
}

/* A collective is nothing but communication: of its time and its GPUs there is nothing to see. */
static bool has_timeline(const Results *results) {
    return !collective_view_is_all(results) && results->timeline_count > 0 && results->step > 0;
}

/* has_forward = 1 and so on: the legend names what is drawn. */
static void timeline_kinds(FILE *out, Arena *arena, const Results *results) {
    bool found[BAR_KIND_COUNT] = {false};
    for (int i = 0; i < results->timeline_count; i++)
        found[results->timeline[i].kind] = true;
    for (int kind = 0; kind < BAR_KIND_COUNT; kind++)
        script_head_number(out, arena_format(arena, "has_%s", bars_kind_name((BarKind)kind)), found[kind]);
}

static void timeline_head(FILE *out, Arena *arena, const Results *results) {
    timeline_kinds(out, arena, results);
    bool zoomed = bars_are_thin(results);
    script_head_number(out, "label_columns", class_columns(results));
    script_head_number(out, "class_rows", bands_shown(results->class_count));
    script_head_number(out, "step_s", seconds(results->step));
    script_head_number(out, "zoomed", zoomed);
    script_head_number(out, "zoom_s", seconds(bars_zoom(results)));
    script_head_text(out, "panels", zoomed ? "whole start end" : "whole");
}

static bool has_utilisation(const Results *results) {
    for (int i = 0; i < GRID_METRIC_COUNT && !collective_view_is_all(results); i++) {
        if (results->step > 0 && !isnan(grid_view_mean_of_all(results, grid_view_metric(i)))) {
            return true;
        }
    }
    return false;
}

static void utilisation_head(FILE *out, Arena *arena, const Results *results) {
    static const char *const names[GRID_METRIC_COUNT] = {"GPU, running kernels", "HBM, bandwidth in use",
                                                         "NVLink, bandwidth in use", "NIC, bandwidth in use"};
    const char *titles[GRID_METRIC_COUNT];
    const char *panels = "";
    int count = 0;
    for (int i = 0; i < GRID_METRIC_COUNT; i++) {
        double mean = grid_view_mean_of_all(results, grid_view_metric(i));
        if (!isnan(mean)) {
            titles[count++] = arena_format(arena, "%s: %.1f %% on average", names[i], 100 * mean);
            panels = arena_format(arena, "%s%s%s", panels, count > 1 ? " " : "", grid_view_metric(i));
        }
    }
    script_head_number(out, "label_columns", class_columns(results));
    script_head_number(out, "class_rows", bands_shown(results->class_count));
    script_head_number(out, "step_s", seconds(results->step));
    script_head_text(out, "panels", panels);
    script_head_texts(out, "PANEL_TITLE", titles, count);
}

static bool has_memory(const Results *results) {
    return results->memory_count > 0;
}

/* Curves of memory that are drawn: those that lie on an earlier one are counted there. */
typedef struct MemoryCurves {
    int *series; /* of results */
    double *set; /* of memory.dat, from 0 */
    int *alike;  /* later ones with the same samples */
    int count;
} MemoryCurves;

static bool are_alike(const SeriesSamples *one, const SeriesSamples *other) {
    size_t bytes = (size_t)one->count * sizeof *one->mean;
    return one->count == other->count && memcmp(one->mean, other->mean, bytes) == 0 &&
           memcmp(one->time_s, other->time_s, bytes) == 0;
}

static MemoryCurves memory_curves(Arena *arena, const Results *results) {
    MemoryCurves curves = {ARENA_ARRAY(arena, results->series_count, int),
                           ARENA_ARRAY(arena, results->series_count, double),
                           ARENA_ARRAY(arena, results->series_count, int), 0};
    int set = 0;
    for (int i = 0; i < results->series_count; i++) {
        if (strcmp(results->series[i].unit, "bytes") != 0)
            continue;
        int same = 0;
        while (same < curves.count && !are_alike(&results->series[curves.series[same]], &results->series[i]))
            same++;
        if (same < curves.count) {
            curves.alike[same]++;
        } else {
            curves.series[curves.count] = i;
            curves.set[curves.count++] = set;
        }
        set++;
    }
    return curves;
}

/* At most as many curves as there are bands; the sets of memory.dat are numbered. */
static void memory_lines(FILE *out, Arena *arena, const Results *results) {
    double *sets = ARENA_ARRAY(arena, BANDS_MOST, double);
    const char **names = ARENA_ARRAY(arena, BANDS_MOST, const char *);
    MemoryCurves curves = memory_curves(arena, results);
    int shown = 0;
    for (int i = 0; i < curves.count; i++) {
        if (bands_of(curves.count, i) < 0)
            continue;
        const char *name = results->series[curves.series[i]].entity;
        sets[shown] = curves.set[i];
        names[shown++] = curves.alike[i] > 0 ? arena_format(arena, "%s (%d more alike)", name, curves.alike[i]) : name;
    }
    script_head_number(out, "sample_count", shown);
    script_head_numbers(out, "SAMPLE_SET", sets, shown);
    script_head_texts(out, "SAMPLE_NAME", names, shown);
}

static void memory_head(FILE *out, Arena *arena, const Results *results) {
    double highest = 0, least = results->memory[0].capacity_bytes;
    for (int i = 0; i < results->memory_count; i++) {
        highest = fmax(highest, fmax(results->memory[i].total_bytes, results->memory[i].capacity_bytes));
        least = fmin(least, results->memory[i].capacity_bytes);
    }
    double capacity_gib = least / 0x1p30;
    script_head_number(out, "label_columns", memory_columns(results));
    script_head_number(out, "sample_columns", class_columns(results));
    script_head_number(out, "memory_rows", bands_shown(results->memory_count));
    script_head_number(out, "step_s", seconds(results->step));
    script_head_number(out, "highest_gib", 1.12 * highest / 0x1p30);
    script_head_number(out, "capacity_gib", capacity_gib);
    script_head_text(out, "capacity_title", arena_format(arena, "capacity (%.1f GiB)", capacity_gib));
    memory_lines(out, arena, results);
}

static bool has_ledger(const Results *results) {
    return results->status == RUN_OK && !collective_view_is_all(results) && ledger_sum(&results->ledger) > 0;
}

static void ledger_head(FILE *out, Arena *arena, const Results *results) {
    char step[TEXT_FIGURE_BYTES];
    script_head_number(out, "ledger_rows", series_files_ledger_rows(results));
    script_head_text(out, "peak_title",
                     arena_format(arena, "Peak: %lld GPUs x %s", (long long)results->gpus,
                                  text_layout_figure(seconds(ledger_view_wall(results)), "s", step)));
}

static const Picture PICTURES[] = {
    {"contention", contention_view_applies, contention_file_head},
    {"jobs", contention_view_applies, jobs_file_head},
    {"collective", collective_view_applies, collective_file_head},
    {"timeline", has_timeline, timeline_head},
    {"utilisation", has_utilisation, utilisation_head},
    {"memory", has_memory, memory_head},
    {"ledger", has_ledger, ledger_head},
    {"fabric", fabric_view_applies, fabric_file_head},
};

int pictures_count(void) {
    return (int)(sizeof PICTURES / sizeof PICTURES[0]);
}

const Picture *pictures_at(int index) {
    CHECK(index >= 0 && index < pictures_count());
    return &PICTURES[index];
}
