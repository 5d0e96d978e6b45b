#include "plots/matrix_text.h"

#include "plots/contention_view.h"
#include "plots/text_layout.h"

enum {
    MARGIN = 2,
    SUM_COLUMNS = 10,
    LEAST_CELL = 8,
    MOST_LABEL = 20,
    LEAST_LABEL = 10,
    NUMBER_COLUMNS = 3,
    LIST_ROWS = 12,
    LIST_BAR = 30
};

/* How the matrix is laid out on its page. */
typedef struct Matrix {
    FILE *out;
    Arena *arena;
    const Contention *contention;
    ContentionPick pick;
    int page;     /* columns of it */
    int label;    /* of the names of rows */
    int cell;     /* of every figure, at least */
    bool numbers; /* the names are too long to stand above the figures */
} Matrix;

static const char *owner_title(const Matrix *matrix, int column) {
    return results_owner_title(matrix->contention->owners[matrix->pick.owners[column]]);
}

/* As wide as its name needs, with two blanks. */
static int cell_columns(const Matrix *matrix, int column) {
    int name = matrix->numbers ? 0 : text_layout_columns(owner_title(matrix, column)) + 2;
    return name > matrix->cell ? name : matrix->cell;
}

/* What the figures leave of a line. */
static int label_room(const Matrix *matrix) {
    int room = matrix->page - MARGIN - SUM_COLUMNS;
    for (int i = 0; i < matrix->pick.count; i++) {
        room -= cell_columns(matrix, i);
    }
    return room;
}

/* Columns of the longest name of a job. */
static int longest_job(const Matrix *matrix) {
    int most = 3;
    for (int i = 0; i < matrix->pick.job_count; i++) {
        int columns = text_layout_columns(owner_title(matrix, i));
        most = columns > most ? columns : most;
    }
    return most < MOST_LABEL ? most : MOST_LABEL;
}

/* Rows have their number in front of their name, which is shortened. */
static Matrix numbered(Matrix matrix) {
    matrix.numbers = true;
    matrix.label += NUMBER_COLUMNS;
    if (label_room(&matrix) < matrix.label) {
        matrix.cell = LEAST_CELL - 1;
    }
    if (label_room(&matrix) < matrix.label) {
        matrix.label = label_room(&matrix);
    }
    return matrix;
}

static Matrix lay_out(FILE *out, Arena *arena, const Contention *contention, int page) {
    Matrix matrix = {.out = out, .arena = arena, .contention = contention, .page = page};
    matrix.pick = contention_view_pick(arena, contention, contention->owner_count, contention->owner_count);
    matrix.cell = LEAST_CELL;
    matrix.label = longest_job(&matrix);
    return label_room(&matrix) < matrix.label ? numbered(matrix) : matrix;
}

static bool fits(const Matrix *matrix) {
    return label_room(matrix) >= (matrix->numbers ? LEAST_LABEL : matrix->label);
}

static void put_label(const Matrix *matrix, int row) {
    const char *name = row < 0 ? "job" : matrix->contention->jobs[matrix->pick.owners[row]]->name;
    int room = matrix->label - (matrix->numbers ? NUMBER_COLUMNS : 0);
    fprintf(matrix->out, "%*s", MARGIN, "");
    if (matrix->numbers) {
        text_layout_cell(matrix->out, row < 0 ? "" : arena_format(matrix->arena, "%d", row + 1), NUMBER_COLUMNS);
    }
    text_layout_cell(matrix->out, text_layout_squeeze(matrix->arena, name, room), room);
}

static void write_heads(const Matrix *matrix) {
    put_label(matrix, -1);
    for (int i = 0; i < matrix->pick.count; i++) {
        const char *name = matrix->numbers ? arena_format(matrix->arena, "%d", i + 1) : owner_title(matrix, i);
        text_layout_cell(matrix->out, name, -cell_columns(matrix, i));
    }
    text_layout_cell(matrix->out, "exposed", -SUM_COLUMNS);
    fputc('\n', matrix->out);
}

