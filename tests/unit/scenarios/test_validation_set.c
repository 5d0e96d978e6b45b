#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/validation/validation_set.h"
#include "tests/unit/scenarios/reading.h"

static const char RUNS[] = "release,params_b,hidden,layers,heads,vocab,seq_tokens,gpu,gpus,gpus_per_node,precision,tp,"
                           "pp,dp,micro_batch_seqs,global_batch_seqs,recompute,step_time_s,mem_gb\n"
                           "2021-04,1.2,2048,24,16,51200,1024,A100-SXM4-80GB,8,8,fp16,1,1,8,4,32,full,0.913,23.5\n"
                           "2021-04,1.2,2048,24,16,51200,1024,A100-SXM4-80GB,8,8,fp16,1,1,8,8,64,full,1.787,about 30\n";
static const char MEMORY[] = "model,mode,params_optimizer_gib,activations_gib,activation_pct_of_none\n"
                             "GPT 22B,sequence parallel,45.5,,66.84\n";

static void run(Reading *reading, ValidationSet *set) {
    static const char *const ROOTS[] = {"scenarios"};
    ValidationOptions options = {.catalogue = {.roots = ROOTS, .root_count = 1}, .threads = 1};
    cr_assert_eq(reading->errors.count, 0, "%s", reading_errors(reading));
    validation_set_run(set, &options, reading->arena);
}

Test(validation_set, a_folder_is_its_tables_and_names_what_it_leaves_out) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    reading_file(reading, folder, "c.csv", RUNS);
    reading_file(reading, folder, "a.csv", MEMORY);
    reading_file(reading, folder, "b.csv", "hidden,size\n1,2\n");
    reading_file(reading, folder, "d.csv.gz", "?");
    reading_file(reading, folder, "e.csv", "a,b\n1\n");
    reading_file(reading, folder, "deep/f.csv", RUNS);
    reading_file(reading, folder, "notes.txt", "?");
    ValidationSet set = validation_set_read(&folder, 1, &reading->errors);
    run(reading, &set);
    static const char *const NAMES[] = {"a.csv", "b.csv", "c.csv", "d.csv.gz", "deep", "e.csv"};
    static const char *const REASONS[] = {
        NULL,
        "found no column \"layers\", expected those of scenarios/measured/example.csv, among others",
        NULL,
        "packed: gzip -dc FILE.csv.gz > FILE.csv",
        "a folder of its own: give it by its name",
        "found 1 cells, expected 2 as in the header"};
    cr_assert_eq(set.file_count, 6);
    for (int i = 0; i < 6; i++) {
        cr_assert_str_eq(set.files[i].name, NAMES[i]);
        cr_assert_eq(set.files[i].skipped == NULL, REASONS[i] == NULL);
        if (REASONS[i] != NULL)
            cr_assert_str_eq(set.files[i].skipped, REASONS[i]);
    }
    cr_assert_eq(set.files[0].memory->state.rows, 1);
    cr_assert_eq(set.files[2].runs->counts[VALIDATION_RAN], 2);
    reading_remove(folder);
    reading_destroy(reading);
}

Test(validation_set, all_rows_of_all_files_are_summed_up) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    const char *const words[] = {reading_file(reading, folder, "a.csv", RUNS),
                                 reading_file(reading, folder, "b.csv", RUNS)};
    ValidationSet set = validation_set_read(words, 2, &reading->errors);
    run(reading, &set);
    cr_assert_eq(set.all.files, 2);
    cr_assert_eq(set.all.rows, 4);
    cr_assert_eq(set.all.counts[VALIDATION_RAN], 4);
    cr_assert_eq(set.all.ours.rows, 4);
    cr_assert_float_eq(set.all.ours.bias_fraction, set.files[0].runs->ours.bias_fraction, 1e-12);
    cr_assert_eq(set.all.memory.rows, 2, "a peak that is no number is none");
    const ValidationRow *row = &set.files[1].runs->rows[0];
    cr_assert_float_eq(row->memory_error_fraction, row->peak_bytes / 23.5e9 - 1, 1e-12);
    cr_assert_eq(set.all.signs.all.pairs + set.all.signs.all.quiet, 0, "two columns changed");
    reading_remove(folder);
    reading_destroy(reading);
}

Test(validation_set, a_file_that_comes_up_again_counts_once) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    const char *file = reading_file(reading, folder, "a.csv", RUNS);
    const char *const words[] = {file, file, folder};
    ValidationSet set = validation_set_read(words, 3, &reading->errors);
    run(reading, &set);
    cr_assert_eq(set.file_count, 3);
    cr_assert_null(set.files[0].skipped);
    for (int i = 1; i < 3; i++)
        cr_assert_str_eq(set.files[i].skipped, "stands above already: its rows count once");
    cr_assert_eq(set.all.rows, 2);
    reading_remove(folder);
    reading_destroy(reading);
}

Test(validation_set, a_table_of_another_kind_is_left_out_among_several_and_an_error_alone) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    const char *const words[] = {reading_file(reading, folder, "a.csv", "size\n1\n"),
                                 reading_file(reading, folder, "b.csv", RUNS)};
    ValidationSet several = validation_set_read(words, 2, &reading->errors);
    cr_assert_eq(reading->errors.count, 0);
    cr_assert_not_null(several.files[0].skipped);
    validation_set_read(words, 1, &reading->errors);
    cr_assert_gt(reading->errors.count, 0);
    reading_remove(folder);
    reading_destroy(reading);
}
