#include "plots/dat_set.h"

#include "plots/cell.h"

void dat_set_file_head(FILE *out, const char *what, const char *columns) {
    fprintf(out, "# chokepoint: %s\n# columns: %s\n\n", what, columns);
}

DatSet dat_set_open(FILE *out, const char *name, int columns) {
    fprintf(out, "# %s\n", name);
    return (DatSet){.out = out, .columns = columns};
}

void dat_set_row(DatSet *set, const double *values, int count) {
    for (int i = 0; i < count; i++) {
        fputs(i > 0 ? " " : "", set->out);
        cell_number(set->out, values[i]);
    }
}

void dat_set_text(DatSet *set, const char *text) {
    fputc(' ', set->out);
    cell_dat_text(set->out, text);
}

void dat_set_end_row(DatSet *set) {
    fputc('\n', set->out);
    set->rows++;
}

void dat_set_close(DatSet *set) {
    for (int i = 0; set->rows == 0 && i < set->columns; i++) {
        fputs(i > 0 ? " NaN" : "NaN", set->out);
    }
    fputs(set->rows == 0 ? "\n\n\n" : "\n\n", set->out);
}
