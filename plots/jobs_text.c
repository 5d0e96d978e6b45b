#include "plots/jobs_text.h"

#include <inttypes.h>
#include <math.h>

#include "plots/contention_view.h"
#include "plots/text_layout.h"

typedef enum JobColumn {
    JOB_KIND,
    JOB_GPUS,
    JOB_START,
    JOB_END,
    JOB_STEPS,
    JOB_STEP,
    JOB_SLOWDOWN,
    JOB_EXPOSED,
    JOB_LOST,
    JOB_COLUMN_COUNT
} JobColumn;

typedef struct ColumnLook {
    const char *title;
    int width; /* blanks in front of it included */
    int page;  /* the narrowest page that has it */
} ColumnLook;

static const ColumnLook LOOKS[JOB_COLUMN_COUNT] = {
    [JOB_KIND] = {"kind", 12, 72},        [JOB_GPUS] = {"GPUs", 9, 72},      [JOB_START] = {"start", 10, 100},
    [JOB_END] = {"end", 10, 100},         [JOB_STEPS] = {"steps", 8, 0},     [JOB_STEP] = {"step", 10, 0},
    [JOB_SLOWDOWN] = {"slowdown", 10, 0}, [JOB_EXPOSED] = {"exposed", 9, 0}, [JOB_LOST] = {"lost", 9, 0},
};

enum { MOST_NEEDS = 3 };

static const char *const NO_FIGURE = "-";

static bool has_column(int column, int page) {
    return page >= LOOKS[column].page;
}

static const char *percent(Arena *arena, double fraction) {
    char text[TEXT_FIGURE_BYTES];
    return arena_text(arena, text_layout_figure(fraction, "fraction", text));
}

static const char *seconds(Arena *arena, double time_s) {
    char text[TEXT_FIGURE_BYTES];
    return arena_text(arena, text_layout_figure(time_s, "s", text));
}

/* What is known only when the jobs ran. */
static const char *outcome_text(Arena *arena, const Contention *contention, int job, JobColumn column) {
    if (!contention_view_ran(contention)) {
        return NO_FIGURE;
    }
    switch (column) {
    case JOB_END:
        return seconds(arena, (double)contention_view_end(contention->jobs[job]) / 1e9);
    case JOB_STEP:
        return seconds(arena, contention_view_step_s(contention, job));
    case JOB_SLOWDOWN:
        return isnan(contention->slowdown[job]) ? NO_FIGURE : arena_format(arena, "%.3f", contention->slowdown[job]);
    case JOB_EXPOSED:
        return percent(arena, contention_view_exposed(contention, job));
    case JOB_LOST:
        return percent(arena, contention_view_lost(contention, job));
    case JOB_START:
        return seconds(arena, (double)contention->jobs[job]->start / 1e9);
    case JOB_STEPS:
        return arena_format(arena, "%" PRId64, contention->jobs[job]->step_count);
    case JOB_KIND:
    case JOB_GPUS:
    case JOB_COLUMN_COUNT:
        break;
    }
    return NO_FIGURE;
}

static const char *cell_text(Arena *arena, const Contention *contention, int job, JobColumn column) {
    char figure[TEXT_FIGURE_BYTES];
    switch (column) {
    case JOB_KIND:
        return contention->jobs[job]->kind;
    case JOB_GPUS:
        return arena_text(arena, text_layout_figure((double)contention->jobs[job]->gpus, "count", figure));
    default:
        return outcome_text(arena, contention, job, column);
    }
}

/* Columns that names get: what the longest needs, or what is left. */
static int name_columns(const Contention *contention, int page) {
    int left = page - 2;
    for (int column = 0; column < JOB_COLUMN_COUNT; column++) {
        left -= has_column(column, page) ? LOOKS[column].width : 0;
    }
    int longest = 3;
    for (int job = 0; job < contention->job_count; job++) {
        int columns = text_layout_columns(contention->jobs[job]->name);
        longest = columns > longest ? columns : longest;
    }
    return longest < left ? longest : left;
}

