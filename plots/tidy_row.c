#include "plots/tidy_row.h"

#include <inttypes.h>
#include <string.h>

#include "plots/cell.h"

void tidy_header(FILE *out) {
    fputs("run_id,time_s,entity,metric,value,unit\n", out);
}

static void write_key(FILE *out, TidyKey key) {
    cell_csv_text(out, key.run_id);
    fputc(',', out);
    cell_number(out, key.time_s);
    fputc(',', out);
    cell_csv_text(out, key.entity);
    fputc(',', out);
    cell_csv_text(out, key.metric);
    fputc(',', out);
}

void tidy_row(FILE *out, TidyKey key, double value, const char *unit) {
    write_key(out, key);
    cell_number(out, value);
    fputc(',', out);
    cell_csv_text(out, strcmp(unit, "B") == 0 ? "bytes" : unit);
    fputc('\n', out);
}

void tidy_row_ns(FILE *out, TidyKey key, int64_t ns) {
    write_key(out, key);
    fprintf(out, "%" PRId64 ",ns\n", ns);
}
