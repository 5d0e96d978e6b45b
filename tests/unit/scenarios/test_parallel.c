#include <criterion/criterion.h>

#include "scenarios/experiment/parallel.h"

enum { COUNT = 1237 };

typedef struct Tally {
    int visits[COUNT];
    int last_done;
    bool rising;
} Tally;

static void visit(void *context, int index) {
    ((Tally *)context)->visits[index]++;
}

static void note_progress(void *context, int done, int total) {
    Tally *tally = context;
    tally->rising = tally->rising && done == tally->last_done + 1 && total == COUNT;
    tally->last_done = done;
}

static void expect_each_once(int threads) {
    Tally tally = {.rising = true};
    parallel_run(
        &(ParallelWork){
            .count = COUNT, .work = visit, .progress = note_progress, .context = &tally, .progress_context = &tally},
        threads);
    for (int i = 0; i < COUNT; i++)
        cr_assert_eq(tally.visits[i], 1, "%d threads: index %d", threads, i);
    cr_assert(tally.rising);
    cr_assert_eq(tally.last_done, COUNT);
}

Test(parallel, every_index_is_worked_on_once_by_any_number_of_threads) {
    expect_each_once(0);
    expect_each_once(1);
    expect_each_once(7);
    expect_each_once(5000);
}

Test(parallel, nothing_to_do_is_done_at_once) {
    Tally tally = {.rising = true};
    parallel_run(&(ParallelWork){.work = visit, .context = &tally}, 3);
    cr_assert_eq(tally.last_done, 0);
}