static void put_cell(FILE *out, const char *text, int column) {
    if (column == JOB_KIND) {
        fputs("  ", out);
        text_layout_cell(out, text, LOOKS[column].width - 2);
    } else {
        fputs(text_layout_columns(text) < LOOKS[column].width ? "" : " ", out);
        text_layout_cell(out, text, -LOOKS[column].width);
    }
}

static void write_line(FILE *out, Arena *arena, const Contention *contention, int job, int page) {
    int names = name_columns(contention, page);
    const char *name = job < 0 ? "job" : contention->jobs[job]->name;
    fputs("  ", out);
    text_layout_cell(out, text_layout_squeeze(arena, name, names), names);
    for (int column = 0; column < JOB_COLUMN_COUNT; column++) {
        if (has_column(column, page)) {
            put_cell(out, job < 0 ? LOOKS[column].title : cell_text(arena, contention, job, (JobColumn)column), column);
        }
    }
    fputc('\n', out);
}

/* Steps, at its mean step, that let a job last as long as the last of all; its own when that is less than twice as
 * long as it runs now. */
static int64_t lasting_steps(const Contention *contention, int job) {
    const Results *brief = contention->jobs[job];
    SimTime last = 0;
    for (int other = 0; other < contention->job_count; other++) {
        SimTime end = contention_view_end(contention->jobs[other]);
        last = end > last ? end : last;
    }
    SimTime rest = last - brief->start;
    bool is_brief = contention_view_end(brief) - brief->start < rest / 2;
    return is_brief ? (int64_t)ceil((double)rest / 1e9 / contention_view_step_s(contention, job)) : brief->step_count;
}

/* "left needs 12 `steps`, right 4" */
static const char *needs_of_brief_jobs(Arena *arena, const Contention *contention) {
    const char *text = "";
    int count = 0;
    for (int job = 0; contention_view_ran(contention) && job < contention->job_count; job++) {
        int64_t steps = lasting_steps(contention, job);
        if (steps == contention->jobs[job]->step_count) {
            continue;
        }
        if (count++ < MOST_NEEDS) {
            text =
                arena_format(arena, "%s%s%s %s%" PRId64 "%s", text, count > 1 ? ", " : "", contention->jobs[job]->name,
                             count > 1 ? "" : "needs ", steps, count > 1 ? "" : " `steps`");
        }
    }
    return count > MOST_NEEDS ? arena_format(arena, "%s, and %d more jobs have too few", text, count - MOST_NEEDS)
                              : text;
}

static void write_needs(FILE *out, Arena *arena, const Contention *contention, int columns) {
    const char *needs = needs_of_brief_jobs(arena, contention);
    if (*needs != '\0') {
        text_layout_wrap_to(
            out, "  ",
            arena_format(arena,
                         "only jobs that run at the same time meet: to last to the end of the others at this pace, %s",
                         needs),
            columns);
    }
}

void jobs_text_table(FILE *out, const Contention *contention, int columns) {
    Arena *arena = arena_create();
    ContentionPick pick = contention_view_pick(arena, contention, contention->job_count, JOBS_TEXT_ROWS);
    text_layout_heading(out, "Jobs, in order of start and name");
    write_line(out, arena, contention, -1, columns);
    for (int i = 0; i < pick.count; i++) {
        write_line(out, arena, contention, pick.owners[i], columns);
    }
    if (pick.count < contention->job_count) {
        fprintf(out, "  and %d more that lost and took less\n", contention->job_count - pick.count);
    }
    text_layout_wrap_to(out, "  ",
                        "step: its mean; slowdown: over the step of the job alone; exposed: share of its GPU time in "
                        "exposed communication; lost: the part of it that is due to others",
                        columns);
    write_needs(out, arena, contention, columns);
    arena_destroy(arena);
}

void jobs_text_verdicts(FILE *out, const Contention *contention, int columns) {
    Arena *arena = arena_create();
    ContentionPick pick = contention_view_pick(arena, contention, contention->job_count, JOBS_TEXT_ROWS);
    text_layout_heading(out, "Job by job");
    for (int i = 0; i < pick.count; i++) {
        const Results *job = contention->jobs[pick.owners[i]];
        text_layout_wrap_to(out, "  ", arena_format(arena, "%s: %s", job->name, job->verdict), columns);
    }
    arena_destroy(arena);
}
