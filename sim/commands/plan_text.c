#include "sim/commands/plan_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "plots/text_layout.h"
#include "sim/commands/plan_words.h"

enum { MOST_ON_FRONT = 20, CELL_BYTES = 32, MOST_KEYS = 32 };

/* A column that a plan has in front of its dimensions. */
typedef struct Column {
    const char *title;
    void (*write)(const PlanSearch *search, const PlanCandidate *candidate, char text[CELL_BYTES]);
} Column;

/* Four digits, and no lonely point behind them. */
static void write_figure(double value, char text[CELL_BYTES]) {
    snprintf(text, CELL_BYTES, value >= 1000 ? "%.0f" : "%#.4g", value);
}

static void write_step(const PlanSearch *search, const PlanCandidate *candidate, char text[CELL_BYTES]) {
    (void)search;
    write_figure(candidate->step_s, text);
}

static void write_memory(const PlanSearch *search, const PlanCandidate *candidate, char text[CELL_BYTES]) {
    (void)search;
    snprintf(text, CELL_BYTES, "%.1f", candidate->memory_bytes / 0x1p30);
}

static void write_mfu(const PlanSearch *search, const PlanCandidate *candidate, char text[CELL_BYTES]) {
    snprintf(text, CELL_BYTES, "%.1f %%", 100 * plan_words_mfu_fraction(search, candidate));
}

static void write_cost(const PlanSearch *search, const PlanCandidate *candidate, char text[CELL_BYTES]) {
    write_figure(plan_words_gpu_hours_per_gtoken(search, candidate), text);
}

static void write_gpus(const PlanSearch *search, const PlanCandidate *candidate, char text[CELL_BYTES]) {
    (void)search;
    snprintf(text, CELL_BYTES, "%" PRId64, candidate->point->gpus);
}

static void write_replicas(const PlanSearch *search, const PlanCandidate *candidate, char text[CELL_BYTES]) {
    (void)search;
    snprintf(text, CELL_BYTES, "%" PRId64, candidate->point->plan.data_parallel);
}

static const Column COLUMNS[] = {{"step s", write_step},    {"GiB", write_memory}, {"MFU", write_mfu},
                                 {"GPUh/Gtok", write_cost}, {"GPUs", write_gpus},  {"dp", write_replicas}};

enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

/* A table of plans being written: the widths of its columns, of which those of dimensions follow the others; 0 = not
 * shown: a dimension, other than tensor and pipeline, in which no plans of the search differ. */
typedef struct Table {
    const PlanSearch *search;
    const int *rows; /* candidates */
    int count;
    int widths[COLUMN_COUNT + PLAN_DIMENSIONS_MOST];
    Arena *arena;
} Table;

static const char *cell(const Table *table, int column, int row) {
    const PlanCandidate *candidate = &table->search->candidates[table->rows[row]];
    char text[CELL_BYTES];
    if (column >= COLUMN_COUNT)
        return plan_dimension_text(plan_dimension_at(column - COLUMN_COUNT), &candidate->point->plan, table->arena);
    COLUMNS[column].write(table->search, candidate, text);
    return arena_text(table->arena, text);
}

static const char *title(int column) {
    return column < COLUMN_COUNT ? COLUMNS[column].title : plan_dimension_at(column - COLUMN_COUNT)->title;
}

static int column_count(void) {
    return COLUMN_COUNT + plan_dimension_count();
}

static bool differs(const PlanSearch *search, const PlanDimension *dimension) {
    int64_t first = plan_dimension_get(dimension, &search->candidates[0].point->plan);
    bool found = false;
    for (int i = 1; i < search->count && !found; i++)
        found = plan_dimension_get(dimension, &search->candidates[i].point->plan) != first;
    return found;
}

/* The sentence above the tables tells a number of GPUs that is the only one. */
static bool is_shown(const PlanSearch *search, int column) {
    if (column < COLUMN_COUNT)
        return COLUMNS[column].write != write_gpus || search->space->gpus.count > 1;
    return column < COLUMN_COUNT + 2 || differs(search, plan_dimension_at(column - COLUMN_COUNT));
}

static void measure(Table *table) {
    for (int column = 0; column < column_count(); column++) {
        if (!is_shown(table->search, column))
            continue;
        int width = text_layout_columns(title(column));
        for (int row = 0; row < table->count; row++) {
            int columns = text_layout_columns(cell(table, column, row));
            width = columns > width ? columns : width;
        }
        table->widths[column] = width;
    }
}

