#include "plots/ledger_table.h"

#include <math.h>

#include "plots/tidy_row.h"
#include "sim/engine/arena.h"

static void write_row(FILE *out, const char *run_id, const char *entity, const LedgerRow *row) {
    for (int category = 0; category < LEDGER_COUNT; category++) {
        TidyKey key = {run_id, NAN, entity, ledger_category_name((LedgerCategory)category)};
        tidy_row_ns(out, key, row->ns[category]);
    }
}

static void write_links(FILE *out, Arena *arena, const char *run_id, const Results *results) {
    for (int category = LEDGER_COMM_TENSOR; category <= LEDGER_COMM_DATA; category++) {
        for (int kind = 0; kind < LINK_KIND_COUNT; kind++) {
            int64_t ns = results->comm_ns[category][kind];
            if (ns == 0) {
                continue;
            }
            const char *metric = arena_format(arena, "%s.%s", ledger_category_name((LedgerCategory)category),
                                              link_kind_name((LinkKind)kind));
            tidy_row_ns(out, (TidyKey){run_id, NAN, "all", metric}, ns);
        }
    }
}

static void write_input(FILE *out, Arena *arena, const char *run_id, const Results *results) {
    int64_t waiting = results->ledger.ns[LEDGER_DATA_LOADING];
    for (int cause = 0; cause < INPUT_CAUSE_COUNT && waiting > 0; cause++) {
        const char *metric = arena_format(arena, "%s.%s", ledger_category_name(LEDGER_DATA_LOADING),
                                          input_cause_name((InputCause)cause));
        tidy_row_ns(out, (TidyKey){run_id, NAN, "all", metric},
                    (int64_t)llround(results->input_fraction[cause] * (double)waiting));
    }
}

void ledger_table_rows(FILE *out, const char *run_id, const Results *results) {
    if (results->status != RUN_OK) {
        return;
    }
    Arena *arena = arena_create();
    write_row(out, run_id, "all", &results->ledger);
    write_links(out, arena, run_id, results);
    write_input(out, arena, run_id, results);
    for (int i = 0; i < results->class_count; i++) {
        write_row(out, run_id, results->classes[i].name, &results->classes[i].ledger);
    }
    arena_destroy(arena);
}

void ledger_table_write(FILE *out, const Results *results) {
    tidy_header(out);
    ledger_table_rows(out, results->name, results);
}