static const char *figure(const Matrix *matrix, int job, int owner) {
    double percent = 100 * contention_view_due(matrix->contention, job, owner);
    if (owner == job) {
        return arena_format(matrix->arena, percent < 99.95 ? "(%.1f)" : "(%.0f)", percent);
    }
    return percent < 0.05 ? ". " : arena_format(matrix->arena, "%.1f ", percent);
}

static void write_row(const Matrix *matrix, int row) {
    int job = matrix->pick.owners[row];
    put_label(matrix, row);
    for (int i = 0; i < matrix->pick.count; i++) {
        text_layout_cell(matrix->out, figure(matrix, job, matrix->pick.owners[i]), -cell_columns(matrix, i));
    }
    double exposed = 100 * contention_view_exposed(matrix->contention, job);
    text_layout_cell(matrix->out, arena_format(matrix->arena, "%.1f %%", exposed), -SUM_COLUMNS);
    fputc('\n', matrix->out);
}

/* The names of numbered columns. */
static void write_names(const Matrix *matrix) {
    const char *names = "";
    for (int i = 0; matrix->numbers && i < matrix->pick.count; i++) {
        names = arena_format(matrix->arena, "%s%s%d=%s", names, i > 0 ? ", " : "", i + 1, owner_title(matrix, i));
    }
    if (*names != '\0') {
        text_layout_wrap_to(matrix->out, "  columns: ", names, matrix->page);
    }
}

static void write_matrix(const Matrix *matrix) {
    text_layout_heading(matrix->out, "Who hurt whom: % of the GPU time of each job");
    write_heads(matrix);
    for (int row = 0; row < matrix->pick.job_count; row++) {
        write_row(matrix, row);
    }
    write_names(matrix);
    text_layout_wrap_to(matrix->out, "  ",
                        "a row is the exposed communication of a job, by whom it is due to; (in brackets): by itself, "
                        "what it needs anyhow and where its own flows meet; a dot is below 0.05",
                        matrix->page);
}

static void write_loss(const Matrix *matrix, const ContentionLoss *loss, double most) {
    text_layout_cell(matrix->out, "", MARGIN);
    const char *job = matrix->contention->owners[loss->job];
    const char *owner = results_owner_title(matrix->contention->owners[loss->owner]);
    text_layout_cell(matrix->out, text_layout_squeeze(matrix->arena, job, MOST_LABEL), MOST_LABEL + 1);
    text_layout_cell(matrix->out, text_layout_squeeze(matrix->arena, owner, MOST_LABEL), MOST_LABEL + 1);
    fprintf(matrix->out, "%6.1f %%  ", 100 * loss->fraction);
    int room = matrix->page - MARGIN - 2 * (MOST_LABEL + 1) - SUM_COLUMNS;
    text_layout_bar(matrix->out, 0, loss->fraction / most, room < LIST_BAR ? room : LIST_BAR);
    fputc('\n', matrix->out);
}

static void write_list(const Matrix *matrix) {
    ContentionLoss worst[LIST_ROWS + 1];
    int count = contention_view_worst(matrix->contention, LIST_ROWS + 1, worst);
    text_layout_heading(matrix->out, "Who hurt whom: the largest losses");
    text_layout_cell(matrix->out, "", MARGIN);
    text_layout_cell(matrix->out, "job", MOST_LABEL + 1);
    fputs("loses to          of its GPU time\n", matrix->out);
    for (int i = 0; i < count && i < LIST_ROWS; i++) {
        write_loss(matrix, &worst[i], worst[0].fraction);
    }
    if (count > LIST_ROWS) {
        const char *rest = arena_format(matrix->arena,
                                        "all others at most %.1f %%; contention.csv of an output folder "
                                        "has them",
                                        100 * worst[LIST_ROWS].fraction);
        text_layout_wrap_to(matrix->out, "  ", rest, matrix->page);
    } else if (count == 0) {
        fputs("  nobody lost anything to others\n", matrix->out);
    }
}

void matrix_text_write(FILE *out, const Contention *contention, int columns) {
    if (!contention_view_ran(contention)) {
        return;
    }
    Arena *arena = arena_create();
    Matrix matrix = lay_out(out, arena, contention, columns);
    if (fits(&matrix)) {
        write_matrix(&matrix);
    } else {
        write_list(&matrix);
    }
    arena_destroy(arena);
}