/* Two spaces, where the page is wide enough for them. */
static const char *gap_of(const Table *table) {
    enum { PAGE_COLUMNS = 100 };
    int width = -2;
    for (int column = 0; column < column_count(); column++)
        width += table->widths[column] > 0 ? table->widths[column] + 2 : 0;
    return width > PAGE_COLUMNS ? " " : "  ";
}

static void write_rows(FILE *out, Table *table) {
    measure(table);
    const char *gap = gap_of(table);
    for (int row = -1; row < table->count; row++) {
        for (int column = 0; column < column_count(); column++) {
            if (table->widths[column] == 0)
                continue;
            fputs(column > 0 ? gap : "", out);
            text_layout_cell(out, row < 0 ? title(column) : cell(table, column, row), -table->widths[column]);
        }
        fputc('\n', out);
    }
}

/* As many as a page has room for, evenly over the front with both its ends. */
static void write_front(FILE *out, const PlanSearch *search, Arena *arena) {
    int shown = search->front_count < MOST_ON_FRONT ? search->front_count : MOST_ON_FRONT;
    int *rows = ARENA_ARRAY(arena, shown, int);
    for (int i = 0; i < shown; i++)
        rows[i] = search->front[shown > 1 ? i * (search->front_count - 1) / (shown - 1) : 0];
    Table table = {.search = search, .rows = rows, .count = shown, .arena = arena};
    text_layout_heading(out, "Pareto front of step time, memory and cost");
    write_rows(out, &table);
    if (shown < search->front_count)
        fprintf(out, "\n%d of %d are shown; --format csv lists all.\n", shown, search->front_count);
    if (search->space->gpus.count > 1) {
        fputc('\n', out);
        text_layout_wrap(out, "", plan_words_cheapest(search, arena));
    }
}

/* What is known of the best plan of a class: its step, or that it is at least so long; "-" when none fits. */
static const char *best_text(const PlanSearch *search, const PlanClass *class, Arena *arena) {
    if (class->best < 0)
        return "-";
    const PlanCandidate *best = &search->candidates[class->best];
    bool ran = best->fate == PLAN_SIMULATED;
    char text[CELL_BYTES];
    write_figure(ran ? best->step_s : best->bound_s, text);
    return arena_format(arena, "%s%s", ran ? "" : ">= ", text);
}

static const char *missing_text(const PlanSearch *search, const PlanClass *class, Arena *arena) {
    if (class->nearest < 0)
        return "-";
    return arena_format(arena, "%.1f", search->candidates[class->nearest].missing_bytes / 0x1p30);
}

static void write_classes(FILE *out, const PlanSearch *search, Arena *arena) {
    text_layout_heading(out, "All plans, by tensor and pipeline parallelism, and why they were rejected");
    fprintf(out, "%6s %5s %5s %7s %10s %10s %9s %10s %5s %11s  %s\n", "GPUs", "tp", "pp", "plans", "cannot be",
            "too big", "by GiB", "dominated", "run", "best step s", "rejected");
    for (int i = 0; i < search->class_count; i++) {
        const PlanClass *class = &search->classes[i];
        const PlanPoint *point = search->candidates[class->first].point;
        const char *rejection = plan_words_rejection(search, class);
        fprintf(out, "%6" PRId64 " %5" PRId64 " %5" PRId64 " %7d %10d %10d %9s %10d %5d %11s%s%s\n", point->gpus,
                point->plan.tensor_parallel, point->plan.pipeline_parallel, class->count, class->fates[PLAN_REFUSED],
                class->fates[PLAN_TOO_BIG], missing_text(search, class, arena), class->fates[PLAN_DOMINATED],
                class->fates[PLAN_SIMULATED] + class->fates[PLAN_ENDLESS], best_text(search, class, arena),
                *rejection != '\0' ? "  " : "", rejection);
    }
    fputc('\n', out);
    text_layout_wrap(out, "",
                     "By GiB: what the smallest of the too big ones misses. Best step: >= where none was run, since "
                     "none can be shorter.");
}

