#include "sim/commands/plan_table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "plots/cell.h"
#include "plots/tidy_row.h"
#include "sim/commands/plan_words.h"

/* True at the plans of the front; one flag per candidate. */
static const bool *front_flags(const PlanSearch *search, Arena *arena) {
    bool *flags = ARENA_ARRAY(arena, search->count, bool);
    for (int i = 0; i < search->front_count; i++)
        flags[search->front[i]] = true;
    return flags;
}

static void write_csv_row(FILE *out, const PlanSearch *search, int index, bool on_front, Arena *arena) {
    const PlanCandidate *candidate = &search->candidates[index];
    bool ran = candidate->fate == PLAN_SIMULATED;
    fprintf(out, "%" PRId64, candidate->point->gpus);
    for (int i = 0; i < plan_dimension_count(); i++) {
        fputc(',', out);
        cell_csv_text(out, plan_dimension_text(plan_dimension_at(i), &candidate->point->plan, arena));
    }
    fprintf(out, ",%" PRId64 ",%s,%d", candidate->point->plan.data_parallel, plan_fate_name(candidate->fate), on_front);
    const double figures[] = {candidate->memory_bytes, candidate->bound_s, candidate->step_s,
                              ran ? plan_words_mfu_fraction(search, candidate) : (double)NAN,
                              ran ? plan_words_gpu_hours_per_gtoken(search, candidate) : (double)NAN};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        fputc(',', out);
        cell_number(out, figures[i]);
    }
    fputc(',', out);
    cell_csv_text(out, candidate->point->reason);
    fputc('\n', out);
}

void plan_table_csv(FILE *out, const PlanSearch *search) {
    Arena *arena = arena_create();
    const bool *flags = front_flags(search, arena);
    fputs("gpus", out);
    for (int i = 0; i < plan_dimension_count(); i++)
        fprintf(out, ",%s", plan_dimension_at(i)->key);
    fputs(",data_parallel,fate,on_front,memory_bytes,bound_s,step_s,mfu_fraction,gpu_hours_per_gtoken,reason\n", out);
    for (int i = 0; i < search->count; i++)
        write_csv_row(out, search, i, flags[i], arena);
    arena_destroy(arena);
}