/* How many plans were refused for that key. */
static int count_refused(const PlanSearch *search, const char *key) {
    int count = 0;
    for (int i = 0; i < search->count; i++)
        count += search->candidates[i].fate == PLAN_REFUSED && strcmp(search->candidates[i].point->key, key) == 0;
    return count;
}

/* Every key that plans were refused for, with the first of the reasons. */
static void write_refused(FILE *out, const PlanSearch *search, Arena *arena) {
    const char *seen[MOST_KEYS];
    int count = 0;
    if (search->fates[PLAN_REFUSED] > 0)
        text_layout_heading(out, "Cannot be (plans)");
    for (int i = 0; i < search->count && count < MOST_KEYS; i++) {
        const PlanPoint *point = search->candidates[i].point;
        bool known = point->reason == NULL;
        for (int j = 0; j < count && !known; j++)
            known = strcmp(seen[j], point->key) == 0;
        if (known)
            continue;
        seen[count++] = point->key;
        text_layout_wrap(out, arena_format(arena, "%7d  ", count_refused(search, point->key)),
                         arena_format(arena, "%s: %s", point->key, point->reason));
    }
}

static void write_counts(FILE *out, const PlanSearch *search, Arena *arena) {
    const int *fates = search->fates;
    fputc('\n', out);
    text_layout_wrap(
        out, "",
        arena_format(arena,
                     "Of %d plans %d cannot be, %d do not fit into memory, %d are dominated whatever a run would say, "
                     "%d were run. The lower bound of a step is proved. "
                     "GPUh/Gtok: GPU-hours for 1e9 %s.",
                     search->count, fates[PLAN_REFUSED], fates[PLAN_TOO_BIG], fates[PLAN_DOMINATED],
                     fates[PLAN_SIMULATED] + fates[PLAN_ENDLESS], plan_words_unit(search)));
}

static void write_layers(FILE *out, const PlanSearch *search, Arena *arena) {
    const char *words = plan_words_layers(search, arena);
    if (*words == '\0')
        return;
    fputc('\n', out);
    text_layout_wrap(out, "", words);
}

static void write_interval(FILE *out, const PlanSearch *search, Arena *arena) {
    char low[TEXT_FIGURE_BYTES], high[TEXT_FIGURE_BYTES];
    if (search->interval.high_s <= 0)
        return;
    fputc('\n', out);
    text_layout_wrap(
        out, "",
        arena_format(arena,
                     "80 %% of steps of the best plan should take between %s and %s. Most of that doubt is "
                     "common to all plans: their order is surer than their times.",
                     text_layout_figure(search->interval.low_s, "s", low),
                     text_layout_figure(search->interval.high_s, "s", high)));
}

static const double LEAST_CHANGE = 0.001; /* of the step; less is not told */

/* What the search leaves as it is: switches that are off, each on alone. */
static void write_trials(FILE *out, const PlanSearch *search) {
    if (search->trial_count == 0)
        return;
    double best_s = search->candidates[search->top[0]].step_s;
    text_layout_heading(out, "Not searched: the best plan with one switch more");
    for (int i = 0; i < search->trial_count; i++) {
        const PlanTrial *trial = &search->trials[i];
        double change = trial->step_s / best_s - 1;
        char step[TEXT_FIGURE_BYTES];
        if (isnan(trial->step_s)) {
            fprintf(out, "  %-26s %10s\n", trial->words, "does not fit");
            continue;
        }
        if (fabs(change) < LEAST_CHANGE)
            continue;
        fprintf(out, "  %-26s %10s  ", trial->words, text_layout_figure(trial->step_s, "s", step));
        text_layout_percent(out, 6, true, change);
        fputs(" %\n", out);
    }
    text_layout_wrap(out, "", "With a switch set in the scenario the search may find a better plan for it.");
}

void plan_text_write(FILE *out, const PlanSearch *search) {
    Arena *arena = arena_create();
    text_layout_wrap(out, "", plan_words_verdict(search, arena));
    if (search->top_count > 0) {
        Table table = {.search = search, .rows = search->top, .count = search->top_count, .arena = arena};
        text_layout_heading(out, "Best plans");
        write_rows(out, &table);
        write_layers(out, search, arena);
        write_interval(out, search, arena);
        write_trials(out, search);
        write_front(out, search, arena);
    }
    write_classes(out, search, arena);
    write_refused(out, search, arena);
    write_counts(out, search, arena);
    arena_destroy(arena);
}