/* Numbers and flags bare, words as texts. */
static void write_json_value(FILE *out, const char *text) {
    bool number = text[strspn(text, "0123456789")] == '\0';
    if (number || strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        fputs(text, out);
    else
        cell_json_text(out, text);
}

static void write_plan(FILE *out, const PlanSearch *search, int index, Arena *arena) {
    const PlanCandidate *candidate = &search->candidates[index];
    fprintf(out, "{\"gpus\": %" PRId64 ", \"data_parallel\": %" PRId64, candidate->point->gpus,
            candidate->point->plan.data_parallel);
    for (int i = 0; i < plan_dimension_count(); i++) {
        const PlanDimension *dimension = plan_dimension_at(i);
        fprintf(out, ", \"%s\": ", dimension->key);
        write_json_value(out, plan_dimension_text(dimension, &candidate->point->plan, arena));
    }
    cell_json_number_behind(out, ", \"step_s\": ", candidate->step_s);
    cell_json_number_behind(out, ", \"bound_s\": ", candidate->bound_s);
    cell_json_number_behind(out, ", \"memory_bytes\": ", candidate->memory_bytes);
    cell_json_number_behind(out, ", \"mfu_fraction\": ", plan_words_mfu_fraction(search, candidate));
    cell_json_number_behind(out, ", \"gpu_hours_per_gtoken\": ", plan_words_gpu_hours_per_gtoken(search, candidate));
    fputc('}', out);
}

static void write_plans(FILE *out, const PlanSearch *search, const char *name, const int *plans, int count) {
    Arena *arena = arena_create();
    fprintf(out, "  \"%s\": [", name);
    for (int i = 0; i < count; i++) {
        fputs(i > 0 ? ",\n    " : "\n    ", out);
        write_plan(out, search, plans[i], arena);
    }
    fputs("],\n", out);
    arena_destroy(arena);
}

static void write_fates(FILE *out, const int *fates) {
    for (int fate = 0; fate < PLAN_FATE_COUNT; fate++)
        fprintf(out, ", \"%s\": %d", plan_fate_name((PlanFate)fate), fates[fate]);
}

static void write_class(FILE *out, const PlanSearch *search, const PlanClass *class) {
    const PlanPoint *point = search->candidates[class->first].point;
    fprintf(out,
            "{\"gpus\": %" PRId64 ", \"tensor_parallel\": %" PRId64 ", \"pipeline_parallel\": %" PRId64
            ", \"plans\": %d",
            point->gpus, point->plan.tensor_parallel, point->plan.pipeline_parallel, class->count);
    write_fates(out, class->fates);
    cell_json_number_behind(out, ", \"missing_bytes\": ",
                            class->nearest < 0 ? (double)NAN : search->candidates[class->nearest].missing_bytes);
    cell_json_text_behind(out, ", \"rejected\": ", plan_words_rejection(search, class));
    fputc('}', out);
}

/* The best plan with one switch more. */
static void write_trials(FILE *out, const PlanSearch *search) {
    fputs("  \"best_with\": [", out);
    for (int i = 0; i < search->trial_count; i++) {
        cell_json_text_behind(out, i > 0 ? ", {\"switch\": " : "{\"switch\": ", search->trials[i].words);
        cell_json_number_behind(out, ", \"step_s\": ", search->trials[i].step_s);
        fputc('}', out);
    }
    fputs("],\n", out);
}

void plan_table_json(FILE *out, const PlanSearch *search) {
    Arena *arena = arena_create();
    cell_json_text_behind(out, "{\n  \"name\": ", search->space->spec->name);
    cell_json_text_behind(out, ",\n  \"verdict\": ", plan_words_verdict(search, arena));
    fprintf(out, ",\n  \"counts\": {\"plans\": %d", search->count);
    write_fates(out, search->fates);
    fprintf(out, ", \"cut\": %s},\n", search->cut ? "true" : "false");
    write_plans(out, search, "best", search->top, search->top_count);
    bool is_sure = search->interval.high_s > 0;
    cell_json_number_behind(out, "  \"best_interval\": {\"low_s\": ", is_sure ? search->interval.low_s : (double)NAN);
    cell_json_number_behind(out, ", \"high_s\": ", is_sure ? search->interval.high_s : (double)NAN);
    fputs("},\n", out);
    write_trials(out, search);
    write_plans(out, search, "front", search->front, search->front_count);
    fputs("  \"classes\": [", out);
    for (int i = 0; i < search->class_count; i++) {
        fputs(i > 0 ? ",\n    " : "\n    ", out);
        write_class(out, search, &search->classes[i]);
    }
    fputs("]\n}\n", out);
    arena_destroy(arena);
}

static const char *run_id(const PlanCandidate *candidate, Arena *arena) {
    const char *name = arena_format(arena, "gpus=%" PRId64, candidate->point->gpus);
    for (int i = 0; i < plan_dimension_count(); i++) {
        const PlanDimension *dimension = plan_dimension_at(i);
        name = arena_format(arena, "%s %s=%s", name, dimension->key,
                            plan_dimension_text(dimension, &candidate->point->plan, arena));
    }
    return name;
}

static void write_tidy_rows(FILE *out, const PlanSearch *search, int index, bool on_front, Arena *arena) {
    const PlanCandidate *candidate = &search->candidates[index];
    const struct {
        const char *metric;
        double value;
        const char *unit;
    } rows[] = {{"time.step_s", candidate->step_s, "s"},
                {"time.bound_s", candidate->bound_s, "s"},
                {"memory.peak_bytes", candidate->memory_bytes, "bytes"},
                {"utilisation.mfu_fraction", plan_words_mfu_fraction(search, candidate), "fraction"},
                {"cost.gpu_hours_per_gtoken", plan_words_gpu_hours_per_gtoken(search, candidate), "h"},
                {"plan.on_front", on_front, "count"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        tidy_row(out, (TidyKey){run_id(candidate, arena), NAN, "run", rows[i].metric}, rows[i].value, rows[i].unit);
}

void plan_table_tidy(FILE *out, const PlanSearch *search) {
    Arena *arena = arena_create();
    const bool *flags = front_flags(search, arena);
    tidy_header(out);
    for (int i = 0; i < search->count; i++)
        if (search->candidates[i].fate == PLAN_SIMULATED)
            write_tidy_rows(out, search, i, flags[i], arena);
    arena_destroy(arena);
}
